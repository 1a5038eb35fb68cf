"""Execution: settle the nodes of a program in order, computing what is not known side by side.

One thread, the caller's, decides everything; others only compute. So nothing here needs a lock.
"""

from __future__ import annotations

import heapq
import queue
import time
from collections import Counter, deque
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from graph_engine import events
from graph_engine.checking.returned import checked_returned
from graph_engine.declaration.cancellation import Cancellation
from graph_engine.declaration.run import Run, Surroundings
from graph_engine.describe import describe
from graph_engine.documents.document import Definition, Link
from graph_engine.errors import Cancelled, EngineError, NodeFailed, NodeTimedOut, ValueGone
from graph_engine.execution.account import Account
from graph_engine.execution.asking import Answer, NeedsFailed, RunStopped, Wants
from graph_engine.execution.collecting import without_collecting
from graph_engine.execution.compile import Given, Program, Task
from graph_engine.execution.computation import Computation, Computed, Failed, Found, Job, Lost, Outcome
from graph_engine.execution.invoke import GRAPH
from graph_engine.execution.keys import Keys, Parts, key_of, why_changed
from graph_engine.execution.lanes import Lanes, Threads, Turn
from graph_engine.execution.plan import ALWAYS, EVICTED
from graph_engine.execution.recall import Asks, flight_key, recall
from graph_engine.execution.told import Telling
from graph_engine.execution.values import Values
from graph_engine.execution.walk import NotKnown, Opened, Postponed, Walk, all_links
from graph_engine.store.content import ContentStore, Missing
from graph_engine.store.memo import Memo

GRACE_SECONDS = 1.0  # that a node has beyond its limit to stop by itself
TRIES_FOR_A_VALUE = 50
MOST_ASKING = 64  # nodes that wait for lazy inputs while others compute: each keeps a thread


@dataclass(frozen=True)
class Context:
    """What an execution works with. `listener` is never called by two threads at once."""

    store: ContentStore
    keys: Keys
    surroundings: Surroundings
    cancellation: Cancellation
    listener: events.Listener
    lanes: Lanes
    threads: Threads
    debug: bool = False
    continue_on_error: bool = False


