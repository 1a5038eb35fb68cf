"""A week in miniature: 20,000 jobs with uploads, cancels, reconnects, versions of workflows, kills, restarts.

    PYTHONPATH=. .venv/bin/python benchmarks/server_week.py [--jobs 20000] [--seed 1] [--allocator-as-it-is]

Three owners use one server, two with tokens, one on this machine. Their clients submit trivial jobs, sweeps,
jobs with artifacts and with uploads (some of them sent twice), jobs that fail and long ones that are
cancelled; save workflows, read artifacts and small pictures, delete jobs and uploads, and drop connections.
Each owner follows the stream of events, which is cut off again and again and goes on from its last number.
The server keeps a quarter of the jobs and has a quota for each owner's files. In the first third workers and
the desk are killed six times and the server is restarted twice; memory is judged over the other two.

The law: the last third has at most 5 % more memory than the middle one; the files are within the quotas, and
each is some job's or somebody's upload; every job ends as it must, with every fact heard once and in order;
no 5xx but 503 while the server restarts; and with nobody there the server has no more sockets, files and
workers than after the first third, and no more processes for pictures than it may; none is left at the end.

As in memory.py, large blocks are kept out of glibc's heaps, so that resident is what is held.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import signal
import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.kill_server import descendants
from benchmarks.served import Served, two_nodes
from tests.resources.toy_pack import png
from web.service.people.people_file import PeopleFile
from web.service.people.tokens import Tokens
from web.service.pictures import PROCESSES

ALLOCATOR = {"MALLOC_MMAP_THRESHOLD_": str(128 << 10), "MALLOC_ARENA_MAX": "2"}
CLIENTS = 2  # of each owner
UNDER_WAY = 16  # jobs of a client that it does not wait for
QUOTA = 2 << 20  # bytes of one owner's files
SLACK = 1 << 20  # bytes of one owner: jobs that were let in when there was still room
VALUES = 1000  # that inputs have: rows of the memo table, of which a worker holds 50,000, soon stop growing
GROWTH = 1.05  # of the last third over the middle one
PATIENCE = 240.0  # seconds that anything may take
RESTARTS, KILLS = (0.1, 0.2), (0.03, 0.07, 0.13, 0.17, 0.23, 0.27)  # after these shares of the jobs
ENDED = ("done", "failed", "cancelled")


@dataclass(frozen=True)
class Sample:
    """What the server has at a moment: bytes of memory of it and of its workers, and counts."""

    memory: int
    workers: tuple[int, ...]  # with the desk
    pictures: tuple[int, ...]  # processes for pictures, which are started when they are needed
    files: int
    threads: int

    def __str__(self) -> str:
        workers, pictures = (
            " and ".join(f"{memory / 2**20:.1f}" for memory in of) for of in (self.workers, self.pictures)
        )
        return (
            f"server {self.memory / 2**20:.1f} MiB, worker and desk {workers} MiB, pictures {pictures} MiB, "
            f"{self.files} files and sockets, {self.threads} threads"
        )


@dataclass
class Week:
    """All that the threads of this script share."""

    server: Served
    jobs: int
    submitted: Counter[str] = field(default_factory=Counter)  # by what was asked
    expected: dict[str, str] = field(default_factory=dict)  # by job, its end
    heard: dict[str, set[str]] = field(default_factory=dict)  # by job, who has heard of its end
    refused: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    away: threading.Event = field(default_factory=threading.Event)  # the server restarts
    resting: threading.Event = field(default_factory=threading.Event)  # nobody is to be connected
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def count(self) -> int:
        """Jobs that were accepted."""
        return len(self.expected)

    def blame(self, text: str) -> None:
        """Say and note what breaks the law."""
        if len(self.wrong) < 20:
            print(f"  wrong: {text[:400]}", flush=True)
        self.wrong.append(text[:400])


class Client:
    """A connection of one owner, kept until it is dropped; what is asked is asked until it is answered."""

    def __init__(self, week: Week, token: str) -> None:
        self._week = week
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._connection: http.client.HTTPConnection | None = None

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Status, and the answer's JSON, or its bytes."""
        sent = {**self._headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        if body is not None and not isinstance(body, bytes):
            body, sent["Content-Type"] = json.dumps(body).encode(), "application/json"
        began = time.monotonic()
        while True:
            try:
                status, kind, data = self._once(method, path, body, sent)
            except (OSError, http.client.HTTPException) as error:
                self.drop()
                if time.monotonic() - began > PATIENCE:
                    raise SystemExit(f"{method} {path}: {error!r}") from error
                time.sleep(0.02)
                continue
            if status == 503 and self._week.away.is_set():
                time.sleep(0.05)
                continue
            if status >= 500:
                self._week.blame(f"{method} {path}: {status} {data[:200]!r}")
            return status, json.loads(data) if "json" in kind and data else data

    def drop(self) -> None:
        """Close the connection; the next request opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _once(
        self, method: str, path: str, body: bytes | None, sent: dict[str, str]
    ) -> tuple[int, str, bytes]:
        if self._connection is None:
            server = self._week.server
            self._connection = http.client.HTTPConnection(server.host, server.port, timeout=60)
        self._connection.request(method, path, body, sent)
        answer = self._connection.getresponse()
        return answer.status, answer.headers.get("Content-Type", ""), answer.read()


class Follower:
    """Hears every fact of an owner's jobs, over a stream that is cut off at random."""

    def __init__(self, week: Week, owner: str, token: str, chance: random.Random) -> None:
        self._week, self._owner, self._chance = week, owner, chance
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._last = 0
        self._numbers: dict[str, int] = {}
        self.connections = self.facts = 0
        self.thread = threading.Thread(target=self._follow, name=f"follower of {owner}", daemon=True)
        self.thread.start()

    def _follow(self) -> None:
        while not self._week.over.is_set():
            if self._week.resting.is_set():
                time.sleep(0.05)
                continue
            with suppress(OSError, http.client.HTTPException):
                self._connected()
            time.sleep(0.02)

    def _connected(self) -> None:
        server = self._week.server
        until = time.monotonic() + self._chance.uniform(0.1, 6.0)
        connection = http.client.HTTPConnection(server.host, server.port, timeout=20)
        try:
            path = f"/api/v1/events?after={self._last}&preview_seconds=1"
            connection.request("GET", path, None, self._headers)
            answer = connection.getresponse()
            if answer.status != 200:
                if answer.status != 503:
                    self._week.blame(
                        f"the stream of '{self._owner}': {answer.status} {answer.read()[:200]!r}"
                    )
                return
            self.connections += 1
            number = ""
            while line := answer.readline():
                if line.startswith(b"id: "):
                    number = line[4:].decode().strip()
                elif line.startswith(b"data: ") and number:
                    self._hear(int(number), json.loads(line[6:]))
                    number = ""
                    if time.monotonic() > until:
                        return
                if self._week.resting.is_set():
                    return
        finally:
            connection.close()

    def _hear(self, serial: int, fact: dict[str, Any]) -> None:
        self.facts += 1
        job, number = fact["job"], fact["number"]
        before = self._numbers.get(job, 0)
        if number != before + 1 or serial <= self._last:
            self._week.blame(f"'{self._owner}' heard fact {number} of {job} after {before}")
        self._last, self._numbers[job] = serial, number
        if fact["kind"] == "job_status" and fact["data"]["status"] in ENDED:
            self._week.heard.setdefault(job, set()).add(f"{self._owner} {fact['data']['status']}")


class Visitor:
    """One client's week."""

    def __init__(self, week: Week, owner: str, token: str, seed: str) -> None:
        self._week, self._owner = week, owner
        self._client = Client(week, token)
        self._chance = random.Random(seed)
        self._seed, self._keys = seed, 0
        self._mine: list[str] = []  # jobs that are under way
        self._saved: list[str] = []  # jobs with artifacts that have ended
        self._uploads: dict[str, bytes] = {}  # by reference
        self._workflows: list[tuple[str, str]] = []
        self.thread = threading.Thread(target=self._live, name=seed, daemon=True)
        self.thread.start()

    def _live(self) -> None:
        habits: list[tuple[float, Callable[[], None]]] = [
            (60, self._trivial),
            (5, self._sweep),
            (8, self._note),
            (6, self._picture),
            (6, self._file),
            (4, self._failing),
            (4, self._cancelled),
            (4, self._workflow),
            (3, self._look),
            (2, self._client.drop),
        ]
        weights, doings = zip(*habits, strict=True)
        try:
            while self._week.count < self._week.jobs:
                if self._week.resting.is_set():
                    self._wait(0)
                    self._client.drop()
                    time.sleep(0.05)
                    continue
                self._chance.choices(doings, weights)[0]()
                self._wait(UNDER_WAY)
            self._wait(0)
        except BaseException as error:
            self._week.blame(f"{self._seed} ended: {error!r}")
            raise
        finally:
            self._client.drop()

    def _trivial(self) -> None:
        self._submit("trivial", two_nodes(self._chance.randrange(VALUES)))

    def _sweep(self) -> None:
        values = [self._chance.randrange(VALUES) for _ in range(3)]
        self._submit("sweep", two_nodes(0), sweep={"table": {"value": values}})

    def _note(self) -> None:
        text = self._chance.randbytes(self._chance.randrange(500, 5000)).hex()
        self._saved.append(self._submit("artifact", _one_node("toy/save_text", "artifact", text=text)))

    def _picture(self) -> None:
        seed = self._chance.randrange(VALUES)
        job = self._submit("picture", _one_node("toy/paint", "artifact", seed=seed, pictures=2, size=64))
        self._saved.append(job)
        self._wait(0)
        for one in self._client.ask("GET", f"/api/v1/jobs/{job}")[1].get("artifacts", ()):
            self._client.ask("GET", f"/api/v1/artifacts/{one['digest']}")
            self._client.ask("GET", f"/api/v1/artifacts/{one['digest']}/thumbnail")

    def _file(self) -> None:
        """A file is sent, and a job reads it; some were sent before."""
        if self._uploads and self._chance.random() < 0.3:
            data = self._chance.choice(list(self._uploads.values()))
        elif self._chance.random() < 0.5:
            data = png(50, 50, (self._chance.randrange(256), self._chance.randrange(256), 0))
        else:
            data = self._chance.randbytes(self._chance.randrange(1000, 150_000))
        status, sent = self._client.ask("POST", "/api/v1/uploads", data)
        if status not in (200, 201):
            self._make_room(sent)
            return
        self._uploads[sent["reference"]] = data
        self._submit("upload", _one_node("toy/file_size", path=sent["reference"]))

    def _failing(self) -> None:
        self._submit("failing", _one_node("toy/fail", a=self._chance.randrange(2**40)), ends="failed")

    def _cancelled(self) -> None:
        sleep = _one_node("toy/sleep", seconds=600.0, a=self._chance.randrange(2**40))
        job = self._submit("cancelled", sleep, ends="cancelled")
        time.sleep(self._chance.uniform(0, 0.1))
        self._client.ask("POST", f"/api/v1/jobs/{job}/cancel")

    def _workflow(self) -> None:
        """A workflow is made, or its next version saved and run; at last it is deleted."""
        if len(self._workflows) < 3:
            answer = self._client.ask(
                "POST", "/api/v1/workflows", {"document": two_nodes(1), "name": "A sum"}
            )[1]
            self._workflows.append((answer["id"], "*"))
            return
        workflow, _ = chosen = self._chance.choice(self._workflows)
        document = two_nodes(self._chance.randrange(VALUES))
        self._client.ask("PUT", f"/api/v1/workflows/{workflow}", {"document": document}, If_Match="*")
        self._submit("workflow", None, path=f"/api/v1/workflows/{workflow}/runs", inputs={"value": 5})
        if self._chance.random() < 0.1:
            self._client.ask("DELETE", f"/api/v1/workflows/{workflow}?forever=true")
            self._workflows.remove(chosen)

    def _look(self) -> None:
        self._client.ask("GET", "/api/v1/jobs?limit=20")
        self._client.ask("GET", "/metrics")
        self._client.ask("POST", "/api/v1/plan", {"document": two_nodes(3)})

    def _submit(
        self, kind: str, document: Any, *, ends: str = "done", path: str = "/api/v1/jobs", **how: Any
    ) -> str:
        self._keys += 1
        body = {"idempotency_key": f"{self._seed}-{self._keys}", **how}
        if document is not None:
            body["document"] = document
        while True:
            status, answer = self._client.ask("POST", path, body)
            if status == 202:
                break
            self._make_room(answer)
        job = str(answer["id"])
        with self._week.lock:
            self._week.expected[job] = ends
            self._week.submitted[kind] += 1
        self._mine.append(job)
        return job

    def _make_room(self, problem: Any) -> None:
        """Delete what was kept longest, until there is room under the quota."""
        code = problem.get("code") if isinstance(problem, dict) else None
        if code != "quota_disk":
            raise SystemExit(f"refused: {problem}")
        self._week.refused[code] += 1
        self._wait(0)
        gone, self._saved = self._saved[:20], self._saved[20:]
        for job in gone:
            kept = "?artifacts=true" if self._chance.random() < 0.8 else ""
            self._client.ask("DELETE", f"/api/v1/jobs/{job}{kept}")
        for reference in list(self._uploads)[:10]:
            del self._uploads[reference]
            self._client.ask("DELETE", f"/api/v1/uploads/{reference.removeprefix('blake3:')}")

    def _wait(self, most: int) -> None:
        """Until no more than so many jobs of this client are under way, by what both streams say."""
        began = time.monotonic()
        hearers = 1 if not self._owner else 2  # the person at this machine hears of everybody's
        while len(self._mine) > most:
            heard = self._week.heard
            self._mine = [one for one in self._mine if len(heard.get(one, ())) < hearers]
            if time.monotonic() - began > PATIENCE:
                raise SystemExit(f"nobody heard of the end of {self._mine[:3]}")
            if len(self._mine) > most:
                time.sleep(0.01)


def _one_node(kind: str, output: str = "integer", **inputs: Any) -> dict[str, Any]:
    """A document with one node."""
    return {
        "latentgraph": 1,
        "nodes": {"one": {"type": kind, "version": 1, "inputs": inputs}},
        "interface": {"outputs": {"result": {"node": "one", "output": output}}},
    }


def main() -> int:
    """Live the week, and say what went wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--jobs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--allocator-as-it-is", action="store_true")
    given = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        data.mkdir()
        week, samples = _live(data, given)
        processes = [week.server.process.pid, *descendants(week.server.process.pid)]
        week.server.stop()
        time.sleep(0.5)
        for pid in processes:
            if Path(f"/proc/{pid}").exists():
                week.blame(f"process {pid} is left")
        _judge_memory(week, samples)
        _judge_files(week, data)
        sizes = ", ".join(
            f"{path.name} {path.stat().st_size / 2**20:.1f} MiB" for path in sorted(data.rglob("*.sqlite"))
        )
    print(sizes)
    print(f"{len(week.wrong)} things wrong; {time.monotonic() - began:.0f} s")
    return 1 if week.wrong else 0


def _live(data: Path, given: argparse.Namespace) -> tuple[Week, list[Sample]]:
    settings = {
        "LATENTGRAPH_KEEP_JOBS": str(max(100, given.jobs // 4)),
        "LATENTGRAPH_QUOTA_DISK_BYTES": str(QUOTA),
        "LATENTGRAPH_RATE_REQUESTS": "0",
        "LATENTGRAPH_THUMBNAIL_BUDGET": str(1 << 20),
        "LATENTGRAPH_MEMORY_BUDGET": str(8 << 20),
        "LATENTGRAPH_DISK_BUDGET": str(8 << 20),
        **({} if given.allocator_as_it_is else ALLOCATOR),
    }
    owners = {"": "", **_tokens(data, "anna", "ben")}
    week = Week(Served(data, "--device", "cpu", **settings), given.jobs)
    week.server.workers_ready()
    chance = random.Random(given.seed)
    followers = [
        Follower(week, owner, token, random.Random(f"{given.seed} {owner}"))
        for owner, token in owners.items()
    ]
    visitors = [
        Visitor(week, owner, token, f"{given.seed}-{owner}-{number}")
        for owner, token in owners.items()
        for number in range(CLIENTS)
    ]
    samples = _watch(week, visitors, chance)
    if week.count < given.jobs:
        week.server.stop()
        raise SystemExit("the clients gave up")
    final = _at_rest(week)
    week.over.set()
    for follower in followers:
        follower.thread.join()
    print(f"{week.count:,} jobs: " + ", ".join(f"{many:,} {kind}" for kind, many in week.submitted.items()))
    print(
        f"{sum(one.connections for one in followers):,} streams, "
        f"{sum(one.facts for one in followers):,} facts; "
        f"refused for the quota: {week.refused['quota_disk']:,}"
    )
    _judge_rest(week, samples[0], final)
    for job, ends in week.expected.items():
        told = {one.rpartition(" ")[2] for one in week.heard.get(job, ())}
        if told != {ends}:
            week.blame(f"{job} was to be {ends} and is {told}")
    return week, samples[1:]


def _watch(week: Week, visitors: list[Visitor], chance: random.Random) -> list[Sample]:
    """Kill and restart in the first third, then look: first with nobody there, then all the time."""
    restarts, kills = list(RESTARTS), list(KILLS)
    samples: list[Sample] = []
    while any(visitor.thread.is_alive() for visitor in visitors):
        share = week.count / week.jobs
        if kills and share > kills[0]:
            del kills[0]
            with suppress(ProcessLookupError):
                os.kill(chance.choice(descendants(week.server.process.pid)), signal.SIGKILL)
        if restarts and share > restarts[0]:
            del restarts[0]
            week.away.set()
            week.server.stop()
            week.server.start()
            week.away.clear()
        if share > 1 / 3:
            if not samples:
                samples.append(_at_rest(week))
                print(f"at rest after the first third: {samples[0]}", flush=True)
                week.resting.clear()
            samples.append(_sample(week.server))
        time.sleep(0.5)
    return samples


def _at_rest(week: Week) -> Sample:
    """What the server has when all jobs are over and nobody is connected."""
    week.resting.set()
    client = Client(week, "")
    began = time.monotonic()
    while True:
        counts = client.ask("GET", "/api/v1/jobs?limit=1")[1]["counts"]
        if not counts.get("queued") and not counts.get("running"):
            break
        if time.monotonic() - began > PATIENCE:
            raise SystemExit(f"the jobs do not end: {counts}")
        client.drop()
        time.sleep(0.2)
    client.drop()
    time.sleep(3)  # for what closes by itself
    return _sample(week.server)


def _sample(server: Served) -> Sample:
    pid = server.process.pid
    children = descendants(pid)
    return Sample(
        _resident(pid),
        tuple(_resident(one) for one in children if not _is_for_pictures(one)),
        tuple(_resident(one) for one in children if _is_for_pictures(one)),
        len(os.listdir(f"/proc/{pid}/fd")),
        len(os.listdir(f"/proc/{pid}/task")),
    )


def _is_for_pictures(pid: int) -> bool:
    with suppress(FileNotFoundError, ProcessLookupError):
        return b"picture_process" in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


def _resident(pid: int) -> int:
    with suppress(FileNotFoundError, ProcessLookupError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) * 1024
    return 0


def _judge_rest(week: Week, before: Sample, after: Sample) -> None:
    print(f"at rest at the end: {after}")
    grown = after.files > before.files or len(after.workers) > len(before.workers)
    if grown or len(after.pictures) > PROCESSES:
        week.blame(f"with nobody there, there were {before}; now {after}")


def _judge_memory(week: Week, samples: list[Sample]) -> None:
    half = len(samples) // 2
    if not half:
        week.blame("it was over before memory could be compared: take more jobs")
        return
    for what, values in (
        ("the server", [one.memory for one in samples]),
        ("worker and desk", [sum(one.workers) for one in samples]),
        ("each process for pictures", [max(one.pictures, default=0) for one in samples]),
    ):
        middle, last = statistics.mean(values[:half]), statistics.mean(values[half:])
        if not middle:
            continue  # there was none
        print(
            f"memory of {what}: the middle third {middle / 2**20:.1f} MiB, the last {last / 2**20:.1f} MiB, "
            f"{last / middle - 1:+.1%} (bar +{GROWTH - 1:.0%})"
        )
        if last > GROWTH * middle:
            week.blame(f"memory of {what} grew by {last / middle - 1:.1%}")


def _judge_files(week: Week, data: Path) -> None:
    """Every file is some job's artifact or somebody's upload, and together they are within the quotas."""
    with closing(sqlite3.connect(data / "jobs.sqlite")) as file:
        known = {digest for (digest,) in file.execute("SELECT DISTINCT digest FROM artifact")}
    with closing(sqlite3.connect(data / "uploads.sqlite")) as file:
        known |= {digest for (digest,) in file.execute("SELECT DISTINCT digest FROM upload")}
    files = [path for name in ("artifacts", "uploads") for path in (data / name).rglob("*") if path.is_file()]
    used = sum(path.stat().st_size for path in files)
    print(f"{len(files):,} files of artifacts and uploads, {used / 2**20:.1f} MiB")
    if used > 3 * (QUOTA + SLACK):
        week.blame(f"the files take {used:,} bytes, and three owners may have {QUOTA:,} each")
    if nobody := [path for path in files if path.stem not in known]:
        week.blame(f"{len(nobody)} files are nobody's, {nobody[0]} for one")
    if lacking := known - {path.stem for path in files}:
        week.blame(f"{len(lacking)} files that somebody has are not there, {min(lacking)} for one")


def _tokens(data: Path, *owners: str) -> dict[str, str]:
    """A token for each owner."""
    file = PeopleFile(data)
    try:
        return {owner: Tokens(file).create(owner, ["view", "run", "edit"])[1] for owner in owners}
    finally:
        file.close()


if __name__ == "__main__":
    sys.exit(main())
