"""A small pack of toy nodes: arithmetic, blobs, files, waiting, failing."""

from __future__ import annotations

import asyncio
import os
import struct
import sys
import threading
import time
import zlib
from collections import Counter
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, TypeVar

from pydantic import Field

from graph_engine import (
    Artifact,
    Choice,
    Choices,
    Codec,
    FilePath,
    Lazy,
    Measure,
    Measured,
    ModelName,
    Multiline,
    NodeUse,
    Pack,
    Run,
    Seed,
    Subgraph,
    ValueType,
    node,
)
from graph_engine.atomic import write_atomic
from graph_engine.digest import digest_file

T = TypeVar("T")

calls: Counter[str] = Counter()


@dataclass(frozen=True)
class Blob:
    """Bytes large enough to be a file in the store."""

    data: bytearray


class BlobCodec(Codec[Blob]):
    suffix = ".blob"

    def dumps(self, value: Blob) -> bytes:
        return bytes(value.data)

    def write(self, value: Blob, path: Path) -> None:
        path.write_bytes(value.data)

    def read(self, path: Path) -> Blob:
        return Blob(bytearray(path.read_bytes()))


@dataclass(frozen=True)
class Point:
    """A plain dataclass; it needs no registration."""

    x: int
    y: int = 0


class Parts(NamedTuple):
    quotient: int
    remainder: int


@node(title="Number")
def number(value: int = 0) -> int:
    """Give a whole number."""
    calls["number"] += 1
    return value


@node(title="Add", category="arithmetic")
def add(a: int, b: Annotated[int, Field(ge=-1000, le=1000)] = 1) -> int:
    """Add two whole numbers."""
    calls["add"] += 1
    return a + b


@node(title="Plus", category="arithmetic")
def plus(a: int, b: int) -> int:
    """Add any two whole numbers."""
    calls["plus"] += 1
    return a + b


@node(title="Total", category="arithmetic")
def total(numbers: list[int]) -> int:
    calls["total"] += 1
    return sum(numbers)


