"""How long the engine itself takes: planning a cached chain, and running trivial nodes. Prints a table.

python benchmarks/engine_chain.py
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from graph_engine import Catalogue, Document, Engine, Pack, node


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


def best(action: Callable[[], object], times: int = 5) -> float:
    """Seconds of the fastest of a few calls."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        action()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def main() -> None:
    """Measure chains of 1,000 and 2,000 nodes in one process."""
    catalogue = Catalogue([Pack("bench", "1", [count_on])])
    rows = []
    for length in (1000, 2000):
        with tempfile.TemporaryDirectory() as folder, Engine(Path(folder), catalogue=catalogue) as engine:
            document = chain(length)
            start = time.perf_counter()
            result = engine.run(document).raise_for_status()
            first = time.perf_counter() - start
            assert result.outputs["last"] == length
            assert engine.plan(document).nothing_to_do
            planned = best(lambda: engine.plan(document))  # noqa: B023 (called within this turn)
            again = best(lambda: engine.run(document))  # noqa: B023
            rows.append((length, first, planned, again))
    print(f"{'nodes':>6} {'first run':>11} {'a node':>9} {'cached plan':>12} {'cached run':>11}")
    for length, first, planned, again in rows:
        node_ms = first / length * 1e3
        print(
            f"{length:>6} {first:>9.3f} s {node_ms:>6.3f} ms {planned * 1e3:>9.1f} ms {again * 1e3:>8.1f} ms"
        )
    print(f"ratio of cached plans, 2,000 to 1,000 nodes: {rows[1][2] / rows[0][2]:.2f}")


if __name__ == "__main__":
    main()
