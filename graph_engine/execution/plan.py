"""The plan: what would run for a document, and why."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal

from graph_engine.checking.returned import checked_returned
from graph_engine.declaration.run import Run, Surroundings
from graph_engine.documents.document import Link
from graph_engine.errors import EngineError
from graph_engine.execution.compile import Program, Task
from graph_engine.execution.invoke import GRAPH
from graph_engine.execution.keys import Keys, Parts, key_of, why_changed
from graph_engine.execution.paths import around
from graph_engine.execution.recall import Asks, Known, flight_key, recall
from graph_engine.execution.walk import NotKnown, Opened, Walk, all_links
from graph_engine.store.content import ContentStore, Missing
from graph_engine.store.value_ref import ValueRef

Status = Literal["hit", "miss", "unknown", "bypassed", "muted"]

ALWAYS = "it always runs"
EVICTED = "its stored value was evicted"
ARTIFACT_GONE = "a file it saved is no longer there"


@dataclass(frozen=True)
class Step:
    """What would happen to one node. "unknown": that depends on what nodes before it will give.

    One that is "bypassed" or "muted" is not run, and has no key.
    """

    node: str
    node_type: str
    status: Status
    reason: str = ""
    key: str = ""


@dataclass(frozen=True)
class Plan:
    """Every node that is needed, in order of execution, and at the end those that are left out on the way.

    `refs` are the outputs known already.
    """

    steps: dict[str, Step]
    refs: dict[Link, ValueRef]

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps.values())

    @property
    def nothing_to_do(self) -> bool:
        """Whether every node that is run is a hit."""
        return all(step.status in ("hit", "bypassed", "muted") for step in self)


def plan(program: Program, store: ContentStore, keys: Keys, surroundings: Surroundings) -> Plan:
    """Walk a program once forwards for keys and once backwards for values that must be there."""
    planner = _Planner(program, store, keys, surroundings)
    planner.look_up()
    planner.require_values()
    left_out = {
        path: Step(path, one.node_type, one.status, one.reason) for path, one in program.left_out.items()
    }
    return Plan({**planner.steps, **left_out}, planner.walk.refs)


class Gone(Exception):
    """A stored value that is needed to plan on was evicted."""

    def __init__(self, link: Link) -> None:
        self.link = link


class _Planner:
    def __init__(self, program: Program, store: ContentStore, keys: Keys, surroundings: Surroundings) -> None:
        self.walk = Walk(program)
        self.steps: dict[str, Step] = {}
        self._program = program
        self._store = store
        self._keys = keys
        self._surroundings = surroundings
        self._last: dict[str, tuple[str, str]] | None = None
        self._to_run: Counter[str] = Counter()  # nodes inside an opened one that will run, or may
        self._will_run: set[str] = set()  # opened nodes in which one will
        self._asks: dict[str, tuple[Link, ...]] = {}  # what nodes asked for of their lazy inputs
        self._first: dict[str, str] = {}  # flight key of what will be computed: the node that comes first
        self._inside: Counter[str] = Counter()
        self._to_close: deque[Opened] = deque()
        self._closing = False
        self._asked_for: list[Link] = []  # stored values that keys or loops are made of, and that are gone

    def look_up(self) -> None:
        """Say of each node what would happen to it, as far as that is known."""
        while (task := self.walk.next()) is not None:
            if task.is_flow:
                self._open(task)
            else:
                found = self._step(task)
                if found is None:
                    continue  # it comes again
                if task.declared.expands and found.status == "hit":
                    self._open(task, found)
                else:
                    self._note(found)

    def require_values(self) -> None:
        """A value that is asked for, or that a computing node needs, must be there or be made again."""
        waiting = [*self._asked_for, *self.walk.leaves(self._program.outputs.values())]
        for step in self.steps.values():
            if step.status == "miss":
                waiting.extend(self.walk.leaves(self._program.tasks[step.node].links))
        while waiting:
            link = waiting.pop()
            before = self.steps.get(link.node)
            if before and before.status == "hit" and not self._store.holds(self.walk.refs[link]):
                self.steps[link.node] = replace(before, status="miss", reason=EVICTED)
                asks = self._asks.get(link.node, ())
                waiting.extend(self.walk.leaves((*self._program.tasks[link.node].links, *asks)))

    def _note(self, step: Step) -> None:
        self.steps[step.node] = step
        for path in around(step.node):
            self._inside[path] += 1
            self._to_run[path] += step.status != "hit"
            if step.status == "miss":
                self._will_run.add(path)
        self._to_close.extend(opened for opened, _ in self.walk.finish(step.node) if opened.over)
        if not self._closing:  # a long chain of them closes one after the other, without recursion
            self._closing = True
            try:
                while self._to_close:
                    self._close(self._to_close.popleft())
            finally:
                self._closing = False

    def _open(self, task: Task, step: Step | None = None) -> None:
        try:
            definition = None
            if step is not None:
                returned = self._load(Link(task.node, GRAPH)).definition
                definition = checked_returned(returned, task, self._program)
            opened = self.walk.open(task, self._load, definition)
        except (NotKnown, EngineError, ValueError, Gone):
            opened = self.walk.give_up(task)
        self.steps.setdefault(task.node, Step(task.node, task.type_name, "unknown"))
        if opened.over:
            self._close(opened)

    def _close(self, opened: Opened) -> None:
        task = opened.task
        known = self.walk.close(opened)
        inside, to_run = self._inside[task.node], self._to_run[task.node]
        if not known and not to_run:
            first = next((link.node for link in all_links(task) if link not in self.walk.refs), "")
            before = f"'{first}' will run first; " if first else ""
            step = Step(task.node, task.type_name, "unknown", f"{before}what it opens depends on that")
        elif to_run:
            status: Status = "miss" if task.node in self._will_run else "unknown"
            reason = f"{to_run} of {inside} nodes inside will run, or may"
            step = Step(task.node, task.type_name, status, reason)
        else:
            step = Step(task.node, task.type_name, "hit")
        self._note(step)

    def _step(self, task: Task) -> Step | None:
        """What would happen to a node that computes; None when it comes again, after what it asks for."""
        refs = self.walk.refs
        if task.declared.kind == "volatile":
            return _miss(task, ALWAYS)
        if uncertain := sorted({link.node for link in task.links if link not in refs}):
            return _depends(task, uncertain)
        try:
            parts = self._keys.parts(task, refs, self._load, partial(Run, task.node, self._surroundings))
        except Gone as gone:
            return _depends(task, [gone.link.node])
        except Exception as error:  # a fingerprint that fails now will fail in the run, with the node's name
            return _miss(task, str(error) or type(error).__name__)
        key = key_of(parts)
        known = recall(task, key, self._store.memo, refs)
        if isinstance(known, Asks):
            before = {link.node for link in known.links}
            if before <= self.walk.over:
                return _depends(task, sorted(before))
            self.walk.again(task.node, before)
            return None
        return self._new(task, key, parts) if known is None else self._known(task, known)

    def _new(self, task: Task, key: str, parts: Parts) -> Step:
        first = self._first.setdefault(flight_key(task, key), task.node)
        if first != task.node:  # the same will be computed there
            return _depends(task, [first])
        return _miss(task, self._why(task.node, parts), key)

    def _known(self, task: Task, known: Known) -> Step:
        memo = known.memo
        if not self._store.complete(memo, self._surroundings.artifacts):
            return _miss(task, ARTIFACT_GONE, known.key)
        if task.declared.expands and not self._store.holds(memo.outputs[GRAPH]):
            return _miss(task, EVICTED, known.key)
        self._asks[task.node] = known.asked
        self.walk.refs.update((Link(task.node, name), ref) for name, ref in memo.outputs.items())
        return Step(task.node, task.type_name, "hit", key=known.key)

    def _why(self, node: str, parts: Parts) -> str:
        if self._last is None:
            self._last = self._store.memo.last_parts(self._program.name)
        return why_changed(self._last.get(node), parts)

    def _load(self, link: Link) -> Any:
        try:
            return self._store.get(self.walk.refs[link])
        except Missing:
            self._asked_for.append(link)
            raise Gone(link) from None


def _miss(task: Task, reason: str, key: str = "") -> Step:
    return Step(task.node, task.type_name, "miss", reason, key)


def _depends(task: Task, before: list[str]) -> Step:
    names = ", ".join(f"'{name}'" for name in before)
    reason = f"{names} will run first; it runs if what that gives is new"
    return Step(task.node, task.type_name, "unknown", reason)
