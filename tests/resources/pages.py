"""Pages of docs/ that a test runs: files are written and commands run, in the order of the page.

A block of a language with a file name is that file. A line of a `sh` block is a command; what follows `#`
must be in what it prints.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```(\w+) ?(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def environment_with(programs: Path, commands: dict[str, str], *modules: Path) -> dict[str, str]:
    """The environment in which `latentgraph`, `python` and these commands are what a page means by them."""
    programs.mkdir()
    known = {
        "latentgraph": f'"{sys.executable}" -m graph_engine "$@"',
        "python": f'"{sys.executable}" "$@"',
        **commands,
    }
    for name, command in known.items():
        (programs / name).write_text(f"#!/bin/sh\nexec {command}\n")
        (programs / name).chmod(0o755)
    return {
        **os.environ,
        "PATH": os.pathsep.join([str(programs), os.environ["PATH"]]),
        "PYTHONPATH": os.pathsep.join(map(str, (*modules, ROOT))),
    }


def run_page(page: Path, folder: Path, environment: dict[str, str]) -> int:
    """Do what a page says in a folder; gives how many commands ran."""
    folder.mkdir()
    commands = 0
    for language, name, text in BLOCK.findall(page.read_text()):
        if language != "sh":
            assert name, f"a block of {language} on the page has no file name"
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
            continue
        for line in text.splitlines():
            command, _, expected = line.partition("#")
            done = subprocess.run(
                ["sh", "-c", command],
                cwd=folder,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            said = done.stdout + done.stderr
            assert done.returncode == 0, f"{command}\n{said}"
            assert expected.strip() in said, f"{command}\n{said}"
            assert "could not be loaded" not in said, said
            commands += 1
    return commands
