"""Thousands of requests made from the server's own OpenAPI document, by schemathesis, against a real server.

    pip install schemathesis; PYTHONPATH=. .venv/bin/python benchmarks/fuzz_api.py [--examples 100] [--seed 1]

The law: no 5xx, no status, media type or body that is not documented, no bad request that is let through.
What a schema can not say (that a node type is there, that a document can run) may be refused, as documented.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.served import Served, served, two_nodes

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "unsupported_method",
)
STREAMS = ("/api/v1/events", "/api/v1/jobs/{job}/events")  # without an end: see tests/web/test_events.py


def main() -> int:
    """Run and report; 1 when the law is broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--examples", type=int, default=100, help="for each address, at most")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--program", default=shutil.which("st") or str(Path(sys.executable).with_name("st")))
    arguments = parser.parse_args()
    with served("--device", "cpu") as server, tempfile.TemporaryDirectory() as folder:
        server.workers_ready()
        config = Path(folder) / "schemathesis.toml"
        config.write_text(_known(server))
        command = [arguments.program, "--config-file", str(config), "run", f"{server.address}/openapi.json"]
        command += ["--max-examples", str(arguments.examples), "--seed", str(arguments.seed)]
        command += ["--checks", ",".join(CHECKS), "--phases", "examples,coverage,fuzzing"]
        command += ["--continue-on-failure", "--request-timeout", "60", "--workers", "2"]
        for path in STREAMS:
            command += ["--exclude-path", path]
        status = subprocess.run(command, cwd=folder, check=False).returncode
        alive = server.process.poll() is None and server.request("GET", "/healthz")[0] == 200
        print(f"the server {'still answers' if alive else 'is gone'}; schemathesis ended with {status}")
    return 0 if alive and not status else 1


def _known(server: Served) -> str:
    """Names of things that are there, so that requests reach beyond 404."""
    job = server.request("POST", "/api/v1/jobs", {"document": two_nodes(1)})[1]["id"]
    while server.request("GET", f"/api/v1/jobs/{job}")[1]["status"] != "done":
        time.sleep(0.01)
    return f'[parameters]\n"path.job" = "{job}"\n'


if __name__ == "__main__":
    sys.exit(main())
