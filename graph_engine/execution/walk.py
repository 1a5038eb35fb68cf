"""A walk over a program: which node may be settled next, while loops and branches open and the graph grows.

Planning and execution are both walks; they differ in how they settle a node.
"""

from __future__ import annotations

import heapq
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graph_engine.documents.document import Definition, Link
from graph_engine.execution.compile import Given, Program, Task
from graph_engine.execution.invoke import accept
from graph_engine.flow.kind import Ask, Bound, Items, Opening, Raw, Value, refuse_many
from graph_engine.store.value_ref import ValueRef, list_ref

Members = tuple[Link, ...]
LoadValue = Callable[[Link], Any]


class NotKnown(Exception):
    """What a flow asks for is not known in this walk: nobody can say what it opens."""


class Postponed(Exception):
    """A value that a flow asks for must be made first; whoever raises this lets the flow come again."""


@dataclass
class Opened:
    """A node in whose place others run: those that give its outputs, and those inside that save something."""

    task: Task
    opening: Opening
    ask: Ask | None = None  # what it waits for
    whole: bool = False  # everything that it opens is open
    given_up: bool = False  # what it opens can not be known
    outputs: dict[str, Link | Members] = field(default_factory=dict)
    waiting: set[str] = field(default_factory=set)  # inside, not over yet
    items: dict[int, set[str]] = field(default_factory=dict)  # the same by item, where there are several
    items_over: int = 0
    held: list[Link] = field(default_factory=list)  # what the last body gives: the next one may need it
    let_go: list[Link] = field(default_factory=list)  # what the bodies before it gave

    @property
    def over(self) -> bool:
        """Whether all that it opened is over."""
        return self.whole and not self.waiting

    def hold(self, links: Iterable[Link]) -> None:
        """Hold these outputs for the next body, and no longer those before them."""
        self.let_go += self.held
        self.held = list(links)


