"""How long the engine itself takes: planning a cached chain, and running trivial nodes. Prints a table.

python benchmarks/engine_chain.py
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from graph_engine import Catalogue, Document, Engine, Pack, node

LENGTHS = (1000, 2000)
TURNS = 7


@node(title="Count on")
def count_on(number: int = 0) -> int:
    """One more than `number`."""
    return number + 1


def chain(length: int) -> Document:
    """A chain of `length` trivial nodes; its last output is asked for."""
    nodes: dict[str, object] = {"n0": {"type": "bench/count_on", "inputs": {"number": 0}}}
    for index in range(1, length):
        nodes[f"n{index}"] = {
            "type": "bench/count_on",
            "inputs": {"number": {"from": f"n{index - 1}.integer"}},
        }
    outputs = {"last": {"node": f"n{length - 1}", "output": "integer"}}
    return Document.model_validate(
        {"latentgraph": 1, "name": f"chain {length}", "nodes": nodes, "interface": {"outputs": outputs}}
    )


def keep_fastest(found: dict[int, float], length: int, action: Callable[[], object]) -> None:
    """Time one call, and keep it if it is the fastest for this length."""
    start = time.perf_counter()
    action()
    found[length] = min(found.get(length, float("inf")), time.perf_counter() - start)


def main() -> None:
    """Measure chains of 1,000 and 2,000 nodes in one process, turn by turn."""
    catalogue = Catalogue([Pack("bench", "1", [count_on])])
    with tempfile.TemporaryDirectory() as folder, Engine(Path(folder), catalogue=catalogue) as engine:
        documents = {length: chain(length) for length in LENGTHS}
        firsts, plans, runs = {}, {}, {}
        for length, document in documents.items():
            start = time.perf_counter()
            result = engine.run(document).raise_for_status()
            firsts[length] = time.perf_counter() - start
            assert result.outputs["last"] == length
            assert engine.plan(document).nothing_to_do
        for _ in range(TURNS):
            for length, document in documents.items():
                keep_fastest(plans, length, partial(engine.plan, document))
                keep_fastest(runs, length, partial(engine.run, document))
    print(f"{'nodes':>6} {'first run':>11} {'a new node':>11} {'cached plan':>12} {'cached run':>11}")
    new = {
        LENGTHS[0]: LENGTHS[0],
        LENGTHS[1]: LENGTHS[1] - LENGTHS[0],
    }  # the longer chain begins as the shorter
    for length in LENGTHS:
        a_node = firsts[length] / new[length]
        print(
            f"{length:>6} {firsts[length]:>9.3f} s {a_node * 1e3:>8.3f} ms"
            f" {plans[length] * 1e3:>9.1f} ms {runs[length] * 1e3:>8.1f} ms"
        )
    print(f"ratio of cached plans, 2,000 to 1,000 nodes: {plans[2000] / plans[1000]:.2f}")


if __name__ == "__main__":
    main()
