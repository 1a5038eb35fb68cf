"""A real server process for the scripts here: started, watched, killed; with the toy pack besides."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
RESOURCES = ROOT / "tests" / "resources"
LIMIT = 120.0  # seconds that anything may take to begin


class Served:
    """`python server.py` on a data folder; `address` is where it listens, `token` is shown to it."""

    def __init__(self, data: Path, *flags: str, port: int = 0, token: str = "", **environment: str) -> None:
        self.data, self._flags, self._environment = data, flags, environment
        self.port, self.token = port, token
        self.seconds = 0.0
        self.start()

    def start(self) -> None:
        """Start the process, and wait until it takes jobs; `seconds` is how long that took."""
        path = os.pathsep.join(map(str, (ROOT, RESOURCES, RESOURCES / "rough")))
        environment = {**os.environ, "PYTHONPATH": path, **self._environment}
        command = [
            sys.executable,
            str(ROOT / "server.py"),
            "--data",
            str(self.data),
            "--port",
            str(self.port),
        ]
        began = time.perf_counter()
        self.process = subprocess.Popen(
            [*command, *self._flags], stderr=subprocess.PIPE, text=True, env=environment, cwd=self.data.parent
        )
        self.said: list[str] = []
        self.host, self.port = self._address()
        threading.Thread(target=self._drain, daemon=True).start()
        while True:
            try:
                if self.request("GET", "/readyz")[0] == 200:
                    break
            except OSError:
                pass
            if time.perf_counter() - began > LIMIT:
                raise SystemExit("the server is not ready")
            time.sleep(0.005)
        self.seconds = time.perf_counter() - began

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://{self.host}:{self.port}"

    def request(self, method: str, path: str, body: Any = None, **more: str) -> tuple[int, Any]:
        """One request on a connection of its own: status and JSON. A body that is not bytes is sent as JSON.

        `more` are headers, with `_` for `-`.
        """
        connection = http.client.HTTPConnection(self.host, self.port, timeout=LIMIT)
        headers = {name.replace("_", "-"): value for name, value in more.items()}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        try:
            data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
            if data is not None and data is not body:
                headers["Content-Type"] = "application/json"
            connection.request(method, path, data, headers)
            answer = connection.getresponse()
            text = answer.read()
            return answer.status, json.loads(text) if text else None
        finally:
            connection.close()

    def workers_ready(self) -> None:
        """Wait until every worker and the desk are ready."""
        began = time.perf_counter()
        while True:
            workers = self.request("GET", "/readyz")[1]["workers"]
            if workers and all(one["state"] == "ready" for one in workers):
                return
            if time.perf_counter() - began > LIMIT:
                raise SystemExit(f"the workers are not ready: {workers}")
            time.sleep(0.05)

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """Ask it to end, and wait for that."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(LIMIT)

    def has_loaded(self, library: str) -> bool:
        """Whether a library is mapped into the server's own process."""
        return library in Path(f"/proc/{self.process.pid}/maps").read_text()

    def _address(self) -> tuple[str, int]:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.said.append(line)
            if found := re.search(r"http://([\d.]+):(\d+)", line):
                return found[1].replace("0.0.0.0", "127.0.0.1"), int(found[2])
        raise SystemExit("the server ended: " + "".join(self.said))

    def _drain(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.said.append(line)
            del self.said[:-200]


@contextmanager
def served(*flags: str, **environment: str) -> Iterator[Served]:
    """A server on a new data folder, which is removed afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        server = Served(Path(folder) / "data", *flags, **environment)
        try:
            yield server
        finally:
            server.stop()


def two_nodes(value: int) -> dict[str, Any]:
    """A trivial document."""
    return {
        "latentgraph": 1,
        "nodes": {
            "one": {"type": "toy/number", "version": 1, "inputs": {"value": value}},
            "sum": {"type": "toy/plus", "version": 1, "inputs": {"a": {"from": "one.integer"}, "b": 1}},
        },
        "interface": {
            "inputs": {"value": {"node": "one", "input": "value"}},
            "outputs": {"sum": {"node": "sum", "output": "integer"}},
        },
    }


def sampling(steps: int, seed: int = 0) -> dict[str, Any]:
    """The example that draws a picture with the embedded model, with so many steps."""
    raw: dict[str, Any] = json.loads((ROOT / "examples" / "text_to_image.json").read_text())
    for node in raw["nodes"].values():
        if node["type"] == "core/sample_latents":
            node["inputs"] |= {"steps": steps, "seed": seed}
    raw["interface"]["inputs"] = {}
    return raw


def quantile(values: list[float], share: float) -> float:
    """The value below which this share of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
