"""Packs in a plugins folder: found by name, apart from one another, and reported where they are broken."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_engine import Catalogue, Engine, Settings
from graph_engine.declaration.pack import PackFault
from graph_engine.packs.discovery import find_packs
from graph_engine.packs.listing import PackListing, installed_packs
from tests.graph_engine.conftest import RESOURCES
from tests.resources.plugins import node_module, write_plugin, write_single_file
from tests.resources.stub_packs import write_stub_pack

ROOT = RESOURCES.parents[1]


@pytest.fixture
def plugins(tmp_path: Path) -> Path:
    folder = tmp_path / "data" / "plugins"
    folder.mkdir(parents=True)
    return folder


def result_of(name: str, data: Path) -> Any:
    """What a node of no given inputs gives, by an engine of its own."""
    output = {"node": "n", "output": "integer"}
    raw = {"latentgraph": 1, "nodes": {"n": {"type": name}}, "interface": {"outputs": {"x": output}}}
    file = data / "doc.json"
    file.write_text(json.dumps(raw))
    with Engine(data) as engine:
        return engine.run(engine.load(file)).raise_for_status().outputs["x"]


def only_fault(folder: Path, name: str) -> PackFault:
    """The fault of a pack that the folder's other pack, `good`, has nothing to do with."""
    write_plugin(folder, "good")
    catalogue = Catalogue.discover(folder)
    catalogue.pack(name)
    (fault,) = catalogue.faults
    assert catalogue.node_type("good/work") is not None
    assert fault.pack == name
    return fault


def test_a_package_and_a_single_file_are_packs_of_the_data_folder(plugins: Path) -> None:
    write_plugin(plugins, "depth")
    write_single_file(plugins, "alone")
    assert result_of("depth/work", plugins.parent) == 4
    assert result_of("alone/work", plugins.parent) == 4


def test_more_folders_are_named_in_the_settings(tmp_path: Path, plugins: Path) -> None:
    write_plugin(tmp_path / "mine", "depth")
    settings = Settings(data=plugins.parent, plugins=(tmp_path / "mine",))
    with Engine(settings=settings) as engine:
        assert engine.catalogue.node_type("depth/work") is not None


def test_the_environment_names_them_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LATENTGRAPH_PLUGINS", json.dumps([str(tmp_path / "mine")]))
    settings = Settings.given(data=tmp_path)
    assert settings.plugin_folders == (tmp_path / "plugins", tmp_path / "mine")


def test_threads_that_ask_at_once_get_one_pack_loaded_once(plugins: Path) -> None:
    slow = "import time\ntime.sleep(0.05)\n" + node_module()
    write_plugin(plugins, "depth", work=slow)
    catalogue = Catalogue.discover(plugins)
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(catalogue.node_type, ["depth/work"] * 8))
    assert found[0] is not None
    assert all(one is found[0] for one in found)
    assert catalogue.faults == []


def test_modules_of_equal_names_in_two_packs_stay_apart(plugins: Path) -> None:
    for step, name in enumerate(("one", "two"), 1):
        write_plugin(
            plugins,
            name,
            helper=f"STEP = {step}\n",
            work="from .helper import STEP\n" + node_module(step=0).replace("+ 0", "+ STEP"),
        )
    assert [result_of(f"{name}/work", plugins.parent) for name in ("one", "two")] == [4, 5]


def test_packs_neither_hide_installed_modules_nor_are_hidden_by_them(plugins: Path) -> None:
    import json as before

    write_plugin(plugins, "json")
    catalogue = Catalogue.discover(plugins)
    assert catalogue.node_type("json/work") is not None
    assert sys.modules["json"] is before
    assert "good" not in sys.modules


def test_the_same_name_in_two_data_folders_is_two_packs(tmp_path: Path) -> None:
    for step, name in enumerate(("a", "b"), 1):
        write_plugin(tmp_path / name / "plugins", "same", work=node_module(step=step))
    assert [result_of("same/work", tmp_path / name) for name in ("a", "b")] == [4, 5]


def test_a_changed_pack_is_another_one_for_the_next_engine_of_the_process(plugins: Path) -> None:
    write_plugin(plugins, "depth")
    assert result_of("depth/work", plugins.parent) == 4
    write_plugin(plugins, "depth", work=node_module(step=100))
    assert result_of("depth/work", plugins.parent) == 103


