"""What it takes to ask a warm desk to prepare a picture's workflow: alone, and while a worker samples.

Law: every question is answered without a problem. Takes half a minute and the embedded model.
Run: PYTHONPATH=. .venv/bin/python benchmarks/desk.py
"""

from __future__ import annotations

import json
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from graph_engine.declaration.cancellation import Cancellation
from graph_engine.jobs.worker import Order
from graph_engine.settings import Settings
from graph_engine.workers.local import LocalWorkers
from graph_engine.workers.memory import MEMORY_SECONDS

DOCUMENT = Path(__file__).resolve().parents[1] / "examples" / "text_to_image.json"
QUESTIONS = 500
LARGE = 10_000  # nodes of the document that is planned beside


def main() -> None:
    """Print the table."""
    document = DOCUMENT.read_text("utf-8")
    with (
        tempfile.TemporaryDirectory() as data,
        LocalWorkers(Settings(data=Path(data), device="cpu"), desk=True) as workers,
    ):
        for seed in range(20):
            _prepare(workers, document, seed)
        _show("alone", workers, document)
        over = threading.Event()
        begun = threading.Event()
        sampling = threading.Thread(target=_sample, args=(workers, document, begun, over))
        sampling.start()
        begun.wait()
        _show("while a worker samples", workers, document)
        over.set()
        sampling.join()
        planning = threading.Thread(target=workers.plan, args=(_chain(LARGE),))
        planning.start()
        _show(f"beside the plan of {LARGE:,} nodes", workers, document, planning.is_alive)
        planning.join()
        time.sleep(MEMORY_SECONDS + 1)  # for its report
        assert workers.desk is not None
        assert workers.desk.memory is not None
        print(f"memory of the desk afterwards: {workers.desk.memory.resident / 2**20:.0f} MiB")


def _show(
    title: str, workers: LocalWorkers, document: str, goes_on: Callable[[], bool] = lambda: True
) -> None:
    seconds: list[float] = []
    while len(seconds) < QUESTIONS and goes_on():
        start = time.perf_counter()
        _prepare(workers, document, len(seconds))
        seconds.append(time.perf_counter() - start)
    seconds.sort()
    middle, high = seconds[len(seconds) // 2], seconds[int(len(seconds) * 0.99)]
    print(f"{title}: {len(seconds)} questions, p50 {middle * 1e3:.2f} ms, p99 {high * 1e3:.2f} ms")


def _prepare(workers: LocalWorkers, document: str, seed: int) -> None:
    problems = workers.prepare(document, inputs={"seed": seed})["problems"]
    assert not problems, problems


def _sample(workers: LocalWorkers, document: str, begun: threading.Event, over: threading.Event) -> None:
    worker = workers.workers[0]
    worker.ready(Cancellation())
    raw = json.loads(document)
    while not over.is_set():
        raw["nodes"]["seed"]["inputs"]["seed"] += 1
        outcome = worker.run(Order("sampling", json.dumps(raw)), lambda event: None)
        assert outcome.status == "done", outcome.error
        begun.set()  # with the model loaded


def _chain(length: int) -> str:
    nodes = {
        f"n{index}": {
            "type": "flow/pass",
            "inputs": {"value": {"from": f"n{index - 1}.value"} if index else 0},
        }
        for index in range(length)
    }
    outputs = {"last": {"node": f"n{length - 1}", "output": "value"}}
    return json.dumps({"latentgraph": 1, "nodes": nodes, "interface": {"outputs": outputs}})


if __name__ == "__main__":
    main()
