"""Pictures, opened in processes of their own: a bad one harms its reader, not the server."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graph_engine.errors import EngineError
from graph_engine.workers.errors import BrokenFrame, FrameTooLarge
from graph_engine.workers.frames import Frame, FrameReader

MODULE = "web.service.picture_process"
SECONDS = 30.0  # for one picture
WAITING_SECONDS = 60.0  # for others' pictures
PROCESSES = 2


class PictureDamaged(EngineError):
    """A picture can not be read."""


class PictureTooLarge(EngineError):
    """A picture has more pixels, or takes more time or memory, than one may have here."""


class PicturesBusy(EngineError):
    """Too many pictures wait already, or the server ends."""


@dataclass(frozen=True)
class Measured:
    """The size of a picture in pixels as it is stored, and its EXIF orientation (1: upright)."""

    width: int
    height: int
    orientation: int


class Pictures:
    """Up to `PROCESSES` processes, each started when it is first needed and replaced when it has ended.

    Methods wait; call them in a thread. Each raises `PictureDamaged`, `PictureTooLarge`, `PicturesBusy`.
    """

    def __init__(self, pixel_limit: int, seconds: float = SECONDS) -> None:
        self._pixel_limit, self._seconds = pixel_limit, seconds
        self._idle: queue.LifoQueue[_Process | None] = queue.LifoQueue()
        for _ in range(PROCESSES):
            self._idle.put(None)
        self._lock = threading.Lock()
        self._running: set[_Process] = set()
        self._closed = False

    def close(self) -> None:
        """End all processes, whatever they do."""
        with self._lock:
            self._closed = True
            running = list(self._running)
        for process in running:
            process.end()

    @property
    def processes(self) -> list[int]:
        """The numbers of the processes that there are."""
        with self._lock:
            return [one.pid for one in self._running]

    def measure(self, path: Path, media_type: str) -> Measured:
        """Decode a picture, and say how large it is."""
        found, _ = self._ask("measure", {"path": str(path), "media_type": media_type})
        return Measured(int(found["width"]), int(found["height"]), int(found["orientation"]))

    def upright(self, path: Path, media_type: str, target: Path) -> tuple[str, Measured]:
        """Write a picture to `target` turned as its EXIF says, without its EXIF; gives its media type."""
        found, _ = self._ask("upright", {"path": str(path), "media_type": media_type, "target": str(target)})
        return str(found["media_type"]), Measured(int(found["width"]), int(found["height"]), 1)

    def thumbnail(self, path: Path, media_type: str, size: int) -> bytes:
        """A picture as WebP, upright, with its alpha, `size` pixels on the longer side at most."""
        return self._ask("thumbnail", {"path": str(path), "media_type": media_type, "size": size})[1]

    def scaled(self, data: bytes, media_type: str, size: int) -> bytes:
        """The same kind of picture, `size` pixels on the longer side at most; one that is so as it is."""
        found, small = self._ask("scale", {"media_type": media_type, "size": size}, data)
        return data if found["same"] else small

    def _ask(
        self, what: str, data: Mapping[str, Any], payload: bytes = b""
    ) -> tuple[Mapping[str, Any], bytes]:
        try:
            request = Frame(what, data, payload).encode()
        except FrameTooLarge as error:
            raise PictureTooLarge(f"The picture can not be shown small. {error}") from error
        try:
            process = self._idle.get(timeout=WAITING_SECONDS)
        except queue.Empty:
            raise PicturesBusy("Too many pictures wait to be looked at. Try again soon.") from None
        try:
            process = self._ready(process)
            answer = process.ask(request, self._seconds)
            if answer is None and not process.late:  # it may have ended while it had nothing to do
                process = self._ready(process)
                answer = process.ask(request, self._seconds)
        finally:
            self._idle.put(process)
        if answer is None:
            raise self._unanswered(process)
        if answer.kind == "done":
            return answer.data, answer.payload
        text = str(answer.data.get("text", ""))
        if answer.data.get("why") == "too_large":
            raise PictureTooLarge(f"The picture is too large. {text} Make it smaller, and give it again.")
        raise PictureDamaged(
            f"The picture can not be read: {text[:300]} Save it again with the program it is from."
        )

    def _ready(self, process: _Process | None) -> _Process:
        if process is not None and process.lives:
            return process
        if process is not None:
            process.end()
        with self._lock:
            if process is not None:
                self._running.discard(process)
            if self._closed:
                raise PicturesBusy("The server ends.")
            process = _Process(self._pixel_limit)
            self._running.add(process)
            return process

    def _unanswered(self, process: _Process) -> EngineError:
        if self._closed:
            return PicturesBusy("The server ends.")
        if process.late:
            return PictureTooLarge(
                f"The picture took longer than {self._seconds:g} seconds. Make it smaller, or save it in "
                "another format."
            )
        return PictureDamaged(
            "The picture can not be read: what reads it ended over it. "
            "Save it again with the program it is from."
        )


class _Process:
    """One process; one picture at a time."""

    def __init__(self, pixel_limit: int) -> None:
        path = os.pathsep.join(folder or os.getcwd() for folder in sys.path)
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", MODULE, str(pixel_limit)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env={**os.environ, "PYTHONPATH": path},
        )
        self.late = False

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def lives(self) -> bool:
        return self._process.poll() is None

    def ask(self, request: bytes, seconds: float) -> Frame | None:
        """The answer, or None where the process ended or was ended over it."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        self.late = False
        timer = threading.Timer(seconds, self._give_up)
        timer.start()
        try:
            rest = memoryview(request)
            while rest:
                rest = rest[stdin.write(rest) :]
            frames = FrameReader()
            while piece := stdout.read(1 << 20):
                for answer in frames.feed(piece):
                    return answer
        except (OSError, ValueError, BrokenFrame):
            pass
        finally:
            timer.cancel()
        self._process.kill()
        self._process.wait()
        return None

    def _give_up(self) -> None:
        self.late = True
        self._process.kill()

    def end(self) -> None:
        """End it, and leave nothing of it behind."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
