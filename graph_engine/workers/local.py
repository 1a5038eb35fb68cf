"""The workers of this machine: one process for each device."""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Collection, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from graph_engine.artifact_folder import ArtifactFolder
from graph_engine.files import Files
from graph_engine.settings import Settings
from graph_engine.workers.local_worker import LocalWorker
from graph_engine.workers.log import WorkerLog
from graph_engine.workers.supervision import DEFAULT, Supervision


class LocalWorkers:
    """Starts a worker for each of `devices` (else one for the settings' device) and keeps them alive.

    This process imports no pack. `worker_data` is a data folder of the workers' own: they then share no file
    with this process, as on another machine.
    """

    def __init__(
        self,
        settings: Settings,
        devices: Sequence[str] = (),
        supervision: Supervision = DEFAULT,
        *,
        worker_data: Path | None = None,
        python: str = sys.executable,
    ) -> None:
        data = settings.data.expanduser().absolute()
        files = Files((), data / "uploads", settings.upload_limit)
        artifacts = ArtifactFolder(data / "artifacts")
        chosen = list(devices) or [settings.device]
        self.workers = tuple(
            LocalWorker(
                name,
                settings.model_copy(update={"data": worker_data or data, "device": device}),
                files,
                artifacts,
                WorkerLog(data / "logs" / f"worker-{re.sub(r'[^A-Za-z0-9]+', '-', name)}.log"),
                supervision,
                python,
            )
            for name, device in zip(_names(chosen), chosen, strict=True)
        )

    def check(self, document: str) -> list[dict[str, Any]]:
        """All problems of a document, as plain JSON, from a worker that is ready; see `LocalWorker.check`."""
        return self._one().check(document)

    def plan(self, document: str, wanted: Collection[str] | None = None) -> dict[str, Any]:
        """What would run for a document, and why; see `LocalWorker.plan`."""
        return self._one().plan(document, wanted)

    def close(self) -> None:
        """End all workers, at the same time; what one runs is stopped at its next step."""
        threads = [threading.Thread(target=worker.close) for worker in self.workers]
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

    def _one(self) -> LocalWorker:
        return next((worker for worker in self.workers if worker.info is not None), self.workers[0])


def _names(devices: Sequence[str]) -> list[str]:
    """Each worker is called after its device; the second of one device has a number."""
    return [
        device if device not in devices[:index] else f"{device}-{devices[:index].count(device) + 1}"
        for index, device in enumerate(devices)
    ]