class Walk:
    """The nodes of a program in order, each given out when all that it links to is over.

    `refs` has the outputs that are known; a node that is over and has none there failed, or was not run.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.refs: dict[Link, ValueRef] = {}
        self.over: set[str] = set()
        self.opened: dict[str, Opened] = {}
        self.stands_for: dict[Link, Link | Members] = {}  # an output of an opened node: what gives it
        self.uses: Counter[Link] = Counter(program.outputs.values())  # how many still need an output
        self._ready: list[tuple[tuple[int, ...], str]] = []
        self._unmet: dict[str, int] = {}  # how much a node waits for
        self._waiting_for: defaultdict[str, list[str]] = defaultdict(list)
        self._around: defaultdict[str, list[tuple[str, int | None]]] = defaultdict(list)
        for task in list(program.tasks.values()):
            self._add(task)

    def need(self, nodes: Iterable[str]) -> None:
        """Make nodes, and what must come before them, part of the walk."""
        for node in nodes:
            for task in self.program.need(node):
                self._add(task)

    def next(self) -> Task | None:
        """The first in place of the nodes that may be settled now."""
        return self.program.tasks[heapq.heappop(self._ready)[1]] if self._ready else None

    @property
    def has_next(self) -> bool:
        """Whether a node may be settled now."""
        return bool(self._ready)

    def again(self, node: str, after: Iterable[str] = ()) -> None:
        """Give a node out once more, when the nodes `after` are over."""
        waits = set(after)
        self.need(waits)
        self._wait(node, waits - self.over)

    def finish(self, node: str) -> Iterator[tuple[Opened, bool]]:
        """Note that a node is over; gives the opened nodes around it, and whether an item is over with it."""
        self.over.add(node)
        self._met(node)
        self._met(_opening_of(node))  # one that was skipped never opened
        for path, item in self._around.pop(node, ()):
            opened = self.opened[path]
            opened.waiting.discard(node)
            completed = False
            if item is not None:
                opened.items[item].discard(node)
                completed = not opened.items[item]
                opened.items_over += completed
            yield opened, completed

    def release_bodies(self, opened: Opened) -> Iterator[Link]:
        """Let go of what bodies gave that only the next one might have needed; gives what nobody needs."""
        links, opened.let_go = opened.let_go, []
        return self.release(links)

    def release(self, links: Iterable[Link]) -> Iterator[Link]:
        """Note that a use of each link is over; gives the outputs that nobody needs any more."""
        waiting = list(links)
        while waiting:
            link = waiting.pop()
            self.uses[link] -= 1
            if self.uses[link] == 0:
                inner = self.stands_for.get(link)
                if inner is None:
                    yield link
                else:
                    waiting.extend((inner,) if isinstance(inner, Link) else inner)

    def leaves(self, links: Iterable[Link]) -> Iterator[Link]:
        """The outputs of computing nodes that links stand for in the end."""
        waiting = list(links)[::-1]
        while waiting:
            link = waiting.pop()
            inner = self.stands_for.get(link)
            if inner is None:
                yield link
            else:
                waiting.extend((inner,) if isinstance(inner, Link) else reversed(inner))

    def value(self, link: Link, load: LoadValue) -> Any:
        """The value of a link: a list whose items came one by one is put together."""
        inner: Link | Members | None = link
        while isinstance(inner, Link):
            link, inner = inner, self.stands_for.get(inner)
        return load(link) if inner is None else [self.value(one, load) for one in inner]

    def open(self, task: Task, load: LoadValue, definition: Definition | None = None) -> Opened:
        """Open a node's bodies as far as that is known now; while it waits for more it is given out again.

        `definition` is the graph that an ordinary node gave, to run in its place. Raises `NotKnown`,
        `Postponed`, and what the rules of the node's kind refuse.
        """
        opened = self.opened.get(task.node)
        if opened is None:
            use = _OpeningUse(self, task)
            opening = task.declared.flow.open(use) if task.declared.flow else _in_place(use, definition)
            opened = self.opened[task.node] = Opened(task, opening)
            self._go_on(opened, None)
        while opened.ask is not None:
            answer = self._answer(opened, opened.ask, load)
            if answer is None:
                return opened
            self._go_on(opened, answer)
        return opened

    def give_up(self, task: Task) -> Opened:
        """Open no more of a node: what it gives is not known. What is open already goes on."""
        opened = self.opened.setdefault(task.node, Opened(task, _nothing()))
        opened.opening.close()
        opened.ask, opened.whole, opened.given_up = None, True, True
        opened.hold([])
        self._met(_opening_of(task.node))
        return opened

    def close(self, opened: Opened) -> bool:
        """Set the references of an opened node's outputs, when it is over; gives whether all are known."""
        for name, inner in opened.outputs.items():
            link = Link(opened.task.node, name)
            if isinstance(inner, Link):
                if inner in self.refs:
                    self.refs[link] = self.refs[inner]
            elif all(one in self.refs for one in inner):
                self.refs[link] = list_ref([self.refs[one] for one in inner])
        known = all(Link(opened.task.node, name) in self.refs for name in opened.task.outputs)
        return known and not opened.given_up

    def start(
        self, task: Task, body: Definition, given: Mapping[str, Bound], item: int | None
    ) -> dict[str, Link]:
        """Open one body in a node's place."""
        scope = self.program.start(task, body, given, item)
        outputs, effects = scope.outputs, scope.effects
        inside = {link.node for link in outputs.values()} | set(effects)
        self.need(inside)
        opened = self.opened[task.node]
        opened.hold(outputs.values())
        for link in opened.held:
            self._use(link)
        waiting = inside - self.over
        opened.waiting |= waiting
        if item is not None:
            opened.items[item] = set(waiting)
            opened.items_over += not waiting
        for node in waiting:
            self._around[node].append((task.node, item))
        return outputs

    def _go_on(self, opened: Opened, answer: tuple[Any] | None) -> None:
        try:
            opened.ask = next(opened.opening) if answer is None else opened.opening.send(answer[0])
        except StopIteration as stop:
            opened.ask, opened.whole = None, True
            self._set_outputs(opened, stop.value)
            opened.hold([])
            self._met(_opening_of(opened.task.node))

    def _set_outputs(self, opened: Opened, outputs: Mapping[str, Bound]) -> None:
        task = opened.task
        for name in task.outputs:
            bound = outputs[name]
            links = bound if isinstance(bound, tuple) else (bound,)
            if not all(isinstance(one, Link) for one in links):  # a literal that goes right through
                made = self.program.constant(task, name, bound)
                self._add(self.program.tasks[made.node])
                self._around[made.node].append((task.node, None))
                opened.waiting.add(made.node)
                bound = made
            inner: Any = bound
            opened.outputs[name] = inner
            link = Link(task.node, name)
            self.stands_for[link] = inner
            for one in (inner,) if isinstance(inner, Link) else inner:
                if self.uses[link] > 0:  # else nobody is to hold its values
                    self._use(one)
                if one.node not in self.over:  # a port that goes right through
                    self.need([one.node])
                    if task.node not in {path for path, _ in self._around[one.node]}:
                        self._around[one.node].append((task.node, None))
                        opened.waiting.add(one.node)

    def _answer(self, opened: Opened, ask: Ask, load: LoadValue) -> tuple[Any] | None:
        """The answer to what a flow asks, or None when it must wait; then it is given out again."""
        source = ask.source
        if isinstance(ask, Value):
            if isinstance(source, Raw):
                return (source.value,)
            if isinstance(source, tuple):
                raise AssertionError("a control is one value")
            if source.node not in self.over:
                self.again(opened.task.node, [source.node])
                return None
            if source not in self.refs:
                raise NotKnown
            value = self.value(source, load)
            return (value if ask.wanted is None else accept(ask.wanted, value),)
        if isinstance(source, Raw):
            refuse_many(len(source.value))
            return (tuple(Raw(one) for one in source.value),)
        if isinstance(source, tuple):
            return (source,)
        return self._items(opened, ask, source, load)

    def _items(self, opened: Opened, ask: Items, source: Link, load: LoadValue) -> tuple[Any] | None:
        task = opened.task
        while True:  # the items of what a map gives are known as soon as it is open
            inner = self.stands_for.get(source)
            if isinstance(inner, tuple):
                return (inner,)
            if inner is not None:
                source = inner
                continue
            self.need([source.node])
            if self.program.tasks[source.node].opens and source.node not in self.over:
                self._wait(task.node, {_opening_of(source.node)})
                return None
            break
        path = f"{task.node}#{ask.name}"
        if path not in self.program.tasks:
            self._add(self.program.split(task, ask.name, source))
        if path not in self.over:
            self.again(task.node, [path])
            return None
        if source not in self.refs or Link(path, "count") not in self.refs:
            raise NotKnown
        count = self.value(Link(path, "count"), load)
        return (tuple(Link(path, str(index)) for index in range(count)),)

    def _use(self, link: Link) -> None:
        """One more needs an output; the first that does needs what the output stands for."""
        waiting = [link]
        while waiting:
            one = waiting.pop()
            self.uses[one] += 1
            inner = self.stands_for.get(one)
            if self.uses[one] == 1 and inner is not None:
                waiting.extend((inner,) if isinstance(inner, Link) else inner)

    def _add(self, task: Task) -> None:
        for link in all_links(task):
            self._use(link)
        self._wait(task.node, {link.node for link in task.links} - self.over)

    def _wait(self, node: str, events: set[str]) -> None:
        if events:
            self._unmet[node] = len(events)
            for event in events:
                self._waiting_for[event].append(node)
        else:
            heapq.heappush(self._ready, (self.program.tasks[node].place, node))

    def _met(self, event: str) -> None:
        for node in self._waiting_for.pop(event, ()):
            self._unmet[node] -= 1
            if not self._unmet[node]:
                del self._unmet[node]
                heapq.heappush(self._ready, (self.program.tasks[node].place, node))


