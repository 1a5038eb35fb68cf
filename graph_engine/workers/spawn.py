"""Starting a worker process on this machine."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass

from graph_engine.workers.connection import Connection
from graph_engine.workers.log import WorkerLog

MODULE = "graph_engine.workers.worker"
_LAST_SECONDS = 1.0  # for a process whose connection ended to end by itself, so that its status says why
_OWN = "LATENTGRAPH_OWN_PYTHONPATH"  # the person's PYTHONPATH, on the way to the worker


@dataclass(frozen=True)
class Spawned:
    """A process and the connection to it."""

    process: subprocess.Popen[bytes]
    connection: Connection
    printing: threading.Thread

    def alive(self) -> bool:
        """Whether it has not ended. It is not collected yet, so that its number is nobody else's."""
        if not hasattr(os, "waitid"):  # macOS
            return self.process.poll() is None
        try:
            return os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None
        except ChildProcessError:  # `kill` collects a process that is gone by then
            return False

    def kill(self) -> None:
        """End the process and all that it forked, at once."""
        with suppress(OSError):
            os.killpg(self.process.pid, signal.SIGKILL)
        with suppress(OSError):
            self.process.kill()

    def bury(self) -> int:
        """Kill what is left of it and give the exit status; the connection ends."""
        last = time.monotonic() + _LAST_SECONDS
        while self.alive() and time.monotonic() < last:
            time.sleep(0.01)
        self.kill()
        status = self.process.wait()
        self.connection.end()
        self.printing.join(_LAST_SECONDS)
        return status


def spawn(python: str, log: WorkerLog) -> Spawned:
    """Start a worker. It finds the modules that this process finds. Raises `OSError`.

    Called in a thread that outlives the worker: the system ends a worker with the thread that started it.
    """
    mine, its = socket.socketpair()
    reading, writing = os.pipe()
    try:
        process = subprocess.Popen(
            [python, "-P", "-m", MODULE, "--descriptor", str(its.fileno())],
            stdin=subprocess.DEVNULL,
            stdout=writing,
            stderr=writing,
            pass_fds=[its.fileno()],
            start_new_session=True,
            env=_environment(),
        )
    except BaseException:
        mine.close()
        os.close(reading)
        raise
    finally:
        its.close()
        os.close(writing)
    return Spawned(process, Connection(mine), log.drain(reading))


def restore_python_path() -> None:
    """In a worker: what its nodes start has the PYTHONPATH of the person again."""
    os.environ["PYTHONPATH"] = os.environ.pop(_OWN, "")
    if not os.environ["PYTHONPATH"]:
        del os.environ["PYTHONPATH"]


def _environment() -> dict[str, str]:
    path = os.pathsep.join(folder or os.getcwd() for folder in sys.path)
    return {**os.environ, "PYTHONPATH": path, _OWN: os.environ.get("PYTHONPATH", "")}
