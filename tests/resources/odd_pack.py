"""Nodes that do what few nodes do: ask late, ask from threads, forgive, end in Ctrl-C, return themselves."""

from __future__ import annotations

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from enum import Enum
from typing import Literal

from toy_pack import Blob

from graph_engine import Artifact, Lazy, Pack, Run, Subgraph, node

calls: Counter[str] = Counter()
broken: set[str] = set()  # what fails as long as it is in here
kept: list[Lazy[int]] = []
may_ask = threading.Event()


@node(title="Fail while it is broken")
def fragile(name: str, a: int = 0) -> int:
    if name in broken:
        raise RuntimeError(f"{name} is broken")
    return a


@node(title="A blob, unless it is broken")
def fragile_blob(name: str, size: int = 9000) -> Blob:
    calls["fragile_blob"] += 1
    if name in broken:
        raise RuntimeError(f"{name} is broken")
    return Blob(bytearray(size))


@node(title="Forgive")
def forgive(a: Lazy[int]) -> int:
    """Do without an input that can not be had, as a node should not."""
    try:
        return a.get()
    except Exception:
        return -1


@node(title="Ask late")
def ask_late(a: Lazy[int]) -> int:
    may_ask.wait(20)
    return a.get()


@node(title="Ask from threads")
def ask_from_threads(a: Lazy[int], b: Lazy[int]) -> int:
    with ThreadPoolExecutor(2) as pool:
        return sum(pool.map(lambda lazy: lazy.get(), [a, b]))


@node(title="Keep what it could ask")
def keep_lazy(a: Lazy[int]) -> int:
    kept.append(a)
    return 0


@node(title="Ask in a coroutine", lane="io")
async def ask_in_coroutine(a: Lazy[int]) -> int:
    return a.get()


@node(title="On the device", lane="device")
def on_device(a: int = 0, seconds: float = 0.0) -> int:
    time.sleep(seconds)
    return a


@node(title="Ctrl-C")
def interrupted(a: int = 0) -> int:
    raise KeyboardInterrupt


@node(title="A graph with itself inside")
def endless(n: int, *, run: Run) -> Subgraph[int]:
    body = run.body()
    body.output("integer", body.add("odd/endless", n=body.port("n")))
    return body.subgraph()


class Mode(Enum):
    PLAIN = "plain"
    FULL = "full"


class Quality(Enum):
    PLAIN = "plain"
    FULL = "full"


@node(title="Mode")
def mode(choice: Mode) -> Mode:
    return choice


@node(title="Quality")
def quality(choice: Quality) -> Quality:
    return choice


@node(title="Word")
def word(choice: Literal["plain", "full"]) -> str:
    return choice


@node(title="Several blobs")
def blobs(count: int = 2, size: int = 9000) -> list[Blob]:
    calls["blobs"] += 1
    return [Blob(bytearray([number]) * size) for number in range(count)]


@node(title="Save a blob", kind="effect")
def save_blob(blob: Blob, name: str = "", *, run: Run) -> Artifact:
    if name in broken:
        raise RuntimeError(f"{name} is broken")
    return run.save_artifact("blob", bytes(blob.data), "application/octet-stream")


@node(title="Weigh a blob", kind="external", fingerprint=lambda blob: len(blob.data))
def weigh_blob(blob: Blob) -> int:
    calls["weigh_blob"] += 1
    return len(blob.data)


@node(title="Stamp a blob", kind="external", fingerprint=lambda blob: len(blob.data))
def stamp(blob: Blob) -> Blob:
    return Blob(blob.data + b"s")


@node(title="Grow a blob")
def grow(blob: Blob) -> Blob:
    calls["grow"] += 1
    return Blob(blob.data + b"g")


@node(title="Numbers")
def numbers(count: int = 2) -> list[int]:
    return list(range(count))


pack = Pack("odd", "1.0", [one for one in list(globals().values()) if hasattr(one, "__node_type__")])
