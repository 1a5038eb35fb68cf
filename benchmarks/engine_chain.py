"""How long the engine itself takes: chains of 100, 1,000 and 10,000 trivial nodes, planned and run.

Run: python benchmarks/engine_chain.py [length]...

Shown for each length, the fastest of several turns: the first run, and what it spends on a node; the plan
and the run when everything is cached, both of a document that was parsed anew before each (parsing has a row
of its own) and of one that stays the same object; and a run after a literal in the middle was edited whose
output stays equal, of which that one node is computed. Exits 1 if a run gave the wrong number, a cached one
computed anything, or an edit computed any other node.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from graph_engine import Catalogue, Document, Engine, Pack, RunResult, load_document, node  # noqa: E402

LENGTHS = (100, 1_000, 10_000)
TURNS = 5
PARSED, SAME = "parsed anew", "same object"
BARS = {  # of chains of 1,000 and of 10,000 nodes
    f"re-plan and re-run, {PARSED}": {1_000: "50 ms", 10_000: "700 ms"},
    f"re-plan and re-run, {SAME}": {1_000: "50 ms", 10_000: "700 ms"},
    "first run, a node": {100: "150 µs", 1_000: "150 µs", 10_000: "150 µs"},
}

T = TypeVar("T")


@node(title="Count on")
def count_on(number: int = 0, label: int = 0) -> int:
    """One more than `number`, whatever the label."""
    return number + 1


def chain(length: int) -> str:
    """The text of a document: `length` trivial nodes one after the other, the last of which is asked for."""
    nodes: dict[str, object] = {"n0": {"type": "bench/count_on", "inputs": {"number": 0, "label": 0}}}
    for index in range(1, length):
        number = {"from": f"n{index - 1}.integer"}
        nodes[f"n{index}"] = {"type": "bench/count_on", "inputs": {"number": number, "label": 0}}
    outputs = {"last": {"node": f"n{length - 1}", "output": "integer"}}
    raw = {"latentgraph": 1, "name": f"chain {length}", "nodes": nodes, "interface": {"outputs": outputs}}
    return Document.model_validate(raw).dumps()


class Chain:
    """One length, in a folder of its own, and the fastest seconds of all that was timed."""

    def __init__(self, length: int, folder: Path, catalogue: Catalogue) -> None:
        self.length, self.engine = length, Engine(folder / "data", catalogue=catalogue)
        self.file, self.edited = folder / "chain.json", folder / "edited.json"
        self.file.write_text(chain(length))
        self.document = load_document(self.file)
        self.fastest: defaultdict[str, float] = defaultdict(lambda: float("inf"))
        self.computed: set[int] = set()  # nodes of an edited run
        self.memory = 0.0  # MiB that the first turn added
        self.wrong: list[str] = []

    def first(self) -> None:
        """The first run, in which every node is computed, and a turn; says what memory they took."""
        before = resident()
        self.verify(self.timed("first run", lambda: self.engine.run(self.document)), self.length, "first run")
        self.fastest["first run, a node"] = self.fastest["first run"] / self.length
        self.turn(0)
        self.memory = resident() - before

    def turn(self, number: int) -> None:
        """Everything once more."""
        both = {PARSED: 0.0, SAME: 0.0}
        for what in both:
            document = self.timed("parse", self.parsed) if what == PARSED else self.document
            plan = self.timed(f"plan, {what}", lambda one=document: self.engine.plan(one), both, what)
            if not plan.nothing_to_do:
                self.wrong.append(f"{self.length} nodes: a cached chain's plan has something to do")
            document = self.parsed() if what == PARSED else self.document
            result = self.timed(f"run, {what}", lambda one=document: self.engine.run(one), both, what)
            self.verify(result, 0, f"run, {what}")
            self.keep(f"re-plan and re-run, {what}", both[what])
        changes = {(f"n{self.length // 2}", "label"): number + 1}
        self.edited.write_text(self.document.with_inputs(changes).dumps())
        edited = load_document(self.edited)
        result = self.timed("run after an edit in the middle", lambda: self.engine.run(edited))
        self.computed.add(self.verify(result, 1, "run after an edit"))

    def parsed(self) -> Document:
        """The document, parsed anew."""
        return load_document(self.file)

    def verify(self, result: RunResult, expected: int, what: str) -> int:
        """How many nodes a run computed; notes where that, or what it gave, is not as it should be."""
        computed = sum(report.status == "miss" for report in result.nodes.values())
        if computed != expected or result.raise_for_status().outputs["last"] != self.length:
            said = f"{computed} computed instead of {expected}, or another number came out"
            self.wrong.append(f"{self.length} nodes, {what}: {said}")
        return computed

    def timed(self, what: str, act: Callable[[], T], add: dict[str, float] | None = None, to: str = "") -> T:
        """Do it, and keep the seconds if they are the fewest; added to `add[to]` also."""
        begun = time.perf_counter()
        done = act()
        seconds = time.perf_counter() - begun
        self.keep(what, seconds)
        if add is not None:
            add[to] += seconds
        return done

    def keep(self, what: str, seconds: float) -> None:
        """Keep seconds if they are the fewest."""
        self.fastest[what] = min(self.fastest[what], seconds)


def resident() -> float:
    """MiB of memory that this process has had at most; the chains come in order of length."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def show(chains: list[Chain]) -> None:
    """Print the table, and how figures grow with the length."""
    print(f"{'nodes':<36}" + "".join(f"{one.length:>13,}" for one in chains) + "    bar")
    for what in chains[0].fastest:
        small = what.endswith("a node")
        scale, unit = (1e6, "µs") if small else (1e3, "ms")
        figures = "".join(f"{one.fastest[what] * scale:>10.1f} {unit}" for one in chains)
        bars = BARS.get(what, {})
        said = " / ".join(dict.fromkeys(f"<= {bars[one.length]}" for one in chains if one.length in bars))
        print(f"{what:<36}{figures}    {said}".rstrip())
    print(f"{'peak of memory raised by':<36}" + "".join(f"{one.memory:>9.1f} MiB" for one in chains))
    edited = ("/".join(map(str, sorted(one.computed))) for one in chains)
    print(f"{'nodes computed after an edit':<36}" + "".join(f"{one:>13}" for one in edited) + "    1")
    for before, after in pairwise(chains):
        print(f"{after.length:,} nodes to {before.length:,}, {after.length / before.length:g} is linear:")
        for what in (f"re-plan and re-run, {PARSED}", f"re-plan and re-run, {SAME}", "first run"):
            print(f"    {what:<32}{after.fastest[what] / before.fastest[what]:>13.1f}")


def main() -> int:
    """Measure chains of the lengths that are given, in one process, turn by turn."""
    lengths = tuple(sorted(map(int, sys.argv[1:]))) or LENGTHS
    catalogue = Catalogue([Pack("bench", "1", [count_on])])
    chains: list[Chain] = []
    with tempfile.TemporaryDirectory() as folder:
        try:
            for length in lengths:
                place = Path(folder) / str(length)
                place.mkdir()
                chains.append(Chain(length, place, catalogue))
                chains[-1].first()
            for number in range(1, TURNS):
                for one in chains:
                    one.turn(number)
        finally:
            for one in chains:
                one.engine.close()
    show(chains)
    wrong = [said for one in chains for said in one.wrong]
    print("\n".join(wrong) if wrong else "every run gave the right number and computed no node too many")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
