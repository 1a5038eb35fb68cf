"""The audit log: a line of JSON for each change, who did it, with what, and how it came out."""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from web.service.people.errors import PeopleUnusable

log = logging.getLogger(__name__)

SIZE = 16 << 20  # bytes of a file, until the next one is begun
FILES = 4
MAX_WAITING = 10_000  # lines that a disk may be behind; of more, the oldest are lost
FLUSH_SECONDS = 5.0
_BLOCK = 1 << 16


class AuditLog:
    """Written by a thread of its own, so that nobody waits for the disk; what can not be written is counted.

    Lines are numbered, on over restarts. `path` is the newest file, `audit.1.jsonl` the one before.
    """

    def __init__(self, path: Path, size: int = SIZE, files: int = FILES) -> None:
        self._path, self._size, self._files = path, size, files
        self._waiting: deque[dict[str, Any]] = deque()
        self._changed = threading.Condition()
        self._writing = self._closed = False
        self._lost = 0
        self._failing = False
        self._number = self._last_number()
        self._thread = threading.Thread(target=self._run, name="audit")
        self._thread.start()

    def note(self, entry: Mapping[str, Any]) -> None:
        """Add an entry; `number` and `time` are given to it. From any thread, at once."""
        stamped = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), **entry}
        with self._changed:
            if len(self._waiting) >= MAX_WAITING:
                self._waiting.popleft()
                self._lost += 1
            self._waiting.append(stamped)
            self._changed.notify_all()

    def page(self, limit: int, cursor: int | None = None) -> tuple[list[dict[str, Any]], int | None]:
        """Entries with numbers below the cursor, newest first, and the next page's cursor.

        Raises `PeopleUnusable`.
        """
        self.flush()
        found: list[dict[str, Any]] = []
        try:
            for entry in self._backwards(cursor):
                if len(found) == limit:
                    return found, found[-1]["number"]
                found.append(entry)
        except OSError as error:
            raise PeopleUnusable(f"The audit log '{self._path}' can not be read: {error}.") from error
        return found, None

    def flush(self, seconds: float = FLUSH_SECONDS) -> None:
        """Wait until what was noted is written, or is known to be lost."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while (self._waiting or self._writing) and (left := deadline - time.monotonic()) > 0:
                self._changed.wait(left)

    def close(self) -> None:
        """Write what is left, and end."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join()

    def _last_number(self) -> int:
        try:
            return next((int(entry["number"]) for entry in self._backwards()), 0)
        except OSError as error:
            log.error("The audit log '%s' can not be read: %s.", self._path, error)
            return 0

    def _run(self) -> None:
        while True:
            with self._changed:
                self._writing = False
                self._changed.notify_all()
                while not self._waiting and not self._closed:
                    self._changed.wait()
                if not self._waiting:
                    return
                entries, lost = list(self._waiting), self._lost
                self._waiting.clear()
                self._writing, self._lost = True, 0
            if lost:
                entries.insert(0, {"time": entries[0]["time"], "operation": "audit_gap", "lost": lost})
            try:
                self._write(entries)
                self._failing = False
            except OSError as error:
                with self._changed:
                    self._lost += lost + len(entries) - bool(lost)
                if not self._failing:
                    log.error("The audit log '%s' can not be written: %s.", self._path, error)
                self._failing = True

    def _write(self, entries: list[dict[str, Any]]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        lines = []
        for number, entry in enumerate(entries, self._number + 1):
            lines.append(json.dumps({"number": number, **entry}, ensure_ascii=False))
        data = "".join(f"{line}\n" for line in lines).encode("utf-8", "replace")
        if self._path.exists() and self._path.stat().st_size + len(data) > self._size:
            self._rotate()
        with self._path.open("a+b", buffering=0) as file:
            size = file.seek(0, os.SEEK_END)
            if size and not _ends_whole(file):
                data = b"\n" + data  # a power cut left half a line
            try:
                while data:
                    data = data[file.write(data) :]
            except OSError:
                with suppress(OSError):
                    file.truncate(size)  # all of these lines count as lost, so none is left
                raise
        self._number += len(entries)

    def _rotate(self) -> None:
        for index in range(self._files - 2, -1, -1):
            if self._file(index).exists():
                os.replace(self._file(index), self._file(index + 1))

    def _file(self, index: int) -> Path:
        return self._path if not index else self._path.with_suffix(f".{index}{self._path.suffix}")

    def _backwards(self, below: int | None = None) -> Iterator[dict[str, Any]]:
        """Every entry with a number below `below`, newest first; lines that are damaged are passed over."""
        for index in range(self._files):
            try:
                lines = backwards(self._file(index))
                for line in lines:
                    entry = _entry(line)
                    if entry is not None and (below is None or entry["number"] < below):
                        below = entry["number"]
                        yield entry
            except (FileNotFoundError, NotADirectoryError):
                continue


def backwards(path: Path) -> Iterator[bytes]:
    """The lines of a file from its end, read in blocks."""
    with path.open("rb") as file:
        place = file.seek(0, os.SEEK_END)
        rest = b""
        while place:
            begin = max(0, place - _BLOCK)
            file.seek(begin)
            lines = (file.read(place - begin) + rest).split(b"\n")
            place, rest = begin, lines[0]
            yield from reversed(lines[1:])
        yield rest


def _ends_whole(file: Any) -> bool:
    file.seek(-1, os.SEEK_END)
    return bool(file.read(1) == b"\n")


def _entry(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) and isinstance(found.get("number"), int) else None
