"""Documents of earlier formats are brought to the present one; whatever comes is a document or refused."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_engine import Document, DocumentError
from graph_engine.documents.document import FORMAT
from graph_engine.documents.document_io import loads_document, parse_document
from graph_engine.documents.formats import FORMATS, FormatChange


def number_the_nodes(raw: dict[str, Any]) -> dict[str, Any]:
    """A format that never was, in which nodes were a list."""
    return raw | {"nodes": {f"n{index}": one for index, one in enumerate(raw["nodes"])}}


def name_the_title(raw: dict[str, Any]) -> dict[str, Any]:
    raw["name"] = raw.pop("title")
    return raw


TITLED = FormatChange("its title is now its name.", name_the_title)
LISTED = FormatChange("its nodes have names now.", number_the_nodes)
CHAIN = (TITLED, LISTED)  # formats -1 -> 0 -> 1
OLDEST = {"latentgraph": -1, "title": "Old", "nodes": [{"type": "gone/x", "at": [1, 2]}]}


def test_a_document_goes_through_each_step_from_its_format_on_in_words() -> None:
    told: list[str] = []
    opened = parse_document(OLDEST, formats=CHAIN, tell=told.append)
    assert opened.as_json() == {
        "latentgraph": 1,
        "nodes": {"n0": {"type": "gone/x", "at": [1, 2]}},
        "name": "Old",
    }
    assert told == [
        "The document was brought from format -1 to format 0: its title is now its name.",
        "The document was brought from format 0 to format 1: its nodes have names now.",
    ]


def test_a_document_in_between_goes_through_the_later_steps_only() -> None:
    told: list[str] = []
    between = {"latentgraph": 0, "name": "Later", "nodes": []}
    assert parse_document(between, formats=CHAIN, tell=told.append).name == "Later"
    assert [one.partition(":")[0] for one in told] == ["The document was brought from format 0 to format 1"]


def test_a_present_document_is_changed_by_no_step() -> None:
    told: list[str] = []
    raw = {"latentgraph": 1, "nodes": {}, "title": "stays"}
    assert parse_document(raw, formats=CHAIN, tell=told.append).as_json() == raw
    assert told == []


def test_what_was_given_is_not_changed() -> None:
    given = copy.deepcopy(OLDEST)
    parse_document(given, formats=CHAIN)
    assert given == OLDEST


@pytest.mark.parametrize("number", [-2, 0, -1, 0.5, True, "1", None, [1]])
def test_a_format_that_no_step_leads_on_from_is_refused(number: Any) -> None:
    with pytest.raises(DocumentError, match="latentgraph"):
        parse_document({"latentgraph": number, "nodes": {}})


def test_a_newer_format_is_refused_with_the_way_out_however_long_the_chain() -> None:
    for formats in (FORMATS, CHAIN):
        with pytest.raises(
            DocumentError, match=r"It has format 2; this version reads format 1\. Update"
        ) as caught:
            parse_document({"latentgraph": 2, "nodes": {}}, formats=formats)
        assert [problem.code for problem in caught.value.problems] == ["newer_format"]


def test_a_whole_number_is_a_format_however_it_is_written() -> None:
    assert loads_document('{"latentgraph": 1.0, "nodes": {}}').latentgraph == 1
    assert parse_document({**OLDEST, "latentgraph": -1.0}, formats=CHAIN).name == "Old"
    with pytest.raises(DocumentError, match="Update latentgraph"):
        loads_document('{"latentgraph": 2e0, "nodes": {}}')


def test_a_step_that_fails_is_a_refusal_that_names_it() -> None:
    with pytest.raises(DocumentError, match="can not be brought to format 1") as caught:
        parse_document({"latentgraph": 0, "nodes": 3}, formats=CHAIN)
    assert [problem.code for problem in caught.value.problems] == ["format_failed"]
    assert "Open it with the version that wrote it" in str(caught.value)


@pytest.mark.parametrize("given", [None, [], 3, "text"])
def test_a_step_that_gives_no_object_is_a_refusal(given: Any) -> None:
    with pytest.raises(DocumentError, match="can not be brought"):
        parse_document(OLDEST, formats=[TITLED, FormatChange("", lambda raw: given)])


def test_what_a_step_makes_is_held_to_the_form_of_documents() -> None:
    wrong = FormatChange("", lambda raw: raw | {"nodes": {"n": {"inputs": {}}}})
    with pytest.raises(DocumentError) as caught:
        parse_document({"latentgraph": 0}, formats=[wrong])
    assert [(problem.code, problem.node) for problem in caught.value.problems] == [("form", "n")]


def test_every_released_step_says_what_it_does() -> None:
    assert len(FORMATS) == FORMAT - 1
    assert all(step.words.endswith(".") for step in FORMATS)


KEYS = (
    "latentgraph nodes type version inputs from interface outputs node input output definitions layout "
    "positions lock packs models name title a"
)
keys = st.sampled_from(["", *KEYS.split()])
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-1, 2)
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["core/load_bundle", "a.b", "a", "\ud800", "\0"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=5),
    max_leaves=25,
)
nodes = st.dictionaries(
    st.sampled_from(["a", "b", "", "c d"]),
    st.fixed_dictionaries({"type": st.sampled_from(["x/y", "core/add"])}, optional={"inputs": values})
    | values,
    max_size=3,
)
almost = st.fixed_dictionaries(
    {"latentgraph": st.sampled_from([1, 1, 1, 0, -1, 2, True, 1.0, "1", None]) | values},
    optional=dict.fromkeys(("interface", "definitions", "layout", "lock", "name"), values)
    | {"nodes": nodes | values},
)


def refusal_of(read: Callable[[], Document]) -> DocumentError | Document:
    try:
        return read()
    except DocumentError as error:
        return error


@given(almost | values, st.sampled_from([FORMATS, CHAIN]))
def test_whatever_json_comes_is_a_document_or_refused_with_reasons(raw: Any, formats: Any) -> None:
    """The law: never another error, and what is opened is kept byte for byte from then on."""
    opened = refusal_of(lambda: parse_document(copy.deepcopy(raw), formats=formats))
    if isinstance(opened, DocumentError):
        assert all(problem.message for problem in opened.problems)
        assert opened.problems
        return
    text = opened.dumps()
    assert loads_document(text).dumps() == text
    if raw["latentgraph"] == FORMAT:
        assert json.loads(text) == raw
        assert list(json.loads(text)) == list(raw)


@given(st.text(max_size=40) | st.binary(max_size=40) | almost.map(lambda raw: json.dumps(raw)[:-1]))
def test_whatever_text_comes_is_a_document_or_refused_with_reasons(text: str | bytes) -> None:
    opened = refusal_of(lambda: loads_document(text))
    assert isinstance(opened, Document) or opened.problems
