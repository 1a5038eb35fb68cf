"""The messages between a worker and whoever gives it work. docs/workers.md describes each.

Values are named by digest; nothing here assumes that both sides share memory, a disk or a machine.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, is_dataclass
from functools import cache
from typing import Any, Literal

from graph_engine.artifact import Artifact
from graph_engine.execution.result import RunStatus
from graph_engine.wire import WireError, from_wire, kind_of, to_wire
from graph_engine.workers.errors import BrokenFrame
from graph_engine.workers.frames import Frame

VERSION = 1
PIECE = 1024 * 1024  # bytes of a file in one message

log = logging.getLogger(__name__)

Place = Literal["upload", "artifact"]


class Message:
    """The base of all messages."""


@dataclass(frozen=True)
class Hello(Message):
    """To a worker, first: who it is, its settings, and how often (seconds) it says that it is alive.

    A `desk` gets no jobs, only questions.
    """

    version: int
    name: str
    settings: dict[str, Any]
    heartbeat: float
    desk: bool = False


@dataclass(frozen=True)
class Ready(Message):
    """From a worker, once: it can take jobs. `packs` are versions by name; `faults` could not be loaded."""

    version: int
    engine: str
    pid: int
    device: str
    packs: dict[str, str]
    faults: tuple[str, ...] = ()


@dataclass(frozen=True)
class RunJob(Message):
    """To a worker: run this document (JSON text in UTF-8). `preview_seconds` None: no previews."""

    job: str
    document: bytes
    wanted: tuple[str, ...] | None = None
    preview_size: int = 0
    preview_seconds: float | None = None
    continue_on_error: bool = False


@dataclass(frozen=True)
class Cancel(Message):
    """To a worker: stop this job at its next step."""

    job: str


@dataclass(frozen=True)
class Pause(Message):
    """To a worker: stop this job after the node that it is at."""

    job: str


@dataclass(frozen=True)
class Stop(Message):
    """To a worker: stop what runs at its next step, then end."""


@dataclass(frozen=True)
class Taken(Message):
    """From a worker: it begins with this job. If it ends before, the job was not at fault."""

    job: str


@dataclass(frozen=True)
class Event(Message):
    """From a worker: an event of the job that it runs, taken apart by `wire.to_wire`."""

    job: str
    kind: str
    data: dict[str, Any]
    payload: bytes = b""


@dataclass(frozen=True)
class Have(Message):
    """From a worker, before `Finished`: the artifacts of the job; the other side asks for those it lacks."""

    job: str
    artifacts: tuple[Artifact, ...]


@dataclass(frozen=True)
class Finished(Message):
    """From a worker: the job is over, and the next may come."""

    job: str
    status: RunStatus
    result: dict[str, Any]
    error: str = ""


@dataclass(frozen=True)
class Heartbeat(Message):
    """From a worker: it is alive."""


@dataclass(frozen=True)
class Memory(Message):
    """From a worker: bytes of the process, of its values in memory and their budget, and what services say.

    A service that says `models` names the digests of the models that it holds.
    """

    resident: int
    used: int
    budget: int
    services: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Ask(Message):
    """To a worker, at any time: a question, by its name in `workers.replies`, about a document."""

    request: int
    what: str
    document: bytes
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Withdraw(Message):
    """To a worker: nobody waits for this answer any more. It comes, but need not be worked out."""

    request: int


@dataclass(frozen=True)
class Answer(Message):
    """From a worker: what was asked for, the bytes in pieces, the `result` with the last; or why not."""

    request: int
    last: bool = True
    result: dict[str, Any] = field(default_factory=dict)
    error: str = ""
    data: bytes = b""


@dataclass(frozen=True)
class Need(Message):
    """Either way: this side lacks a file that the other has; `name` and `media_type` are an artifact's."""

    place: Place
    digest: str
    name: str = ""
    media_type: str = ""
    size: int = 0


@dataclass(frozen=True)
class Blob(Message):
    """Either way: the next piece of a file that was asked for; `size` is the whole file's."""

    place: Place
    digest: str
    size: int
    data: bytes


@dataclass(frozen=True)
class Lacking(Message):
    """Either way: the file that was asked for is not here either."""

    place: Place
    digest: str
    reason: str = ""


def encode(message: Message) -> bytes:
    """The frame of a message. Raises `FrameTooLarge`."""
    return Frame(kind_of(type(message)), *to_wire(message)).encode()


def decode(frame: Frame) -> Message | None:
    """The message in a frame; None, with a log entry, for a kind of a later version. Raises `BrokenFrame`."""
    cls = message_types().get(frame.kind)
    if cls is None:
        log.warning("A message of the unknown kind '%s' was passed over.", frame.kind[:100])
        return None
    try:
        return from_wire(cls, frame.data, frame.payload)
    except WireError as error:
        raise BrokenFrame(str(error)) from error


@cache
def message_types() -> dict[str, type[Message]]:
    """Every message by its kind."""
    return {kind_of(one): one for one in Message.__subclasses__() if is_dataclass(one)}
