"""Killing workers and their parent: python benchmarks/kill_workers.py [kills] [seed]

Sends SIGKILL at random moments to a worker, or to the process that keeps the workers, while a queue of short,
long, failing and branching toy jobs runs; then lets the queue finish and verifies that every job ended as it
should, none twice, and that no finished node was computed again. Prints what it found.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RESOURCES = ROOT / "tests" / "resources"
sys.path.insert(0, str(ROOT))

from graph_engine.execution.plan import EVICTED  # noqa: E402
from graph_engine.jobs.job import Job, Request  # noqa: E402
from graph_engine.jobs.journal import Journal  # noqa: E402
from graph_engine.jobs.queue import MAX_CRASHES, JobQueue  # noqa: E402

KILLS = 200
OF_THE_PARENT = 0.25  # of all kills
LONGEST_PAUSE = 1.5  # seconds from one kill to the next
WAITING = 4  # jobs that wait while there are kills to come
WORKERS = 2
LIMIT = 300.0  # seconds that the queue may take to finish

Nodes = dict[str, tuple[str, dict[str, Any]]]


def link(to: str) -> dict[str, str]:
    """A link in a document."""
    return {"from": to}


def short(number: int) -> Nodes:
    """Two nodes and a file."""
    return {
        "n": ("number", {"value": number}),
        "s": ("add", {"a": link("n.integer"), "b": 1}),
        "t": ("show", {"value": link("s.integer")}),
        "save": ("save_text", {"text": link("t.text")}),
    }


def long(number: int) -> Nodes:
    """A node with checkpoints between short ones."""
    train = {"steps": 20, "seconds": 0.02, "after": link("n.integer")}
    return {**short(number), "train": ("train", train), "after": ("same", {"thing": link("train.integer")})}


def failing(number: int) -> Nodes:
    """One branch fails, the other is finished."""
    return {**long(number), "f": ("fail", {"a": link("s.integer"), "message": f"as it should, {number}"})}


def branching(number: int) -> Nodes:
    """Four branches that come together."""
    branches: Nodes = {
        f"b{n}": ("train", {"steps": 4 + n, "seconds": 0.02, "after": link("n.integer")}) for n in range(4)
    }
    numbers = [link(f"b{n}.integer") for n in range(4)]
    return {**short(number), **branches, "total": ("total", {"numbers": numbers})}


KINDS: tuple[tuple[Callable[[int], Nodes], dict[str, str]], ...] = (
    (short, {}),
    (long, {"after": "value"}),
    (failing, {"after": "value", "f": "integer"}),
    (branching, {"total": "integer"}),
)


@dataclass
class Found:
    """What the kills did and what they left."""

    kills: Counter[str] = field(default_factory=Counter)
    under_a_job: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    attempts: int = 0
    nodes: int = 0
    given_up: int = 0
    gave_up: int = 0
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0


class Killing:
    """A queue, the process that works on it, and somebody who kills."""

    def __init__(self, data: Path, chance: random.Random) -> None:
        self.data, self.chance = data, chance
        self.queue, self.journal = JobQueue(data / "jobs.sqlite"), Journal(data / "jobs.sqlite")
        self.expected: dict[str, tuple[str, int]] = {}
        self.found = Found()
        self.killing = True
        self.parent = self.start()

    def start(self) -> subprocess.Popen[bytes]:
        """Start the process that keeps the workers."""
        command = [
            sys.executable,
            "-m",
            "graph_engine",
            "work",
            "--wait",
            "--quiet",
            "--data",
            str(self.data),
        ]
        command += ["--out", str(self.data / "out"), *["--device", "cpu"] * WORKERS]
        path = os.pathsep.join([str(ROOT), str(RESOURCES)])
        with (self.data / "said.txt").open("ab") as said:
            return subprocess.Popen(
                command, env={**os.environ, "PYTHONPATH": path}, cwd=self.data, stdout=said, stderr=said
            )

    def feed(self) -> None:
        """Let no worker be without a job, as long as there are kills to come."""
        while self.killing and self.queue.counts().get("queued", 0) < WAITING:
            number = len(self.expected)
            kind, outputs = self.chance.choice(KINDS)
            nodes = {
                name: {"type": f"toy/{of}", "version": 1, "inputs": inputs}
                for name, (of, inputs) in kind(number).items()
            }
            ports = {name: {"node": name, "output": output} for name, output in outputs.items()}
            document = {"latentgraph": 1, "nodes": nodes, "interface": {"outputs": ports}}
            job = self.queue.submit(Request(json.dumps(document), kind.__name__))
            self.expected[job.id] = ("failed" if kind is failing else "done", number)

    def kill(self) -> None:
        """Kill the parent, or a worker of it, at a random moment."""
        of_the_parent = self.chance.random() < OF_THE_PARENT
        workers: list[int] = []
        while not workers and not of_the_parent:  # not at the very moment that one begins, each time
            workers = self.workers()
        moment = time.monotonic() + self.chance.uniform(0, LONGEST_PAUSE)
        while time.monotonic() < moment:
            workers = self.workers()
        self.found.under_a_job += bool(self.queue.counts().get("running", 0))
        if workers and not of_the_parent:
            self.found.kills["worker"] += 1
            with suppress(ProcessLookupError):
                os.kill(self.chance.choice(workers), signal.SIGKILL)
            return
        self.found.kills["parent"] += 1
        self.parent.kill()
        self.parent.wait()
        begun = time.monotonic()
        while any(alive(worker) for worker in workers):
            if time.monotonic() - begun > 30:
                self.found.wrong.append("a worker outlived its parent by 30 s")
                break
            time.sleep(0.005)
        self.parent = self.start()

    def workers(self) -> list[int]:
        """The workers that there are; meanwhile the queue is fed, and a parent that gave up is replaced."""
        time.sleep(0.005)
        self.feed()
        if self.parent.poll() is not None:
            self.found.gave_up += 1
            self.parent = self.start()
        return list(children(self.parent.pid))

    def finish(self) -> None:
        """Let the queue run dry, and end the parent."""
        self.killing = False
        begun = time.monotonic()
        while self.queue.counts().keys() & {"queued", "running"}:
            if time.monotonic() - begun > LIMIT:
                self.found.wrong.append(f"the queue did not finish: {self.queue.counts()}")
                break
            self.workers()
        self.parent.send_signal(signal.SIGINT)
        self.parent.wait(60)

    def verify(self) -> None:
        """Look at every job, its journal and its files."""
        ended = self.queue._file.row("SELECT value FROM counter WHERE name = 'ended'")
        if ended is not None and ended[0] != len(self.expected):
            self.found.wrong.append(f"{len(self.expected)} jobs ended {ended[0]} times")
        for job in self.queue.page(len(self.expected)).jobs:
            self.verify_job(job)
        self.queue.close()
        self.journal.close()

    def verify_job(self, job: Job) -> None:
        """Whether a job ended as it should, and computed each node once."""
        found, (expected, number) = self.found, self.expected[job.id]
        found.statuses[job.status] += 1
        found.attempts += job.attempts
        log = self.journal.read(job.id, limit=100_000)
        if f"died {MAX_CRASHES} times in a row" in job.error:
            found.given_up += 1
            if sum(event.kind == "worker_ended" for event in log) < MAX_CRASHES:
                found.wrong.append(f"{job.id} was given up too soon")
        elif job.status != expected:
            found.wrong.append(f"{job.id} ({job.name}) is {job.status}, not {expected}: {job.error}")
        elif expected == "failed" and f"as it should, {number}" not in job.error:
            found.wrong.append(f"{job.id} failed for another reason: {job.error}")
        elif expected == "done":
            texts = [self.artifact(one["digest"]) for one in job.result["artifacts"]]
            if texts != [str(number + 1)]:
                found.wrong.append(f"{job.id} left {texts}")
        finished: set[str] = set()
        for event in log:
            node = event.data.get("node", "")
            if event.kind == "node_started" and node in finished and event.data["reason"] != EVICTED:
                found.wrong.append(f"{job.id}: '{node}' was computed again: {event.data['reason']}")
            if event.kind == "node_finished":
                found.nodes += 1
                finished.add(node)
        if [event.number for event in log] != list(range(1, len(log) + 1)):
            found.wrong.append(f"{job.id}: its journal has gaps")

    def artifact(self, digest: str) -> str:
        """The text of a file that a job saved."""
        return (self.data / "artifacts" / digest[:2] / f"{digest}.txt").read_text()


def children(parent: int) -> Iterator[int]:
    """The worker processes of a parent."""
    for path in Path("/proc").glob("[0-9]*"):
        try:
            stat = (path / "stat").read_text().rpartition(")")[2].split()
            if (
                int(stat[1]) == parent
                and stat[0] != "Z"
                and b"workers.worker" in (path / "cmdline").read_bytes()
            ):
                yield int(path.name)
        except (OSError, ValueError, IndexError):
            continue


def alive(process: int) -> bool:
    """Whether a process is there and not only waits to be collected."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def kill_and_verify(kills: int, seed: int, data: Path) -> Found:
    """Kill so many times, let the queue finish, and say what was found."""
    begun = time.monotonic()
    killing = Killing(data, random.Random(seed))
    try:
        for _ in range(kills):
            killing.kill()
        killing.finish()
    finally:
        killing.parent.kill()
        killing.parent.wait()
    killing.verify()
    killing.found.seconds = time.monotonic() - begun
    return killing.found


def main() -> int:
    """Kill as many times as the first argument says, or 200."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else KILLS
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(2**32)
    with tempfile.TemporaryDirectory() as folder:
        found = kill_and_verify(kills, seed, Path(folder))
    rows = [
        ("seed", seed),
        *((f"kills of a {who}", count) for who, count in sorted(found.kills.items())),
        ("of them while a job ran", found.under_a_job),
        *((f"jobs {status}", count) for status, count in sorted(found.statuses.items())),
        ("attempts", found.attempts),
        (f"jobs given up after {MAX_CRASHES} crashes in a row", found.given_up),
        ("parents that gave up: workers killed five times as they began", found.gave_up),
        ("nodes computed", found.nodes),
        ("things that went wrong", len(found.wrong)),
        ("seconds", f"{found.seconds:.0f}"),
    ]
    for what, figure in rows:
        print(f"{what:<64}{figure:>12}")
    for wrong in found.wrong:
        print(wrong)
    return bool(found.wrong)


if __name__ == "__main__":
    sys.exit(main())
