"""The workers of this machine: one process for each device, and a desk where questions are asked."""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from graph_engine.artifact_folder import ArtifactFolder
from graph_engine.files import Files
from graph_engine.settings import Settings
from graph_engine.workers.local_worker import LocalWorker
from graph_engine.workers.log import WorkerLog
from graph_engine.workers.questions import Questions
from graph_engine.workers.supervision import DEFAULT, Supervision

DESK = "desk"  # its name


class LocalWorkers(Questions):
    """Starts a worker for each of `devices` (else one for the settings' device) and keeps them alive.

    This process imports no pack. With `desk` there is one more process, which gets no job, is not among the
    `workers`, and answers all questions; else a worker that is ready does, beside its job. `worker_data` is a
    data folder of the workers' own: they then share no file with this process, as on another machine.
    """

    def __init__(
        self,
        settings: Settings,
        devices: Sequence[str] = (),
        supervision: Supervision = DEFAULT,
        *,
        desk: bool = False,
        worker_data: Path | None = None,
        python: str = sys.executable,
    ) -> None:
        data = settings.data.expanduser().absolute()
        files = Files((), data / "uploads", settings.upload_limit)
        artifacts = ArtifactFolder(data / "artifacts")

        def start(name: str, own: dict[str, Any], *, desk: bool = False) -> LocalWorker:
            log = WorkerLog(data / "logs" / f"worker-{re.sub(r'[^A-Za-z0-9]+', '-', name)}.log")
            its = settings.model_copy(update=own)
            return LocalWorker(name, its, files, artifacts, log, supervision, python, desk=desk)

        chosen = list(devices) or [settings.device]
        self.workers = tuple(
            start(name, {"data": worker_data or data, "device": device})
            for name, device in zip(_names(chosen), chosen, strict=True)
        )
        its = {"data": data, "device": "cpu", "memory_budget": 0}
        self.desk = start(DESK, its, desk=True) if desk else None

    @property
    def _everyone(self) -> tuple[LocalWorker, ...]:
        return self.workers if self.desk is None else (*self.workers, self.desk)

    def close(self) -> None:
        """End all workers and the desk, at the same time; what one runs is stopped at its next step."""
        threads = [threading.Thread(target=worker.close) for worker in self._everyone]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def __enter__(self) -> LocalWorkers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ask(
        self, what: str, document: str, options: dict[str, Any], timeout: float
    ) -> tuple[dict[str, Any], bytes]:
        return (self.desk or self._one())._ask(what, document, options, timeout)

    def _one(self) -> LocalWorker:
        for state in ("ready", "starting"):
            for worker in self.workers:
                if worker.state == state:
                    return worker
        return self.workers[0]


def _names(devices: Sequence[str]) -> list[str]:
    """Each worker is called after its device; the second of one device has a number."""
    return [
        device if device not in devices[:index] else f"{device}-{devices[:index].count(device) + 1}"
        for index, device in enumerate(devices)
    ]
