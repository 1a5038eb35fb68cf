"""A lock belongs to the process that computes, not to those that it forked."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from graph_engine.store.lock import computing

ROOT = Path(__file__).parents[3]
CODE = """
import os, sys, time
from pathlib import Path
from graph_engine.store.lock import computing
with computing(Path(sys.argv[1]), lambda: None):
    child = os.fork()
    if child == 0:
        time.sleep(600)
    print(child, flush=True)
    os._exit(0)
"""


def test_the_lock_of_a_process_that_died_is_free_although_its_child_lives(tmp_path: Path) -> None:
    lock = tmp_path / "locks" / "key"
    holder = subprocess.Popen(
        [sys.executable, "-c", CODE, str(lock)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert holder.stdout is not None
    child = int(holder.stdout.readline())
    holder.wait(60)
    begun = time.monotonic()

    def check() -> None:
        assert time.monotonic() - begun < 60, "the child holds the lock"

    try:
        with computing(lock, check):
            os.kill(child, 0)  # it lives
    finally:
        os.kill(child, signal.SIGKILL)
        holder.stdout.close()
