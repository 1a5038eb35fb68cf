"""What runs jobs: a worker takes one order at a time, tells what happens, and gives an outcome."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Protocol, TypeAlias

from graph_engine import events
from graph_engine.declaration.cancellation import Cancellation
from graph_engine.declaration.run import Previews
from graph_engine.execution.result import RunResult

OutcomeStatus: TypeAlias = Literal["done", "failed", "cancelled", "paused", "ended"]
Tell: TypeAlias = Callable[[events.Event], None]


@dataclass(frozen=True)
class Order:
    """A job as a worker needs it. `previews` None: nobody looks at work in progress."""

    job: str
    document: str
    wanted: tuple[str, ...] | None = None
    previews: Previews | None = None
    continue_on_error: bool = False


@dataclass(frozen=True)
class Outcome:
    """How an order ended. "ended": the worker itself did; `crashed` if nobody had asked the order to stop."""

    status: OutcomeStatus
    result: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""
    crashed: bool = False


class Worker(Protocol):
    """Runs orders, one at a time; `cancel` and `pause` come from other threads while it does."""

    @property
    def name(self) -> str:
        """What the worker is called in listings."""

    @property
    def models(self) -> Collection[str]:
        """Digests of the models that it holds."""

    @property
    def available(self) -> bool:
        """Whether it can take an order now, without waiting for it to be ready."""

    def ready(self, stop: Cancellation) -> bool:
        """Wait until the worker can take an order; False if `stop` was set first.

        Raises `EngineError` if it never can.
        """

    def run(self, order: Order, tell: Tell) -> Outcome:
        """Run an order to its end. What `tell` raises is raised."""

    def cancel(self) -> None:
        """Ask the order that runs to stop at its next step."""

    def pause(self) -> None:
        """Ask the order that runs to stop after the node it is at."""


def result_of(result: RunResult) -> dict[str, Any]:
    """What is kept of a run: its artifacts and outputs, what became of each node, and how long it took."""
    return {
        "seconds": round(result.seconds, 4),
        "artifacts": [asdict(one) for one in result.artifacts],
        "outputs": dict(result.told),
        "nodes": {node: asdict(report) for node, report in result.nodes.items()},
        **({"stuck": list(result.stuck)} if result.stuck else {}),
    }
