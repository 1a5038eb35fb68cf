"""Controls that packs bring: named by an input, found in the pack's folder, reported where they are not."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import pytest

from graph_engine import Control, NodeDeclarationError, node, node_type_of
from graph_engine.packs.controls import MOST_BYTES
from graph_engine.packs.listing import PackListing, installed_packs
from tests.resources.plugins import write_plugin

KNOB = """
from typing import Annotated
from graph_engine import Control, node

@node()
def turn(angle: Annotated[float, Control("acme/knob")] = 0.0) -> float:
    \"\"\"Turn.\"\"\"
    return angle
"""
SCRIPT = "export default class extends HTMLElement {}\n"


@pytest.fixture
def controls(tmp_path: Path) -> Path:
    """The folder for controls of the pack `acme`, which has an input with one."""
    folder = write_plugin(tmp_path / "plugins", "acme", turn=KNOB) / "controls"
    folder.mkdir()
    return folder


def listed(controls: Path) -> PackListing:
    plugins = controls.parent.parent
    packs = installed_packs(plugins.parent / "catalogue.json", (plugins,))
    return next(pack for pack in packs if pack.name == "acme")


def test_an_input_says_which_control_it_wants(controls: Path) -> None:
    (controls / "knob.js").write_text(SCRIPT)
    pack = listed(controls)
    assert pack.nodes["acme/turn"]["inputs"]["angle"]["schema"]["x-control"] == "acme/knob"
    assert pack.faults == ()
    assert pack.controls["knob"].read() == SCRIPT.encode()


def test_a_list_is_one_of_the_things_that_may_have_one() -> None:
    @node()
    def curve(points: Annotated[list[float], Control("acme/curve")]) -> None: ...

    schema: Any = node_type_of(curve).inputs["points"].schema
    assert (schema["type"], schema["x-control"]) == ("array", "acme/curve")


@pytest.mark.parametrize(
    "name", ["knob", "acme/", "/knob", "acme/../knob", "acme/Knob", "acme/knob.js", "a/b/c"]
)
def test_what_is_no_name_of_a_control_is_refused(name: str) -> None:
    with pytest.raises(NodeDeclarationError, match="write it as 'pack/name'"):
        Control(name)


def test_a_control_that_is_not_there_is_reported_and_found_when_it_comes(controls: Path) -> None:
    (fault,) = listed(controls).faults
    assert "acme/turn.angle" in str(fault)
    assert "no 'controls/knob.js'" in str(fault)
    (controls / "knob.js").write_text(SCRIPT)
    assert listed(controls).faults == ()


def test_files_that_are_no_controls_are_reported(controls: Path) -> None:
    (controls / "knob.js").write_text(SCRIPT)
    (controls / "Big Knob.js").write_text(SCRIPT)
    (controls / "huge.js").write_text("/" * (MOST_BYTES + 1))
    (controls / "away.js").symlink_to(controls.parent.parent.parent / "catalogue.json")
    (controls / "notes.txt").write_text("not looked at")
    pack = listed(controls)
    assert list(pack.controls) == ["knob"]
    told = {Path(one.where).name: one.message for one in pack.faults}
    assert set(told) == {"Big Knob.js", "huge.js", "away.js"}
    assert "524,288 are allowed" in told["huge.js"]
    assert "leads out of the pack's folder" in told["away.js"]