@pytest.mark.parametrize(
    ("init", "said", "way_out"),
    [
        ("def (", "SyntaxError", "Mend that line"),
        ("raise RuntimeError('out of order')", "RuntimeError: out of order", "Mend the pack"),
        ("import no_such_module_anywhere", "no_such_module_anywhere", "Install what provides"),
        ("import sys\nsys.exit(3)", "ended the program", "Mend the pack"),
        ("class Odd(BaseException): ...\nraise Odd('odd')", "Odd: odd", "Mend the pack"),
        ("class Mute(Exception):\n  def __str__(self): 1 / 0\nraise Mute", "Mute: it can not say", "Mend"),
        ("", "has no `pack`", "write `pack = Pack.from_package"),
        ("pack = 3", "does not lead to a Pack but to 3", "make `pack` with"),
        ("from graph_engine import Pack\npack = Pack('other', '1')", "holds the pack 'other'", "call it"),
    ],
    ids=["syntax", "raises", "imports", "exits", "odd", "mute", "no pack", "wrong type", "wrong name"],
)
def test_a_broken_pack_says_what_where_and_the_way_out(
    plugins: Path, init: str, said: str, way_out: str
) -> None:
    write_plugin(plugins, "broken", init=init or "x = 1\n")
    text = str(only_fault(plugins, "broken"))
    assert text.startswith(f"{plugins / 'broken'} could not be loaded")
    assert said in text
    assert way_out in text


@pytest.mark.parametrize("text", ["raise SystemExit", "1 / 0", "import no_such_module_anywhere"])
def test_a_broken_module_of_a_pack_leaves_its_other_nodes(plugins: Path, text: str) -> None:
    write_plugin(plugins, "half", work=node_module(), bad=text)
    (plugins / "half" / "sub").mkdir()
    (plugins / "half" / "sub" / "__init__.py").write_text(text)
    catalogue = Catalogue.discover(plugins)
    assert list(catalogue.node_types_of("half")) == ["half/work"]
    assert [fault.where for fault in catalogue.faults] == ["half.bad", "half.sub"]


def test_a_node_that_is_declared_wrongly_leaves_the_others(plugins: Path) -> None:
    wrong = "from graph_engine import node\n@node()\ndef wrong(a: 'NoSuchClass') -> int:\n    return 1\n"
    write_plugin(plugins, "half", work=node_module(), wrong=wrong)
    catalogue = Catalogue.discover(plugins)
    assert list(catalogue.node_types_of("half")) == ["half/work"]
    assert catalogue.faults[0].where == "half/wrong"
    again = Catalogue.discover(plugins)
    again.pack("half")
    assert again.faults[0].where == "half/wrong"


def test_what_a_pack_prints_does_not_reach_stdout(plugins: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_plugin(plugins, "loud", work="print('hello')\n" + node_module())
    assert Catalogue.discover(plugins).node_type("loud/work") is not None
    assert capsys.readouterr() == ("", "hello\n")


def test_an_installed_pack_is_used_before_one_of_its_name_in_the_folder(
    plugins: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_stub_pack(tmp_path / "site", "stubdup")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    place = write_plugin(plugins, "stubdup", work=node_module("other"))
    catalogue = Catalogue.discover(plugins)
    assert list(catalogue.node_types_of("stubdup")) == ["stubdup/work"]
    text = str(catalogue.faults[0])
    assert str(place) in text
    assert "the installed pack 'stubdup' of stubdup 1.0 is used" in text


def test_two_distributions_with_a_pack_of_one_name_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    write_stub_pack(site, "stubdup")
    metadata = site / "another-2.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: another\nVersion: 2.0\n")
    (metadata / "entry_points.txt").write_text("[latentgraph.packs]\nstubdup = elsewhere:pack\n")
    monkeypatch.syspath_prepend(str(site))
    (fault,) = Catalogue.discover().faults
    assert "uninstall one of them" in str(fault)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda folder: (folder / "no_init").mkdir(), "has no __init__.py"),
        (lambda folder: (folder / "my-pack.py").write_text("x = 1"), "letters, digits"),
        (lambda folder: write_plugin(folder, "my-pack"), "letters, digits"),
        (lambda folder: (folder / "depth.zip").write_bytes(b"PK"), "unpack it"),
        (lambda folder: (folder / "link").symlink_to(folder.parent.parent), "leads out of the folder"),
        (lambda folder: (folder / "link.py").symlink_to(__file__), "leads out of the folder"),
        (lambda folder: write_single_file(folder, "good"), "has the same name"),
    ],
    ids=["no init", "file name", "folder name", "archive", "linked folder", "linked file", "twice"],
)
def test_what_can_be_no_pack_is_told_and_the_rest_works(
    plugins: Path, make: Callable[[Path], Any], said: str
) -> None:
    write_plugin(plugins, "good")
    make(plugins)
    catalogue = Catalogue.discover(plugins)
    assert list(catalogue.node_types_of("good")) == ["good/work"]
    (fault,) = catalogue.faults
    assert said in str(fault)


