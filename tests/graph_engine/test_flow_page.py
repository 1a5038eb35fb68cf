"""docs/flow.md is true: its files are written, and its commands run, in the order of the page."""

from __future__ import annotations

import re
from pathlib import Path

from pages import ROOT, environment_with, run_page

from graph_engine.execution.compile import DEEPEST, MAX_TASKS
from graph_engine.flow.kind import MAX_ITEMS
from graph_engine.flow.pack import flow_pack
from graph_engine.flow.shapes import LONGEST_NESTING

PAGE = ROOT / "docs" / "flow.md"


def test_everything_on_the_page_works_in_its_order(tmp_path: Path) -> None:
    assert run_page(PAGE, tmp_path / "page", environment_with(tmp_path / "bin", {})) == 17


def test_the_page_has_every_node_and_every_limit() -> None:
    page = PAGE.read_text()
    for one in flow_pack().node_types.values():
        assert f"`flow/{one.name}`" in page
        assert all(f"`{name}`" in page for name in one.inputs)
    limits = {
        int(number.replace(",", "")) for number in re.findall(r"^\|[^|]*\| ([\d,]+) \|", page, re.MULTILINE)
    }
    assert {MAX_ITEMS, MAX_TASKS, LONGEST_NESTING, DEEPEST} <= limits