class _OpeningUse:
    def __init__(self, walk: Walk, task: Task) -> None:
        self._walk, self._task = walk, task
        self.outputs = task.outputs
        if task.ports is not None:
            self.ports = task.ports
        else:
            self.ports = {name: _bound(source) for name, source in task.inputs.items()}

    def control(self, name: str) -> Value:
        source = self._task.inputs[name]
        bound = Raw(source.value) if isinstance(source, Given) else _bound(source)
        return Value(bound, self._task.declared.inputs[name])

    def fixed(self, name: str) -> Any:
        assert self._task.fixed is not None
        return self._task.fixed[name]

    def start(
        self, definition: str | Definition, given: Mapping[str, Bound], item: int | None = None
    ) -> dict[str, Link]:
        if isinstance(definition, str):
            definition = self._walk.program.document.definitions[definition]
        return self._walk.start(self._task, definition, given, item)


def _in_place(use: _OpeningUse, definition: Definition | None) -> Opening:
    yield from ()
    assert definition is not None
    return use.start(definition, use.ports)


def _nothing() -> Opening:
    yield from ()
    return {}


def _bound(source: Any) -> Bound:
    if isinstance(source, Given):
        return Raw(json.loads(source.canonical))
    if isinstance(source, Link):
        return source
    return tuple(one if isinstance(one, Link) else Raw(json.loads(one.canonical)) for one in source)


def all_links(task: Task) -> Iterator[Link]:
    """Every link of a task: those that must be settled first, lazy ones, and those at ports."""
    for source in (*task.inputs.values(), *(task.ports or {}).values()):
        for one in source if isinstance(source, tuple) else (source,):
            if isinstance(one, Link):
                yield one


def _opening_of(node: str) -> str:
    """The event that a node's bodies are all open."""
    return f"{node}/"
