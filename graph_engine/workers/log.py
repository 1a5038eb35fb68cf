"""What a worker prints: drained as fast as it comes, in bounded lines, kept in a file of bounded size."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from contextlib import suppress
from pathlib import Path

MAX_BYTES = 2 * 1024 * 1024  # of the file; the one before it is kept beside it
LONGEST_LINE = 4096  # bytes; what a longer one goes on with is dropped
_TAIL = 20  # lines that are remembered, for messages


class WorkerLog:
    """The file `logs/worker-NAME.log`. A disk that is full stops nothing."""

    def __init__(self, path: Path, max_bytes: int = MAX_BYTES) -> None:
        self.path = path
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._tail: deque[str] = deque(maxlen=_TAIL)

    def drain(self, descriptor: int) -> threading.Thread:
        """Read an open pipe to its end, in a thread, and close it."""
        thread = threading.Thread(target=self._drain, args=(descriptor,), name="worker log", daemon=True)
        thread.start()
        return thread

    def note(self, text: str) -> None:
        """Write a line of the parent's own."""
        self._write([f"[{time.strftime('%Y-%m-%d %H:%M:%S')}] {text}"])

    def tail(self) -> str:
        """The last lines that the present worker printed."""
        with self._lock:
            return "\n".join(self._tail)

    def begin(self) -> None:
        """Forget the last lines: another worker prints from now on."""
        with self._lock:
            self._tail.clear()

    def _drain(self, descriptor: int) -> None:
        rest, cut = b"", False
        with os.fdopen(descriptor, "rb", buffering=0) as pipe:
            while piece := pipe.read(64 * 1024):
                *lines, rest = (rest + piece).split(b"\n")
                if cut and lines:
                    lines, cut = lines[1:], False
                if len(rest) > LONGEST_LINE:
                    if not cut:
                        lines.append(rest)
                    rest, cut = b"", True
                self._keep(lines)
        if rest and not cut:
            self._keep([rest])

    def _keep(self, lines: list[bytes]) -> None:
        shown = [
            one[:LONGEST_LINE].decode("utf-8", "replace") + (" ..." if len(one) > LONGEST_LINE else "")
            for one in lines
        ]
        with self._lock:
            self._tail.extend(shown)
        self._write(shown)

    def _write(self, lines: list[str]) -> None:
        with self._lock, suppress(OSError):
            data = "".join(f"{line}\n" for line in lines).encode()[-self._max_bytes :]
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if self.path.exists() and self.path.stat().st_size + len(data) > self._max_bytes:
                self.path.replace(self.path.with_name(f"{self.path.name}.1"))
            with self.path.open("ab") as file:
                file.write(data)
