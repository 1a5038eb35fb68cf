"""The launcher's fast path and its complaints, with the real scripts and stand-in programs on the path."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
COPIED = ("latentgraph", "pyproject.toml", "constraints.txt", "scripts/setup", "scripts/environment.py")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what the launcher consists of, in a folder whose name has a space."""
    copy = tmp_path / "my checkout"
    (copy / "scripts").mkdir(parents=True)
    for name in COPIED:
        shutil.copy2(CHECKOUT / name, copy / name)
    return copy


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def start(checkout: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("LATENTGRAPH_")}
    return subprocess.run(
        [checkout / "latentgraph", *arguments],
        env=environ | variables,
        cwd=checkout.parent,
        capture_output=True,
        text=True,
        check=False,
    )


def stand_in_python(checkout: Path) -> Path:
    """A Python that passes the probe, and makes an environment whose program prints its arguments.

    It reads the options of scripts/environment.py by position, and adds a line to `made` each time.
    """
    return program(
        checkout.parent / "python",
        f"""
case $1 in -c) exec {sys.executable!r} "$@" ;; esac
root=$3 venv=$5 kind=$7 stamp=$9
echo "$kind" >> "$root/made"
mkdir -p "$venv/bin"
ln -sf {sys.executable!r} "$venv/bin/python"
printf '#!/bin/sh\\nprintf "<%%s>" "$@"\\n' > "$venv/bin/latentgraph"
chmod +x "$venv/bin/latentgraph"
printf '%s\\n' "$stamp" > "$venv/latentgraph-$kind.stamp"
""",
    )


def test_the_environment_is_made_once_and_arguments_arrive_whole(checkout: Path) -> None:
    python = str(stand_in_python(checkout))
    for _ in range(2):
        done = start(checkout, "run", "a b.json", "--set", "prompt=", LATENTGRAPH_PYTHON=python)
        assert (done.returncode, done.stdout) == (0, "<run><a b.json><--set><prompt=>"), done.stderr
    assert (checkout / "made").read_text() == "run\n"


def test_a_changed_pin_updates_the_environment(checkout: Path) -> None:
    python = str(stand_in_python(checkout))
    start(checkout, LATENTGRAPH_PYTHON=python)
    with (checkout / "constraints.txt").open("a") as constraints:
        constraints.write("another==1.0\n")
    start(checkout, LATENTGRAPH_PYTHON=python)
    assert (checkout / "made").read_text() == "run\nrun\n"


def test_an_environment_that_lost_its_program_is_made_again(checkout: Path) -> None:
    python = str(stand_in_python(checkout))
    start(checkout, LATENTGRAPH_PYTHON=python)
    (checkout / ".venv" / "bin" / "latentgraph").unlink()
    done = start(checkout, "nodes", LATENTGRAPH_PYTHON=python)
    assert done.stdout == "<nodes>", done.stderr


def test_a_link_to_the_launcher_and_a_named_environment_work(checkout: Path) -> None:
    python = str(stand_in_python(checkout))
    link = checkout.parent / "bin" / "latentgraph"
    link.parent.mkdir()
    link.symlink_to(checkout / "latentgraph")
    done = start(link.parent, "plan", LATENTGRAPH_PYTHON=python, LATENTGRAPH_VENV="relative environment")
    assert done.stdout == "<plan>", done.stderr
    assert (checkout.parent / "relative environment" / "bin" / "python").exists()


def test_no_python_at_all_names_what_was_tried_and_the_way_out(checkout: Path) -> None:
    done = start(checkout, LATENTGRAPH_PYTHON="python-that-is-nowhere")
    assert done.returncode == 1
    assert "no Python 3.11 or newer was found under these names: python-that-is-nowhere" in done.stderr
    assert "LATENTGRAPH_PYTHON=" in done.stderr


def test_an_old_python_is_not_taken(checkout: Path) -> None:
    old = program(checkout.parent / "python3", "exit 1")
    done = start(checkout, LATENTGRAPH_PYTHON=str(old))
    assert done.returncode == 1
    assert "no Python 3.11 or newer" in done.stderr


def test_a_python_without_venv_says_what_to_install(checkout: Path) -> None:
    bare = program(checkout.parent / "python3", "exit 9")
    done = start(checkout, LATENTGRAPH_PYTHON=str(bare))
    assert done.returncode == 1
    assert "python3-venv" in done.stderr


def with_client(checkout: Path) -> Path:
    """The checkout with a client, and a build of it that notes that it ran and fails."""
    (checkout / "web" / "canvas").mkdir(parents=True)
    (checkout / "web" / "canvas" / "package.json").write_text("{}")
    shutil.copy2(CHECKOUT / "scripts" / "client_stamp", checkout / "scripts")
    (checkout / "scripts" / "client_build.py").write_text(
        """
import sys
from pathlib import Path
root, failed = Path(sys.argv[2]), Path(sys.argv[6])
with (root / "built").open("a") as built: built.write("x")
import subprocess
failed.write_text(subprocess.run([root / "scripts" / "client_stamp"], capture_output=True, text=True).stdout)
sys.exit(1)
"""
    )
    return checkout / "built"


def test_a_client_that_can_not_be_built_stops_nothing_and_only_serving_tries_again(checkout: Path) -> None:
    python = str(stand_in_python(checkout))
    built = with_client(checkout)
    for verb, attempts in (("run", "x"), ("run", "x"), ("serve", "xx"), ("nodes", "xx")):
        done = start(checkout, verb, LATENTGRAPH_PYTHON=python)
        assert (done.returncode, done.stdout) == (0, f"<{verb}>"), done.stderr
        assert built.read_text() == attempts
    (checkout / "web" / "canvas" / "package.json").write_text('{"changed": true}')
    start(checkout, "nodes", LATENTGRAPH_PYTHON=python)
    assert built.read_text() == "xxx"


def test_a_client_that_is_built_is_left_as_it_is(checkout: Path) -> None:
    python = str(stand_in_python(checkout))
    built = with_client(checkout)
    stamp = subprocess.run(
        [checkout / "scripts" / "client_stamp"], capture_output=True, text=True, check=True
    )
    (checkout / "web" / "dist").mkdir()
    (checkout / "web" / "dist" / "stamp").write_text(stamp.stdout)
    start(checkout, LATENTGRAPH_PYTHON=python)
    assert not built.exists()
