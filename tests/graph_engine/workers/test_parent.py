"""The process that keeps the workers: it imports no pack, and when it is killed nothing of it goes on."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

from graph_engine.jobs.job import Request
from graph_engine.jobs.journal import Journal
from graph_engine.jobs.queue import JobQueue
from tests.graph_engine.conftest import link
from tests.graph_engine.workers.conftest import LIMIT, ROOT, environment, gone, rough, until
from tests.graph_engine.workers.test_jobs_on_workers import GOOD, SHORTER

WORK = [sys.executable, "-m", "graph_engine", "work", "--quiet", "--device", "cpu", "--out", "out"]


def started(data: Path) -> int:
    """The process of the worker that was started last."""
    log = data / "logs" / "worker-cpu.log"
    lines = (
        [line for line in log.read_text().splitlines() if "started as process" in line]
        if log.exists()
        else []
    )
    return int(lines[-1].rpartition(" ")[2]) if lines else 0


def test_a_parent_that_is_killed_leaves_no_worker_and_the_next_one_finishes_the_queue(
    tmp_path: Path,
) -> None:
    queue, journal = JobQueue(tmp_path / "jobs.sqlite"), Journal(tmp_path / "jobs.sqlite")
    slow = queue.submit(Request(SHORTER.dumps(), priority=1)).id
    stuck = queue.submit(Request(rough({"h": ("rough:hang", {})}, {"o": "h.integer"}).dumps())).id
    good = queue.submit(Request(GOOD.dumps())).id
    command = [*WORK, "--data", str(tmp_path)]
    for job, node in ((slow, "train"), (stuck, "h")):
        parent = subprocess.Popen(command, env=environment(), cwd=tmp_path)
        until(lambda job=job, node=node: _started(journal, job, node), node)
        worker = started(tmp_path)
        assert not gone(worker)
        parent.send_signal(signal.SIGKILL)
        parent.wait(LIMIT)
        until(lambda worker=worker: gone(worker), "the worker's end")
        assert queue.get(job).status == "running"
    queue.cancel(stuck)
    subprocess.run(command, env=environment(), cwd=tmp_path, check=True, capture_output=True, timeout=LIMIT)
    assert [queue.get(job).status for job in (slow, stuck, good)] == ["done", "cancelled", "done"]
    finished = [event.data["node"] for event in journal.read(slow) if event.kind == "node_finished"]
    assert sorted(finished) == ["n", "sum", "train"]
    assert (tmp_path / "out" / "picture.toy").read_bytes().startswith(b"TOY{")
    queue.close()
    journal.close()


def _started(journal: Journal, job: str, node: str) -> bool:
    return any(one.kind == "node_started" and one.data["node"] == node for one in journal.read(job))


def test_ctrl_c_puts_the_job_back_and_ends_the_worker(tmp_path: Path) -> None:
    queue, journal = JobQueue(tmp_path / "jobs.sqlite"), Journal(tmp_path / "jobs.sqlite")
    slow = rough({"t": ("train", {"steps": 5000, "seconds": 0.02})}, {"o": "t.integer"})
    job = queue.submit(Request(slow.dumps())).id
    parent = subprocess.Popen(
        [*WORK, "--data", str(tmp_path)], env=environment(), cwd=tmp_path, stderr=subprocess.PIPE, text=True
    )
    until(lambda: _started(journal, job, "t"), "the job")
    worker = started(tmp_path)
    parent.send_signal(signal.SIGINT)
    _, said = parent.communicate(timeout=LIMIT)
    assert parent.returncode == 130
    assert "Stopping at the next step" in said
    assert "Traceback" not in said
    assert queue.get(job).status == "queued"
    assert gone(worker)
    queue.close()
    journal.close()


CODE = """
import json, sys
from graph_engine.cli.main import main
status = main(sys.argv[1:])
print(json.dumps([status, sorted(name for name in sys.modules if name.split('.')[0] in PACKS)]))
"""


def test_the_parent_imports_neither_torch_nor_a_pack(tmp_path: Path) -> None:
    nodes = {
        "drawn": {"type": "core/load_image", "version": 1, "inputs": {"file": "white.png"}},
        "picture": {"type": "core/save_image", "version": 1, "inputs": {"image": link("drawn.image")}},
        "toy": {"type": "toy/save_toy", "version": 1, "inputs": {"value": 3}},
    }
    models = tmp_path / "models"
    models.mkdir()
    (models / "white.png").write_bytes(WHITE)
    queue = JobQueue(tmp_path / "jobs.sqlite")
    job = queue.submit(Request(json.dumps({"latentgraph": 1, "name": "white", "nodes": nodes}))).id
    code = f"PACKS = ('torch', 'nodes', 'latent_diffusion', 'toy_pack', 'PIL', 'transformers'){CODE}"
    ran = subprocess.run(
        [sys.executable, "-c", code, *WORK[3:], "--data", str(tmp_path)],
        env=environment(),
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
        timeout=LIMIT,
    )
    assert json.loads(ran.stdout.splitlines()[-1]) == [0, []], ran.stderr
    assert queue.get(job).status == "done", queue.get(job).error
    assert b"latentgraph" in (tmp_path / "out" / "image.png").read_bytes()  # the worker put the document in
    queue.close()


WHITE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8ffff3f0005fe02fe"
    "0def46b80000000049454e44ae426082"
)


def test_several_devices_have_a_worker_each(tmp_path: Path) -> None:
    queue = JobQueue(tmp_path / "jobs.sqlite")
    jobs = [queue.submit(Request(GOOD.dumps(), name=f"job {n}")).id for n in range(4)]
    command = [*WORK, "--device", "cpu", "--data", str(tmp_path)]
    ran = subprocess.run(
        command, env=environment(), cwd=tmp_path, check=True, capture_output=True, text=True, timeout=LIMIT
    )
    assert sorted(line.split()[0] for line in ran.stdout.splitlines() if line.startswith("job-")) == sorted(
        jobs
    )
    assert {path.name for path in (tmp_path / "logs").iterdir()} == {"worker-cpu.log", "worker-cpu-2.log"}
    queue.close()


def test_a_worker_that_nobody_holds_ends(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", ORPHAN],
        env=environment(),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=LIMIT,
    )
    until(lambda: gone(int(ran.stdout)), "the worker's end")


ORPHAN = """
import os, signal, sys
from pathlib import Path
from graph_engine.workers.log import WorkerLog
from graph_engine.workers.spawn import spawn
spawned = spawn(sys.executable, WorkerLog(Path(os.devnull)))
print(spawned.process.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
