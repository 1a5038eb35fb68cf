"""Building the client: which Node is taken, when nothing is done, and what a failure leaves."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.client_build import (
    Client,
    ClientNotBuilt,
    Node,
    failure_report,
    is_current,
    node_of_package,
    node_on_path,
)

CHECKOUT = Path(__file__).parents[2]

NPM = """
echo "$*" >> "$(dirname "$0")/called"
case $1 in
    ci) mkdir -p node_modules ;;
    run) mkdir -p "$5" && echo page > "$5/index.html" ;;
esac
"""


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\nset -e\n{text}\n")
    path.chmod(0o755)
    return path


def node_folder(folder: Path, version: str = "v24.19.0", npm: str = NPM) -> Path:
    """A folder with a `node` that says its version, and an `npm` that notes how it was called."""
    program(folder / "node", f"echo {version}")
    program(folder / "npm", npm)
    return folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout that is nothing but a client."""
    root = tmp_path / "my checkout"
    (root / "web" / "canvas" / "src").mkdir(parents=True)
    (root / "web" / "canvas" / "package-lock.json").write_text("{}")
    (root / "web" / "canvas" / "src" / "main.ts").write_text("one")
    (root / "scripts").mkdir()
    shutil.copy2(CHECKOUT / "scripts" / "client_stamp", root / "scripts")
    return root


def client(root: Path, npm: str = NPM) -> Client:
    node = node_on_path(str(node_folder(root / "node", npm=npm)))
    assert node is not None
    return Client(root, node)


def calls(root: Path) -> list[str]:
    return [line.split()[0] for line in (root / "node" / "called").read_text().splitlines()]


@pytest.mark.parametrize(
    ("version", "taken"),
    [("v22.12.0", True), ("v24.19.0", True), ("v22.11.0", False), ("v20.20.2", False), ("?", False)],
)
def test_a_node_on_the_path_is_taken_if_it_is_new_enough(tmp_path: Path, version: str, taken: bool) -> None:
    found = node_on_path(str(node_folder(tmp_path, version)))
    assert (found is not None) is taken


def test_a_node_without_npm_is_none(tmp_path: Path) -> None:
    node_folder(tmp_path)
    (tmp_path / "npm").unlink()
    assert node_on_path(str(tmp_path)) is None


def test_the_package_is_known_by_its_layout_here_and_on_windows(tmp_path: Path) -> None:
    for layout, npm in (("bin/node", "lib/node_modules"), ("node", "node_modules")):
        package = tmp_path / layout.replace("/", "-")
        node = program(package / layout, "echo v24.19.0")
        cli = package / npm / "npm" / "bin" / "npm-cli.js"
        cli.parent.mkdir(parents=True)
        cli.touch()
        assert node_of_package(package) == Node(node.parent, (str(node), str(cli)))


def test_what_was_built_is_current_until_a_source_changes_and_tests_are_none(root: Path) -> None:
    assert not is_current(root)
    client(root).build()
    assert is_current(root)
    source = root / "web" / "canvas" / "src"
    (source / "main.test.ts").write_text("a test")
    assert is_current(root)
    (source / "main.ts").write_text("two")
    assert not is_current(root)
    client(root).build()
    (source / "main.ts").rename(source / "other.ts")
    assert not is_current(root)


def test_packages_are_installed_again_only_when_the_lock_changes(root: Path) -> None:
    client(root).build()
    client(root).build()
    assert calls(root) == ["ci", "run", "run"]
    (root / "web" / "canvas" / "package-lock.json").write_text('{"a": 1}')
    client(root).build()
    assert calls(root) == ["ci", "run", "run", "ci", "run"]


def test_a_failed_build_leaves_what_was_there_and_says_what_to_do(root: Path, tmp_path: Path) -> None:
    client(root).build()
    (root / "web" / "canvas" / "src" / "main.ts").write_text("two")
    failing = client(root, npm="case $1 in ci) ;; *) exit 3 ;; esac")
    with pytest.raises(ClientNotBuilt, match="npm registry") as failure:
        failing.build()
    assert (root / "web" / "dist" / "index.html").read_text() == "page\n"
    assert not is_current(root)
    (tmp_path / "log").write_text("\n".join(map(str, range(100))))
    told = failure_report(failure.value, tmp_path / "log")
    assert "    99" in told
    assert "    3\n" not in told
    assert "Everything else works" in told


def test_the_program_builds_once_and_notes_what_it_could_not_build(root: Path) -> None:
    def start(npm: str = NPM) -> subprocess.CompletedProcess[str]:
        path = node_folder(root / "node", npm=npm)
        return subprocess.run(
            [
                *(sys.executable, "-S", str(CHECKOUT / "scripts" / "client_build.py"), "--root", str(root)),
                *("--log", str(root / "log"), "--failed", str(root / "failed")),
            ],
            env={"PATH": f"{path}:/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=False,
        )

    failed = start(npm="exit 1")
    assert failed.returncode == 1
    assert "the editor could not be built" in failed.stderr
    stamp = subprocess.run(
        ["sh", root / "scripts" / "client_stamp"], capture_output=True, text=True, check=True
    )
    assert (root / "failed").read_text() == stamp.stdout
    made = start()
    assert made.returncode == 0, made.stderr
    assert "Building the editor" in made.stderr
    assert not (root / "failed").exists()
    assert start().stderr == ""
    assert calls(root) == ["ci", "run"]
