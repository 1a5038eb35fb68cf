"""What a run gave."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from graph_engine.artifact import Artifact
from graph_engine.documents.document import Document
from graph_engine.errors import Cancelled, EngineError

RunStatus = Literal["done", "failed", "cancelled", "paused"]
NodeStatus = Literal["hit", "miss", "failed", "skipped", "cancelled", "bypassed", "muted"]


@dataclass(frozen=True)
class NodeReport:
    """What became of one node: "miss" means it was computed, in `seconds`, for `reason`.

    `memory` is the bytes that its outputs take in the store.
    """

    node_type: str
    status: NodeStatus
    reason: str = ""
    seconds: float = 0.0
    memory: int = 0


class Outputs(Mapping[str, Any]):
    """The interface outputs by name; a value is loaded when it is asked for."""

    def __init__(self, loaders: Mapping[str, Callable[[], Any]]) -> None:
        self._loaders = dict(loaders)

    def __getitem__(self, name: str) -> Any:
        return self._loaders[name]()

    def __iter__(self) -> Iterator[str]:
        return iter(self._loaders)

    def __len__(self) -> int:
        return len(self._loaders)


@dataclass(frozen=True)
class RunResult:
    """A finished run: its status, outputs, the artifacts of its nodes in order, a report a node, errors."""

    document: Document
    status: RunStatus
    outputs: Outputs
    artifacts: tuple[Artifact, ...]
    nodes: dict[str, NodeReport]
    seconds: float
    errors: tuple[EngineError, ...] = field(default=())
    stuck: tuple[str, ...] = field(default=())  # nodes that did not stop at their limit
    muted_outputs: Mapping[str, str] = field(default_factory=dict)  # why an output is not there
    told: Mapping[str, Any] = field(default_factory=dict)  # the outputs as plain JSON within limits

    def raise_for_status(self) -> RunResult:
        """Raise the first error of a run that failed, or `Cancelled`; else give the result back."""
        if self.errors:
            raise self.errors[0]
        if self.status == "cancelled":
            raise Cancelled("The run was cancelled.")
        return self
