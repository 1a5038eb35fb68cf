"""The catalogue on disk: packs are imported when they changed, and not otherwise."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from graph_engine.packs.listing import PackListing, installed_packs
from tests.graph_engine.conftest import RESOURCES
from tests.resources.stub_packs import write_stub_pack

Listed = Callable[[], tuple[dict[str, PackListing], set[str]]]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on the import path with two packs."""
    folder = tmp_path / "site-packages"
    for name in ("stuba", "stubb"):
        write_stub_pack(folder, name)
    monkeypatch.syspath_prepend(str(folder))
    yield folder
    forget()


def forget() -> set[str]:
    """Take the stub packs out of the imported modules, as a new process would begin; gives their names."""
    names = {name for name in sys.modules if name.startswith("stub") and name.endswith("_pack")}
    for name in names:
        del sys.modules[name]
    return names


@pytest.fixture
def listed(site: Path, tmp_path: Path) -> Listed:
    """Lists as a new process would; gives the stub packs and the modules that were imported for it."""

    def call() -> tuple[dict[str, PackListing], set[str]]:
        forget()
        packs = installed_packs(tmp_path / "data" / "catalogue.json")
        return {pack.name: pack for pack in packs if pack.name.startswith("stub")}, forget()

    return call


def touched(path: Path, text: str) -> None:
    """Write a file so that its time of change is another one, however coarse the clock."""
    path.write_text(text)
    state = path.stat()
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns + 1_000_000_000))


def test_packs_are_imported_once_and_listed_from_then_on(listed: Listed) -> None:
    first, imported = listed()
    assert imported == {"stuba_pack", "stubb_pack"}
    again, imported = listed()
    assert imported == set()
    assert again == first
    work = first["stuba"].nodes["stuba/work"]
    assert (work["title"], work["help"], work["outputs"]) == (
        "Work",
        "Count on.",
        {"integer": {"title": "Integer", "type": "whole number", "shape": {"is": "whole"}}},
    )
    assert work["inputs"]["count"]["default"] == 3
    assert work["inputs"]["count"]["schema"]["type"] == "integer"
    assert first["stuba"].version == "1.0"


def test_a_changed_file_is_read_anew_and_no_other(site: Path, listed: Listed) -> None:
    listed()
    module = site / "stubb_pack.py"
    touched(module, module.read_text().replace("Work", "Toil"))
    packs, imported = listed()
    assert imported == {"stubb_pack"}
    assert packs["stubb"].nodes["stubb/work"]["title"] == "Toil"


def test_another_version_of_a_distribution_is_read_anew(site: Path, listed: Listed) -> None:
    listed()
    (site / "stuba-1.0.dist-info").rename(site / "stuba-1.1.dist-info")
    metadata = site / "stuba-1.1.dist-info" / "METADATA"
    metadata.write_text(metadata.read_text().replace("1.0", "1.1"))
    assert listed()[1] == {"stuba_pack"}


def test_packs_come_and_go(site: Path, listed: Listed) -> None:
    listed()
    write_stub_pack(site, "stubc")
    packs, imported = listed()
    assert (set(packs), imported) == ({"stuba", "stubb", "stubc"}, {"stubc_pack"})
    for file in (site / "stuba-1.0.dist-info").iterdir():
        file.unlink()
    (site / "stuba-1.0.dist-info").rmdir()
    packs, imported = listed()
    assert (set(packs), imported) == ({"stubb", "stubc"}, set())


def test_a_broken_pack_is_named_and_the_rest_works_until_it_is_mended(site: Path, listed: Listed) -> None:
    write_stub_pack(site, "stubx", body="raise RuntimeError('no such library')")
    packs, _ = listed()
    assert packs["stubx"].nodes == {}
    (fault,) = packs["stubx"].faults
    assert (fault.where, fault.message) == ("stubx", "RuntimeError: no such library")
    assert "Mend the pack" in str(fault)
    assert packs["stuba"].nodes
    assert listed() == (packs, set())  # a pack that stays broken is not tried again and again
    touched(write_stub_pack(site, "stubx"), (site / "stubx_pack.py").read_text())
    packs, imported = listed()
    assert imported == {"stubx_pack"}
    assert (packs["stubx"].faults, list(packs["stubx"].nodes)) == ((), ["stubx/work"])


