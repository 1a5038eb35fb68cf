"""Preparing a document to run: everything is done to it, or every reason why not is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_engine import Catalogue, Document, DocumentError, Engine, Problem
from graph_engine.documents.document_io import MAX_DEPTH, loads_document
from graph_engine.preparing import Wishes, prepared, uploads_in
from tests.graph_engine.conftest import document, link

SUM = document(
    {"n": ("number", {"value": 4}), "sum": ("add", {"a": link("n.integer"), "b": 3})},
    outputs={"sum": "sum.integer"},
    inputs={"x": "n.value", "plus": "sum.b", "linked": "sum.a"},
)
READ = document(
    {"read": ("read_text", {"path": "given.txt"})}, outputs={"o": "read.text"}, inputs={"file": "read.path"}
)


def codes(engine: Engine, what: Document, wishes: Wishes) -> list[tuple[str, str]]:
    with pytest.raises(DocumentError) as caught:
        prepared(what, engine, wishes)
    return [(problem.code, problem.input) for problem in caught.value.problems]


def test_values_and_typed_texts_are_set_and_told(engine: Engine) -> None:
    ready = prepared(SUM, engine, Wishes(inputs={"x": 7, "plus": 1}, texts={"plus": "20"}))
    assert ready.document.nodes["n"].inputs["value"] == 7
    assert ready.inputs == {"x": 7, "plus": 20}
    assert loads_document(ready.text) == ready.document
    assert engine.run(ready.document).outputs["sum"] == 27


def test_a_document_that_asks_for_nothing_is_only_locked(engine: Engine) -> None:
    ready = prepared(SUM, engine)
    assert ready.document.lock.packs == {"toy": "1.0"}
    assert {**ready.document.as_json(), "lock": {}} == {**SUM.as_json(), "lock": {}}


def test_every_problem_is_told_at_once(engine: Engine) -> None:
    wishes = Wishes(
        inputs={"y": 1, "x": "four"},
        texts={"plsu": "2", "plus": "100000"},
        wanted=("smu",),
        sweep={"table": {"nothing": [1]}},
    )
    assert codes(engine, SUM, wishes) == [
        ("unknown_input", "y"),
        ("unknown_input", "plsu"),
        ("unknown_input", "nothing"),
        ("unknown_wanted", ""),
        ("bad_value", "value"),
        ("bad_value", "b"),
    ]


def test_a_document_in_which_nothing_would_run_is_refused_unless_something_is_wanted(engine: Engine) -> None:
    nothing = document({"n": ("number", {})})
    assert codes(engine, nothing, Wishes()) == [("nothing_to_run", "")]
    assert prepared(nothing, engine, Wishes(wanted=("n",))).document.nodes.keys() == {"n"}
    assert prepared(document({"s": ("save_text", {"text": "t"})}), engine).document.nodes.keys() == {"s"}


def test_what_is_not_there_is_told_with_the_nearest_name(engine: Engine) -> None:
    with pytest.raises(DocumentError) as caught:
        prepared(SUM, engine, Wishes(inputs={"pluss": 1}, wanted=("smu",)))
    assert [one.hint for one in caught.value.problems] == ["Did you mean 'plus'?", "Did you mean 'sum'?"]


@pytest.mark.parametrize("name", ["sum", "n"])
def test_outputs_and_nodes_may_be_wanted(engine: Engine, name: str) -> None:
    assert prepared(SUM, engine, Wishes(wanted=(name,))).document == prepared(SUM, engine).document


def test_a_file_in_the_folders_becomes_an_upload_and_is_named(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "files" / "given.txt").write_text("words")
    ready = prepared(READ, engine)
    (upload,) = ready.uploads
    assert ready.inputs == {"file": upload}
    assert engine.files.open(upload).read_text() == "words"


@pytest.mark.parametrize("path", ["/etc/passwd", "../../etc/passwd", "~/secret", "C:\\secret"])
@pytest.mark.parametrize("how", ["inputs", "texts"])
def test_a_path_out_of_the_folders_is_a_problem_however_it_is_given(
    engine: Engine, path: str, how: str
) -> None:
    assert codes(engine, READ, Wishes(**{how: {"file": path}})) == [("path_escapes", "path")]
    assert not (engine.data / "uploads").exists()


def test_nothing_is_imported_where_there_is_a_problem(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "files" / "given.txt").write_text("words")
    assert codes(engine, READ, Wishes(wanted=("none",))) == [("unknown_wanted", "")]
    assert not (engine.data / "uploads").exists()


def test_a_sweep_is_set_up_and_its_lists_are_told(engine: Engine) -> None:
    ready = prepared(
        SUM, engine, Wishes(inputs={"plus": 1}, sweep={"table": {"x": [1, 2, 3]}, "how": "product"})
    )
    assert ready.inputs == {"x": [1, 2, 3], "plus": 1}
    assert engine.run(ready.document).outputs["sum"] == [2, 3, 4]


@pytest.mark.parametrize(
    "sweep",
    [
        {},
        {"table": []},
        {"table": {"x": 5}},
        {"table": {"x": "abc"}},
        {"table": {}},
        {"table": {"x": [1]}, "how": "dance"},
        {"table": {"n." + "v" * 300: [1]}},
    ],
)
def test_a_sweep_that_is_none_is_a_problem(engine: Engine, sweep: dict[str, Any]) -> None:
    assert codes(engine, SUM, Wishes(sweep=sweep)) == [("bad_sweep", "")]


def test_a_strict_lock_that_is_not_kept_is_a_problem(engine: Engine) -> None:
    other = Document.model_validate({**SUM.as_json(), "lock": {"packs": {"toy": "0.9"}}})
    ready = prepared(other, engine)
    assert [one.code for one in ready.differences] == ["pack_version"]
    assert ready.document.lock.packs == {"toy": "1.0"}
    assert codes(engine, other, Wishes(strict_lock=True)) == [("pack_version", "")]


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (nested(100_000), "too_deep"),
        (float("nan"), "not_a_number"),
        ("x" * 1_000_001, "too_long"),
        ("half \ud800", "not_text"),
    ],
)
def test_a_value_beyond_the_limits_of_documents_is_a_problem(engine: Engine, value: Any, code: str) -> None:
    assert codes(engine, SUM, Wishes(inputs={"x": value})) == [(code, "x")]


def test_a_typed_text_that_is_nested_too_deep_to_read_is_text(engine: Engine) -> None:
    assert codes(engine, SUM, Wishes(texts={"x": "[" * 100_000})) == [("bad_value", "value")]


def test_a_document_that_breaks_a_limit_only_with_its_inputs_is_a_problem(engine: Engine) -> None:
    whole = document({"m": ("number", {})}).as_json()
    whole["nodes"]["m"] = {"type": "flow/pass", "inputs": {"value": 0}}
    whole["interface"] = {
        "inputs": {"x": {"node": "m", "input": "value"}},
        "outputs": {"o": {"node": "m", "output": "value"}},
    }
    value = nested(MAX_DEPTH - 2)
    assert codes(engine, Document.model_validate(whole), Wishes(inputs={"x": value})) == [("too_deep", "")]


def test_a_typed_text_means_what_it_does_on_the_command_line(engine: Engine) -> None:
    blob = document({"b": ("make_blob", {})}, inputs={"text": "b.text", "size": "b.size"})
    ready = prepared(blob, engine, Wishes(texts={"text": "12", "size": "12", "b.seed": "3"}, wanted=("b",)))
    assert ready.document.nodes["b"].inputs == {"text": "12", "size": 12, "seed": 3}


DIGEST = "blake3:" + "5e" * 32
PLAIN = st.recursive(
    st.text(max_size=3) | st.integers() | st.just(DIGEST),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
)


@given(PLAIN)
def test_uploads_are_found_wherever_they_are_named(value: Any) -> None:
    assert uploads_in(value) == ((DIGEST,) if f'"{DIGEST}"' in json.dumps(value) else ())


@given(
    inputs=st.dictionaries(st.sampled_from(["x", "plus", "linked", "n.value", "none", "sum.c"]), PLAIN),
    texts=st.dictionaries(st.sampled_from(["x", "plus", "", ".", "sum."]), st.text(max_size=4)),
    wanted=st.none() | st.lists(st.sampled_from(["sum", "n", "none"]), max_size=2).map(tuple),
)
def test_a_document_is_prepared_and_passes_or_its_problems_are_told(
    inputs: dict[str, Any],
    texts: dict[str, str],
    wanted: tuple[str, ...] | None,
    tmp_path_factory: pytest.TempPathFactory,
    catalogue: Catalogue,
) -> None:
    data = tmp_path_factory.getbasetemp() / "prepared"
    problems: tuple[Problem, ...] = ()
    with Engine(data, catalogue=catalogue, device="cpu") as engine:
        try:
            ready = prepared(SUM, engine, Wishes(inputs=inputs, texts=texts, wanted=wanted))
        except DocumentError as error:
            problems = error.problems
        else:
            assert engine.check(loads_document(ready.text)) == []
            assert prepared(ready.document, engine).text == ready.text
    known = {"x", "plus", "linked", "n.value"}
    assert problems or ({*inputs, *texts} <= known and not {*(wanted or ())} - {"sum", "n"})
