"""docs/api.md is true: every example on it runs against a server, in the order of the page."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.web.conftest import Running, document
from tests.web.http import LIMIT

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "api.md").read_text("utf-8")
ADDRESS = "127.0.0.1:8188"


def examples(language: str) -> list[str]:
    """The examples of a language on the page."""
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def run(shared_server: Running, tmp_path: Path) -> Callable[[list[str], str], str]:
    """Runs a program on an example, in a folder with the document that the page speaks of."""
    saved = document(
        {"save": ("save_text", {"text": ""})}, inputs={"prompt": "save.text"}, name="Text to image"
    )
    (tmp_path / "text_to_image.json").write_text(json.dumps(saved.as_json()))
    (tmp_path / "bin").mkdir()
    command = tmp_path / "bin" / "latentgraph"
    code = "import sys; from web.cli.main import main; sys.exit(main())"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{code}" "$@"\n')
    command.chmod(0o755)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("LATENTGRAPH_")},
        "PYTHONPATH": str(ROOT),
        "PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}",
    }

    def do(program: list[str], text: str) -> str:
        assert ADDRESS in text
        here = text.replace(ADDRESS, f"127.0.0.1:{shared_server.http.port}")
        done = subprocess.run(
            program, input=here, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=LIMIT,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{text}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    return do


def test_the_python_examples_work(run: Callable[[list[str], str], str], tmp_path: Path) -> None:
    said = [run([sys.executable, "-W", "error", "-"], one) for one in examples("python")]
    assert len(said) == 5
    assert (tmp_path / said[0].strip()).read_text() == "a panda"
    assert "job_status" in said[1]
    assert "unknown_input promt" in said[3]
    assert "blake3:" in said[4]


def test_the_examples_of_the_command_line_and_of_curl_work(
    run: Callable[[list[str], str], str], tmp_path: Path
) -> None:
    if shutil.which("curl") is None:
        pytest.skip("needs curl")
    shell, curl = (run(["bash", "-e", "-o", "pipefail", "-s"], one) for one in examples("sh"))
    assert "job: done after" in shell
    assert "event: job_status" in curl
    assert '"code": "unknown_job"' in curl
    assert (tmp_path / "picture").read_text() == "a panda"


def test_the_javascript_examples_work(run: Callable[[list[str], str], str]) -> None:
    node = shutil.which("node")
    flags = ["--experimental-eventsource", "--experimental-websocket"]
    if node is None or subprocess.run([node, *flags, "-e", ""], capture_output=True, check=False).returncode:
        pytest.skip("needs Node.js 20.18 or newer")
    fetched, watched = (run([node, *flags, "--input-type=module", "-"], one) for one in examples("js"))
    assert fetched.splitlines()[-1].endswith("done")
    assert "hello" in watched
