"""Thumbnails: small pictures of stored ones, kept on disk within a budget. They can be made again."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path

from graph_engine.atomic import replacing
from graph_engine.digest import is_digest
from graph_engine.errors import EngineError
from web.service.media_types import HEAD, PICTURES, sniff
from web.service.pictures import Pictures

MEDIA_TYPE = "image/webp"


class NoPicture(EngineError):
    """A file is no picture that can be shown small."""


class Thumbnails:
    """Files `folder/xx/digest-size.webp`, those that were used longest ago leave first."""

    def __init__(self, folder: Path, budget: int, pictures: Pictures) -> None:
        self._folder, self._budget, self._pictures = folder, budget, pictures
        self._lock = threading.Lock()
        self._sizes: OrderedDict[Path, int] | None = None  # in the order of use; read on first use
        self._bytes = 0

    def kept(self, digest: str, size: int) -> bytes | None:
        """The thumbnail of a picture, if it was made before."""
        path = self._path(digest, size)
        with suppress(OSError):
            data = path.read_bytes()
            os.utime(path)
            with self._lock:
                if path in self._known():
                    self._known().move_to_end(path)
            return data
        return None

    def make(self, digest: str, source: Path, name: str, size: int) -> bytes:
        """A stored picture, `size` pixels on the longer side at most.

        Raises `NoPicture`, and what `Pictures` does.
        """
        with source.open("rb") as file:
            media_type = sniff(file.read(HEAD))
        if media_type not in PICTURES:
            raise NoPicture(f"'{name}' is '{media_type}', of which there is no small picture.")
        data = self._pictures.thumbnail(source, media_type, size)
        path = self._path(digest, size)
        with suppress(OSError):  # a full disk: it is made again when it is asked for again
            with replacing(path) as temporary:
                temporary.write_bytes(data)
            self._take(path, len(data))
        return data

    def delete(self, digest: str) -> None:
        """Forget the thumbnails of a picture, of all sizes."""
        with self._lock:
            for path in list((self._folder / digest[:2]).glob(f"{digest}-*.webp")):
                self._drop(path)

    def _path(self, digest: str, size: int) -> Path:
        return self._folder / digest[:2] / f"{digest}-{size}.webp"

    def _take(self, path: Path, size: int) -> None:
        with self._lock:
            known = self._known()
            self._bytes += size - known.pop(path, 0)
            known[path] = size
            while self._bytes > self._budget and known:
                self._drop(next(iter(known)))

    def _drop(self, path: Path) -> None:
        self._bytes -= self._known().pop(path, 0)
        with suppress(OSError):
            path.unlink(missing_ok=True)

    def _known(self) -> OrderedDict[Path, int]:
        if self._sizes is None:
            found = []
            for path in self._folder.glob("??/*.webp"):
                with suppress(OSError):
                    status = path.stat()
                    if is_digest(path.name[:64]):
                        found.append((status.st_mtime_ns, path, status.st_size))
            self._sizes = OrderedDict((path, size) for _, path, size in sorted(found))
            self._bytes = sum(self._sizes.values())
        return self._sizes
