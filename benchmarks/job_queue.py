"""The queue under load: python benchmarks/job_queue.py [jobs]

Submits, lists, claims and ends jobs on disk, each change one durable transaction, and prints a table with the
bars. Exits 1 if a job was lost or given out twice, or if memory grew with the number of jobs.
"""

from __future__ import annotations

import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from graph_engine.jobs.job import Request  # noqa: E402
from graph_engine.jobs.queue import JobQueue  # noqa: E402

BATCH = 100
FLAT = 4.0  # MiB that claiming and ending all jobs may add
DOCUMENT = (ROOT / "examples" / "text_to_image.json").read_text()


def main() -> int:
    """Measure with the number of jobs that the first argument gives, or 10,000."""
    wrong: list[str] = []
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as folder:
        queue = JobQueue(Path(folder) / "jobs.sqlite")
        requests = [
            Request(
                DOCUMENT.replace("a rocket", f"rocket {index}"), f"job {index}", owner=f"owner {index % 5}"
            )
            for index in range(count)
        ]
        half = count // 2
        rows = [("jobs", f"{count:,}", "")]
        begun = time.perf_counter()
        for request in requests[:half]:
            queue.submit(request)
        rows.append(
            ("submitted one by one", f"{half / (time.perf_counter() - begun):,.0f} a second", "2,000")
        )
        begun = time.perf_counter()
        for first in range(half, count, BATCH):
            queue.submit_many(requests[first : first + BATCH])
        rate = (count - half) / (time.perf_counter() - begun)
        rows.append((f"submitted by {BATCH}", f"{rate:,.0f} a second", "2,000"))
        rows.append(("a page of 50, first", _milliseconds(lambda: queue.page(50)), "20 ms"))
        rows.append(
            ("a page of 50, from the middle", _milliseconds(lambda: queue.page(50, cursor=half)), "20 ms")
        )
        rows.append(
            ("a page of one owner's", _milliseconds(lambda: queue.page(50, owner="owner 3")), "20 ms")
        )
        rows.append(("counts by status", _milliseconds(queue.counts), "20 ms"))
        if queue.counts() != {"queued": count}:
            wrong.append(f"{count} jobs were submitted, and there are {queue.counts()}")
        claimed: set[str] = set()
        before = _memory()
        begun = time.perf_counter()
        while claim := queue.claim("worker"):
            claimed.add(claim.job.id)
            queue.finish(claim.job.id, "done")
        rate = count / (time.perf_counter() - begun)
        rows.append(("claimed and ended", f"{rate:,.0f} a second", ""))
        gained = _memory() - before
        rows.append(("memory gained by that", f"{gained:.1f} MiB", "flat"))
        if len(claimed) != count or queue.counts() != {"done": count}:
            wrong.append(f"{len(claimed)} of {count} jobs were given out, and there are {queue.counts()}")
        if gained > FLAT:
            wrong.append(f"claiming and ending {count} jobs took {gained:.1f} MiB")
        queue.close()
    for what, figure, bar in rows:
        print(f"{what:<32}{figure:>18}{bar:>10}")
    print("\n".join(wrong) if wrong else "no job was lost or given out twice")
    return bool(wrong)


def _milliseconds(act: object) -> str:
    times = []
    for _ in range(20):
        begun = time.perf_counter()
        act()  # type: ignore[operator]
        times.append(time.perf_counter() - begun)
    return f"{1000 * statistics.median(times):.2f} ms"


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
