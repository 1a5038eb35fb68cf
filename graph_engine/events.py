"""What a run tells its listener, in order. Plain frozen values: a worker can send them over a wire."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from graph_engine import errors


@dataclass(frozen=True)
class RunStarted:
    """A run of `nodes` nodes begins."""

    document: str
    nodes: int


@dataclass(frozen=True)
class NodeStarted:
    """A node begins to compute; `reason` says why it was not a hit."""

    node: str
    node_type: str
    reason: str


@dataclass(frozen=True)
class NodeProgress:
    """A node has done `done` of `total` steps; `total` 0 means unknown."""

    node: str
    done: float
    total: float
    note: str = ""


@dataclass(frozen=True)
class NodePreview:
    """A picture (or other small file) of work in progress."""

    node: str
    data: bytes
    media_type: str


@dataclass(frozen=True)
class NodeHit:
    """A node's outputs are known already, and nothing was computed; they are told as of one that finished."""

    node: str
    node_type: str
    memory: int = 0
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class NodeFinished:
    """A node computed its outputs in `seconds`, and they are stored, where they take `memory` bytes.

    `values` are the small ones among them by name: numbers, texts, and lists and dicts of them, as JSON.
    """

    node: str
    node_type: str
    seconds: float
    memory: int = 0
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ArtifactSaved:
    """An artifact of a node that finished, or was a hit: blake3 hex `digest`, `size` in bytes."""

    node: str
    digest: str
    name: str
    media_type: str
    size: int


@dataclass(frozen=True)
class NodeOpened:
    """Nodes begin to run in a node's place: in `items` bodies, 0 where there is only one.

    Their ids are paths: `faces[2]/sample` is `sample` in the third body of `faces`.
    """

    node: str
    node_type: str
    items: int


@dataclass(frozen=True)
class NodeRetried:
    """A node failed for the `tries`th time, because of `reason`, and is tried again."""

    node: str
    node_type: str
    tries: int
    reason: str


@dataclass(frozen=True)
class NodeFailed:
    """A node raised; what depends on it is skipped, the rest goes on."""

    node: str
    node_type: str
    error: errors.EngineError


@dataclass(frozen=True)
class NodeSkipped:
    """A node did not run because `because`, a node before it, failed."""

    node: str
    node_type: str
    because: str


@dataclass(frozen=True)
class RunFinished:
    """The run is over: `status` is "done", "failed", "cancelled" or "paused"."""

    status: str
    seconds: float


Event: TypeAlias = (
    RunStarted
    | NodeStarted
    | NodeProgress
    | NodePreview
    | NodeHit
    | NodeFinished
    | ArtifactSaved
    | NodeOpened
    | NodeRetried
    | NodeFailed
    | NodeSkipped
    | RunFinished
)
Listener: TypeAlias = Callable[[Event], None]
