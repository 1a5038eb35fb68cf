"""One computation of one node: what its thread does, from loading inputs to storing what came out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from graph_engine import events
from graph_engine.artifact import Artifact
from graph_engine.declaration.lazy import Lazy
from graph_engine.declaration.run import Run
from graph_engine.describe import describe
from graph_engine.documents.document import Link
from graph_engine.errors import Cancelled, EngineError, NodeExited, NodeFailed, NodeMutatedInput
from graph_engine.execution.asking import Asking, NeedsFailed, RunStopped, Wants
from graph_engine.execution.compile import Task
from graph_engine.execution.invoke import accept_inputs, invoke, outputs_by_name
from graph_engine.execution.keys import has_links, values_of
from graph_engine.execution.lanes import Turn
from graph_engine.execution.plan import ALWAYS, EVICTED
from graph_engine.execution.recall import Known, key_after, recall
from graph_engine.store.content import Missing
from graph_engine.store.memo import Memo
from graph_engine.store.value_ref import ValueRef

if TYPE_CHECKING:
    from graph_engine.execution.execute import Context

_RETRY_SECONDS = 0.2  # before the first try again; doubled for each after it, 10 at most


@dataclass(eq=False)
class Job:
    """A node to compute, because of `reason`, with what is known of its inputs."""

    task: Task
    reason: str
    key: str
    flight: str  # what only one may compute at a time; see `flight_key`
    refs: Mapping[Link, ValueRef]  # of its inputs
    leaves: tuple[Link, ...]  # what its inputs are made of
    lists: Mapping[Link, Any]  # inputs that are put together from leaves
    turn: Turn
    values: dict[Link, Any] = field(default_factory=dict)
    deadline: float | None = None  # None while its time does not count
    abandoned: bool = False  # nobody waits for it any more


@dataclass(frozen=True)
class Computed:
    """It gave values, which are stored."""

    job: Job
    refs: dict[str, ValueRef]
    values: dict[str, Any]
    artifacts: tuple[Artifact, ...]
    seconds: float


@dataclass(frozen=True)
class Found:
    """Somebody else computed it first."""

    job: Job
    memo: Memo


@dataclass(frozen=True)
class Lost:
    """An input's value was not there, or damaged."""

    job: Job
    link: Link


@dataclass(frozen=True)
class Failed:
    """It raised, or was cancelled, or needs something that failed."""

    job: Job
    error: EngineError


Outcome = Computed | Found | Lost | Failed
Report = Callable[[Outcome | Wants], None]


