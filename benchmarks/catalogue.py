"""Time `latentgraph nodes` with 100 stub packs, half installed and half in the plugins folder: cold, when all
are imported, and warm.

Run: .venv/bin/python benchmarks/catalogue.py
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.resources.plugins import write_plugin  # noqa: E402
from tests.resources.stub_packs import write_stub_pack  # noqa: E402

PACKS = 100
REPEATS = 7
PROGRAM = """
import sys
from graph_engine.cli.main import main
status = main(["nodes", "--data", sys.argv[1]])
plugins = any(name.startswith("latentgraph_plugins.") for name in sys.modules)
print("torch" in sys.modules, "nodes" in sys.modules, plugins, file=sys.stderr)
sys.exit(status)
"""


def timed(site: Path, data: Path) -> tuple[float, str, str]:
    """Run the command in a new process; return seconds, standard output and what was imported."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(data)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(site), str(ROOT)])},
        capture_output=True,
        text=True,
        check=True,
    )
    return time.perf_counter() - start, done.stdout, done.stderr.strip()


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        site, data = Path(folder) / "site", Path(folder) / "data"
        for index in range(0, PACKS, 2):
            write_stub_pack(site, f"stub{index}")
            write_plugin(data / "plugins", f"stub{index + 1}")
        python = statistics.median(_bare() for _ in range(REPEATS))
        cold, listed, _ = timed(site, data)
        warm = [timed(site, data) for _ in range(REPEATS)]
    assert all(output == listed and listed.count("stub") == PACKS for _, output, _ in warm)
    print(f"{PACKS} packs, {PACKS // 2} of them in the plugins folder, median of {REPEATS} runs\n")
    for name, value in (
        ("an empty Python program", python),
        ("latentgraph nodes, cold", cold),
        ("latentgraph nodes, warm", statistics.median(seconds for seconds, _, _ in warm)),
    ):
        print(f"{name:40s} {value:6.2f} s")
    print(f"torch, the built-in nodes, and packs of the folder imported when warm: {warm[-1][2]}")


def _bare() -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", ""], check=True)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
