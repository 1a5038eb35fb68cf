"""Measures of a value while it is typed: with what the document links, as far as it tells."""

from __future__ import annotations

from typing import Any

import pytest

from graph_engine import Document, DocumentError, Engine, Measure
from graph_engine.declaration.node_use import NodeUse
from graph_engine.measures import AS_WRITTEN, Place, measured
from tests.graph_engine.conftest import document, link


def labels(size: Any = 5, **more: Any) -> Document:
    nodes = {
        "number": ("number", {"value": 3}),
        "sum": ("add", {"a": 1}),
        "label": ("label", {"text": "written", "size": size}),
    }
    return document(nodes, **more)


def of(engine: Engine, size: Any, value: Any = "panda", **more: Any) -> Measure:
    return measured(engine, labels(size, **more), Place("label", "text"), value)


def test_a_value_is_measured_with_the_literals_beside_it(engine: Engine) -> None:
    assert of(engine, 5) == Measure(5, 5, "letters")
    assert of(engine, 4) == Measure(5, 4, "letters", ("'a' does not fit.",))


def test_a_value_is_measured_with_the_literals_of_the_node_that_is_linked(engine: Engine) -> None:
    assert of(engine, link("number.integer")).limit == 3


def test_what_only_a_run_can_tell_makes_a_measure_approximate(engine: Engine) -> None:
    assert of(engine, link("sum.integer")) == Measure(5, 10, "letters", approximate=True)
    assert of(engine, link("nobody.integer")).approximate


def test_what_is_bypassed_or_muted_is_left_out_but_for_what_is_asked_about(engine: Engine) -> None:
    made = labels(link("sum.integer")).as_json()
    made["nodes"]["sum"] |= {"mode": "bypass", "inputs": {"a": link("number.integer")}}
    assert measured(engine, Document.model_validate(made), Place("label", "text"), "panda").limit == 3
    made["nodes"]["label"]["mode"] = "mute"
    assert measured(engine, Document.model_validate(made), Place("label", "text"), "panda").count == 5


def test_a_default_counts_like_what_is_written(engine: Engine) -> None:
    made = document({"label": ("label", {"text": "a"})})
    assert measured(engine, made, Place("label", "text")).limit == 5


def test_without_a_value_the_written_one_is_measured(engine: Engine) -> None:
    assert of(engine, 5, AS_WRITTEN).count == len("written")


def test_a_definition_is_measured_inside_and_from_outside(engine: Engine) -> None:
    inside = labels().as_json()
    ports = {
        "inputs": {"words": {"node": "label", "input": "text"}, "room": {"node": "label", "input": "size"}}
    }
    body = {"nodes": inside["nodes"], "interface": ports}
    made = document({}, definitions={"tag": body}).as_json()
    made["nodes"]["call"] = {"type": "flow/call", "version": 1, "inputs": {"body": "tag", "words": "abc"}}
    whole = Document.model_validate(made)
    assert measured(engine, whole, Place("label", "text", "tag"), "abcd").count == 4
    found = measured(engine, whole, Place("call", "words"))
    assert (found.count, found.approximate) == (3, True)  # what comes through the port `room` is not written


@pytest.mark.parametrize(
    ("place", "code", "said"),
    [
        (Place("lable", "text"), "unknown_place", "'label'"),
        (Place("label", "txt"), "extra_input", "'text'"),
        (Place("label", "text", "tag"), "unknown_definition", "no definition 'tag'"),
        (Place("number", "value"), "not_measured", "nothing measures 'value' of 'toy/number'"),
    ],
)
def test_where_nothing_is_measured_is_said(engine: Engine, place: Place, code: str, said: str) -> None:
    with pytest.raises(DocumentError, match=said) as caught:
        measured(engine, labels(), place, "x")
    assert [one.code for one in caught.value.problems] == [code]


def test_a_link_is_not_measured_and_a_wrong_value_is_refused(engine: Engine) -> None:
    linked = document({"show": ("show", {"value": 1}), "label": ("label", {"text": link("show.text")})})
    with pytest.raises(DocumentError, match="comes by a link"):
        measured(engine, linked, Place("label", "text"))
    assert measured(engine, linked, Place("label", "text"), "abc").count == 3
    with pytest.raises(DocumentError, match="text is wanted"):
        of(engine, 5, 12)


def test_a_schema_says_that_a_value_is_measured(engine: Engine) -> None:
    declared = engine.catalogue.node_type("toy/label")
    assert declared is not None
    assert (declared.inputs["text"].schema or {})["x-measured"] is True
    assert "x-measured" not in (declared.inputs["size"].schema or {})


def test_a_use_knows_who_reads_it(engine: Engine) -> None:
    made = document(
        {
            "number": ("number", {}),
            "sum": ("add", {"a": link("number.integer"), "b": 2}),
            "all": ("total", {"numbers": [1, link("number.integer")]}),
        }
    )
    use = NodeUse(made, "number", engine.catalogue.node_type)
    assert [(one.name, one.type, name) for one, name in use.readers("integer")] == [
        ("sum", "toy/add", "a"),
        ("all", "toy/total", "numbers"),
    ]
    assert list(use.readers("nothing")) == []
    assert use.literal("value") == 0
    total = NodeUse(made, "all", engine.catalogue.node_type)
    assert total.literal("numbers", "linked") == "linked"
