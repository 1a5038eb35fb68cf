"""Files that documents name: found inside allowed folders only, or among the uploads by digest."""

from __future__ import annotations

import difflib
import re
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import TypeAlias

from graph_engine.atomic import copy_atomic
from graph_engine.digest import digest_file, is_digest
from graph_engine.errors import FileMissing, PathEscape, UploadTooLarge

UPLOAD_PREFIX = "blake3:"
_ANOTHER = ": on the command line with --set, over HTTP as an upload."
_LONGEST_PATH = 1024  # bytes
UPLOAD_LIMIT = 512 * 1024 * 1024  # bytes
MOST_ENTRIES = 10_000  # of the folders, looked at for a list of names
DEEPEST = 8  # folders inside folders
_LARGE = 1024 * 1024  # bytes
_SETTLED = 2_000_000_000  # nanoseconds
_Stamp: TypeAlias = tuple[int, int, int, int]


class Files:
    """Resolves a document's file paths: `roots` are tried in order; `uploads` holds imports by digest."""

    def __init__(self, roots: Sequence[Path], uploads: Path, upload_limit: int = UPLOAD_LIMIT) -> None:
        self.roots = tuple(roots)
        self.uploads = uploads
        self.upload_limit = upload_limit
        self._digests: dict[Path, tuple[_Stamp, str]] = {}  # of large files, as they were

    def open(self, path: str) -> Path:
        """The file a document means by `path`; raises `PathEscape` or `FileMissing`."""
        if path.startswith(UPLOAD_PREFIX):
            return self.upload_path(path)
        if reason := why_path_escapes(path):
            raise PathEscape(reason)
        if len(path.encode("utf-8", "replace")) > _LONGEST_PATH:
            raise FileMissing(f"There is no file '{path[:60]}…': the name is too long for any.")
        for root in self.roots:
            base = root.resolve()
            found = (base / path).resolve()
            if not found.is_relative_to(base):
                raise PathEscape(
                    f"'{path}' leads out of the folder '{root.name}' through a symbolic link; "
                    "copy the file into that folder."
                )
            if found.is_file():
                return found
        if not path:
            raise FileMissing(f"No file is named; give one{_ANOTHER}")
        # Names only: whoever reads this may be at another machine, and is not told where things lie here.
        looked = ", ".join(f"'{root.name}'" for root in self.roots) or "no folder"
        way_out = self._nearest(path) or f"Put it there, or give another{_ANOTHER}"
        raise FileMissing(f"There is no file '{path}' (looked in {looked}). {way_out}")

    def names(self, ending: str) -> list[str]:
        """The names that end so of the files in the folders, in order, as documents may name them.

        Links are followed where they stay inside. Not more than `MOST_ENTRIES` entries are looked at.
        """
        found: set[str] = set()
        left = MOST_ENTRIES
        for root in self.roots:
            base = root.resolve()
            folders, seen = deque([PurePosixPath()]), {base}
            while folders and left > 0:
                place = folders.popleft()
                with suppress(OSError):
                    for entry in sorted(islice((base / place).iterdir(), left)):
                        left -= 1
                        name, leads_to = place / entry.name, entry.resolve()
                        if entry.name.startswith(".") or not leads_to.is_relative_to(base):
                            continue
                        if leads_to.is_dir():
                            if leads_to not in seen and len(name.parts) <= DEEPEST:
                                seen.add(leads_to)
                                folders.append(name)
                        elif name.as_posix().endswith(ending) and leads_to.is_file():
                            found.add(name.as_posix())
        return sorted(found)

    def _nearest(self, path: str) -> str:
        place = PurePosixPath(path.replace("\\", "/"))
        for root in self.roots:
            folder = root / place.parent
            with suppress(OSError):
                names = [one.name for one in islice(folder.iterdir(), 1000)]
                if close := difflib.get_close_matches(place.name, names, 1, 0.6):
                    return f"Did you mean '{(place.parent / close[0]).as_posix()}'?"
        return ""

    def upload(self, source: Path) -> str:
        """Import a file into the uploads and give its `blake3:...` reference."""
        try:
            size = source.stat().st_size
        except OSError as error:
            raise FileMissing(f"There is no readable file '{source}'.") from error
        if not source.is_file():
            raise FileMissing(f"'{source}' is not a file.")
        if size > self.upload_limit:
            raise UploadTooLarge(f"'{source}' has {size:,} bytes; an input may have {self.upload_limit:,}.")
        digest = self._digest(source)
        target = self._upload_path(digest)
        if not target.is_file() or target.stat().st_size != size:
            copy_atomic(source, target)
        return UPLOAD_PREFIX + digest

    def reference(self, path: str) -> str | None:
        """The `blake3:...` name of the content `path` leads to now, or None if it leads nowhere."""
        try:
            return path if path.startswith(UPLOAD_PREFIX) else UPLOAD_PREFIX + self._digest(self.open(path))
        except (PathEscape, FileMissing, OSError, ValueError):
            return None

    def _digest(self, path: Path) -> str:
        """The digest of a file; that of a large one is read anew only when the file was touched."""
        stat = path.stat()
        stamp = (stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)
        known = self._digests.get(path)
        if known is not None and known[0] == stamp:
            return known[1]
        digest = digest_file(path)
        settled = (
            time.time_ns() - stat.st_ctime_ns > _SETTLED
        )  # else it may change within one tick of a clock
        if stat.st_size >= _LARGE and settled:
            self._digests[path] = (stamp, digest)
        return digest

    def upload_path(self, reference: str) -> Path:
        """The file of an upload by its `blake3:...` name. Raises `FileMissing`."""
        digest = reference.removeprefix(UPLOAD_PREFIX)
        if not is_digest(digest):
            raise FileMissing(f"'{reference}' is not an upload: 'blake3:' and 64 hex digits are wanted.")
        path = self._upload_path(digest)
        if not path.is_file():
            raise FileMissing(
                f"The upload '{reference[:19]}…' is not in this data folder; give the file again{_ANOTHER}"
            )
        return path

    def _upload_path(self, digest: str) -> Path:
        return self.uploads / digest[:2] / digest


class UnrestrictedFiles(Files):
    """For a node called as plain Python: the caller's own paths, taken as they are."""

    def open(self, path: str) -> Path:
        """The path itself; raises `FileMissing`."""
        found = Path(path).expanduser()
        if not found.is_file():
            raise FileMissing(f"There is no file '{path}'.")
        return found


def is_upload(text: str) -> bool:
    """Whether a text is the `blake3:...` name of an upload."""
    return text.startswith(UPLOAD_PREFIX) and is_digest(text.removeprefix(UPLOAD_PREFIX))


def why_path_escapes(path: str) -> str | None:
    """Why `path` can not stay inside a folder whatever that folder holds, or None."""
    plain = path.replace("\\", "/")
    if "\0" in path:
        return "A path can not contain a NUL character."
    if plain.startswith(("/", "~")) or re.match(r"[A-Za-z]:", plain):
        return (
            f"'{path}' is an absolute path; a document names files relative to its own folder, "
            "or by the digest of an upload."
        )
    if ".." in PurePosixPath(plain).parts:
        return f"'{path}' climbs out with '..'; a document names files inside its own folder."
    return None
