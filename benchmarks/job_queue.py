"""The queue under load: python benchmarks/job_queue.py [jobs]

Submits, lists, claims and ends jobs on disk, each change one durable transaction, and prints a table.
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
DOCUMENT = (ROOT / "examples" / "text_to_image.json").read_text()


def main() -> None:
    """Measure with the number of jobs that the first argument gives, or 10,000."""
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
        before = _memory()
        begun = time.perf_counter()
        while claim := queue.claim("worker"):
            queue.finish(claim.job.id, "done")
        rate = count / (time.perf_counter() - begun)
        rows.append(("claimed and ended", f"{rate:,.0f} a second", ""))
        rows.append(("memory gained by that", f"{_memory() - before:.1f} MiB", "flat"))
        queue.close()
    for what, figure, bar in rows:
        print(f"{what:<32}{figure:>18}{bar:>10}")


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
    main()