class Computation:
    """Computes jobs; any thread may, several at once."""

    def __init__(self, context: Context, report: Report) -> None:
        self._context, self._report = context, report

    def compute(self, job: Job) -> Outcome:
        """Compute a node; what it raises becomes an outcome."""
        try:
            return self._compute(job)
        except EngineError as error:
            return Failed(job, error)
        finally:
            job.turn.leave()

    def _compute(self, job: Job) -> Outcome:
        context, task = self._context, job.task
        store, check = context.store, context.cancellation.check
        job.turn.take_lock(check)
        if job.reason not in (ALWAYS, EVICTED):  # another process may have computed it in the meantime
            known = recall(task, job.key, store.memo, job.refs)
            if isinstance(known, Known) and self._whole(known.memo):
                return Found(job, known.memo)
        job.turn.take_slot(check)
        check()
        context.listener(events.NodeStarted(task.node, task.type_name, job.reason))
        for link in job.leaves:
            if link not in job.values:
                try:
                    job.values[link] = store.get(job.refs[link])
                except Missing:
                    return Lost(job, link)
        started = time.perf_counter()
        values, run, asked = self._with_retries(job)
        seconds = time.perf_counter() - started
        outcome = self._store(job, values, run, asked, seconds)
        if run.has_workspace and not job.abandoned:
            store.leave_workspace(job.flight)
        return outcome

    def _with_retries(self, job: Job) -> tuple[dict[str, Any], Run, list[tuple[str, str]]]:
        """The values of the first try that gives some; each has the whole time of the node's limit."""
        limits, tries = job.task.limits, 0
        while True:
            if limits.seconds is not None:
                job.deadline = time.monotonic() + limits.seconds
            run = self._run_of(job)
            asking = Asking(job, self._report, run.check_cancelled)
            try:
                return self._invoke(job, run, asking), run, asking.asked
            except NodeFailed as error:
                tries += 1
                if job.abandoned or tries > limits.retries or isinstance(error.__cause__, NodeExited):
                    raise
                job.deadline = None
                why = str(error.__cause__ or error)
                self._context.listener(events.NodeRetried(job.task.node, job.task.type_name, tries, why))
            ends = time.monotonic() + min(_RETRY_SECONDS * 2 ** (tries - 1), 10.0)
            while (left := ends - time.monotonic()) > 0:
                run.check_cancelled()
                time.sleep(min(left, 0.05))

    def _invoke(self, job: Job, run: Run, asking: Asking) -> dict[str, Any]:
        task, arguments = job.task, dict[str, Any]()
        try:
            for name, source in task.inputs.items():
                if not task.declared.inputs[name].lazy:
                    arguments[name] = values_of(source, partial(_value, job))
                elif has_links(source):
                    arguments[name] = asking.lazy(name, source)
                else:
                    arguments[name] = Lazy.of(values_of(source, partial(_value, job)))
            try:
                returned = invoke(task.declared, accept_inputs(task, arguments), run)
            finally:
                asking.close()
            values = outputs_by_name(task, returned)
            if self._context.debug:
                self._refuse_mutation(job)
            return values
        except (Cancelled, NeedsFailed, RunStopped):
            raise
        except (Exception, asyncio.CancelledError) as error:  # a node may raise anything; this names the node
            raise NodeFailed(task.node, task.type_name, _given(arguments), error) from error

    def _store(
        self, job: Job, values: Mapping[str, Any], run: Run, asked: list[tuple[str, str]], seconds: float
    ) -> Computed:
        store, task = self._context.store, job.task
        artifacts = tuple(run.saved)
        try:
            refs = {name: store.refer(value) for name, value in values.items()}
            memos: list[tuple[str, Memo]] = []
            key = job.key
            for name, source in asked:
                memos.append((key, Memo({}, (), 0.0, name)))
                key = key_after(key, name, source)
            memos.append((key, Memo(refs, artifacts, seconds)))
            store.record({ref: values[name] for name, ref in refs.items()}, seconds, memos, task.type_name)
        except Exception as error:  # a codec, or the disk
            raise NodeFailed(task.node, task.type_name, _given(values), error) from error
        return Computed(job, refs, dict(values), artifacts, seconds)

    def _whole(self, memo: Memo) -> bool:
        store = self._context.store
        return store.complete(memo, self._context.surroundings.artifacts) and all(
            store.holds(ref) for ref in memo.outputs.values()
        )

    def _refuse_mutation(self, job: Job) -> None:
        for link in job.leaves:
            if self._context.store.refer(job.values[link]) != job.refs[link]:
                raise NodeMutatedInput(f"it changed the value of '{link}', which other nodes share.")

    def _run_of(self, job: Job) -> Run:
        context = self._context

        def tell(event: events.Event) -> None:
            if not job.abandoned:  # the run goes on without it, or is over
                context.listener(event)

        workspace = partial(context.store.workspace, job.flight)
        return Run(
            job.task.node,
            context.surroundings,
            context.cancellation,
            tell,
            workspace,
            deadline=lambda: job.deadline,
        )


def _value(job: Job, link: Link) -> Any:
    inner: Any = link
    while isinstance(inner, Link):
        link, inner = inner, job.lists.get(inner)
    return job.values[link] if inner is None else [_value(job, one) for one in inner]


def _given(values: Mapping[str, Any]) -> dict[str, str]:
    return {name: describe(value) for name, value in values.items()}
