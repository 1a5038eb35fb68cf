"""How quick the server is: ready after a start, jobs accepted beside a drawing, a trivial job to its end.

    PYTHONPATH=. .venv/bin/python benchmarks/server_latency.py [--seconds 15] [--rate 200] [--jobs 500]

Everything over HTTP to a real process on this machine, every job durable. Exits with 1 when a job is lost.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from typing import Any

import aiohttp

from benchmarks.served import Served, quantile, sampling, served, two_nodes


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seconds", type=float, default=15.0, help="of submitting at a rate")
    parser.add_argument("--rate", type=float, default=200.0, help="jobs submitted a second")
    parser.add_argument("--jobs", type=int, default=500, help="trivial jobs run one after the other")
    parser.add_argument("--device", default="cpu", help="of the worker that draws")
    arguments = parser.parse_args()
    with served("--device", arguments.device) as server:
        server.workers_ready()  # once cold, so that the catalogue is written
        server.request("GET", "/api/v1/nodes")
        starts = []
        for _ in range(5):
            server.stop()
            server.start()
            starts.append(server.seconds)
            assert server.request("GET", "/api/v1/nodes")[0] == 200
        print(f"ready after {quantile(starts, 0.5):.2f} s (median of {len(starts)} starts; bar 1.5 s)")
        torch = server.has_loaded("libtorch")
        print(f"torch in the server's process: {'YES' if torch else 'no'}")
        server.workers_ready()
        lost = asyncio.run(_trivial(server, arguments.jobs))
        lost += asyncio.run(_at_a_rate(server, arguments.rate, arguments.seconds))
    return 1 if torch or lost else 0


async def _trivial(server: Served, count: int) -> int:
    """Jobs of two nodes, one after the other, from before the request to the event that says done."""
    took: list[float] = []
    accepted: list[float] = []
    session = aiohttp.ClientSession(server.address)
    async with session, session.ws_connect("/api/v1/events") as stream:
        await stream.receive()
        for number in range(count + 20):
            began = time.perf_counter()
            job = await _submit(session, two_nodes(number))
            accepted.append(time.perf_counter() - began)
            while not any(_says_done(one, job) for one in json.loads((await stream.receive()).data)):
                pass
            took.append(time.perf_counter() - began)
    took, accepted = took[20:], accepted[20:]
    print(
        f"trivial job, submit to done: p50 {quantile(took, 0.5) * 1e3:.1f} ms, "
        f"p99 {quantile(took, 0.99) * 1e3:.1f} ms "
        f"(accepted after {quantile(accepted, 0.5) * 1e3:.1f} ms; {count} jobs; bar p50 5 ms)"
    )
    return 0


def _says_done(event: dict[str, Any], job: str) -> bool:
    status = event.get("data", {}).get("status")
    return event.get("job") == job and event["kind"] == "job_status" and status == "done"


async def _at_a_rate(server: Served, rate: float, seconds: float) -> int:
    """Jobs submitted at a rate while a picture is drawn; none of them runs meanwhile."""
    took: list[float] = []
    ids: list[str] = []
    async with aiohttp.ClientSession(server.address, connector=aiohttp.TCPConnector(limit=64)) as session:
        drawing = await _submit(session, sampling(1000), priority=10)
        await _running(session, drawing)
        count = int(rate * seconds)
        began = time.perf_counter()

        async def one(number: int) -> None:
            await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
            sent = time.perf_counter()
            ids.append(await _submit(session, two_nodes(1_000_000 + number)))
            took.append(time.perf_counter() - sent)

        await asyncio.gather(*(one(number) for number in range(count)))
        reached = count / (time.perf_counter() - began)
        async with session.get(f"/api/v1/jobs/{drawing}") as answer:
            still = (await answer.json())["status"]
        print(
            f"accepted beside a drawing, at {reached:.0f}/s: p50 {quantile(took, 0.5) * 1e3:.1f} ms, "
            f"p99 {quantile(took, 0.99) * 1e3:.1f} ms (bars 5, 30; {count} jobs; the drawing was {still})"
        )
        async with session.post(f"/api/v1/jobs/{drawing}/cancel"):
            pass
        waited = time.perf_counter()
        while True:
            async with session.get("/api/v1/jobs?limit=1") as answer:
                counts = (await answer.json())["counts"]
            if not counts.get("queued") and not counts.get("running"):
                break
            await asyncio.sleep(0.2)
        print(f"the {count} jobs then ran in {time.perf_counter() - waited:.1f} s")
    lost = len(ids) - len(set(ids))
    if counts.get("done", 0) < count:
        print(f"LOST: {count} accepted, {counts}")
        lost += 1
    return lost


async def _submit(session: aiohttp.ClientSession, document: dict[str, Any], **more: Any) -> str:
    async with session.post("/api/v1/jobs", json={"document": document, **more}) as answer:
        body = await answer.json()
        assert answer.status == 202, body
        return str(body["id"])


async def _running(session: aiohttp.ClientSession, job: str) -> None:
    async with session.get(f"/api/v1/jobs/{job}/events") as stream:
        async for line in stream.content:
            if line == b"event: node_progress\n":
                return


if __name__ == "__main__":
    sys.exit(main())
