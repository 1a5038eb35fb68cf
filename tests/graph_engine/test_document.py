"""The document's form: reading, limits, round trips."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_engine import Document, DocumentError, UnknownInput, load_document, set_inputs
from graph_engine.documents.document import Link, document_schema, link_of
from graph_engine.documents.document_io import loads_document
from tests.graph_engine.conftest import document

SCHEMA = Path(__file__).parents[2] / "docs" / "schemas" / "workflow-1.json"

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
names = st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True)
plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
unknown_nodes = st.fixed_dictionaries(
    {"type": st.just("nowhere/thing")},
    optional={
        "inputs": st.dictionaries(names, plain, max_size=3),
        "version": st.integers(1, 9),
        "size": plain,
        "title": texts,
    },
)
documents = st.fixed_dictionaries(
    {"latentgraph": st.just(1), "nodes": st.dictionaries(names, unknown_nodes, max_size=4)},
    optional={"name": texts, "layout": st.dictionaries(texts, plain, max_size=2), "stranger": plain},
).flatmap(lambda raw: st.permutations(list(raw)).map(lambda order: {name: raw[name] for name in order}))


@given(documents)
@settings(max_examples=50, deadline=None)
def test_a_document_of_unknown_nodes_keeps_every_byte(raw: dict[str, Any]) -> None:
    text = json.dumps(raw, indent=2, ensure_ascii=False) + "\n"
    assert loads_document(text).dumps() == text


def test_the_published_schema_is_current() -> None:
    assert json.loads(SCHEMA.read_text()) == document_schema()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "not_json"),
        ("{", "not_json"),
        ("\udcff", "not_json"),
        (b"\xff\xfe", "not_json"),
        ('{"latentgraph": 1, "nodes": {"a": {"type": "toy/number", "inputs": {"value": NaN}}}}', "not_json"),
        ("[]", "not_a_document"),
        ("3", "not_a_document"),
        ('{"nodes": {}}', "not_a_document"),
        ('{"latentgraph": 2, "nodes": {}}', "newer_format"),
        ('{"latentgraph": 1, "nodes": {"a": {"type": "x/y"}, "a": {"type": "x/z"}}}', "duplicate"),
        ('{"latentgraph": 1, "nodes": {}, "layout": {"a": "\\ud800"}}', "not_text"),
        ('{"latentgraph": 1, "nodes": {}, "layout": ' + "[" * 70 + "]" * 70 + "}", "too_deep"),
        ('{"latentgraph": 1, "nodes": {}, "layout": ' + "[" * 100_000 + "]" * 100_000 + "}", "too_deep"),
        ('{"latentgraph": 1, "nodes": {}, "name": "' + "x" * 1_000_001 + '"}', "too_long"),
    ],
)
def test_text_that_is_no_document_is_refused_with_a_reason(text: str | bytes, code: str) -> None:
    with pytest.raises(DocumentError) as caught:
        loads_document(text)
    assert [problem.code for problem in caught.value.problems] == [code]


def test_everything_wrong_in_the_form_is_said_at_once() -> None:
    raw = {
        "latentgraph": 1,
        "nodes": {"a": {"inputs": []}, "b c": {"type": "x/y"}, "d": {"type": "x/y", "version": 0}},
    }
    with pytest.raises(DocumentError) as caught:
        loads_document(json.dumps(raw))
    assert [problem.node for problem in caught.value.problems] == ["a", "a", "b c", "d"]


def test_a_file_beyond_the_limit_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.json"
    with path.open("wb") as file:
        file.truncate(17 * 1024 * 1024)
    with pytest.raises(DocumentError, match="bytes"):
        load_document(path)


def test_too_many_nodes_are_refused() -> None:
    nodes = {f"n{index}": {"type": "x/y"} for index in range(20_001)}
    with pytest.raises(DocumentError, match="20,001 nodes"):
        loads_document(json.dumps({"latentgraph": 1, "nodes": nodes}))


def test_an_object_whose_only_key_is_from_is_a_link() -> None:
    assert link_of({"from": "a.b"}) == Link("a", "b")
    assert link_of({"from": "a.b", "to": "c"}) is None
    assert link_of("a.b") is None


def test_set_inputs_goes_by_interface_name_or_by_node_and_leaves_the_original() -> None:
    first = document({"n": ("number", {"value": 1})}, inputs={"x": "n.value"})
    assert set_inputs(first, {"x": 2}).nodes["n"].inputs == {"value": 2}
    assert set_inputs(first, {"n.value": 3}).nodes["n"].inputs == {"value": 3}
    assert first.nodes["n"].inputs == {"value": 1}


def test_a_wrong_input_name_gets_a_suggestion() -> None:
    with pytest.raises(UnknownInput, match="Did you mean 'prompt'"):
        set_inputs(document({"n": ("number", {})}, inputs={"prompt": "n.value"}), {"promt": 1})


def test_documents_do_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        document({}).name = "other"


def test_model_validation_keeps_absent_keys_absent() -> None:
    raw = {"latentgraph": 1, "nodes": {"a": {"type": "x/y"}}}
    assert Document.model_validate(raw).as_json() == raw
