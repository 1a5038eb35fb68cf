"""Files by digest between the two sides of a connection: only what one side lacks travels, in pieces."""

from __future__ import annotations

import queue
import tempfile
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any

from blake3 import blake3

from graph_engine.artifact import Artifact
from graph_engine.artifact_folder import ArtifactFolder
from graph_engine.errors import EngineError, UploadTooLarge
from graph_engine.files import UPLOAD_PREFIX, Files
from graph_engine.workers.connection import Connection
from graph_engine.workers.errors import ConnectionEnded, FileNotDelivered
from graph_engine.workers.protocol import PIECE, Blob, Lacking, Need, Place

_POLL_SECONDS = 0.1  # between two looks at whether a wait was cancelled


@dataclass
class _Arriving:
    need: Need
    file: IO[bytes]
    hasher: Any
    size: int = 0


class Exchange:
    """Asks for files, takes them in and hands them out; the same on both sides.

    `serve`, `take` and `give_up` are called by whoever receives the messages and never wait: files are sent
    by a thread of the exchange's own.
    """

    def __init__(self, connection: Connection, files: Files, artifacts: ArtifactFolder) -> None:
        self._connection, self._files, self._artifacts = connection, files, artifacts
        self._arriving: dict[tuple[Place, str], _Arriving] = {}
        self._refused: dict[tuple[Place, str], str] = {}
        self._changed = threading.Condition()
        self._errands: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        threading.Thread(target=self._run_errands, name="files by digest", daemon=True).start()

    def lacks(self, need: Need) -> bool:
        """Whether a file is not on this side."""
        try:
            self._path(need)
        except EngineError:  # also for what is no digest: nobody has it
            return True
        return False

    def request(self, needs: Iterable[Need]) -> list[Need]:
        """Ask the other side for those that are lacking here; gives them."""
        lacking = [need for need in dict.fromkeys(needs) if self.lacks(need)]
        with self._changed:
            new = [need for need in lacking if _key(need) not in self._arriving]
            for need in new:
                self._expect(need)
        return lacking

    def waiting(self, needs: Iterable[Need]) -> bool:
        """Whether one of these is still to come. Raises `FileNotDelivered` if one never will."""
        with self._changed:
            for need in needs:
                if _key(need) in self._refused:
                    raise FileNotDelivered(self._refused[_key(need)])
            return any(_key(need) in self._arriving for need in needs)

    def fetch(self, needs: Iterable[Need], check: Callable[[], None]) -> None:
        """Ask, and wait until each has come or the other side has said that it lacks it, too."""
        lacking = self.request(needs)
        while True:
            with self._changed:
                if not any(_key(need) in self._arriving for need in lacking):
                    return
                self._changed.wait(_POLL_SECONDS)
            check()

    def serve(self, need: Need) -> None:
        """Send a file that the other side needs, or say that it is not here."""
        self._errands.put(partial(self._send, need))

    def take(self, blob: Blob) -> None:
        """Take in a piece of a file that was asked for; others are passed over."""
        with self._changed:
            arriving = self._arriving.get((blob.place, blob.digest))
        if arriving is None:
            return
        try:
            self._add(arriving, blob)
        except (EngineError, OSError) as error:
            self._settle(arriving, f"A file from the other side could not be kept: {error}")
            return
        if arriving.size == blob.size:
            self._keep(arriving)

    def give_up(self, lacking: Lacking) -> None:
        """Note that the other side has not got a file that was asked for."""
        with self._changed:
            arriving = self._arriving.get((lacking.place, lacking.digest))
        if arriving is not None:
            reason = f" ({lacking.reason})" if lacking.reason else ""
            self._settle(
                arriving,
                f"The {lacking.place} '{lacking.digest[:12]}…' is not on the other side either{reason}.",
            )

    def close(self) -> None:
        """End the thread that sends files, and forget what was arriving."""
        self._errands.put(None)
        with self._changed:
            for arriving in self._arriving.values():
                arriving.file.close()
            self._arriving.clear()
            self._changed.notify_all()

    def _expect(self, need: Need) -> None:
        self._refused.pop(_key(need), None)
        folder = self._files.uploads if need.place == "upload" else self._artifacts.folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            file = tempfile.NamedTemporaryFile(dir=folder, prefix=".arriving-")  # noqa: SIM115 (see `_settle`)
        except OSError as error:
            self._refused[_key(need)] = f"A file from the other side can not be kept: {error}"
            return
        self._arriving[_key(need)] = _Arriving(need, file, blake3())
        self._errands.put(partial(self._connection.send, need))

    def _add(self, arriving: _Arriving, blob: Blob) -> None:
        arriving.size += len(blob.data)
        if arriving.size > blob.size:
            raise FileNotDelivered("it is larger than was said.")
        if blob.place == "upload" and blob.size > self._files.upload_limit:
            raise UploadTooLarge(f"it has {blob.size:,} bytes; {self._files.upload_limit:,} are allowed.")
        arriving.hasher.update(blob.data)
        arriving.file.write(blob.data)

    def _keep(self, arriving: _Arriving) -> None:
        need = arriving.need
        if arriving.hasher.hexdigest() != need.digest:
            self._settle(arriving, f"The {need.place} '{need.digest[:12]}…' came damaged.")
            return
        try:
            arriving.file.flush()
            if need.place == "upload":
                self._files.upload(Path(arriving.file.name))
            else:
                self._artifacts.save(need.name, Path(arriving.file.name), need.media_type)
        except (EngineError, OSError) as error:
            self._settle(arriving, f"A file from the other side could not be kept: {error}")
            return
        self._settle(arriving)

    def _settle(self, arriving: _Arriving, refused: str = "") -> None:
        arriving.file.close()
        with self._changed:
            self._arriving.pop(_key(arriving.need), None)
            if refused:
                self._refused[_key(arriving.need)] = refused
            self._changed.notify_all()

    def _send(self, need: Need) -> None:
        try:
            path = self._path(need)
            size = left = path.stat().st_size
            with path.open("rb") as file:
                while True:
                    piece = file.read(min(left, PIECE))
                    left -= len(piece)
                    if left and not piece:
                        raise OSError("the file became shorter")
                    self._connection.send(Blob(need.place, need.digest, size, piece))
                    if not left:
                        break
        except ConnectionEnded:
            raise
        except (EngineError, OSError) as error:
            self._connection.send(Lacking(need.place, need.digest, str(error)))

    def _path(self, need: Need) -> Path:
        if need.place == "upload":
            return self._files.open(UPLOAD_PREFIX + need.digest)
        return self._artifacts.path(Artifact(need.digest, need.name, need.media_type, need.size))

    def _run_errands(self) -> None:
        with suppress(ConnectionEnded):
            while (errand := self._errands.get()) is not None:
                errand()


def artifact_needs(artifacts: Iterable[Artifact]) -> list[Need]:
    """What to ask for to have these artifacts."""
    return [Need("artifact", one.digest, one.name, one.media_type, one.size) for one in artifacts]


def _key(need: Need) -> tuple[Place, str]:
    return need.place, need.digest
