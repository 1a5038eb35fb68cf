"""Nodes that treat the process they run in badly."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
import time
from pathlib import Path
from typing import Annotated, Any

from graph_engine import FilePath, Pack, Run, Seed, node


@node(title="Hang")
def hang(marker: str = "") -> int:
    """Never come back, whatever is asked."""
    if marker:
        Path(marker).write_text(str(os.getpid()))
    while True:
        time.sleep(0.05)


@node(title="Hang, deaf")
def hang_deaf() -> int:
    """Never come back, and let no other thread of the interpreter run."""
    ctypes.PyDLL(None).pause()
    return 0


@node(title="Exit")
def leave(status: int = 3) -> int:
    sys.exit(status)


@node(title="Exit at once")
def leave_at_once(status: int = 7) -> int:
    os._exit(status)


@node(title="Crash")
def crash() -> int:
    ctypes.string_at(0)
    return 0


@node(title="Die once")
def die_once(marker: str) -> int:
    """Kill the process the first time."""
    if not Path(marker).exists():
        Path(marker).write_text("died")
        os.kill(os.getpid(), signal.SIGKILL)
    return 1


@node(title="Fork")
def fork(how: str = "return", *, run: Run) -> int:
    """Fork; the child returns, raises or leaves as if it were the node. Gives the child's exit status."""
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        return os.waitstatus_to_exitcode(status)
    run.progress(1, 2, "from the child")
    if how == "raise":
        raise RuntimeError("from the child")
    if how == "leave":
        sys.exit(5)
    return 99


@node(title="Fork and forget")
def fork_and_forget(marker: str) -> int:
    """Leave a child behind that lives for long, and die."""
    child = os.fork()
    if child == 0:
        time.sleep(600)
    Path(marker).write_text(str(child))
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def _square(number: int) -> int:
    return number * number


@node(title="Squares")
def squares(count: int = 3, method: str = "fork") -> int:
    """Compute in processes of its own."""
    with multiprocessing.get_context(method).Pool(2) as pool:
        return sum(pool.map(_square, range(count)))


@node(title="Chatter")
def chatter(lines: int = 1000, length: int = 80, seed: Annotated[int, Seed()] = 0) -> int:
    for number in range(lines):
        print(f"{number} " + "x" * length)
    os.write(2, b"y" * 100_000 + b"\n")  # past Python, and longer than a line may be
    return lines


@node(title="Speak on every descriptor")
def speak_everywhere() -> int:
    """Print through the lowest descriptors, as a C library would."""
    for descriptor in (1, 2):
        os.write(descriptor, b"LGw1 is not said here\n")
    return 1


@node(title="Garble")
def garble() -> int:
    """Write on every socket that the process has."""
    for name in os.listdir("/proc/self/fd"):
        try:
            if os.readlink(f"/proc/self/fd/{name}").startswith("socket:"):
                os.write(int(name), b"this is no frame at all")
        except OSError:
            continue
    time.sleep(600)
    return 0


@node(title="Preview")
def previews(count: int = 3, seconds: float = 0.0, *, run: Run) -> int:
    """Show `count` previews that say their size; gives how many were asked for."""
    shown: list[int] = []

    def picture() -> bytes:
        shown.append(1)
        return f"{run.preview_size}".encode()

    for _ in range(count):
        run.preview(picture, "text/plain")
        time.sleep(seconds)
    return len(shown)


@node(title="Read bytes")
def count_bytes(path: Annotated[str, FilePath("any")], *, run: Run) -> int:
    return run.open_file(path).stat().st_size


class Shelf:
    """A service that says which models it holds; the model "odd" makes its report one that is no JSON."""

    def __init__(self) -> None:
        self.models: list[str] = []

    def report(self) -> dict[str, object]:
        return {"models": self.models, "odd": object() if "odd" in self.models else None}


@node(title="Hold a model")
def hold(model: str, *, run: Run) -> str:
    run.service(Shelf).models.append(model)
    return model


@node(title="Surroundings")
def python_path() -> str:
    return os.environ.get("PYTHONPATH", "unset")


def _waiting(inputs: dict[str, Any]) -> dict[str, Any]:
    gate = Path(inputs["gate"])
    with gate.with_suffix(".begun").open("a") as begun:
        begun.write("x")
    while not gate.exists():
        time.sleep(0.01)
    return inputs


def _never(inputs: dict[str, Any]) -> dict[str, Any]:
    os._exit(7)


@node(title="Waits to migrate", version=2, migrate=_waiting)
def waits_to_migrate(gate: str) -> int:
    """Its documents of version 1 are read only when there is a file of that name."""
    return 0


@node(title="Never migrates", version=2, migrate=_never)
def migrates_never() -> int:
    """Its documents of version 1 end the process that reads them."""
    return 0


pack = Pack("rough", "1.0", [thing for thing in list(globals().values()) if hasattr(thing, "__node_type__")])
