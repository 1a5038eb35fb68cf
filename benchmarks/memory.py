"""Whether an engine that runs for long grows: 300 runs of random shapes in one engine with small budgets.

Run: python benchmarks/memory.py [--count 300] [--seed S] [--allocator-as-it-is]

Half of the runs are random documents of arithmetic and structure, half make, split and map over blobs of up
to 2 MB, more in all than either budget takes; every fifth is cancelled at a random event, and every seventh
has a node that fails. Exits 1 if the memory of the last third exceeds that of the middle third by more than
5 %, if the values on disk are more than their budget, if open files grow or threads become more than lanes
may need, if either is left over when the engine is closed, or if a run gave something else than it must.

By default glibc takes large blocks from heaps that it gives back only in part, once it has seen some freed:
what is resident is then more than what is held, and rises by chance. So this script begins again with large
blocks outside the heaps, where resident is what the engine holds; `--allocator-as-it-is` leaves that out.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parents[1]
RESOURCES = ROOT / "tests" / "resources"
sys.path[:0] = [str(RESOURCES), str(ROOT)]  # before this folder, whose scripts have names of their own

import toy_pack  # noqa: E402
from execution_law import stop_at  # noqa: E402
from random_documents import RandomDocument, random_document  # noqa: E402

from graph_engine import Catalogue, Engine, Settings, Workflow  # noqa: E402

MEMORY, DISK = 32 << 20, 64 << 20  # budgets in bytes
ALLOCATOR = {"MALLOC_MMAP_THRESHOLD_": str(128 << 10)}  # a fixed threshold, which glibc does not raise
LARGEST = 2_000_000  # bytes of a blob
SHOWN = 10  # lines
GROWTH = 1.05  # of the last third over the middle one
SLOTS = 2  # of the lane for CPU nodes
MOST_THREADS = 2 + 2 * (SLOTS + 1)  # one beside each that has just finished; the device's; those that wait
CANCELLED, FAILING = 5, 7  # each so many runs


@dataclass(frozen=True)
class Sample:
    """What the process holds after a run, and what is on disk."""

    memory: int
    files: int
    threads: int
    values: int  # bytes of values on disk, by the store's own account
    folder: int  # bytes of the folder, with the database


@dataclass
class Found:
    """The samples, one a run, and what went wrong."""

    samples: list[Sample] = field(default_factory=list)
    made: int = 0  # bytes of blobs
    nodes: int = 0
    wrong: list[str] = field(default_factory=list)


def blob_document(rng: Random, catalogue: Catalogue) -> tuple[RandomDocument, int]:
    """Blobs that are made, split twice in maps and measured; and how many bytes are made first."""
    wf = Workflow("blobs", catalogue=catalogue)
    with wf.define("measured") as body:
        body.output("size", body.add("toy/measure", blob=body.port("blob")))
    with wf.define("halved") as body:
        parts = body.add("toy/split", blob=body.port("blob")).blobs
        sizes = body.add("flow/map", body="measured", each=["blob"], blob=parts)
        body.output("total", body.add("toy/total", numbers=sizes["size"]))
        body.output("parts", parts)
    outputs: dict[str, object] = {}
    made = 0
    for index in range(rng.randint(1, 4)):
        size = rng.randint(5_000, LARGEST)
        blob = wf.add("toy/make_blob", text="b", size=size, seed=rng.randrange(2**40)).blob
        parts = wf.add("toy/split", blob=blob).blobs
        halves = wf.add("flow/map", body="halved", each=["blob"], blob=parts)
        wf.output(f"sizes {index}", halves.total)
        outputs[f"sizes {index}"] = [size // 2, size - size // 2]
        made += size
        if rng.random() < 0.5:  # a list of lists of blobs is an output too
            wf.output(f"parts {index}", halves.parts)
    return RandomDocument(wf.document(), outputs), made


def run_one(number: int, rng: Random, engine: Engine, catalogue: Catalogue, found: Found) -> None:
    """Make a document and run it, as far as its turn has it run."""
    if rng.random() < 0.5:
        one, made = blob_document(rng, catalogue)
        found.made += made
    else:
        one = random_document(rng, catalogue)
    if number % CANCELLED == 0:
        stop_at(engine, one, rng.randint(1, 30))
        return
    if number % FAILING == 0:
        fail_beside(one, engine, found)
        return
    result = engine.run(one.document).raise_for_status()
    found.nodes += len(result.nodes)
    for name, expected in one.outputs.items():
        if result.outputs[name] != expected:
            found.wrong.append(f"run {number} gave {result.outputs[name]} at '{name}', not {expected}")
    for name in set(result.outputs) - set(one.outputs):
        if [len(parts) for parts in result.outputs[name]] != [2, 2]:
            found.wrong.append(f"run {number} gave other blobs at '{name}'")


def fail_beside(one: RandomDocument, engine: Engine, found: Found) -> None:
    """Run a document with one more node, which fails; every output that is its own must come all the same."""
    raw = one.document.as_json()
    raw["nodes"]["failing"] = {"type": "toy/fail", "inputs": {"a": 1}}
    raw["interface"]["outputs"]["failing"] = {"node": "failing", "output": "integer"}
    result = engine.run(type(one.document).model_validate(raw), continue_on_error=True)
    given = {name: result.outputs[name] for name in result.outputs if name in one.outputs}
    if result.status != "failed" or given != one.outputs:
        found.wrong.append(f"a run with a node that fails gave {given}, not {one.outputs}")


def sample(engine: Engine) -> Sample:
    """Look at this process and at the folder."""
    folder = engine.store.folder
    return Sample(
        resident(),
        open_files(),
        threading.active_count(),
        engine.store.info()[1],
        sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()),
    )


def resident() -> int:
    """Bytes of memory that this process has now."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS"))