def test_what_is_hidden_or_plainly_something_else_is_left_alone(plugins: Path) -> None:
    for name in (".git", "__pycache__", "_switched_off"):
        (plugins / name).mkdir()
    for name in (".hidden.py", "README.md", "notes.txt", "_draft.py"):
        (plugins / name).write_text("1 / 0")
    write_plugin(plugins, "good")
    (plugins / "alias.py").symlink_to(write_single_file(plugins, "original", "x = 1"))
    assert set(find_packs((plugins,)).sources) >= {"good", "original", "alias"}
    assert Catalogue.discover(plugins).faults == []


def test_a_folder_that_is_not_there_is_told_only_where_somebody_named_it(tmp_path: Path) -> None:
    assert Catalogue.discover(tmp_path / "data" / "plugins").faults == []
    (fault,) = Catalogue.discover(tmp_path / "data" / "plugins", tmp_path / "typo").faults
    assert "mend the setting `plugins`" in str(fault)


PIECES = [
    "from graph_engine import *",
    "pack = Pack('odd', '1')",
    "pack = Pack('odd', '1', [len])",
    "pack = Pack('odd', '1', values=[int, 3])",
    "pack = Pack.from_package('odd', '1', 'no_such_package_here')",
    "pack = Pack('other', '1')",
    "pack = None",
    "raise SystemExit",
    "raise KeyError('x')",
    "print('hello')",
    "import sys; sys.stdout = None",
    "def __getattr__(name): raise RuntimeError(name)",
]

CLASSES = """
from pathlib import Path
from graph_engine import Codec, Pack, ValueType, node

class Grid:
    def __init__(self, text): self.text = text

class GridCodec(Codec[Grid]):
    def write(self, value, path): path.write_text(value.text)
    def read(self, path): return Grid(path.read_text())

@node(title="Make")
def make(text: str = "x") -> Grid:
    "A grid."
    return Grid(text)

pack = Pack("{name}", "1.0", [make], values=[{values}])
"""
OWN = 'ValueType("{name}/grid", codec=GridCodec)'


@given(
    st.binary(max_size=60)
    | st.lists(st.sampled_from(PIECES), max_size=6).map(lambda lines: "\n".join(lines).encode())
)
def test_whatever_a_file_holds_the_other_packs_work(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    folder = tmp_path_factory.mktemp("plugins")
    write_plugin(folder, "good")
    (folder / "odd.py").write_bytes(content)
    catalogue = Catalogue.discover(folder)
    assert catalogue.pack("odd") is not None or len(catalogue.faults) == 1
    assert list(catalogue.node_types_of("good")) == ["good/work"]
    assert catalogue.value_type_of(1).name == "int"


def test_value_types_of_one_word_in_two_packs_stay_apart(plugins: Path) -> None:
    for name in ("one", "two"):
        write_single_file(plugins, name, CLASSES.format(name=name, values=OWN.format(name=name)))
    catalogue = Catalogue.discover(plugins)
    assert list(catalogue.node_types_of("one")) == ["one/make"]
    assert [catalogue.value_type(f"{name}/grid").name for name in ("two", "one")] == ["two/grid", "one/grid"]
    assert catalogue.faults == []


def test_a_value_type_in_the_name_of_another_pack_is_refused(plugins: Path) -> None:
    write_single_file(plugins, "thief", CLASSES.format(name="thief", values=OWN.format(name="good")))
    write_single_file(plugins, "good", CLASSES.format(name="good", values=OWN.format(name="good")))
    catalogue = Catalogue.discover(plugins)
    catalogue.pack("thief")
    assert "name it 'thief/…'" in str(catalogue.faults[0])
    assert list(catalogue.node_types_of("good")) == ["good/make"]
    assert list(catalogue.value_types_of("good")) == ["good/grid"]


@pytest.mark.parametrize("first", ["owner", "taker"])
def test_a_class_belongs_to_the_pack_it_is_written_in_whichever_is_loaded_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plugins: Path, first: str
) -> None:
    site = tmp_path / "site"
    write_stub_pack(site, "owner", body=CLASSES.format(name="owner", values=OWN.format(name="owner")))
    monkeypatch.syspath_prepend(str(site))
    taker = """
from owner_pack import Grid
from graph_engine import Codec, Pack, ValueType, node

class TakenCodec(Codec[Grid]):
    def write(self, value, path): raise OSError
    def read(self, path): raise OSError

@node(title="Same")
def same(grid: Grid) -> Grid:
    "The grid."
    return grid

pack = Pack("taker", "1.0", [same], values=[ValueType("taker/grid", codec=TakenCodec)])
"""
    write_single_file(plugins, "taker", taker)
    catalogue = Catalogue.discover(plugins)
    catalogue.pack(first)
    assert set(catalogue.node_types()) >= {"owner/make", "taker/same"}
    declared = catalogue.node_type("owner/make")
    assert declared is not None
    assert catalogue.value_type_of(declared.function("x")).name == "owner/grid"
    (fault,) = [one for one in catalogue.faults if one.pack in ("owner", "taker")]
    assert fault.pack == "taker"
    assert "'taker/grid' is for owner_pack.Grid, which the value type 'owner/grid' stores already" in str(
        fault
    )
    listed = {one.name: one for one in installed_packs(tmp_path / "c.json", (plugins,))}
    assert ["another pack here" in str(fault) for fault in listed["taker"].faults] == [True]
    assert listed["owner"].faults == ()
    del sys.modules["owner_pack"]


