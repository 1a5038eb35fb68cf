"""Files that lie in a pack's folder and are read without importing it: only those, and only small ones."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

MOST_FILES = 100  # of one kind in one pack


@dataclass(frozen=True)
class PackFile:
    """A file of a pack as it is now; another state is another file."""

    path: Path
    size: int
    changed: int  # nanoseconds

    def read(self) -> bytes:
        """Its bytes, as many as it had. Raises `OSError`."""
        with self.path.open("rb") as opened:
            return opened.read(self.size)


def files_in(folder: Path, suffix: str) -> Iterator[Path]:
    """What is named so in a folder, in order, `MOST_FILES` at most; nothing where there is no folder."""
    try:
        with os.scandir(folder) as entries:
            names = sorted(islice((one.name for one in entries if one.name.endswith(suffix)), MOST_FILES))
    except OSError:
        return iter(())
    return (folder / name for name in names)


def pack_file(path: Path, folder: Path, most_bytes: int) -> PackFile | str:
    """A file in a pack's folder, or why it is not read."""
    place = Path(os.path.realpath(path))
    if not place.is_relative_to(os.path.realpath(folder)):
        return "it leads out of the pack's folder and is not followed: copy what it leads to here."
    try:
        state = place.stat()
    except OSError as error:
        return unreadable(error)
    if not stat.S_ISREG(state.st_mode):
        return "it is no file: take it out."
    if state.st_size > most_bytes:
        return f"it has {state.st_size:,} bytes; {most_bytes:,} are allowed: shorten it."
    return PackFile(place, state.st_size, state.st_mtime_ns)


def unreadable(error: OSError) -> str:
    """Why a file is not read, where the system says so."""
    return f"it can not be read ({error.strerror}): mend it or take it out."
