"""docs/packs.md is true: its files are written, and its commands run, in the order of the page."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.graph_engine.conftest import RESOURCES

ROOT = RESOURCES.parents[1]
PAGE = ROOT / "docs" / "packs.md"
BLOCK = re.compile(r"^```(\w+) ?(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

# What an installer does with the one project that is here, without a network to fetch a build tool from.
INSTALL = """
import pathlib, shutil, sys, tomllib
project = tomllib.loads(pathlib.Path("pyproject.toml").read_text())
site, about = pathlib.Path(sys.argv[1]), project["project"]
for package in project["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"]:
    shutil.copytree(package, site / package)
shutil.rmtree(package)  # so that no command finds it where it was written
folder = site / f"{about['name'].replace('-', '_')}-{about['version']}.dist-info"
folder.mkdir()
metadata = ["Metadata-Version: 2.1", f"Name: {about['name']}", f"Version: {about['version']}"]
(folder / "METADATA").write_text("\\n".join(metadata))
with (folder / "entry_points.txt").open("w") as file:
    for group, entries in about["entry-points"].items():
        print(f"[{group}]", *(f"{name} = {value}" for name, value in entries.items()), sep="\\n", file=file)
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Where `latentgraph`, `python` and `pip` are what the page means by them."""
    programs, site = tmp_path / "bin", tmp_path / "site"
    programs.mkdir()
    site.mkdir()
    (tmp_path / "install.py").write_text(INSTALL)
    for name, command in {
        "latentgraph": f'"{sys.executable}" -m graph_engine "$@"',
        "python": f'"{sys.executable}" "$@"',
        "pip": f'"{sys.executable}" "{tmp_path / "install.py"}" "{site}"',
    }.items():
        (programs / name).write_text(f"#!/bin/sh\nexec {command}\n")
        (programs / name).chmod(0o755)
    return {
        **os.environ,
        "PATH": os.pathsep.join([str(programs), os.environ["PATH"]]),
        "PYTHONPATH": os.pathsep.join([str(site), str(ROOT)]),
    }


def test_everything_on_the_page_works_in_its_order(tmp_path: Path, environment: dict[str, str]) -> None:
    folder = tmp_path / "page"
    folder.mkdir()
    commands = 0
    for language, name, text in BLOCK.findall(PAGE.read_text()):
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
    assert commands == 12
