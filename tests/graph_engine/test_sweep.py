"""A sweep runs a document for each row of a table."""

from __future__ import annotations

import pytest
import toy_pack

from graph_engine import Engine, UnknownInput
from graph_engine.documents.sweep import BadSweep, sweep
from tests.graph_engine.conftest import document, link

DOC = document(
    {
        "blob": ("make_blob", {"text": "shared", "size": 9000}),
        "size": ("measure", {"blob": link("blob.blob")}),
        "sum": ("add", {"a": link("size.integer"), "b": 1}),
        "note": ("save_text", {"text": "hello", "name": "a.txt"}),
    },
    {"sum": "sum.integer"},
    {"plus": "sum.b", "text": "note.text"},
    name="Sums",
)


def test_every_combination_runs_and_what_is_shared_runs_once(engine: Engine) -> None:
    swept = sweep(DOC, {"plus": [1, 2, 3], "text": ["a", "b"]})
    result = engine.run(swept).raise_for_status()
    assert result.outputs["sum"] == [9001, 9001, 9002, 9002, 9003, 9003]
    assert (toy_pack.calls["make_blob"], toy_pack.calls["add"], toy_pack.calls["save_text"]) == (1, 3, 2)
    assert [engine.artifacts.path(one).read_bytes() for one in result.artifacts] == [b"a", b"b"]


def test_rows_may_be_given_side_by_side(engine: Engine) -> None:
    swept = sweep(DOC, {"plus": [1, 2], "blob.size": [5, 6]}, "zip")
    assert engine.run(swept).raise_for_status().outputs["sum"] == [6, 8]


def test_what_the_document_alone_computed_is_a_hit_in_a_sweep(engine: Engine) -> None:
    engine.run(DOC)
    toy_pack.calls.clear()
    engine.run(sweep(DOC, {"plus": [1, 5]})).raise_for_status()
    assert toy_pack.calls == {"add": 1}


def test_a_sweep_over_nothing_or_an_unknown_input_is_refused() -> None:
    with pytest.raises(BadSweep, match="at least one"):
        sweep(DOC, {})
    with pytest.raises(UnknownInput, match="Did you mean 'plus'"):
        sweep(DOC, {"plsu": [1]})


def test_a_wrong_value_in_the_table_is_named(engine: Engine) -> None:
    problems = engine.check(sweep(DOC, {"plus": [1, 2000]}))
    assert [problem.input for problem in problems] == ["plus"]
    assert "2000 is out of range" in problems[0].message


def test_inputs_may_have_the_names_of_what_a_map_takes(engine: Engine) -> None:
    ports = {name: {"node": "sum", "input": name[0]} for name in ("body", "a")}
    raw = document({"sum": ("add", {"a": 1, "b": 1})}, {"sum": "sum.integer"}).as_json()
    raw["interface"]["inputs"] = ports
    swept = sweep(type(DOC).model_validate(raw), {"body": [10, 20], "a": [1]})
    assert engine.run(swept).raise_for_status().outputs["sum"] == [11, 21]


def test_a_text_is_no_list_of_values() -> None:
    with pytest.raises(BadSweep, match="a list of values for 'text'"):
        sweep(DOC, {"text": "ab"})
