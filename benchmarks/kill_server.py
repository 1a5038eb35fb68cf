"""`kill -9` of the server and of its workers at random moments while jobs come in over HTTP.

    PYTHONPATH=. .venv/bin/python benchmarks/kill_server.py [--kills 100] [--seed 1]

The law: every accepted job ends done, once, however often it was sent; every artifact that was announced
can be read, with the content that its digest says; every upload and every version of a workflow that was
acknowledged is there; nothing is left running.
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
AHEAD = 10  # jobs of a sender that may be under way
PATIENCE = 300.0  # seconds that a job has to end, whatever is killed meanwhile
ENDED = ("done", "failed", "cancelled")


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
        wrong = load.wrong + _verify(server, load)
        left = descendants(server.process.pid)
        server.stop()
        time.sleep(0.5)
        wrong += [f"process {pid} is left" for pid in left if Path(f"/proc/{pid}").exists()]
    print(
        f"{killed['server']} kills of the server and {killed['worker']} of workers; {load.sent:,} requests; "
        f"accepted: {len(load.accepted):,} jobs, {len(load.uploads):,} files, {len(load.saved):,} versions; "
        f"{len(wrong)} things wrong; {time.monotonic() - began:.0f} s"
    )
    for one in wrong[:20]:
        print(f"  {one}")
    return 1 if wrong else 0


class _Load:
    """Threads that send jobs, files and workflows, each again until it is accepted."""

    def __init__(self, server: Served) -> None:
        self._server = server
        self._stop = threading.Event()
        self.accepted: dict[str, str] = {}  # by key, the job
        self.uploads: dict[str, bytes] = {}  # by digest
        self.saved: dict[tuple[str, int], Any] = {}  # by workflow and version, the document's value
        self.sent = 0
        self.wrong: list[str] = []
        senders = [self._send_jobs] * SENDERS + [self._save_versions]
        self._threads = [threading.Thread(target=one, args=(number,)) for number, one in enumerate(senders)]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Send nothing new; what is on its way is sent until it is accepted."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _send_jobs(self, number: int) -> None:
        count = 0
        while not self._stop.is_set():
            count += 1
            key = f"{number}-{count}"
            document = self._with_upload(key) if count % 4 == 0 else _document(number * 1_000_000 + count)
            body = {"document": document, "idempotency_key": key}
            job = self._until_accepted("POST", "/api/v1/jobs", body)["id"]
            self.accepted[key] = job
            if count % 5 == 0:  # a client that did not hear the answer sends again
                again = self._until_accepted("POST", "/api/v1/jobs", body)["id"]
                if again != job:
                    self.wrong.append(f"the key {key} gave two jobs, {job} and {again}")
            if count > AHEAD:  # more than that would only wait
                self._until_ended(self.accepted[f"{number}-{count - AHEAD}"])

    def _with_upload(self, key: str) -> dict[str, Any]:
        """Send a file; gives a document that reads it."""
        data = f"what {key} sent, ".encode() * 500
        reference = self._until_accepted("POST", "/api/v1/uploads", data)["reference"]
        self.uploads[reference.removeprefix("blake3:")] = data
        return {
            "latentgraph": 1,
            "nodes": {"size": {"type": "toy/file_size", "version": 1, "inputs": {"path": reference}}},
            "interface": {"outputs": {"size": {"node": "size", "output": "integer"}}},
        }

    def _save_versions(self, _: int) -> None:
        body = {"document": two_nodes(0), "name": "Saved"}
        workflow = self._until_accepted("POST", "/api/v1/workflows", body)["id"]
        value = 0
        while not self._stop.is_set():
            value += 1  # a version that was kept and not acknowledged is sent again, and makes no new one
            body = {"document": two_nodes(value)}
            answer = self._until_accepted("PUT", f"/api/v1/workflows/{workflow}", body, If_Match="*")
            if answer["version"] != value + 1:
                self.wrong.append(f"save {value + 1} of {workflow} made version {answer['version']}")
            self.saved[workflow, answer["version"]] = value
            time.sleep(0.05)

    def _until_ended(self, job: str) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            with suppress(OSError, http.client.HTTPException, ValueError):
                if self._server.request("GET", f"/api/v1/jobs/{job}")[1].get("status") in ENDED:
                    return
            time.sleep(0.05)
        self.wrong.append(f"{job} has not ended for {PATIENCE:.0f} s")

    def _until_accepted(self, method: str, path: str, body: Any, **headers: str) -> Any:
        while True:
            self.sent += 1
            try:
                status, answer = self._server.request(method, path, body, **headers)
            except (OSError, http.client.HTTPException, ValueError):
                time.sleep(0.02)
                continue
            if status in (200, 201, 202):
                return answer
            if status != 503:
                self.wrong.append(f"{method} {path}: {status} {answer}")
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


def _verify(server: Served, load: _Load) -> list[str]:
    wrong = []
    deadline = time.monotonic() + PATIENCE
    accepted = load.accepted
    for job in accepted.values():
        while True:
            status, found = server.request("GET", f"/api/v1/jobs/{job}")
            if status != 200 or found["status"] in ENDED:
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
        paths = [f"artifacts/{digest}" for digest in announced]
        wrong += [f"{job}: {one}" for path in paths if (one := _unreadable(server, path))]
    counts = server.request("GET", "/api/v1/jobs?limit=1")[1]["counts"]
    if counts != {"done": len(accepted)}:
        wrong.append(f"the queue has {counts}, and {len(accepted)} jobs were accepted")
    paths = [f"uploads/{digest}" for digest in load.uploads]
    wrong += [one for path in paths if (one := _unreadable(server, path))]
    for (workflow, version), value in load.saved.items():
        answer = server.request("GET", f"/api/v1/workflows/{workflow}/versions/{version}")[1]
        if answer.get("document", {}).get("nodes", {}).get("one", {}).get("inputs") != {"value": value}:
            wrong.append(f"version {version} of {workflow} is {answer}")
    return wrong


def _unreadable(server: Served, path: str) -> str:
    """What is wrong with a file, or nothing."""
    connection = http.client.HTTPConnection(server.host, server.port, timeout=60)
    try:
        connection.request("GET", f"/api/v1/{path}")
        answer = connection.getresponse()
        data = answer.read()
    finally:
        connection.close()
    if answer.status != 200:
        return f"{path}: {answer.status} {json.loads(data).get('detail', '')}"
    return "" if blake3(data).hexdigest() == path.rsplit("/", 1)[1] else f"{path} has another content"


if __name__ == "__main__":
    sys.exit(main())
