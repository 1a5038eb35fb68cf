"""Random documents with every kind of structure, and what each must give, known without an engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from graph_engine import Catalogue, Document, Workflow
from graph_engine.builder import BodyBuilder


@dataclass
class Known:
    """A value in a document being made: how a node takes it, and what it is."""

    use: Any
    value: Any


@dataclass
class Made:
    """A definition, and the function that it is."""

    name: str
    function: Callable[[int, int], int]


@dataclass
class RandomDocument:
    """A document and what its outputs must be."""

    document: Document
    outputs: dict[str, Any] = field(default_factory=dict)


def random_document(rng: Random, catalogue: Catalogue, size: int = 12) -> RandomDocument:
    """A document of about `size` nodes of arithmetic, calls, maps, folds, branches and lazy inputs."""
    maker = _Maker(rng, Workflow("random", catalogue=catalogue))
    for _ in range(rng.randint(3, size)):
        maker.add_node()
    return maker.finished()


def _definition(rng: Random, wf: Workflow, name: str, made: list[Made]) -> Made:
    """Takes x and y and gives `out`: a few additions, or another definition inside."""
    steps: list[tuple[str, Any, Any]] = []
    with wf.define(name) as body:
        known: list[Any] = [body.port("x"), body.port("y")]
        for number in range(rng.randint(1, 3)):
            a, b = (rng.randrange(len(known)), rng.randrange(len(known))) if number else (0, 1)
            kind = rng.choice(["add", "total", "sign", "call" if made else "add"]) if number else "add"
            inner = rng.choice(made) if kind == "call" else None
            known.append(_step(body, kind, known[a], known[b], inner))
            steps.append((kind, (a, b), inner))
        body.output("out", known[-1])

    def function(x: int, y: int) -> int:
        values = [x, y]
        for kind, (a, b), inner in steps:
            values.append(_value(kind, values[a], values[b], inner))
        return values[-1]

    return Made(name, function)


def _step(body: BodyBuilder, kind: str, a: Any, b: Any, inner: Made | None) -> Any:
    if kind == "add":
        return body.add("toy/plus", a=a, b=b).integer
    if kind == "total":
        return body.add("toy/plus", a=body.add("toy/sign", a=a).integer, b=b).integer
    if kind == "sign":
        return body.add("toy/sign", a=a).integer
    assert inner is not None
    return body.add("flow/call", body=inner.name, x=a, y=b).out


def _value(kind: str, a: int, b: int, inner: Made | None) -> int:
    if kind == "add":
        return a + b
    if kind == "total":
        return _sign(a) + b
    if kind == "sign":
        return _sign(a)
    assert inner is not None
    return inner.function(a, b)


class _Maker:
    """Adds nodes one by one, and works out beside each what it must give."""

    def __init__(self, rng: Random, wf: Workflow) -> None:
        self.rng, self.wf = rng, wf
        self.made: list[Made] = []
        for index in range(rng.randint(1, 3)):
            self.made.append(_definition(rng, wf, f"d{index}", self.made))
        self.numbers = [Known(number, number) for number in (rng.randint(-3, 3), rng.randint(-3, 3))]
        self.lists = [Known([1, 2, -1], [1, 2, -1])]
        self.outputs: dict[str, Any] = {}
        self.last = self.numbers[0]
        self.kinds: list[Callable[[Known, Known, Made], Known]] = [
            self.add, self.sign, self.total, self.call, self.map, self.product,
            self.fold, self.until, self.branch, self.lazy, self.repeat,
        ]  # fmt: skip

    def add_node(self) -> None:
        """One more node, of any kind, over what is there."""
        kind, choose = self.rng.choice(self.kinds), self.rng.choice
        self.last = kind(choose(self.numbers), choose(self.numbers), choose(self.made))
        (self.lists if isinstance(self.last.value, list) else self.numbers).append(self.last)
        if self.rng.random() < 0.4:
            self._give_out()

    def finished(self) -> RandomDocument:
        """The document, with at least one output."""
        if not self.outputs:
            self._give_out()
        return RandomDocument(self.wf.document(), self.outputs)

    def _give_out(self) -> None:
        name = f"o{len(self.outputs)}"
        self.wf.output(name, self.last.use)
        self.outputs[name] = self.last.value

    def add(self, a: Known, b: Known, body: Made) -> Known:
        return Known(self.wf.add("toy/plus", a=a.use, b=b.use).integer, a.value + b.value)

    def sign(self, a: Known, b: Known, body: Made) -> Known:
        return Known(self.wf.add("toy/sign", a=a.use).integer, _sign(a.value))

    def total(self, a: Known, b: Known, body: Made) -> Known:
        items = self.rng.choice(self.lists)
        if isinstance(items.use, list):
            return Known(self.wf.add("toy/total", numbers=[a.use, b.use]).integer, a.value + b.value)
        return Known(self.wf.add("toy/total", numbers=items.use).integer, sum(items.value))

    def call(self, a: Known, b: Known, body: Made) -> Known:
        use = self.wf.add("flow/call", body=body.name, x=a.use, y=b.use)
        return Known(use.out, body.function(a.value, b.value))

    def map(self, a: Known, b: Known, body: Made) -> Known:
        items = self.rng.choice(self.lists)
        use = self.wf.add("flow/map", body=body.name, each=["x"], x=items.use, y=b.use)
        return Known(use.out, [body.function(x, b.value) for x in items.value])

    def product(self, a: Known, b: Known, body: Made) -> Known:
        xs = self.rng.choice([[], [2], [1, -3]])
        use = self.wf.add("flow/map", body=body.name, each=["y", "x"], how="product", x=xs, y=[a.use, b.use])
        return Known(use.out, [body.function(x, y) for y in (a.value, b.value) for x in xs])

    def fold(self, a: Known, b: Known, body: Made) -> Known:
        times, name = self.rng.randint(0, 4), f"f{len(self.wf._definitions)}"
        with self.wf.define(name) as step:
            inner = step.add("flow/call", body=body.name, x=step.port("x"), y=step.port("y"))
            step.output("x", step.add("toy/sign", a=inner.out))
        use = self.wf.add("flow/fold", body=name, carry=["x"], times=times, x=a.use, y=b.use)
        value = a.value
        for _ in range(times):
            value = _sign(body.function(value, b.value))
        return Known(use.x, value)

    def until(self, a: Known, b: Known, body: Made) -> Known:
        limit, name = self.rng.randint(-2, 6), f"u{len(self.wf._definitions)}"
        with self.wf.define(name) as step:
            n = step.add("toy/plus", a=step.port("n"), b=1)
            step.output("n", n)
            step.output("enough", step.add("toy/at_least", a=n, limit=limit))
        use = self.wf.add("flow/fold", body=name, carry=["n"], times=5, until="enough", n=a.use)
        value = a.value + 1
        while value < limit and value < a.value + 5:
            value += 1
        return Known(use.n, value)

    def branch(self, a: Known, b: Known, body: Made) -> Known:
        other = self.rng.choice(self.made)
        condition = self.wf.add("toy/at_least", a=a.use, limit=0)
        bodies = {"then": body.name, "otherwise": other.name}
        use = self.wf.add("flow/if", condition=condition, **bodies, x=b.use, y=a.use)
        return Known(use.out, (body if a.value >= 0 else other).function(b.value, a.value))

    def lazy(self, a: Known, b: Known, body: Made) -> Known:
        use = self.wf.add("toy/first_even", a=a.use, b=b.use)
        return Known(use.integer, next((one.value for one in (a, b) if one.value % 2 == 0), 0))

    def repeat(self, a: Known, b: Known, body: Made) -> Known:
        times = self.rng.randint(0, 3)
        return Known(self.wf.add("toy/repeat", start=a.use, times=times).last, a.value + times)


def _sign(a: int) -> int:
    return (a > 0) - (a < 0)
