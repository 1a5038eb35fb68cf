"""Execution: walk the graph in dependency order, compute what is not known, load only what that needs."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from graph_engine import events
from graph_engine.artifact import Artifact
from graph_engine.cancellation import Cancellation
from graph_engine.compile import Given, Task
from graph_engine.describe import describe
from graph_engine.document import Link
from graph_engine.errors import Cancelled, EngineError, NodeFailed, NodeMutatedInput
from graph_engine.invoke import accept_inputs, invoke, outputs_by_name
from graph_engine.keys import Keys, Parts, key_of, values_of, why_changed
from graph_engine.plan import ALWAYS, EVICTED, Plan
from graph_engine.result import NodeReport
from graph_engine.run import Run, Surroundings
from graph_engine.store.content import ContentStore, Missing
from graph_engine.store.lock import computing
from graph_engine.store.memo import Memo
from graph_engine.store.value_ref import ValueRef

if TYPE_CHECKING:
    import networkx


Keyed: TypeAlias = tuple[Parts, str]


@dataclass(frozen=True)
class Context:
    """What an execution works with."""

    store: ContentStore
    keys: Keys
    surroundings: Surroundings
    cancellation: Cancellation
    listener: events.Listener
    debug: bool = False


class Execution:
    """One run of a compiled graph. `advance` settles one node; a scheduler may replace `run`'s loop."""

    def __init__(self, graph: networkx.DiGraph[str], plan: Plan, context: Context) -> None:
        self._graph = graph
        self._tasks: Mapping[str, Task] = dict(graph.nodes(data="task"))
        self._plan = plan
        self._context = context
        self._last = context.store.memo.last_parts(graph.graph["name"])
        self._refs: dict[Link, ValueRef] = {}
        self._values: dict[Link, Any] = {}  # in use: computed or loaded, and still needed by a node to come
        self._touched: set[Link] = set()
        self._kept = set(graph.graph["outputs"].values())
        self._consumers = Counter(link for task in self._tasks.values() for link in set(task.links))
        self._artifacts: dict[str, tuple[Artifact, ...]] = {}
        self._parts: dict[str, tuple[str, Parts]] = {}
        self.reports: dict[str, NodeReport] = {}
        self.errors: list[EngineError] = []

    def run(self) -> None:
        """Settle every node in order. Raises `Cancelled`; a node's failure only skips what depends on it."""
        try:
            for node in self._graph.graph["order"]:
                self._context.cancellation.check_between_nodes()
                self.advance(node)
            self._ensure([link for link in self._kept if not self._held(link)])
        finally:
            if self._parts:
                self._context.store.memo.remember_parts(self._graph.graph["name"], self._parts)

    def advance(self, node: str) -> None:
        """Settle one node, all of whose predecessors are settled: skip it, take its memo, or compute it."""
        task = self._tasks[node]
        failed = [link.node for link in task.links if link not in self._refs]
        if failed:
            self.reports[node] = NodeReport(task.type_name, "skipped", f"'{failed[0]}' failed")
            self._context.listener(events.NodeSkipped(node, task.type_name, failed[0]))
        else:
            try:
                self._settle(task)
            except Cancelled:
                self.reports[node] = NodeReport(task.type_name, "cancelled")
                raise
            except NodeFailed as error:
                self._fail(error)
                if error.node != node:
                    self.reports[node] = NodeReport(task.type_name, "skipped", f"'{error.node}' failed")
                    self._context.listener(events.NodeSkipped(node, task.type_name, error.node))
        self._release(task)

    def artifacts(self) -> tuple[Artifact, ...]:
        """The artifacts of all settled nodes, in order, each once."""
        order = self._graph.graph["order"]
        return tuple(dict.fromkeys(one for node in order for one in self._artifacts.get(node, ())))

    def value(self, link: Link) -> Any:
        """The value of a settled output; computed again if it was evicted or damaged since."""
        self._ensure([link])
        return self._values[link]

    def known(self, link: Link) -> bool:
        """Whether an output was settled."""
        return link in self._refs

    def _settle(self, task: Task) -> None:
        step = self._plan.steps[task.node]
        as_planned = all(self._refs[link] == self._plan.refs.get(link) for link in task.links)
        if step.status == "hit" and as_planned:
            memo = self._context.store.memo.get(step.key)
            if memo is not None:
                self._note(task, (self._plan.parts[task.node], step.key))
                self._take(task, memo)
                return
        keyed = (
            self._keyed(task) if not as_planned or not step.key else (self._plan.parts[task.node], step.key)
        )
        if step.status == "miss" and step.key == keyed[1]:
            self._compute(task, step.reason, keyed)
            return
        volatile = task.declared.kind == "volatile"
        memo = None if volatile else self._context.store.memo.get(keyed[1])
        if memo is not None and self._context.store.complete(memo, self._context.surroundings.artifacts):
            self._note(task, keyed)
            self._take(task, memo)
        else:
            reason = ALWAYS if volatile else why_changed(self._last.get(task.node), keyed[0])
            self._compute(task, reason, keyed)

    def _take(self, task: Task, memo: Memo) -> None:
        for output in task.outputs:
            self._refs[output] = memo.outputs[output.output]
        self._artifacts[task.node] = memo.artifacts
        self.reports[task.node] = NodeReport(task.type_name, "hit")
        self._context.listener(events.NodeHit(task.node, task.type_name))

    def _compute(self, task: Task, reason: str, keyed: Keyed) -> None:
        """Compute a node after every value it needs is at hand; what was evicted is computed again first."""
        before = [self._refs[link] for link in task.links]
        self._ensure(task.links)
        same = before == [self._refs[link] for link in task.links]
        self._call(task, reason, keyed if same else self._keyed(task))

    def _ensure(self, links: Iterable[Link]) -> None:
        waiting = list(links)
        while waiting:
            link = waiting[-1]
            if link not in self._refs or self._at_hand(link):
                waiting.pop()
                continue
            task = self._tasks[link.node]
            missing = [one for one in task.links if not self._at_hand(one)]
            if missing:
                waiting.extend(missing)
            else:
                self._call(task, EVICTED, self._keyed(task))

    def _at_hand(self, link: Link) -> bool:
        if link in self._values:
            return True
        try:
            value = self._context.store.get(self._refs[link])
        except Missing:
            return False
        self._hold(link, value)
        return True

    def _held(self, link: Link) -> bool:
        return link not in self._refs or link in self._values or self._context.store.holds(self._refs[link])

    def _hold(self, link: Link, value: Any) -> None:
        self._values[link] = value
        self._touched.add(link)

    def _call(self, task: Task, reason: str, keyed: Keyed) -> None:
        context, key = self._context, keyed[1]
        self._note(task, keyed)
        with computing(context.store.folder / "locks" / key, context.cancellation.check):
            memo = None if reason in (ALWAYS, EVICTED) else context.store.memo.get(key)
            if memo is not None and self._whole(memo):  # another process computed it in the meantime
                self._take(task, memo)
                return
            run = self._run_of(task, key)
            context.listener(events.NodeStarted(task.node, task.type_name, reason))
            started = time.perf_counter()
            values = self._invoke(task, run)
            seconds = time.perf_counter() - started
            self._store(task, key, values, run, seconds)
            context.store.leave_workspace(key)
        self.reports[task.node] = NodeReport(task.type_name, "miss", reason, seconds)
        context.listener(events.NodeFinished(task.node, task.type_name, seconds))

    def _whole(self, memo: Memo) -> bool:
        store = self._context.store
        return store.complete(memo, self._context.surroundings.artifacts) and all(
            store.holds(ref) for ref in memo.outputs.values()
        )

    def _invoke(self, task: Task, run: Run) -> dict[str, Any]:
        arguments: dict[str, Any] = {}
        try:
            for name, source in task.inputs.items():
                arguments[name] = values_of(source, self._values.__getitem__)
            values = outputs_by_name(task, invoke(task.declared, accept_inputs(task, arguments), run))
            if self._context.debug:
                self._refuse_mutation(task)
            return values
        except Cancelled:
            raise
        except Exception as error:  # a node may raise anything; it becomes an error that names the node
            given = {name: describe(value) for name, value in arguments.items()}
            raise NodeFailed(task.node, task.type_name, given, error) from error

    def _store(self, task: Task, key: str, values: Mapping[str, Any], run: Run, seconds: float) -> None:
        store = self._context.store
        try:
            refs = {name: store.refer(value) for name, value in values.items()}
            for name, ref in refs.items():
                store.put(ref, values[name], seconds)
        except Exception as error:  # a codec, or the disk
            given = {name: describe(value) for name, value in values.items()}
            raise NodeFailed(task.node, task.type_name, given, error) from error
        store.memo.put(key, task.type_name, Memo(refs, tuple(run.saved), seconds))
        for name, ref in refs.items():
            self._refs[Link(task.node, name)] = ref
            self._hold(Link(task.node, name), values[name])
        self._artifacts[task.node] = tuple(run.saved)

    def _refuse_mutation(self, task: Task) -> None:
        for link in task.links:
            if self._context.store.refer(self._values[link]) != self._refs[link]:
                raise NodeMutatedInput(f"it changed the value of '{link}', which other nodes share.")

    def _keyed(self, task: Task) -> Keyed:
        try:
            parts = self._context.keys.parts(
                task, self._refs, self._load_for_key, partial(self._run_of, task)
            )
        except Cancelled:
            raise
        except Exception as error:  # a fingerprint may raise anything
            given = {
                name: describe(source.fresh())
                for name, source in task.inputs.items()
                if isinstance(source, Given)
            }
            raise NodeFailed(task.node, task.type_name, given, error) from error
        return parts, key_of(parts)

    def _note(self, task: Task, keyed: Keyed) -> None:
        """Remember what the node's key was made of, to say next time what changed."""
        parts, key = keyed
        if self._last.get(task.node, ("",))[0] != key:
            self._parts[task.node] = (key, parts)

    def _load_for_key(self, link: Link) -> Any:
        self._ensure([link])
        return self._values[link]

    def _run_of(self, task: Task, key: str = "") -> Run:
        context = self._context
        return Run(
            task.node,
            context.surroundings,
            context.cancellation,
            context.listener,
            partial(context.store.workspace, key) if key else None,
        )

    def _fail(self, error: NodeFailed) -> None:
        self.errors.append(error)
        self.reports[error.node] = NodeReport(error.node_type, "failed", str(error.__cause__ or error))
        self._context.listener(events.NodeFailed(error.node, error.node_type, error))

    def _release(self, task: Task) -> None:
        """Let go of values that no node to come needs; the store's memory tier may still hold them."""
        self._consumers.subtract(set(task.links))
        for link in self._touched.union(task.links):
            if not self._consumers[link] and link not in self._kept:
                self._values.pop(link, None)
        self._touched.clear()
