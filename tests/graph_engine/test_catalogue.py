"""Packs: collected from packages, found by entry points, broken ones reported."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import toy_pack

from graph_engine import Catalogue, Pack, PackError

NODE = "from graph_engine import node\n@node(title='{0}')\ndef {0}(a: int) -> int:\n    return a\n"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def package(place: Path, name: str, **modules: str) -> None:
    folder = place / name
    folder.mkdir()
    start = f"from graph_engine import Pack\npack = Pack.from_package('{name}', '1', __name__)\n"
    (folder / "__init__.py").write_text(start)
    for module, text in modules.items():
        (folder / f"{module}.py").write_text(text)
    info = place / f"{name}-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
    (info / "entry_points.txt").write_text(f"[latentgraph.packs]\n{name} = {name}:pack\n")


def test_every_node_of_every_module_is_collected_and_imported_ones_are_not(place: Path) -> None:
    package(
        place,
        "pack_a",
        one=NODE.format("first"),
        two="from pack_a.one import first\n" + NODE.format("second"),
    )
    found = Catalogue.discover().node_types()
    assert [name for name in found if name.startswith("pack_a/")] == ["pack_a/first", "pack_a/second"]


def test_a_broken_module_is_reported_and_the_rest_works(place: Path) -> None:
    package(place, "pack_b", good=NODE.format("good"), bad="import no_such_module_anywhere\n")
    catalogue = Catalogue.discover()
    assert catalogue.node_type("pack_b/good") is not None
    (fault,) = catalogue.faults
    assert (fault.pack, fault.where) == ("pack_b", "pack_b.bad")
    assert "no_such_module_anywhere" in fault.message


def test_a_broken_pack_is_reported_and_the_others_work(place: Path) -> None:
    package(place, "pack_c", good=NODE.format("good"))
    package(place, "pack_d")
    (place / "pack_d" / "__init__.py").write_text("raise RuntimeError('out of order')\n")
    catalogue = Catalogue.discover()
    assert catalogue.node_type("pack_d/x") is None
    assert "out of order" in catalogue.faults[0].message
    assert catalogue.node_type("pack_c/good") is not None


def test_a_pack_is_imported_only_when_it_is_needed(place: Path) -> None:
    package(place, "pack_e", good=NODE.format("good"))
    package(place, "pack_f", good=NODE.format("good"))
    catalogue = Catalogue.discover()
    assert catalogue.node_type("pack_e/good") is not None
    assert "pack_e" in sys.modules
    assert "pack_f" not in sys.modules


def test_two_packs_of_one_name_are_refused() -> None:
    with pytest.raises(PackError, match="two packs"):
        Catalogue([Pack("toy", "1"), toy_pack.pack])
