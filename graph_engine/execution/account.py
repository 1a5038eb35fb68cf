"""The account of a run: what became of each node, told to the listener as it happens."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from graph_engine import events
from graph_engine.artifact import Artifact
from graph_engine.errors import EngineError, NodeFailed
from graph_engine.execution.compile import Program, Task
from graph_engine.execution.paths import around
from graph_engine.execution.result import NodeReport
from graph_engine.execution.told import Gave
from graph_engine.execution.walk import Opened


class Account:
    """Reports by node, errors in the order they came, and for opened nodes what happened inside."""

    def __init__(self, program: Program, listener: events.Listener) -> None:
        self._program, self._listener = program, listener
        self.reports: dict[str, NodeReport] = {}
        self.errors: list[EngineError] = []
        self.stuck: list[str] = []  # nodes that went past their limit and did not stop
        self._saved: dict[str, tuple[Artifact, ...]] = {}
        self._announced: set[tuple[str, Artifact]] = set()
        self._seconds: defaultdict[str, float] = defaultdict(float)  # of an opened node: of what is inside
        self._reasons: dict[str, str] = {}  # why an opened node was computed itself
        self._inside: Counter[str] = Counter()  # nodes inside an opened one, and how many of them ran
        self._ran: Counter[str] = Counter()
        self._told_of: set[str] = set()  # opened nodes that the listener knows of
        self._failed_at: dict[str, str] = {}  # a node that failed or was skipped: the one that failed first

    def saved(self, node: str, artifacts: tuple[Artifact, ...]) -> None:
        """A node gave artifacts."""
        if artifacts:
            self._saved[node] = artifacts

    def ran(self, node: str, seconds: float, reason: str = "") -> None:
        """A node computed for some seconds, because of `reason` where others come to run in its place."""
        self._seconds[node] += seconds
        if reason:
            self._reasons[node] = reason

    def hit(self, task: Task, gave: Gave) -> None:
        """A node was known already."""
        self.reports[task.node] = NodeReport(task.type_name, "hit", memory=gave.memory)
        self._listener(events.NodeHit(task.node, task.type_name, gave.memory, gave.values))
        self._announce(task.node)

    def miss(self, task: Task, reason: str, seconds: float, gave: Gave) -> None:
        """A node was computed."""
        self.reports[task.node] = NodeReport(task.type_name, "miss", reason, seconds, gave.memory)
        self._listener(events.NodeFinished(task.node, task.type_name, seconds, gave.memory, gave.values))
        self._announce(task.node)

    def cancelled(self, task: Task) -> None:
        """A node was stopped on the way."""
        self.reports[task.node] = NodeReport(task.type_name, "cancelled")

    def failed(self, task: Task, error: NodeFailed) -> None:
        """A node failed."""
        self.errors.append(error)
        self._failed_at[task.node] = task.node
        self.reports[task.node] = NodeReport(task.type_name, "failed", str(error.__cause__ or error))
        self._listener(events.NodeFailed(task.node, task.type_name, error))

    def skipped(self, task: Task, before: str) -> None:
        """A node did not run, because of a node before it."""
        origin = self._failed_at[task.node] = self.origin(before)
        self.reports[task.node] = NodeReport(task.type_name, "skipped", f"'{origin}' failed")
        self._listener(events.NodeSkipped(task.node, task.type_name, origin))

    def origin(self, node: str) -> str:
        """The node that failed first, for one that failed or was skipped."""
        return self._failed_at.get(node, node)

    def opened(self, opened: Opened) -> None:
        """Nodes begin to run in a node's place; said more than once, it is told once."""
        task = opened.task
        if task.node not in self._told_of:
            self._told_of.add(task.node)
            self._listener(events.NodeOpened(task.node, task.type_name, len(opened.items)))

    def item_over(self, opened: Opened) -> None:
        """One more item of a loop is over."""
        self._listener(events.NodeProgress(opened.task.node, opened.items_over, len(opened.items)))

    def closed(self, task: Task, gave: Gave) -> None:
        """All is over that ran in a node's place, and its outputs are known."""
        node = task.node
        if not self._ran[node] and node not in self._reasons:
            self.hit(task, gave)
            return
        inside = f"{self._ran[node]} of {self._inside[node]} nodes inside ran"
        self.miss(task, self._reasons.get(node) or inside, self._seconds[node], gave)

    def over(self, task: Task) -> bool:
        """A node is settled: count it in the nodes that it is inside of. Gives whether it came to its end."""
        status = self.reports[task.node].status
        for path in around(task.node):
            self._inside[path] += 1
            self._ran[path] += status in ("miss", "failed")
            self._seconds[path] += self._seconds[task.node] if not task.opens else 0
        return status not in ("failed", "skipped")

    def end(self) -> None:
        """Nothing more comes: what was not settled was not started, since something failed."""
        because = f"the run stopped when '{next(iter(self._failed_at.values()), '')}' failed"
        for node, task in self._program.tasks.items():
            if node not in self.reports:
                self.reports[node] = NodeReport(task.type_name, "skipped", because)

    def artifacts(self) -> tuple[Artifact, ...]:
        """The artifacts of all settled nodes, in order, each once."""
        return tuple(dict.fromkeys(one for node in self._in_order(self._saved) for one in self._saved[node]))

    def ordered_reports(self) -> dict[str, NodeReport]:
        """The reports in the document's order."""
        return {node: self.reports[node] for node in self._in_order(self.reports)}

    def _announce(self, node: str) -> None:
        """Tell of the artifacts of a node that is over; of each once, also if the node runs again."""
        for one in self._saved.get(node, ()):
            if (node, one) not in self._announced:
                self._announced.add((node, one))
                self._listener(events.ArtifactSaved(node, one.digest, one.name, one.media_type, one.size))

    def _in_order(self, nodes: Iterable[str]) -> list[str]:
        return sorted(nodes, key=lambda node: self._program.tasks[node].place)
