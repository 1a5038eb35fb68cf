"""The plan: what would run for a document, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from graph_engine.compile import Task
from graph_engine.document import Link
from graph_engine.keys import Keys, Parts, key_of, why_changed
from graph_engine.run import Run, Surroundings
from graph_engine.store.content import ContentStore, Missing
from graph_engine.store.value_ref import ValueRef

if TYPE_CHECKING:
    import networkx

Status = Literal["hit", "miss", "unknown"]

ALWAYS = "it always runs"
EVICTED = "its stored value was evicted"
ARTIFACT_GONE = "a file it saved is no longer there"


@dataclass(frozen=True)
class Step:
    """What would happen to one node. "unknown": that depends on what nodes before it will give."""

    node: str
    node_type: str
    status: Status
    reason: str = ""
    key: str = ""


@dataclass(frozen=True)
class Plan:
    """Every node that is needed, in order of execution; `refs` are the outputs known already."""

    steps: dict[str, Step]
    refs: dict[Link, ValueRef]
    parts: dict[str, Parts]

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps.values())

    @property
    def nothing_to_do(self) -> bool:
        """Whether every node is a hit."""
        return all(step.status == "hit" for step in self)


def plan(graph: networkx.DiGraph[str], store: ContentStore, keys: Keys, surroundings: Surroundings) -> Plan:
    """Walk a compiled graph once forwards for keys and once backwards for values that must be there."""
    planner = _Planner(graph, store, keys, surroundings)
    planner.look_up()
    planner.require_values()
    return Plan(planner.steps, planner.refs, planner.parts)


class _Planner:
    def __init__(
        self, graph: networkx.DiGraph[str], store: ContentStore, keys: Keys, surroundings: Surroundings
    ) -> None:
        self._tasks: Mapping[str, Task] = dict(graph.nodes(data="task"))
        self._order: list[str] = graph.graph["order"]
        self._wanted: Mapping[str, Link] = graph.graph["outputs"]
        self._store = store
        self._keys = keys
        self._surroundings = surroundings
        self._last: Mapping[str, tuple[str, str]] | None = None
        self._document: str = graph.graph["name"]
        self.steps: dict[str, Step] = {}
        self.refs: dict[Link, ValueRef] = {}
        self.parts: dict[str, Parts] = {}

    def look_up(self) -> None:
        for node in self._order:
            self.steps[node] = self._step(self._tasks[node])

    def require_values(self) -> None:
        """A value that is asked for, or that a computing node needs, must be there or be made again."""
        waiting = list(self._wanted.values())
        for step in self.steps.values():
            if step.status == "miss":
                waiting.extend(self._tasks[step.node].links)
        while waiting:
            link = waiting.pop()
            step = self.steps[link.node]
            if step.status == "hit" and not self._store.holds(self.refs[link]):
                self.steps[link.node] = replace(step, status="miss", reason=EVICTED)
                waiting.extend(self._tasks[link.node].links)

    def _step(self, task: Task) -> Step:
        uncertain = sorted({link.node for link in task.links if link not in self.refs})
        always = task.declared.kind == "volatile"
        if uncertain and not always:
            names = ", ".join(f"'{name}'" for name in uncertain)
            reason = f"{names} will run first; it runs if what that gives is new"
            return Step(task.node, task.type_name, "unknown", reason)
        if always:
            return Step(task.node, task.type_name, "miss", ALWAYS)
        try:
            parts = self._keys.parts(task, self.refs, self._load, partial(Run, task.node, self._surroundings))
        except Exception as error:  # a fingerprint that fails now will fail in the run, with the node's name
            return Step(task.node, task.type_name, "miss", str(error) or type(error).__name__)
        key = key_of(parts)
        self.parts[task.node] = parts
        memo = self._store.memo.get(key)
        if memo is None:
            return Step(task.node, task.type_name, "miss", self._why(task.node, parts), key)
        if not self._store.complete(memo, self._surroundings.artifacts):
            return Step(task.node, task.type_name, "miss", ARTIFACT_GONE, key)
        for output in task.outputs:
            self.refs[output] = memo.outputs[output.output]
        return Step(task.node, task.type_name, "hit", key=key)

    def _why(self, node: str, parts: dict[str, Any]) -> str:
        if self._last is None:
            self._last = self._store.memo.last_parts(self._document)
        return why_changed(self._last.get(node), parts)

    def _load(self, link: Link) -> Any:
        try:
            return self._store.get(self.refs[link])
        except Missing:
            raise LookupError(f"the value of '{link}' is not in the cache") from None