@node(title="Divide", category="arithmetic")
def divide(a: int, b: int = 1) -> Parts:
    """Divide whole numbers; b = 0 fails."""
    calls["divide"] += 1
    return Parts(a // b, a % b)


@node(title="Decay", category="arithmetic")
def decay(steps: Annotated[int, Field(ge=0, le=100_000)] = 40, rate: float = 0.9) -> list[float]:
    """A curve that falls, as losses do, with a little rise now and then."""
    calls["decay"] += 1
    return [rate**step + 0.05 * (step % 7 == 6) for step in range(steps)]


@node(title="Sign")
def sign(a: int) -> int:
    """-1, 0 or 1: many inputs give the same output."""
    calls["sign"] += 1
    return (a > 0) - (a < 0)


@node(title="Same")
def same(thing: T) -> T:
    calls["same"] += 1
    return thing


@node(title="Make a blob")
def make_blob(
    text: Annotated[str, Multiline()] = "x", size: int = 10_000, seed: Annotated[int, Seed()] = 0
) -> Blob:
    calls["make_blob"] += 1
    return Blob(bytearray((f"{text}{seed}".encode() * size)[:size]))


@node(title="Measure a blob")
def measure(blob: Blob, other: Blob | None = None) -> int:
    calls["measure"] += 1
    return len(blob.data) + (len(other.data) if other else 0)


@node(title="Count blobs")
def count_blobs(blobs: list[Blob]) -> int:
    calls["count_blobs"] += 1
    return len(blobs)


@node(title="Split a blob")
def split(blob: Blob) -> list[Blob]:
    calls["split"] += 1
    middle = len(blob.data) // 2
    return [Blob(blob.data[:middle]), Blob(blob.data[middle:])]


@node(title="Spoil a blob")
def spoil(blob: Blob) -> int:
    blob.data[0] = (blob.data[0] + 1) % 256
    return len(blob.data)


@node(title="Point")
def point(x: int = 0, mode: Literal["plain", "mirrored"] = "plain") -> Point:
    calls["point"] += 1
    return Point(-x if mode == "mirrored" else x)


@node(title="Save text", kind="effect")
def save_text(text: str, name: str = "note.txt", *, run: Run) -> Artifact:
    """Keep a text as an artifact."""
    calls["save_text"] += 1
    return run.save_artifact(name, text.encode(), "text/plain")


@node(title="Show", category="text")
def show(value: int) -> str:
    calls["show"] += 1
    return str(value)


@node(title="Tick", kind="volatile")
def tick(start: int = 0) -> int:
    """Always runs; gives the same number."""
    calls["tick"] += 1
    return start


def _file_size(path: str, run: Run) -> int:
    return run.open_file(path).stat().st_size


@node(title="File size", kind="external", fingerprint=_file_size)
def file_size(path: Annotated[str, FilePath("any")], *, run: Run) -> int:
    calls["file_size"] += 1
    return run.open_file(path).stat().st_size


@node(title="Read text")
def read_text(path: Annotated[str, FilePath("text")], *, run: Run) -> str:
    calls["read_text"] += 1
    return run.open_file(path).read_text()


def _model_digest(name: str, run: Run) -> str:
    calls["model_digest"] += 1
    return digest_file(run.open_file(f"{name}.model"))


@node(title="Weigh a model", kind="external", fingerprint=lambda name, run: _model_digest(name, run))
def weigh(name: Annotated[str, ModelName(_model_digest)] = "small", *, run: Run) -> int:
    """Give the size of a model, a file NAME.model."""
    calls["weigh"] += 1
    return run.open_file(f"{name}.model").stat().st_size


@node(title="Read the outside", kind="external", fingerprint=lambda name: os.environ.get(name, ""))
def environment(name: str) -> str:
    calls["environment"] += 1
    return os.environ.get(name, "")


@node(title="Later", lane="io")
async def later(a: int) -> int:
    calls["later"] += 1
    await asyncio.sleep(0)
    return a + 1


@node(title="Count up")
def count_up(steps: int = 3) -> Generator[float, None, int]:
    calls["count_up"] += 1
    for step in range(steps):
        yield (step + 1) / steps
    return steps


@node(title="Train", lane="device")
def train(steps: int = 5, seconds: float = 0.0, after: int = 0, *, run: Run) -> int:
    """Count up to `steps`, with a checkpoint after each; gives how many steps this run did."""
    calls["train"] += 1
    checkpoint = run.workspace() / "step"
    done = int(checkpoint.read_text()) if checkpoint.exists() else 0
    first = done
    while done < steps:
        time.sleep(seconds)
        done += 1
        write_atomic(checkpoint, str(done).encode())
        run.progress(done, steps)
    return done - first


@node(title="Chatter")
def chatter() -> str:
    print("chatter")
    return "said"


@node(title="Fail")
def fail(a: int, message: str = "the reason") -> int:
    raise RuntimeError(message)


@node(title="Lie")
def lie(a: int) -> int:
    return "not a number"  # type: ignore[return-value]


@node(title="Device")
def device(*, run: Run) -> str:
    return run.device


@node(title="At least")
def at_least(a: int, limit: int = 0) -> bool:
    calls["at_least"] += 1
    return a >= limit


NOTHING: Lazy[None] = Lazy.of(None)


@node(title="Pick")
def pick(which: bool, yes: Lazy[int], no: Lazy[int | None] = NOTHING) -> int:
    """Ask for one of two inputs, and leave the other."""
    calls["pick"] += 1
    return (yes.get() if which else no.get()) or 0


@node(title="Pick two")
def first_even(a: Lazy[int], b: Lazy[int]) -> int:
    """The first that is even, asked for in order, or 0."""
    calls["first_even"] += 1
    return a.get() if a.get() % 2 == 0 else b.get() if b.get() % 2 == 0 else 0


class Repeated(NamedTuple):
    total: int
    last: int


@node(title="Repeat an addition")
def repeat(start: int, times: int = 3, *, run: Run) -> Subgraph[Repeated]:
    """A graph of `times` additions in the node's place."""
    calls["repeat"] += 1
    body = run.body()
    last: Any = body.add("toy/add", a=body.port("start"), b=0)
    totals = [last]
    for _ in range(times):
        last = body.add("toy/add", a=last, b=1)
        totals.append(last)
    body.output("total", body.add("toy/total", numbers=totals))
    body.output("last", last)
    return body.subgraph()


@node(title="A wrong graph")
def wrong_graph(start: int, *, run: Run) -> Subgraph[int]:
    body = run.body()
    body.output("integer", body.add("toy/show", value=body.port("start")))
    return body.subgraph()


@node(title="Fail on one number")
def fail_on(a: int, bad: int = 13) -> int:
    calls["fail_on"] += 1
    if a == bad:
        raise RuntimeError(f"{a} is the bad one")
    return a


meetings: dict[str, threading.Barrier] = {}


@node(title="Meet", retries=0)
def meet(a: int = 0, parties: int = 2, place: str = "here") -> int:
    """Wait until `parties` nodes are here at once; fails when they do not come."""
    calls["meet"] += 1
    meetings.setdefault(place, threading.Barrier(parties)).wait(20)
    return a


@node(title="Meet on the device", lane="device")
def device_alone(a: int = 0) -> int:
    """Fails when two are computed at once."""
    calls["device_alone"] += 1
    if not device_lock.acquire(blocking=False):
        raise RuntimeError("two nodes at once on one device")
    try:
        time.sleep(0.02)
    finally:
        device_lock.release()
    return a


device_lock = threading.Lock()


@node(title="Sleep")
def sleep(seconds: float = 0.0, obeys: bool = True, a: int = 0, *, run: Run) -> int:
    """Wait; ask at every step whether to stop, or never."""
    calls["sleep"] += 1
    end = time.monotonic() + seconds
    while time.monotonic() < end and not let_go.is_set():
        if obeys:
            run.check_cancelled()
        time.sleep(0.01)
    return a


let_go = threading.Event()


@node(title="Flaky", retries=2)
def flaky(a: int = 0, failures: int = 2) -> int:
    """Fails the first `failures` times that it is called."""
    calls["flaky"] += 1
    if calls["flaky"] <= failures:
        raise RuntimeError(f"attempt {calls['flaky']} failed")
    return a


@node(title="Exit")
def leave(a: int = 0, status: int = 3) -> int:
    sys.exit(status)


def _fruit(run: Run) -> list[Choice]:
    kinds = {"apple": "red", "banana": "yellow", "cherry": "red"}
    found = [Choice(name, name.title(), {"colour": one}) for name, one in kinds.items()]
    return [*found, *(Choice(name) for name in run.file_names(".fruit"))]


@node(title="Basket")
def basket(
    fruit: Annotated[str, Choices(_fruit)] = "apple",
    more: list[Annotated[str, Choices(_fruit)]] | None = None,
) -> str:
    """Fruit, of which a few kinds are offered, and files NAME.fruit."""
    return ", ".join([fruit, *(more or [])])


def _places(text: str, use: NodeUse, run: Run) -> Measure:
    """Letters against the `size` of the node, or of the number that is linked there."""
    source = use.source("size")
    linked = source[0].literal("value") if source and source[0].type == "toy/number" else None
    size = use.literal("size", linked)
    room = 10 if size is None else size
    problems = (f"'{text[room:]}' does not fit.",) if len(text) > room else ()
    return Measure(len(text), room, "letters", problems, approximate=size is None)


@node(title="Label")
def label(text: Annotated[str, Measured(_places)], size: int = 5) -> str:
    """A text, cut to `size` letters."""
    return text[:size]


def importer(path: Path) -> dict[str, Any] | None:
    """A toy picture is the word TOY and then the document."""
    import json

    data = path.read_bytes()
    return json.loads(data[3:]) if data.startswith(b"TOY{") else None


def exporter(data: bytes, document: dict[str, Any]) -> bytes:
    import json

    return b"TOY" + json.dumps(document).encode()


@node(title="Save a toy picture", kind="effect")
def save_toy(value: int, name: str = "picture.toy", *, run: Run) -> Artifact:
    calls["save_toy"] += 1
    return run.save_artifact(name, str(value).encode(), "image/toy")


@node(title="Paint", kind="effect")
def paint(
    pictures: int = 1, size: int = 32, seed: Annotated[int, Seed()] = 0, seconds: float = 0.0, *, run: Run
) -> Artifact:
    """Show so many pictures, each after some seconds, and keep the last."""
    calls["paint"] += 1
    picture = b""
    for step in range(pictures):
        time.sleep(seconds)
        picture = png(size, size, (step * 40 % 256, seed % 256, 120))
        run.progress(step + 1, pictures)
        run.preview(picture)
    return run.save_artifact("picture.png", picture, "image/png")


def png(width: int, height: int, colour: tuple[int, int, int]) -> bytes:
    """A PNG of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    row = b"\0" + bytes(colour) * width
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(row * height)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def teller(data: bytes, document: dict[str, Any], about: dict[str, Any] | None = None) -> bytes:
    import json

    return json.dumps({"data": data.decode(), "document": document, "about": about}).encode()


@node(title="Save a file that tells of its job", kind="effect")
def save_told(value: int, name: str = "file.told", *, run: Run) -> Artifact:
    calls["save_told"] += 1
    return run.save_artifact(name, str(value).encode(), "image/told")


pack = Pack(
    "toy",
    "1.0",
    [thing for thing in list(globals().values()) if hasattr(thing, "__node_type__")],
    values=[ValueType("toy/blob", "Blob", "#44aa88", BlobCodec)],
    importers={".toy": importer},
    exporters={"image/toy": exporter, "image/told": teller},
)
