"""`kill -9` of the server and of its workers at random moments while jobs come in over HTTP.

    PYTHONPATH=. .venv/bin/python benchmarks/kill_server.py [--kills 100] [--seed 1]

The law: every accepted job ends done, once, however often it was sent; every artifact that was announced
can be read, with the content that its digest says; nothing is left running.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

from blake3 import blake3

from benchmarks.served import Served, two_nodes

SENDERS = 3
PATIENCE = 300.0  # seconds that the jobs have to end after the last kill


def main() -> int:
    """Kill, count, and say what went wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        server = Served(Path(folder) / "data", "--device", "cpu")
        load = _Load(server)
        killed = _kill(server, random.Random(arguments.seed), arguments.kills)
        load.end()
        wrong = _verify(server, load.accepted)
        left = descendants(server.process.pid)
        server.stop()
        time.sleep(0.5)
        wrong += [f"process {pid} is left" for pid in left if Path(f"/proc/{pid}").exists()]
    print(
        f"{killed['server']} kills of the server and {killed['worker']} of workers; {load.sent:,} requests, "
        f"{len(load.accepted):,} jobs accepted; {len(wrong)} things wrong; {time.monotonic() - began:.0f} s"
    )
    for one in wrong[:20]:
        print(f"  {one}")
    return 1 if wrong else 0


class _Load:
    """Threads that send jobs, each again under its key until it is accepted."""

    def __init__(self, server: Served) -> None:
        self._server = server
        self._stop = threading.Event()
        self.accepted: dict[str, str] = {}  # by key, the job
        self.sent = 0
        self._threads = [threading.Thread(target=self._send, args=(number,)) for number in range(SENDERS)]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Send no new jobs; what is on its way is sent until it is accepted."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _send(self, number: int) -> None:
        count = 0
        while not self._stop.is_set():
            count += 1
            key = f"{number}-{count}"
            job = self._until_accepted(key, _document(number * 1_000_000 + count))
            if (before := self.accepted.setdefault(key, job)) != job:
                raise SystemExit(f"the key {key} gave two jobs, {before} and {job}")
            if count % 5 == 0:  # a client that did not hear the answer sends again
                again = self._until_accepted(key, _document(number * 1_000_000 + count))
                if again != job:
                    raise SystemExit(f"the key {key} gave two jobs, {job} and {again}")
            if count % 10 == 0:  # so that the queue stays short, and every kill finds something under way
                self._until_ended(job)
            time.sleep(0.02)

    def _until_ended(self, job: str) -> None:
        while not self._stop.is_set():
            with suppress(OSError, http.client.HTTPException, ValueError):
                status, found = self._server.request("GET", f"/api/v1/jobs/{job}")
                if status == 200 and found["status"] in ("done", "failed", "cancelled"):
                    return
            time.sleep(0.05)

    def _until_accepted(self, key: str, document: dict[str, Any]) -> str:
        while True:
            self.sent += 1
            try:
                body = {"document": document, "idempotency_key": key}
                status, answer = self._server.request("POST", "/api/v1/jobs", body)
            except (OSError, http.client.HTTPException, ValueError):
                time.sleep(0.02)
                continue
            if status == 202:
                return str(answer["id"])
            if status != 503:
                raise SystemExit(f"{status}: {answer}")
            time.sleep(0.02)


def _document(number: int) -> dict[str, Any]:
    """Trivial, slow, or one that saves a picture."""
    if number % 3 == 0:
        return two_nodes(number)
    paint = {"pictures": 1 + number % 4, "seed": number, "seconds": 0.02 * (number % 5)}
    return {
        "latentgraph": 1,
        "nodes": {
            "paint": {"type": "toy/paint", "version": 1, "inputs": paint},
            "train": {
                "type": "toy/train",
                "version": 1,
                "inputs": {"steps": 3, "seconds": 0.01, "after": number},
            },
        },
        "interface": {"outputs": {"steps": {"node": "train", "output": "integer"}}},
    }


def _kill(server: Served, chance: random.Random, kills: int) -> Counter[str]:
    killed: Counter[str] = Counter()
    while sum(killed.values()) < kills:
        time.sleep(chance.uniform(0.02, 2.0))
        children = descendants(server.process.pid)
        if children and chance.random() < 0.5:
            os.kill(chance.choice(children), signal.SIGKILL)
            killed["worker"] += 1
            continue
        server.kill()
        killed["server"] += 1
        server.start()
    return killed


def descendants(pid: int) -> list[int]:
    """The processes that a process has started."""
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
        return [int(one) for thread in threads for one in (thread / "children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def _verify(server: Served, accepted: dict[str, str]) -> list[str]:
    wrong = []
    deadline = time.monotonic() + PATIENCE
    for job in accepted.values():
        while True:
            status, found = server.request("GET", f"/api/v1/jobs/{job}")
            if status != 200 or found["status"] in ("done", "failed", "cancelled"):
                break
            if time.monotonic() > deadline:
                break
            time.sleep(0.05)
        if status != 200 or found["status"] != "done":
            wrong.append(f"{job}: {status} {found.get('status')} {found.get('error', '')[:200]}")
            continue
        facts = server.request("GET", f"/api/v1/jobs/{job}/journal?limit=10000")[1]["events"]
        numbers = [fact["number"] for fact in facts]
        if numbers != list(range(1, len(numbers) + 1)):
            wrong.append(f"{job}: its events have the numbers {numbers}")
        ends = [fact["data"]["status"] for fact in facts if fact["kind"] == "job_status"].count("done")
        if ends != 1:
            wrong.append(f"{job}: ended {ends} times")
        announced = {fact["data"]["digest"] for fact in facts if fact["kind"] == "artifact_saved"}
        announced |= {one["digest"] for one in found["artifacts"]}
        wrong += [f"{job}: {one}" for digest in announced if (one := _unreadable(server, digest))]
    counts = server.request("GET", "/api/v1/jobs?limit=1")[1]["counts"]
    if counts != {"done": len(accepted)}:
        wrong.append(f"the queue has {counts}, and {len(accepted)} jobs were accepted")
    return wrong


def _unreadable(server: Served, digest: str) -> str:
    connection = http.client.HTTPConnection(server.host, server.port, timeout=60)
    try:
        connection.request("GET", f"/api/v1/artifacts/{digest}")
        answer = connection.getresponse()
        data = answer.read()
    finally:
        connection.close()
    if answer.status != 200:
        return f"artifact {digest[:12]}: {answer.status} {json.loads(data).get('detail', '')}"
    return "" if blake3(data).hexdigest() == digest else f"artifact {digest[:12]} has another content"


if __name__ == "__main__":
    sys.exit(main())
