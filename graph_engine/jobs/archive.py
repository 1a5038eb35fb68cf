"""The file in which a queue travels: a zip, nothing packed, of one text of lines and of files by content.

    jobs.jsonl                  a header, then each job, followed by the entries of its journal
    uploads/DIGEST              what documents name by content
    artifacts/DIGEST.EXTENSION  what jobs saved

Reading trusts nothing: names are of these forms only, sizes add up, and content is what its name says.
"""

from __future__ import annotations

import io
import json
import math
import re
import zipfile
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NoReturn, cast

from blake3 import blake3

from graph_engine.jobs.errors import ArchiveUnusable
from graph_engine.jobs.rows import to_json

LINES = "jobs.jsonl"
MAX_LINE = 256 * 1024 * 1024  # bytes; a document of 16 MB can be six times as long inside a line
_CONTENT = re.compile(
    r"uploads/(?P<upload>[0-9a-f]{64})|artifacts/(?P<artifact>[0-9a-f]{64})(?:\.[a-z0-9]{1,12})?"
)
_CHUNK = 1 << 20
_DATE = (1980, 1, 1, 0, 0, 0)  # of every member: equal queues give equal archives
_ENCRYPTED = 1
_BROKEN = (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError, ValueError, MemoryError)


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn whatever is wrong with the archive into `ArchiveUnusable`; `ValueError` says what it holds."""
    try:
        yield
    except _BROKEN as error:
        reason = (isinstance(error, OSError) and error.strerror) or str(error) or type(error).__name__
        raise ArchiveUnusable(
            f"'{path}' can not be read as an archive of jobs: {reason}. Nothing was changed. "
            "Make it anew with `latentgraph jobs export`."
        ) from error


def digest_in(name: str) -> str:
    """The digest in the name of a member that holds content. Raises `ValueError` for other names."""
    found = _CONTENT.fullmatch(name)
    if found is None:
        raise ValueError(f"it holds {name[:80]!r}, which no export does")
    return str(found["upload"] or found["artifact"])


def place_of(name: str) -> Path:
    """Where the content of that name lies in a data folder, relative to it."""
    folder, _, file = name.partition("/")
    return Path(folder, digest_in(name)[:2], file)


class ArchiveWriter:
    """Writes an archive into a new file; `close` makes it whole."""

    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path, "w", zipfile.ZIP_STORED)

    @contextmanager
    def lines(self) -> Iterator[Callable[[dict[str, Any]], None]]:
        """Give the function that writes one line."""
        with self._zip.open(zipfile.ZipInfo(LINES, _DATE), "w", force_zip64=True) as file:

            def write(value: dict[str, Any]) -> None:
                file.write(f"{to_json(value)}\n".encode())

            yield write

    def add(self, name: str, source: Path) -> None:
        """Add a file under a name with its digest. Raises `ArchiveUnusable` if it is damaged."""
        member = zipfile.ZipInfo(name, _DATE)
        with source.open("rb") as file, self._zip.open(member, "w", force_zip64=True) as writing:
            found = _copy(file, writing.write)
        if found != digest_in(name):
            raise ArchiveUnusable(
                f"'{source}' is damaged: its content is not what its name says. "
                "Delete it and export again; its jobs go without it."
            )

    def close(self) -> None:
        """Write the end of the archive."""
        self._zip.close()


class ArchiveReader:
    """Opens an archive that anybody may have made. Raises `ArchiveUnusable`, from its methods too."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.sizes: dict[str, int] = {}
        with reading(path):
            self._zip = zipfile.ZipFile(path)
            try:
                self._look_through()
            except BaseException:
                self._zip.close()
                raise

    def lines(self) -> Generator[dict[str, Any], None, None]:
        """The lines as plain JSON objects; close it when it is not read to its end."""
        number = 0
        with reading(self._path), self._zip.open(LINES) as member:
            file = io.BufferedReader(cast(io.RawIOBase, member))
            while line := file.readline(MAX_LINE + 1):
                number += 1
                if len(line) > MAX_LINE:
                    raise ValueError(f"line {number} has more than {MAX_LINE:,} bytes")
                yield _object(line, number)

    def check(self, name: str) -> None:
        """See that content is what its name says."""
        self._read(name, lambda data: None)

    def copy(self, name: str, target: Path) -> None:
        """Write content to a file, and see that it is what its name says."""
        with target.open("wb") as file:

            def write(data: bytes) -> None:
                try:
                    file.write(data)
                except OSError as error:
                    raise ArchiveUnusable(
                        f"'{target}' can not be written ({error.strerror}); nothing was changed. "
                        "Free space on the disk, and import again."
                    ) from error

            self._read(name, write)

    def close(self) -> None:
        """Close the file."""
        self._zip.close()

    def _read(self, name: str, write: Callable[[bytes], object]) -> None:
        with reading(self._path), self._zip.open(name) as member:
            if _copy(member, write) != digest_in(name):
                raise ValueError(f"its member '{name}' is damaged")

    def _look_through(self) -> None:
        members = self._zip.infolist()
        room = self._path.stat().st_size
        for member in members:
            plain = member.compress_type == zipfile.ZIP_STORED and member.file_size == member.compress_size
            if not plain or member.flag_bits & _ENCRYPTED:
                raise ValueError(f"its member {member.filename[:80]!r} is packed")
            room -= member.file_size
            if member.filename != LINES:
                digest_in(member.filename)
                self.sizes[member.filename] = member.file_size
        if len({member.filename for member in members}) != len(members) or room < 0:
            raise ValueError("its members lie over one another")
        if len(members) == len(self.sizes):
            raise ValueError(f"it has no {LINES}")


def _copy(source: IO[bytes], write: Callable[[bytes], object]) -> str:
    """Copy in pieces; gives the digest."""
    hasher = blake3()
    while chunk := source.read(_CHUNK):
        hasher.update(chunk)
        write(chunk)
    return hasher.hexdigest()


def _object(line: bytes, number: int) -> dict[str, Any]:
    def refuse(constant: str) -> NoReturn:
        raise ValueError(f"{constant} is no JSON number")

    def finite(digits: str) -> float:
        return float(digits) if math.isfinite(float(digits)) else refuse(digits)

    try:
        value = json.loads(line, parse_constant=refuse, parse_float=finite)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"line {number} of {LINES} is not JSON ({error})") from error
    if not isinstance(value, dict):
        raise ValueError(f"line {number} of {LINES} is no object")
    return value
