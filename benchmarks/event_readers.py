"""Many readers of one job that draws: who misses a fact, how late facts come, what the drawing pays.

    PYTHONPATH=. .venv/bin/python benchmarks/event_readers.py [--readers 1000] [--few 100] [--steps 150]

The law: nobody misses a fact. The readers are in a process of their own, on the same cores.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import resource
import sys
import time
from multiprocessing.connection import Connection
from typing import Any

from benchmarks.served import Served, quantile, sampling, served


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--readers", type=int, default=1000)
    parser.add_argument("--few", type=int, default=100, help="readers with whom the drawing is timed")
    parser.add_argument("--steps", type=int, default=150, help="of each drawing")
    parser.add_argument(
        "--rounds", type=int, default=5, help="pairs of drawings, with few readers and without"
    )
    parser.add_argument("--device", default="cpu", help="of the worker that draws")
    arguments = parser.parse_args()
    _may_open(arguments.readers * 2 + 1000)
    with served("--device", arguments.device) as server:
        server.workers_ready()
        _draw(server, 10, 999)  # warm
        missed = _many(server, arguments.readers, arguments.steps)
        alone: list[float] = []
        watched: list[float] = []
        for number in range(arguments.rounds):
            alone.append(_draw(server, arguments.steps, 10_000 + number))
            with_readers = _Readers(server, arguments.few)
            watched.append(_draw(server, arguments.steps, 20_000 + number, with_readers))
            missed += with_readers.end()[0]
        ratio = quantile(watched, 0.5) / quantile(alone, 0.5)
        print(
            f"drawing with {arguments.few} readers takes {ratio:.3f} times as long as without "
            f"({quantile(watched, 0.5):.2f} s and {quantile(alone, 0.5):.2f} s; "
            f"medians of {arguments.rounds}; bar 1.10)"
        )
    return 1 if missed else 0


def _many(server: Served, count: int, steps: int) -> int:
    """A long drawing and then a sweep of small nodes, with many readers."""
    readers = _Readers(server, count)
    seconds = _draw(server, steps, 1, readers)
    missed, delays = readers.end()
    print(
        f"{count} readers of a drawing ({seconds:.1f} s): {missed} missed facts; they came after "
        f"p50 {quantile(delays, 0.5) * 1e3:.0f} ms, p99 {quantile(delays, 0.99) * 1e3:.0f} ms (bar 1000 ms)"
    )
    return missed


class _Readers:
    """Readers of one job, in a process of their own."""

    def __init__(self, server: Served, count: int) -> None:
        self._here, there = multiprocessing.Pipe()
        self._process = multiprocessing.get_context("spawn").Process(
            target=_read_all, args=(server.host, server.port, count, there)
        )
        self._process.start()

    def follow(self, job: str) -> None:
        """Open every stream; returns when all are open."""
        self._here.send(job)
        assert self._here.recv() == "open"

    def end(self) -> tuple[int, list[float]]:
        """How many facts were missed, and how late each came, when all streams have ended."""
        found: tuple[int, list[float]] = self._here.recv()
        self._process.join()
        return found


def _draw(server: Served, steps: int, seed: int, readers: _Readers | None = None) -> float:
    """Draw a picture and give the seconds that its sampling node took."""
    server.request("POST", "/api/v1/queue", {"paused": True})
    _, job = server.request("POST", "/api/v1/jobs", {"document": sampling(steps, seed)})
    if readers is not None:
        readers.follow(job["id"])
    server.request("POST", "/api/v1/queue", {"paused": False})
    while True:
        _, found = server.request("GET", f"/api/v1/jobs/{job['id']}")
        if found["status"] in ("done", "failed", "cancelled"):
            break
        time.sleep(0.25)
    assert found["status"] == "done", found["error"]
    return sum(one["seconds"] for one in found["nodes"].values() if one["node_type"] == "core/sample_latents")


def _may_open(files: int) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(files, most), most))


def _read_all(host: str, port: int, count: int, pipe: Connection) -> None:
    _may_open(count + 200)
    asyncio.run(_follow_all(host, port, count, pipe))


async def _follow_all(host: str, port: int, count: int, pipe: Connection) -> None:
    job = await asyncio.to_thread(pipe.recv)
    opened = asyncio.Semaphore(0)
    delays: list[float] = []
    tasks = [asyncio.create_task(_follow(host, port, job, opened, delays)) for _ in range(count)]
    for _ in range(count):
        await opened.acquire()
    pipe.send("open")
    numbers = await asyncio.gather(*tasks)
    last = max(one[-1] for one in numbers)
    missed = sum(one != list(range(1, last + 1)) for one in numbers)
    pipe.send((missed, delays))


async def _follow(
    host: str, port: int, job: str, opened: asyncio.Semaphore, delays: list[float]
) -> list[int]:
    """One reader: the numbers of the facts that it got. It does little else, to leave the cores alone."""
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(
        f"GET /api/v1/jobs/{job}/events HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
    )
    numbers: list[int] = []
    seen, first = 0, True
    while line := await reader.readline():
        if line.startswith(b"id: "):
            numbers.append(int(line[4:]))
        elif line.startswith(b"data: ") and len(numbers) != seen:
            seen = len(numbers)
            fact: dict[str, Any] = json.loads(line[6:])
            if not first:
                delays.append(time.time() - fact["time"])
            else:
                first = False
                opened.release()
    writer.close()
    return numbers


if __name__ == "__main__":
    sys.exit(main())