LIBRARY = """
from dataclasses import dataclass

@dataclass(frozen=True)
class Point:
    x: int = 0
"""
GIVES_POINT = """
from graph_engine import Codec, Pack, ValueType, node
from {module} import Point

@node(title="Point")
def point(x: int = 0) -> Point:
    "A point."
    return Point(x)

class PointCodec(Codec[Point]):
    def write(self, value, path): path.write_text(str(value.x))
    def read(self, path): return Point(int(path.read_text()))

pack = Pack("{name}", "1", [point], values=[{values}])
"""
REGISTERED = 'ValueType("{name}/point", codec=PointCodec)'


@pytest.mark.parametrize("order", [("a", "b", "c"), ("c", "b", "a"), ("b", "c", "a")], ids="".join)
def test_a_librarys_class_that_one_pack_registers_can_be_read_whatever_was_loaded_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plugins: Path, order: tuple[str, ...]
) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "pointlib.py").write_text(LIBRARY)
    monkeypatch.syspath_prepend(str(site))
    for name in "abc":
        values = REGISTERED.format(name=name) if name == "b" else ""
        text = GIVES_POINT.format(module="pointlib", name=name, values=values)
        write_single_file(plugins, name, text)
    catalogue = Catalogue.discover(plugins)
    for name in order:
        assert catalogue.node_type(f"{name}/point") is not None
    declared = catalogue.node_type("a/point")
    assert declared is not None
    assert catalogue.value_type_of(declared.function(1)).name == "b/point"
    assert {catalogue.value_type(f"{name}/point").python_type.__name__ for name in order} == {"Point"}
    assert catalogue.faults == []
    del sys.modules["pointlib"]


def test_only_the_pack_that_a_class_is_written_in_is_loaded_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plugins: Path
) -> None:
    site = tmp_path / "site"
    text = GIVES_POINT.replace("from {module} import Point", LIBRARY)
    write_stub_pack(site, "home", body=text.format(name="home", values=REGISTERED.format(name="home")))
    write_stub_pack(site, "stubelse")
    monkeypatch.syspath_prepend(str(site))
    write_single_file(plugins, "a", GIVES_POINT.format(module="home_pack", name="a", values=""))
    catalogue = Catalogue.discover(plugins)
    declared = catalogue.node_type("a/point")
    assert declared is not None
    assert catalogue.value_type_of(declared.function(1)).name == "home/point"
    assert "stubelse_pack" not in sys.modules
    del sys.modules["home_pack"]


@pytest.fixture
def listed(plugins: Path) -> Callable[[], dict[str, PackListing]]:
    def call() -> dict[str, PackListing]:
        packs = installed_packs(plugins.parent / "catalogue.json", (plugins,))
        return {one.name: one for one in packs if one.name not in ("core", "toy")}

    return call


def imported() -> set[str]:
    return {name for name in sys.modules if name.startswith("latentgraph_plugins.")}


def test_plugins_are_imported_once_and_listed_from_then_on(
    plugins: Path, listed: Callable[[], dict[str, PackListing]]
) -> None:
    place = write_plugin(plugins, "depth")
    first = listed()
    before = imported()
    assert listed() == first
    assert imported() == before
    assert first["depth"].origin == {"folder": str(place)}
    assert first["depth"].nodes["depth/work"]["title"] == "Work"


