"""Killing workers and their parent: python benchmarks/kill_workers.py [kills] [seed]

Sends SIGKILL at random moments to a worker, or to the process that keeps the workers, while a queue of toy
jobs runs: short, long, failing and branching ones, maps, folds, branches, lazy inputs and graphs that nodes
return; then lets the queue finish and verifies that every job ended as it should, none twice, and that no
finished node was computed again. Prints what it found, and exits 1 if anything was wrong.
"""

from __future__ import annotations

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
sys.path[:0] = [str(RESOURCES), str(ROOT)]

import toy_pack  # noqa: E402

from graph_engine import Catalogue, Workflow  # noqa: E402
from graph_engine.execution.plan import EVICTED  # noqa: E402
from graph_engine.jobs.job import ENDED, Job, JobEvent, Request  # noqa: E402
from graph_engine.jobs.journal import Journal  # noqa: E402
from graph_engine.jobs.queue import MAX_CRASHES, JobQueue  # noqa: E402

KILLS = 200
OF_THE_PARENT = 0.25  # of all kills
LONGEST_PAUSE = 1.5  # seconds from one kill to the next
WAITING = 4  # jobs that wait while there are kills to come
WORKERS = 2
LIMIT = 300.0  # seconds that the queue may take to finish
STEP_SECONDS = 0.02  # of a node with checkpoints


@dataclass(frozen=True)
class Asked:
    """A document, and how its job must end: with one file of this text, or failed with these words."""

    document: str
    text: str = ""
    error: str = ""


class Toy(Workflow):
    """A workflow of toy nodes being built."""

    def after(self, number: Any, steps: int = 4, body: Any = None) -> Any:
        """The same number, given on only when a node with checkpoints is over; by way of a lazy input.

        What that node itself gives depends on where it was killed, and only whether it is over is used.
        """
        into = body or self
        trained = into.add("toy/train", steps=steps, seconds=STEP_SECONDS, after=number)
        over = into.add("toy/at_least", a=trained.integer, limit=0)
        return into.add("toy/pick", which=over.boolean, yes=number).integer

    def saved(self, number: Any) -> None:
        """Save a number as a text."""
        self.add("toy/save_text", text=self.add("toy/show", value=number).text)

    def asked(self, number: int = 0, error: str = "") -> Asked:
        """What was built, which saves this number or fails with these words."""
        return Asked(self.document().dumps(), "" if error else str(number), error)


def short(wf: Toy, number: int) -> Asked:
    """Four nodes and a file."""
    wf.saved(wf.add("toy/add", a=wf.add("toy/number", value=number), b=1))
    return wf.asked(number + 1)


def long(wf: Toy, number: int) -> Asked:
    """A node with checkpoints between short ones."""
    begun = wf.add("toy/number", value=number)
    wf.saved(wf.add("toy/add", a=begun, b=1))
    wf.output("after", wf.after(begun, 20))
    return wf.asked(number + 1)


def failing(wf: Toy, number: int) -> Asked:
    """A node fails after others are finished."""
    begun = wf.add("toy/number", value=number)
    error = f"as it should, {number}"
    wf.output("failed", wf.add("toy/fail", a=wf.after(begun, 8), message=error))
    return wf.asked(error=error)


def branching(wf: Toy, number: int) -> Asked:
    """Four branches that come together."""
    begun = wf.add("toy/number", value=number)
    ends = [wf.after(wf.add("toy/plus", a=begun, b=branch), 4 + branch) for branch in range(4)]
    wf.saved(wf.add("toy/total", numbers=ends))
    return wf.asked(4 * number + 6)


def mapping(wf: Toy, number: int) -> Asked:
    """A map over numbers, most of which other jobs map too, and a map over what it gave."""
    with wf.define("item") as body:
        body.output("one", wf.after(body.add("toy/plus", a=body.port("n"), b=1), 3, body))
    first = wf.add("flow/map", body="item", each=["n"], n=[number, number + 1, number + 2, -number])
    second = wf.add("flow/map", body="item", each=["n"], n=first.one)
    wf.saved(wf.add("toy/total", numbers=second.one))
    return wf.asked(2 * number + 3 + 8)


def failing_item(wf: Toy, number: int) -> Asked:
    """A map of which one item fails."""
    with wf.define("item") as body:
        body.output("one", wf.after(body.add("toy/fail_on", a=body.port("n"), bad=number), 3, body))
    items = [number + 10_000, number + 20_000, number]
    wf.output("all", wf.add("flow/map", body="item", each=["n"], n=items))
    return wf.asked(error=f"{number} is the bad one")


