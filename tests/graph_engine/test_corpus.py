"""The kept corpus: documents as earlier commits wrote the examples, and odd ones, open and lose nothing.

`index.json` says for each which problems it has with the packs of today. One that is added is never changed;
a change of the program that gives an old document other problems is a change that its users meet.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from graph_engine import Catalogue, Document, Engine
from graph_engine.documents.document_file import save_document
from graph_engine.documents.document_io import loads_document
from tests.graph_engine.conftest import RESOURCES

CORPUS = RESOURCES / "old_documents"
INDEX: dict[str, dict[str, list[list[str]]]] = json.loads((CORPUS / "index.json").read_text())
FILES = sorted(path for folder in ("examples", "odd") for path in (CORPUS / folder).glob("*.json"))


def name_of(path: Path) -> str:
    return path.relative_to(CORPUS).as_posix()


@pytest.fixture(scope="module")
def today(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An engine over the packs that are installed."""
    with Engine(tmp_path_factory.mktemp("data"), catalogue=Catalogue.discover(), device="cpu") as engine:
        yield engine


def as_written(path: Path) -> dict[str, Any]:
    raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8-sig"))
    return raw


def text_of(value: Any) -> str:
    """A value with the order of its keys, and 1 told from 1.0 and from true."""
    return json.dumps(value, ensure_ascii=False)


def test_the_corpus_is_kept_and_each_document_is_in_the_index() -> None:
    assert list(INDEX) == [name_of(path) for path in FILES]
    assert len(FILES) >= 45


each = pytest.mark.parametrize("path", FILES, ids=name_of)


@each
def test_it_opens_with_the_problems_that_the_index_says(path: Path, today: Engine) -> None:
    opened = today.open(path)
    assert list(map(str, opened.changes)) == INDEX[name_of(path)].get("changes", [])
    problems = [[one.code, one.node, one.input] for one in today.check(opened.document)]
    assert sorted(problems) == INDEX[name_of(path)]["problems"]


@pytest.mark.parametrize("path", [path for path in FILES if path.parent.name == "examples"], ids=name_of)
def test_what_was_an_example_can_be_run_today(path: Path, today: Engine) -> None:
    assert INDEX[name_of(path)]["problems"] == []
    assert today.plan(today.load(path)).steps


@each
def test_opened_and_saved_it_is_the_same_and_stays_so(path: Path, today: Engine, tmp_path: Path) -> None:
    once = today.load(path)
    save_document(once, tmp_path / "once.json")
    again = today.load(tmp_path / "once.json")
    save_document(again, tmp_path / "again.json")
    assert again == once
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "once.json").read_bytes()
    written = as_written(path)
    written["latentgraph"] = 1
    assert text_of(json.loads(once.dumps())) == text_of(written)


@each
def test_a_node_that_is_moved_changes_nothing_else(path: Path, today: Engine, tmp_path: Path) -> None:
    raw = today.load(path).as_json()
    moved = next(iter(raw["nodes"]), "nobody")
    raw.setdefault("layout", {}).setdefault("positions", {})[moved] = [12.5, -3]
    save_document(Document.model_validate(raw), tmp_path / "moved.json")
    after, before = as_written(tmp_path / "moved.json"), as_written(path)
    assert after["layout"]["positions"].pop(moved) == [12.5, -3]
    before.setdefault("layout", {}).setdefault("positions", {}).pop(moved, None)
    before["latentgraph"] = 1
    assert text_of(after) == text_of(before)


@each
def test_locking_it_changes_nothing_else_and_never_fails(path: Path, today: Engine) -> None:
    after = today.locked(today.load(path)).as_json()
    before = loads_document(path.read_bytes()).as_json()
    for raw in (after, before):
        raw.pop("lock", None)
    assert text_of(after) == text_of(before)


def test_numbers_keep_their_values() -> None:
    inputs = loads_document((CORPUS / "odd" / "numbers.json").read_bytes()).nodes["n"].inputs
    assert inputs["beyond"] == 2**127
    assert inputs["exact_in_javascript"] == 2**53 + 1
    assert [type(inputs[name]) for name in ("whole", "thousand", "seed")] == [float, float, int]
    assert str(inputs["minus_zero"]) == "-0.0"


def test_line_ends_byte_order_marks_and_indentation_say_nothing() -> None:
    alike = ("crlf", "bom", "bom_and_crlf", "tabs", "one_line_without_an_end", "four_spaces_and_blank_lines")
    texts = {loads_document((CORPUS / "odd" / f"{name}.json").read_bytes()).dumps() for name in alike}
    assert len(texts) == 1