class Execution:
    """One run of a program."""

    def __init__(self, program: Program, context: Context) -> None:
        self._program = program
        self._context = context
        self._walk = Walk(program)
        self._last = context.store.memo.last_parts(program.name)
        self._values = Values(self._walk, context.store)
        self._telling = Telling(self._walk, self._values.load)
        self._settling = True  # False once nothing new may start
        self._queues: dict[str, list[tuple[tuple[int, ...], int, Job]]] = {
            lane: [] for lane in context.lanes.sizes
        }
        self._in_lane: Counter[str] = Counter()
        self._busy: dict[int, Job] = {}  # being computed
        self._outcomes: queue.SimpleQueue[Outcome | Wants] = queue.SimpleQueue()
        self._computation = Computation(context, self._outcomes.put)
        self._in_flight: dict[str, list[str]] = {}  # flight key: other nodes that want the same
        self._making: set[str] = set()  # nodes that have a job
        self._to_close: deque[Opened] = deque()
        self._to_let_down: deque[Task] = deque()
        self._closing = self._letting_down = False
        self._asked: list[Wants] = []
        self._parts: dict[str, tuple[str, Parts]] = {}
        self._lost_in: dict[str, str] = {}  # an opened node: what failed of what it waits for
        self._opening_errors: dict[str, NodeFailed] = {}
        self.account = Account(program, context.listener)

    def run(self) -> None:
        """Settle every node. Raises `Cancelled` or `Paused`; a failure ends it, or skips what needs that."""
        try:
            self._work()
            self._make_held(link for link in self._program.outputs.values() if self.known(link))
        finally:
            self._settling = False
            if self._parts:
                self._context.store.memo.remember_parts(self._program.name, self._parts)
        self.account.end()

    def value(self, link: Link) -> Any:
        """The value of a settled output; computed again if it was evicted or damaged since."""
        for _ in range(TRIES_FOR_A_VALUE):  # another process may evict it again at once
            failed = len(self.account.errors)
            self._make_held([link])
            if len(self.account.errors) > failed:
                raise self.account.errors[-1]
            with suppress(Missing):  # what is damaged is gone now, and made again
                return self._walk.value(link, self._values.load)
        raise ValueGone(f"The value of '{link}' is gone, and can not be made again now: run it again.")

    def told(self) -> dict[str, Any]:
        """The program's outputs that are known, as plain JSON within limits."""
        return self._telling.of_outputs(self._program.outputs)

    def known(self, link: Link) -> bool:
        """Whether an output was settled."""
        return link in self._walk.refs

    # One loop: settle what needs no computing, start what the lanes have room for, take what comes back.

    def _work(self) -> None:
        cancellation = self._context.cancellation
        try:
            while True:
                with without_collecting():
                    while self._values.to_make or (self._settling and self._walk.has_next):
                        cancellation.check_between_nodes()
                        self._advance()
                self._answer_asked()
                if self._values.to_make:
                    continue
                if any(self._queues.values()):
                    cancellation.check_between_nodes()
                if self._start():
                    continue
                if not self._busy:
                    return
                self._receive()
        except BaseException as error:
            self._stop()
            if not isinstance(error, EngineError):  # Ctrl-C
                cancellation.cancel()
            while self._busy:  # what is being computed is kept, or stops at its next step
                with suppress(Cancelled):
                    self._receive()
                self._stop()
            raise

    def _stop(self) -> None:
        """Start nothing more."""
        self._settling = False
        dropped = self._values.stop()
        for waiting in self._queues.values():
            dropped += [job for _, _, job in waiting]
            waiting.clear()
        for job in dropped:
            self._leave(job)
        for wants in list(self._asked):
            self._answer(wants, RunStopped())

    def _advance(self) -> None:
        to_make = self._values.to_make
        task = self._program.tasks[to_make.popleft()] if to_make else self._walk.next()
        assert task is not None
        try:
            if task.node in self._walk.over:
                if task.node not in self._making:
                    self._prepare(self._job(task, EVICTED, self._keyed(task)))
            elif failed := [link.node for link in task.links if not self.known(link)]:
                self._skip(task, failed[0])
            elif task.is_flow or task.node in self._walk.opened:
                self._open(task)
            else:
                self._settle(task)
        except NodeFailed as error:
            self._fail(task, error)
        except Postponed:
            pass  # it comes again when the values that it asks for were made

    def _settle(self, task: Task) -> None:
        keyed = self._keyed(task)
        store = self._context.store
        volatile = task.declared.kind == "volatile"
        known = None if volatile else recall(task, keyed[1], store.memo, self._walk.refs)
        if isinstance(known, Asks):
            before = {link.node for link in known.links}
            if not before <= self._walk.over:
                self._walk.again(task.node, before)
                return
            known = None  # what it asked for failed; it may do without
        memo = known.memo if known else None
        if memo is None or not store.complete(memo, self._context.surroundings.artifacts):
            parts = keyed[0]
            self._compute(task, ALWAYS if volatile else why_changed(self._last.get(task.node), parts), keyed)
        elif task.declared.expands and not store.holds(memo.outputs[GRAPH]):
            self._compute(task, EVICTED, keyed)
        else:
            self._note(task, keyed)
            self._take(task, memo)

    def _take(self, task: Task, memo: Memo) -> None:
        for name, ref in memo.outputs.items():
            self._walk.refs[Link(task.node, name)] = ref
        self.account.saved(task.node, memo.artifacts)
        if task.declared.expands:
            self._open(task)
        else:
            self.account.hit(task, self._telling.of_node(task))
            self._over(task)

    # Computing: a job waits for its values, then for its lane, and comes back as an outcome.

    def _compute(self, task: Task, reason: str, keyed: tuple[Parts, str]) -> None:
        if reason != ALWAYS:
            flight = flight_key(task, keyed[1])
            if flight in self._in_flight:  # the same is being computed in this run: take what that gives
                self._in_flight[flight].append(task.node)
                return
            self._in_flight[flight] = []
        self._note(task, keyed)
        self._prepare(self._job(task, reason, keyed))

    def _job(self, task: Task, reason: str, keyed: tuple[Parts, str]) -> Job:
        self._making.add(task.node)
        lists: dict[Link, Any] = {}
        waiting = list(task.links)
        while waiting:
            inner = self._walk.stands_for.get(link := waiting.pop())
            if inner is not None:
                lists[link] = inner
                waiting.extend((inner,) if isinstance(inner, Link) else inner)
        leaves = tuple(dict.fromkeys(self._walk.leaves(task.links)))
        flight = flight_key(task, keyed[1])
        turn = self._turn(task, flight)
        return Job(task, reason, keyed[1], flight, self._walk.refs, leaves, lists, turn)

    def _turn(self, task: Task, flight: str) -> Turn:
        return self._context.lanes.turn(
            task.declared.lane, partial(self._context.store.locks.computing, flight)
        )

    def _prepare(self, job: Job, lost: Link | None = None) -> None:
        """Queue a job when every value it needs is at hand or stored; what was evicted is made first."""
        if self._values.gather(job, lost):
            heapq.heappush(self._queues[job.task.declared.lane], (job.task.place, id(job), job))

    def _start(self) -> bool:
        """Start what lanes have room for; gives whether something was computed at once, in this thread."""
        for lane, size in self._context.lanes.sizes.items():
            waiting = self._queues[lane]
            while waiting and self._in_lane[lane] < size and not self._must_wait(waiting[0][2]):
                _, _, job = heapq.heappop(waiting)
                self._in_lane[lane] += 1
                self._busy[id(job)] = job
                try:
                    if self._is_alone(job):
                        outcome = self._computation.compute(job)
                    else:
                        self._context.threads.submit(partial(self._compute_in_thread, job))
                        continue
                except BaseException:  # Ctrl-C, or no more threads: nothing will come back
                    del self._busy[id(job)]
                    raise
                self._receive_one(outcome)
                return True
        return False

    def _must_wait(self, job: Job) -> bool:
        """Whether enough nodes wait for lazy inputs; if these need it, it goes when nothing else computes."""
        asking = len(self._asked)
        return job.task.declared.lazy and asking >= MOST_ASKING and len(self._busy) > asking

    def _compute_in_thread(self, job: Job) -> None:
        outcome: Outcome = Failed(job, Cancelled("The process ends."))
        try:
            outcome = self._computation.compute(job)
        finally:
            self._outcomes.put(outcome)

    def _is_alone(self, job: Job) -> bool:
        """Whether nothing could go on beside it, so that this thread may as well compute it."""
        return (
            len(self._busy) == 1
            and not any(self._queues.values())
            and not job.task.declared.lazy
            and job.task.limits.seconds is None
        )

    def _receive(self) -> None:
        """Wait for an outcome, or until a node's time is over."""
        timeout = None
        if limited := [job for job in self._busy.values() if job.task.limits.seconds is not None]:
            ends = [job.deadline + GRACE_SECONDS for job in limited if job.deadline is not None]
            left = [max(0.0, end - time.monotonic()) for end in ends]
            timeout = min([*left, *([0.2] if len(ends) < len(limited) else [])])  # some wait for their slot
        try:
            self._receive_one(self._outcomes.get(timeout=timeout))
        except queue.Empty:
            for job in limited:
                if job.deadline is not None and time.monotonic() >= job.deadline + GRACE_SECONDS:
                    self._abandon(job)

    def _receive_one(self, outcome: Outcome | Wants) -> None:
        job = outcome.job
        if job.abandoned:
            return
        self._in_lane[job.task.declared.lane] -= 1
        if isinstance(outcome, Wants):
            self._asked.append(outcome)
            self._walk.need(link.node for link in outcome.links)
            return
        del self._busy[id(job)]
        if isinstance(outcome, Lost):
            self._prepare(job, outcome.link)
            return
        match outcome:
            case Computed():
                self._computed(job, outcome)
            case Found(_, memo):
                self._take(job.task, memo)
            case Failed(_, RunStopped()):
                pass  # as if it had not been started
            case Failed(_, NeedsFailed() as error):
                self._skip(job.task, error.node)
            case Failed(_, NodeFailed() as error):
                self._fail(job.task, error)
            case Failed(_, Cancelled() as error):
                self._leave(job)
                self.account.cancelled(job.task)
                self._context.cancellation.cancel()  # a node may stop the run by itself
                raise error
            case Failed(_, error):
                self._fail(job.task, NodeFailed(job.task.node, job.task.type_name, {}, error))
        self._leave(job)

    def _computed(self, job: Job, outcome: Computed) -> None:
        task, again = job.task, job.task.node in self._walk.over
        values = {Link(task.node, name): value for name, value in outcome.values.items()}
        self._walk.refs.update((Link(task.node, name), ref) for name, ref in outcome.refs.items())
        self._values.keep(values)
        self.account.saved(task.node, outcome.artifacts)
        self._hand_on(task.node, values)
        if task.declared.expands and not again:
            self.account.ran(task.node, outcome.seconds, job.reason)
            self._values.put_aside(task.node, values)
            self._open(task)
            return
        self.account.ran(task.node, outcome.seconds)
        self.account.miss(task, job.reason, outcome.seconds, self._telling.of_node(task))
        if not again:
            self._over(task)

    def _hand_on(self, node: str, values: Mapping[Link, Any]) -> None:
        """Give values to whoever waited for them to be made again."""
        for waiter in self._values.hand_on(node, values):
            if isinstance(waiter, Job):
                self._prepare_again(waiter)
            elif waiter in self._walk.over:
                self._values.to_make.append(waiter)
            else:
                self._walk.again(waiter)

    def _prepare_again(self, job: Job) -> None:
        """Values that were made again may have come out otherwise; then the job's key is another one."""
        try:
            _, key = self._keyed(job.task)
        except Postponed:
            self._leave(job)
            return
        except NodeFailed as error:
            self._leave(job)
            self._fail(job.task, error)
            return
        if key != job.key:
            flight = flight_key(job.task, key)
            self._in_flight.setdefault(flight, []).extend(self._in_flight.pop(job.flight, ()))
            job.key, job.flight, job.turn = key, flight, self._turn(job.task, flight)
        self._prepare(job)

    def _leave(self, job: Job) -> None:
        """A job is over; who wanted the same looks again."""
        self._making.discard(job.task.node)
        if job.reason != ALWAYS:
            for node in self._in_flight.pop(job.flight, ()):
                self._walk.again(node)

    def _answer_asked(self) -> None:
        """Give nodes the lazy inputs that they ask for, where these are known by now."""
        for wants in list(self._asked):
            if not {link.node for link in wants.links} <= self._walk.over:
                if not self._settling:
                    self._answer(wants, RunStopped())
            elif failed := [link.node for link in wants.links if not self.known(link)]:
                self._answer(wants, NeedsFailed(self.account.origin(failed[0])))
            else:
                load = partial(self._values.load_for, wants)
                with suppress(Postponed):
                    self._answer(wants, {link: self._walk.value(link, load) for link in wants.links})

    def _answer(self, wants: Wants, answer: Answer) -> None:
        self._asked.remove(wants)
        self._in_lane[wants.job.task.declared.lane] += 1
        wants.answer.put(answer)

    def _abandon(self, job: Job) -> None:
        """Go on without a node that does not stop; its thread can not be ended, and holds nothing up."""
        job.abandoned = True
        job.turn.give_up()
        self._in_lane[job.task.declared.lane] -= 1
        del self._busy[id(job)]
        self.account.stuck.append(job.task.node)
        seconds = job.task.limits.seconds or 0.0
        cause = NodeTimedOut(
            f"it ran beyond its limit of {seconds:g} s and did not stop when it was told to."
        )
        self._fail(job.task, NodeFailed(job.task.node, job.task.type_name, {}, cause))
        self._leave(job)

    # Nodes that open bodies.

    def _open(self, task: Task) -> None:
        node = task.node
        try:
            first = task.declared.expands and node not in self._walk.opened
            definition = self._definition(task) if first else None
            opened = self._walk.open(task, partial(self._values.load_for, node), definition)
        except Postponed:
            return  # it comes again when what it asks for was made
        except NotKnown:
            opened = self._walk.give_up(task)
        except (EngineError, ValueError) as error:
            opened = self._walk.give_up(task)
            self._opening_errors[node] = NodeFailed(node, task.type_name, {}, error)
        self._values.forget(node)
        self._values.drop(self._walk.release_bodies(opened))
        self.account.opened(opened)
        if opened.over:
            self._close(opened)

    def _close_early(self, task: Task) -> None:
        opened = self._walk.give_up(task)
        if opened.over and task.node not in self._walk.over:
            self._close(opened)

    def _definition(self, task: Task) -> Definition:
        try:
            graph = self._values.own(Link(task.node, GRAPH))
        except Missing:  # it was there a moment ago
            self._walk.again(task.node)
            raise Postponed from None
        return checked_returned(graph.definition, task, self._program)

    def _close(self, opened: Opened) -> None:
        task, node = opened.task, opened.task.node
        known = self._walk.close(opened)
        if node in self._opening_errors:
            self._fail(task, self._opening_errors[node])
        elif not known or node in self._lost_in:
            inner = self._walk.leaves(Link(node, name) for name in opened.outputs)
            before = (link.node for link in (*inner, *all_links(task)) if not self.known(link))
            self._skip(task, self._lost_in.get(node) or next(before, node))
        else:
            self.account.closed(task, self._telling.of_node(task))
            self._over(task)

    # The end of a node.

    def _fail(self, task: Task, error: NodeFailed) -> None:
        self.account.failed(task, error)
        if not self._context.continue_on_error:
            self._stop()
        self._let_down(task)

    def _skip(self, task: Task, before: str) -> None:
        self.account.skipped(task, before)
        self._let_down(task)

    def _let_down(self, task: Task) -> None:
        """A node gives nothing: skip what waits for its value to be made again, and what depends on it."""
        self._to_let_down.append(task)
        if self._letting_down:
            return  # a long chain of them goes one after the other, without recursion
        self._letting_down = True
        try:
            while self._to_let_down:
                self._tell_of_loss(self._to_let_down.popleft())
        finally:
            self._letting_down = False

    def _tell_of_loss(self, task: Task) -> None:
        for waiter in self._values.let_down(task.node):
            if isinstance(waiter, Wants):
                self._answer(waiter, NeedsFailed(self.account.origin(task.node)))
            elif isinstance(waiter, Job):
                self._skip(waiter.task, task.node)
                self._leave(waiter)
            elif waiter in self._walk.opened:
                self._lost_in[waiter] = task.node
                self._close_early(self._program.tasks[waiter])
            else:
                self._skip(self._program.tasks[waiter], task.node)
        if task.node not in self._walk.over:
            self._over(task)

    def _over(self, task: Task) -> None:
        """A node is settled, failed or skipped: tell the nodes around it, and let go of what it used."""
        came = self.account.over(task)
        self._values.forget(task.node)
        done = list(self._walk.finish(task.node))
        self._values.drop(self._walk.release(all_links(task)))
        for opened, item in done:
            if not came:
                self._lost_in.setdefault(opened.task.node, task.node)
            if item:
                self.account.item_over(opened)
            if opened.over:
                self._to_close.append(opened)
        if not self._closing:  # a long chain of them closes one after the other, without recursion
            self._closing = True
            try:
                while self._to_close:
                    if (one := self._to_close.popleft()).task.node not in self._walk.over:
                        self._close(one)
            finally:
                self._closing = False

    # Values and keys.

    def _make_held(self, links: Iterable[Link]) -> None:
        """Make again what was evicted of these outputs."""
        self._values.demand(links)
        self._work()

    def _keyed(self, task: Task) -> tuple[Parts, str]:
        def load(link: Link) -> Any:
            return self._walk.value(link, partial(self._values.load_for, task.node))

        run = partial(
            Run, task.node, self._context.surroundings, self._context.cancellation, self._context.listener
        )
        try:
            parts = self._context.keys.parts(task, self._walk.refs, load, run)
        except (Cancelled, Postponed):
            raise
        except Exception as error:  # a fingerprint may raise anything
            sources = task.inputs.items()
            given = {name: describe(one.fresh()) for name, one in sources if isinstance(one, Given)}
            raise NodeFailed(task.node, task.type_name, given, error) from error
        return parts, key_of(parts)

    def _note(self, task: Task, keyed: tuple[Parts, str]) -> None:
        """Remember what the node's key was made of, to say next time what changed."""
        parts, key = keyed
        if self._last.get(task.node, ("",))[0] != key:
            self._parts[task.node] = (key, parts)
