"""Random documents run in every way, each of which must give the same: serial, parallel, from the cache,
among others, cancelled and resumed, with nothing kept; every tenth also as a job on worker processes.

Run: python benchmarks/random_documents.py [--count 1000] [--seed S]

Document number N of seed S is the one of `Random(S + N)`, so a failing one is had again with
`--count 1 --seed` and the number that is printed. Exits 1 if any document failed.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parents[1]
RESOURCES = ROOT / "tests" / "resources"
sys.path[:0] = [str(RESOURCES), str(ROOT)]  # before this folder, whose scripts have names of their own

import toy_pack  # noqa: E402
from execution_law import check_every_way, engine_in  # noqa: E402
from random_documents import RandomDocument, random_document  # noqa: E402

from graph_engine import Cancellation, Catalogue, Engine, EngineError, Settings  # noqa: E402
from graph_engine.jobs.dispatcher import Dispatcher  # noqa: E402
from graph_engine.jobs.job import Request  # noqa: E402
from graph_engine.jobs.journal import Journal  # noqa: E402
from graph_engine.jobs.queue import JobQueue  # noqa: E402
from graph_engine.workers.local import LocalWorkers  # noqa: E402

ON_WORKERS = 10  # one of so many documents
WORKERS = 2
PROGRESS_SECONDS = 15.0


@dataclass
class Found:
    """How many documents ran, and what was wrong with which."""

    documents: int = 0
    nodes: int = 0
    seconds: float = 0.0
    on_workers: int = 0
    outputs_of_workers: int = 0
    seconds_of_workers: float = 0.0
    wrong: list[str] = field(default_factory=list)


def run_here(count: int, first: int, catalogue: Catalogue, found: Found) -> dict[int, RandomDocument]:
    """Run all documents in this process; gives those that are for workers, by their seed."""
    kept: dict[int, RandomDocument] = {}
    begun = told = time.monotonic()
    with tempfile.TemporaryDirectory() as place, engine_in(Path(place), catalogue, 2) as shared:
        for seed in range(first, first + count):
            rng = Random(seed)
            one = random_document(rng, catalogue)
            if seed % ON_WORKERS == first % ON_WORKERS:
                kept[seed] = one
            with tempfile.TemporaryDirectory() as folder:
                try:
                    found.nodes += check_every_way(one, Path(folder), shared, catalogue, rng)
                except (AssertionError, EngineError) as error:
                    found.wrong.append(f"seed {seed}: {type(error).__name__}: {error}")
            found.documents += 1
            if time.monotonic() - told > PROGRESS_SECONDS:
                told = time.monotonic()
                done = f"{found.documents:,} of {count:,} documents, {len(found.wrong)} wrong"
                print(f"{told - begun:6.0f} s  {done}", file=sys.stderr, flush=True)
    found.seconds = time.monotonic() - begun
    return kept


def run_on_workers(documents: Mapping[int, RandomDocument], catalogue: Catalogue, found: Found) -> None:
    """Run documents as jobs on worker processes, and compare what they stored by digest."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as place:
        settings = Settings(data=Path(place), device="cpu")
        queue, journal = JobQueue(settings.data / "jobs.sqlite"), Journal(settings.data / "jobs.sqlite")
        jobs = {queue.submit(Request(one.document.dumps())).id: seed for seed, one in documents.items()}
        with LocalWorkers(settings, ["cpu"] * WORKERS) as workers:
            Dispatcher(workers.workers, queue, journal).run(
                lambda job: lambda event: None, lambda job, worker: None, Cancellation()
            )
        with Engine(settings=settings, catalogue=catalogue) as engine:
            for job, seed in jobs.items():
                ended = queue.get(job)
                if ended.status != "done":
                    found.wrong.append(f"seed {seed}, on a worker: {ended.status}: {ended.error}")
                else:
                    compare(seed, documents[seed], engine, found)
        found.on_workers = len(jobs)
        queue.close()
        journal.close()
    found.seconds_of_workers = time.monotonic() - begun


def compare(seed: int, one: RandomDocument, engine: Engine, found: Found) -> None:
    """Compare the digests of what a worker stored with those of what must be there."""
    plan = engine.plan(one.document)
    if not plan.nothing_to_do:
        found.wrong.append(f"seed {seed}: a worker did not store all that it computed")
    stored = {str(link): ref for link, ref in plan.refs.items()}
    for name, port in one.document.interface.outputs.items():
        ref = stored.get(f"{port.node}.{port.output}")
        expected = engine.store.refer(one.outputs[name])
        found.outputs_of_workers += 1
        if ref is None or ref.digest != expected.digest:
            found.wrong.append(f"seed {seed}: the output '{name}' that a worker stored is another one")


def main() -> int:
    """Run as many documents as asked for, and print what was found."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, help="the first document's; by chance if it is not given")
    given = parser.parse_args()
    first = random.randrange(2**31) if given.seed is None else given.seed
    catalogue, found = Catalogue([toy_pack.pack]), Found()
    run_on_workers(run_here(given.count, first, catalogue, found), catalogue, found)
    rows = [
        ("first seed", first),
        ("documents", f"{found.documents:,}"),
        ("their nodes, those inside others counted each time", f"{found.nodes:,}"),
        ("seconds", f"{found.seconds:.0f}"),
        (f"documents on {WORKERS} worker processes", f"{found.on_workers:,}"),
        ("their outputs, compared by digest", f"{found.outputs_of_workers:,}"),
        ("seconds", f"{found.seconds_of_workers:.0f}"),
        ("documents that went wrong", f"{len(found.wrong):,}"),
    ]
    for what, figure in rows:
        print(f"{what:<54}{figure:>12}")
    for wrong in found.wrong:
        print(wrong)
    return bool(found.wrong)


if __name__ == "__main__":
    sys.exit(main())
