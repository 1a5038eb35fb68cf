"""docs/packs.md is true: its files are written, and its commands run, in the order of the page."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from pages import ROOT, environment_with, run_page

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
    site = tmp_path / "site"
    site.mkdir()
    (tmp_path / "install.py").write_text(INSTALL)
    pip = f'"{sys.executable}" "{tmp_path / "install.py"}" "{site}"'
    return environment_with(tmp_path / "bin", {"pip": pip}, site)


def test_everything_on_the_page_works_in_its_order(tmp_path: Path, environment: dict[str, str]) -> None:
    assert run_page(ROOT / "docs" / "packs.md", tmp_path / "page", environment) == 12