def test_any_changed_added_or_removed_file_is_noticed(
    plugins: Path, listed: Callable[[], dict[str, PackListing]]
) -> None:
    titles = (
        "from pathlib import Path\nfrom graph_engine import node\n"
        "@node(title=(Path(__file__).parent / 'title.txt').read_text())\n"
        "def work() -> int:\n    'Give one.'\n    return 1\n"
    )
    place = write_plugin(plugins, "depth", work=titles)
    (place / "title.txt").write_text("First")
    assert listed()["depth"].nodes["depth/work"]["title"] == "First"
    (place / "title.txt").write_text("Second")
    assert listed()["depth"].nodes["depth/work"]["title"] == "Second"
    (place / "more.py").write_text(node_module("more"))
    assert set(listed()["depth"].nodes) == {"depth/work", "depth/more"}
    (place / "work.py").unlink()
    assert set(listed()["depth"].nodes) == {"depth/more"}


def test_a_broken_pack_is_listed_with_its_fault_until_it_is_mended(
    plugins: Path, listed: Callable[[], dict[str, PackListing]]
) -> None:
    write_plugin(plugins, "depth", init="import sys; sys.exit()")
    assert "ended the program" in str(listed()["depth"].faults[0])
    assert "Traceback" in listed()["depth"].faults[0].details
    write_plugin(plugins, "depth")
    assert listed()["depth"].faults == ()


def test_a_pack_that_lacked_a_module_works_once_that_is_installed(
    plugins: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    listed: Callable[[], dict[str, PackListing]],
) -> None:
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))
    write_plugin(plugins, "depth", work="import late_to_come\n" + node_module())
    assert "Install what provides the module 'late_to_come'" in str(listed()["depth"].faults[0])
    (site / "late_to_come.py").write_text("")
    os.utime(site, ns=(0, site.stat().st_mtime_ns + 1_000_000_000))
    assert listed()["depth"].faults == ()


def test_what_is_no_pack_is_listed_while_it_lies_there(
    plugins: Path, listed: Callable[[], dict[str, PackListing]]
) -> None:
    write_plugin(plugins, "depth")
    before = set(listed())
    assert {"depth", "flow"} <= before
    (plugins / "empty").mkdir()
    assert "has no __init__.py" in str(listed()["empty"].faults[0])
    (plugins / "empty").rmdir()
    assert set(listed()) == before


def told(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = (
        "import sys; from graph_engine.cli.main import main\n"
        "status = main(sys.argv[1:])\n"
        "names = [one for one in sys.modules if one.startswith('latentgraph_plugins.') or one == 'nodes']\n"
        "print('imported:', *names, file=sys.stderr)\n"
        "sys.exit(status)"
    )
    return subprocess.run(
        [sys.executable, "-c", program, *arguments, "--data", str(data)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )


def test_the_commands_know_the_folder_and_import_nothing_twice(plugins: Path) -> None:
    place = write_plugin(plugins, "depth", work="print('hello')\n" + node_module())
    write_plugin(plugins, "broken", init="raise SystemExit(1)")
    data = plugins.parent
    cold, warm = (told(data, "packs") for _ in range(2))
    assert warm.stdout == cold.stdout
    line = next(one for one in warm.stdout.splitlines() if one.startswith("depth"))
    assert line.split() == ["depth", "1.0", "1", "node", "type", "0", "value", "types", str(place)]
    assert "core " in warm.stdout
    assert f"{plugins / 'broken'} could not be loaded: it ended the program" in warm.stderr
    assert cold.stderr.splitlines()[-1] != "imported:"
    assert warm.stderr.splitlines()[-1] == "imported:"
    packs = {one["name"]: one for one in json.loads(told(data, "packs", "--json").stdout)["packs"]}
    assert packs["depth"]["nodes"] == ["depth/work"]
    assert packs["depth"]["origin"] == {"folder": str(place)}
    assert packs["core"]["origin"]["distribution"] == "latentgraph"
    assert "core/image" in packs["core"]["values"]
    assert packs["broken"]["faults"][0]["where"] == str(plugins / "broken")
    assert "depth/work" in told(data, "nodes").stdout
    assert "hello" not in warm.stdout + cold.stdout


def test_a_fresh_process_runs_a_pack_that_it_only_knew_from_the_file(plugins: Path) -> None:
    write_plugin(plugins, "depth")
    data = plugins.parent
    told(data, "nodes")
    output = {"node": "n", "output": "integer"}
    raw = {"latentgraph": 1, "nodes": {"n": {"type": "depth/work"}}, "interface": {"outputs": {"x": output}}}
    (data / "doc.json").write_text(json.dumps(raw))
    assert told(data, "run", str(data / "doc.json"), "--out", str(data / "out")).stdout == "x: 4\n"
