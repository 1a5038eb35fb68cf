"""A file fetched in pieces, going on after a break; and a name for it that leads nowhere else."""

from __future__ import annotations

import filecmp
import os
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

from web.client.errors import ClientError, FileBroken
from web.client.transport import BROKEN, GONE, Transport
from web.client.waiting import retry_after

PIECE = 1 << 18
LONGEST_NAME = 150  # characters; file systems take 255 bytes


class Download:
    """One file of a server. `begins` says that the piece that came is the first, perhaps once more."""

    def __init__(self, server: Transport, path: str, query: dict[str, Any]) -> None:
        self._server, self._path, self._query = server, path, query
        self._have = 0
        self._tag = ""
        self.begins = True

    async def pieces(self) -> AsyncIterator[bytes]:
        """The pieces in order. Raises `FileBroken`, `ProblemError`, `ServerAway`."""
        waiting = self._server.waiting()
        while True:
            later: float | None = None
            error: BaseException
            try:
                async with self._server.opened(
                    "GET", self._path, self._query, headers=self._from_here(), stream=True
                ) as response:
                    if response.status >= 400:
                        error = await self._server.refused(response)
                        if response.status not in (429, *GONE):
                            raise error
                        later = retry_after(response.headers.get("Retry-After"))
                    else:
                        self._take(response.status, response.headers.get("ETag", ""))
                        async for piece in response.content.iter_chunked(PIECE):
                            waiting.heard()
                            self.begins, self._have = self._have == 0, self._have + len(piece)
                            yield piece
                        return
            except BROKEN as broken:
                error = broken
            if not await waiting.again(later):
                raise error if isinstance(error, ClientError) else self._server.away(error) from error

    def _from_here(self) -> dict[str, str]:
        identity = {"Accept-Encoding": "identity"}
        if not (self._have and self._tag):
            return identity
        return {**identity, "Range": f"bytes={self._have}-", "If-Range": self._tag}

    def _take(self, status: int, tag: str) -> None:
        """A body begins: the rest of what was wanted, or the whole anew."""
        if status == 206:
            if tag and tag != self._tag:
                raise FileBroken("The server goes on with another file than it began. Ask again.")
        else:
            self._have = 0
        self._tag = tag


def place(temporary: Path, folder: Path, name: str) -> Path:
    """Move a whole file to the first free name; one that is there with the same bytes is left as it is."""
    for path in _names(folder, name):
        if not os.path.lexists(path):
            os.replace(temporary, path)
            return path
        if path.is_file() and filecmp.cmp(temporary, path, shallow=False):
            return path
    raise AssertionError("names do not run out")


def _names(folder: Path, name: str) -> Iterator[Path]:
    plain = re.sub(r"[\x00-\x1f\x7f<>:\"|?*]", "", re.split(r"[/\\]", name)[-1]).strip(" .") or "artifact"
    stem, dot, suffix = plain.rpartition(".") if "." in plain[1:] else (plain, "", "")
    stem, suffix = re.sub(r"\s+", " ", stem)[:LONGEST_NAME], suffix[:20]
    yield folder / f"{stem}{dot}{suffix}"
    number = 2
    while True:
        yield folder / f"{stem}-{number}{dot}{suffix}"
        number += 1
