"""A real server in a process of its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.graph_engine.conftest import RESOURCES
from tests.web.conftest import ROUGH
from tests.web.http import LIMIT, Http

ROOT = Path(__file__).parents[2]
ADDRESS = re.compile(r"Latent Graph is at http://([^\s:]+|\[[^\]]+\]):(\d+)")


class Process:
    """`python server.py` on a data folder, or another program that serves."""

    def __init__(
        self,
        data: Path,
        *options: str,
        program: Sequence[str] = (sys.executable, str(ROOT / "server.py")),
        stdin: int = subprocess.DEVNULL,
        packs: Sequence[Path] = (RESOURCES, ROUGH),
        **environment: str,
    ) -> None:
        paths = os.pathsep.join(map(str, [ROOT, *packs]))
        self.process = subprocess.Popen(
            [*program, "--data", str(data), "--device", "cpu", *options],
            env={**os.environ, "PYTHONPATH": paths, **environment},
            stdin=stdin,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._lines: list[str] = []
        self._reading = threading.Thread(target=self._read)
        self._reading.start()

    @property
    def said(self) -> str:
        """What it printed so far."""
        return "".join(self._lines)

    @property
    def http(self) -> Http:
        """Where it is, when it says so."""
        self.until(lambda: ADDRESS.search(self.said) or self.process.poll() is not None)
        found = ADDRESS.search(self.said)
        assert found is not None, self.said
        return Http(found[1].strip("[]"), int(found[2]), {})

    def ended(self) -> int:
        """Its exit status."""
        status = self.process.wait(LIMIT)
        self._reading.join()
        return status

    def signal(self, number: int = signal.SIGTERM) -> None:
        self.process.send_signal(number)

    def until(self, condition: Callable[[], object]) -> None:
        begun = time.monotonic()
        while not condition():
            assert time.monotonic() - begun < LIMIT, self.said
            time.sleep(0.02)

    def _read(self) -> None:
        assert self.process.stderr is not None
        with self.process.stderr as lines:
            for line in lines:
                self._lines.append(line)