def folding(wf: Toy, number: int) -> Asked:
    """A fold whose steps have checkpoints, that stops before its bound."""
    with wf.define("step") as body:
        more = wf.after(body.add("toy/plus", a=body.port("n"), b=2), 3, body)
        body.output("n", more)
        body.output("enough", body.add("toy/at_least", a=more, limit=number + 7))
    wf.saved(wf.add("flow/fold", body="step", carry=["n"], times=9, until="enough", n=number).n)
    return wf.asked(number + 8)


def choosing(wf: Toy, number: int) -> Asked:
    """Lazy inputs of which the first that is even counts, and a branch on what they gave."""
    with wf.define("even") as body:
        body.output("n", wf.after(body.add("toy/plus", a=body.port("n"), b=100), 4, body))
    with wf.define("odd") as body:
        body.output("n", body.add("toy/fail", a=body.port("n"), message="an odd number was chosen"))
    a = wf.after(wf.add("toy/number", value=number))
    b = wf.after(wf.add("toy/number", value=number + 1))
    even = wf.add("toy/first_even", a=a, b=b).integer
    condition = wf.add("toy/at_least", a=even, limit=number)
    wf.saved(wf.add("flow/if", condition=condition, then="even", otherwise="odd", n=even).n)
    return wf.asked(number + number % 2 + 100)


def returning(wf: Toy, number: int) -> Asked:
    """Graphs that nodes return, alone and inside a map."""
    with wf.define("grown") as body:
        repeated = body.add("toy/repeat", start=wf.after(body.port("n"), 3, body), times=2)
        body.output("n", wf.after(repeated.last, 3, body))
    first = wf.add("toy/repeat", start=wf.after(wf.add("toy/number", value=number)), times=3)
    mapped = wf.add("flow/map", body="grown", each=["n"], n=[first.last, first.total, number])
    wf.saved(wf.add("toy/total", numbers=mapped.n))
    return wf.asked((number + 3) + (4 * number + 6) + number + 6)


KINDS: tuple[Callable[[Toy, int], Asked], ...] = (
    short, long, failing, branching, mapping, failing_item, folding, choosing, returning,
)  # fmt: skip


@dataclass
class Found:
    """What the kills did and what they left."""

    kills: Counter[str] = field(default_factory=Counter)
    under_a_job: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    names: Counter[str] = field(default_factory=Counter)
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
        self.expected: dict[str, Asked] = {}
        self.catalogue = Catalogue([toy_pack.pack])
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
            kind = self.chance.choice(KINDS)
            asked = kind(Toy(kind.__name__, catalogue=self.catalogue), number)
            job = self.queue.submit(Request(asked.document, kind.__name__))
            self.expected[job.id] = asked

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
        found, asked = self.found, self.expected[job.id]
        found.statuses[job.status] += 1
        found.names[job.name] += 1
        found.attempts += job.attempts
        log = self.journal.read(job.id, limit=100_000)
        expected = "failed" if asked.error else "done"
        if f"died {MAX_CRASHES} times in a row" in job.error:
            found.given_up += 1
            if sum(event.kind == "worker_ended" for event in log) < MAX_CRASHES:
                found.wrong.append(f"{job.id} was given up too soon")
        elif job.status != expected:
            found.wrong.append(f"{job.id} ({job.name}) is {job.status}, not {expected}: {job.error}")
        elif asked.error and asked.error not in job.error:
            found.wrong.append(f"{job.id} failed for another reason: {job.error}")
        elif not asked.error:
            texts = [self.artifact(one["digest"]) for one in job.result["artifacts"]]
            if texts != [asked.text]:
                found.wrong.append(f"{job.id} ({job.name}) left {texts}, not {asked.text}")
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
        serials = [event.serial for event in log]
        if serials != sorted(set(serials)):
            found.wrong.append(f"{job.id}: its serials are not in order")
        self.verify_told(job, log)

    def verify_told(self, job: Job, log: list[JobEvent]) -> None:
        """Whether the queue told of the job's life, and every announced artifact can be read."""
        told = [str(event.data["status"]) for event in log if event.kind == "job_status"]
        if [status for status in told if status in ENDED] != [job.status] or told[-1] != job.status:
            self.found.wrong.append(f"{job.id} is {job.status}, and its journal tells of {told}")
        if told.count("running") != job.attempts:
            self.found.wrong.append(f"{job.id}: {job.attempts} attempts, and its journal tells of {told}")
        for event in log:
            if event.kind == "artifact_saved":
                self.artifact(event.data["digest"])  # raises if it is not there

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
        *((f"of them {name}", count) for name, count in sorted(found.names.items())),
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