@pytest.mark.parametrize(
    "damage", ["", "{", "[]", '{"header": {}, "packs": []}', '{"packs": 3}'], ids=range(5)
)
def test_a_damaged_file_costs_time_only(listed: Listed, tmp_path: Path, damage: str) -> None:
    before, _ = listed()
    file = tmp_path / "data" / "catalogue.json"
    file.write_text(damage)
    after, imported = listed()
    assert after == before
    assert imported == {"stuba_pack", "stubb_pack"}
    assert json.loads(file.read_text())["packs"]
    assert [one.name for one in file.parent.iterdir()] == ["catalogue.json"]


def test_a_folder_that_can_not_be_written_costs_time_only(site: Path, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the data folder should be")
    packs = installed_packs(tmp_path / "data" / "catalogue.json")
    assert {"stuba", "stubb"} <= {pack.name for pack in packs}


def test_the_command_imports_no_pack_and_nothing_heavy(tmp_path: Path) -> None:
    site = tmp_path / "site"
    for index in range(3):
        write_stub_pack(site, f"stub{index}")
    program = (
        "import sys; from graph_engine.cli.main import main\n"
        "status = main(['nodes', '--data', sys.argv[1]])\n"
        "heavy = {'torch', 'numpy', 'networkx', 'nodes', *(f'stub{i}_pack' for i in range(3))}\n"
        "print('imported:', *sorted(heavy & set(sys.modules)))\n"
        "sys.exit(status)"
    )
    path = os.pathsep.join([str(site), str(RESOURCES.parents[1])])
    told = [
        subprocess.run(
            [sys.executable, "-c", program, str(tmp_path / "data")],
            env={**os.environ, "PYTHONPATH": path},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.splitlines()
        for _ in range(2)
    ]
    assert told[0][:-1] == told[1][:-1]
    assert "stub1/work" in " ".join(told[1])
    assert "core/sample_latents" in " ".join(told[1])
    assert "stub1_pack" in told[0][-1]
    assert told[1][-1] == "imported:"


FINE = '''"""A pack with inputs of every kind."""
from typing import Annotated
from pydantic import Field
from graph_engine import Lazy, Pack, ValueType, node
from graph_engine.declaration.fields import Fixed
from stubd_pack import Photo

@node()
def mix(
    photo: Photo,
    class_index: Annotated[int, Field(description="Which one.")],
    later: Lazy[str] = Lazy.of(""),
    how: Annotated[str, Fixed(), Field(title="In which way")] = "",
) -> Photo | None:
    """Mix."""

pack = Pack("stubc", "1.0", [mix])
'''
OTHER = """
from pathlib import Path
from graph_engine import Codec, Pack, ValueType

class Picture: ...
class Hidden(Picture): ...
class Photo(Hidden): ...

class PhotoCodec(Codec[Photo]):
    def write(self, value, path): path.write_bytes(b"")
    def read(self, path): return Photo()

pack = Pack("stubd", "1.0", values=[ValueType("stubd/photo", codec=PhotoCodec)])
"""


def test_a_socket_is_told_with_all_that_a_canvas_draws(site: Path, listed: Listed) -> None:
    write_stub_pack(site, "stubc", body=FINE)
    write_stub_pack(site, "stubd", body=OTHER)
    mix = listed()[0]["stubc"].nodes["stubc/mix"]
    photo = {"is": "value", "name": "stubd/photo"}
    assert {name: one["shape"] for name, one in mix["inputs"].items()} == {
        "photo": photo,
        "class_index": {"is": "whole"},
        "later": {"is": "text"},
        "how": {"is": "text"},
    }
    assert mix["outputs"]["photo"]["shape"] == {"is": "union", "of": [photo, {"is": "nothing"}]}
    inputs = mix["inputs"]
    assert [one["title"] for one in inputs.values()] == ["Photo", "Class index", "Later", "In which way"]
    assert inputs["class_index"]["help"] == "Which one."
    assert [name for name, one in inputs.items() if "help" in one] == ["class_index"]
    assert [name for name, one in inputs.items() if one.get("lazy")] == ["later"]
    assert [name for name, one in inputs.items() if one.get("fixed")] == ["how"]