def open_files() -> int:
    """How many files this process has open, without the folder that is read to know it."""
    return sum(1 for _ in Path("/proc/self/fd").iterdir()) - 1


def judge(found: Found) -> tuple[float, float]:
    """Add what breaks the law to `found`; gives the memory of the middle and of the last third."""
    samples, third = found.samples, len(found.samples) // 3
    middle = statistics.mean(one.memory for one in samples[third : 2 * third])
    last = statistics.mean(one.memory for one in samples[2 * third :])
    if last > GROWTH * middle:
        found.wrong.append(f"memory grew by {last / middle - 1:.1%} from the middle third to the last")
    over = [one.values for one in samples if one.values > DISK]
    if over:
        found.wrong.append(f"the values on disk had {max(over):,} bytes; {DISK:,} are allowed")
    before = max(one.files for one in samples[: 2 * third])
    after = max(one.files for one in samples[2 * third :])
    if after > before:
        found.wrong.append(f"open files grew from {before} to {after}")
    threads = max(one.threads for one in samples)
    if threads > MOST_THREADS:
        found.wrong.append(f"there were {threads} threads, and {MOST_THREADS} are enough")
    return middle, last


def left_over(files: int, threads: int) -> list[str]:
    """What is there after the engine was closed and was not there before it; threads have time to end."""
    ends = time.monotonic() + 10
    while threading.active_count() > threads and time.monotonic() < ends:
        time.sleep(0.01)
    now = (("files", open_files() - files), ("threads", threading.active_count() - threads))
    return [f"{more} {what} are left after the engine was closed" for what, more in now if more > 0]


def main() -> int:
    """Run as often as asked for, and print what was found."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, help="by chance if it is not given")
    parser.add_argument("--allocator-as-it-is", action="store_true")
    given = parser.parse_args()
    if not given.allocator_as_it_is and not ALLOCATOR.items() <= os.environ.items():
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **ALLOCATOR})
    seed = random.randrange(2**31) if given.seed is None else given.seed
    catalogue, rng, found = Catalogue([toy_pack.pack]), Random(seed), Found()
    print(f"seed {seed}, {given.count} runs, {MEMORY >> 20} MiB of memory, {DISK >> 20} MiB of disk\n")
    print(f"{'runs':>6}{'memory':>12}{'files':>8}{'threads':>9}{'values':>12}{'folder':>12}")
    begun = time.monotonic()
    before = open_files(), threading.active_count()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            data=Path(folder), memory_budget=MEMORY, disk_budget=DISK, cpu_slots=SLOTS, device="cpu"
        )
        with Engine(settings=settings, catalogue=catalogue) as engine:
            for number in range(1, given.count + 1):
                run_one(number, rng, engine, catalogue, found)
                found.samples.append(now := sample(engine))
                if number % max(given.count // SHOWN, 1) == 0:
                    sizes = (f"{size / 2**20:>8.1f} MiB" for size in (now.values, now.folder))
                    memory = f"{now.memory / 2**20:>8.1f} MiB"
                    print(f"{number:>6}{memory}{now.files:>8}{now.threads:>9}{''.join(sizes)}", flush=True)
    middle, last = judge(found)
    found.wrong += left_over(*before)
    print()
    for what, figure in (
        ("blobs made", f"{found.made / 2**20:,.0f} MiB"),
        ("nodes settled", f"{found.nodes:,}"),
        ("memory, the middle third", f"{middle / 2**20:.1f} MiB"),
        ("memory, the last third", f"{last / 2**20:.1f} MiB, {last / middle - 1:+.1%} (bar +5 %)"),
        ("most values on disk", f"{max(one.values for one in found.samples) / 2**20:.1f} MiB"),
        ("seconds", f"{time.monotonic() - begun:.0f}"),
    ):
        print(f"{what:<28}{figure}")
    print("\n".join(found.wrong) if found.wrong else "nothing grew")
    return bool(found.wrong)


if __name__ == "__main__":
    sys.exit(main())
