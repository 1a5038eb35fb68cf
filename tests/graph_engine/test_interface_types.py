"""The interface of a document says of each input and output what it takes and gives."""

from __future__ import annotations

from typing import Any

from graph_engine import Document, Engine
from graph_engine.interface_types import interface_types
from tests.graph_engine.conftest import document, link


def described(engine: Engine, what: Document, *names: str) -> Any:
    return interface_types(what, engine, names)


def test_an_input_has_the_type_the_schema_and_the_value_of_its_node(engine: Engine) -> None:
    raw = document(
        {"n": ("number", {"value": 4}), "sum": ("add", {"a": link("n.integer")})},
        inputs={"x": "n.value", "plus": "sum.b", "linked": "sum.a"},
    ).as_json()
    raw["interface"]["inputs"]["x"] |= {"title": "Start", "help": "Where it begins."}
    found = described(engine, Document.model_validate(raw))
    assert not found.problems
    assert found.inputs["x"] == {
        "title": "Start",
        "help": "Where it begins.",
        "type": "whole number",
        "schema": {"title": "Start", "type": "integer", "default": 4},
        "required": False,
        "file": None,
        "takes_text": False,
        "default": 4,
    }
    assert found.inputs["plus"]["schema"] == {
        "title": "plus",
        "type": "integer",
        "minimum": -1000,
        "maximum": 1000,
        "default": 1,
    }
    assert "default" not in found.inputs["linked"]
    assert not found.inputs["linked"]["required"]


def test_an_input_without_a_value_is_required(engine: Engine) -> None:
    found = described(engine, document({"sum": ("add", {})}, inputs={"a": "sum.a", "b": "sum.b"}))
    assert [found.inputs[name]["required"] for name in "ab"] == [True, False]
    assert "default" not in found.inputs["a"]


def test_files_texts_and_seeds_are_told(engine: Engine) -> None:
    what = document(
        {"r": ("read_text", {"path": "a"}), "b": ("make_blob", {})},
        inputs={"file": "r.path", "text": "b.text", "seed": "b.seed"},
    )
    found = described(engine, what)
    assert [found.inputs[name]["file"] for name in ("file", "text")] == ["text", None]
    assert [found.inputs[name]["takes_text"] for name in ("file", "text", "seed")] == [True, True, False]
    assert found.inputs["seed"]["schema"]["format"] == "seed"


def test_an_input_that_only_a_link_can_give_has_no_schema(engine: Engine) -> None:
    found = described(engine, document({"m": ("measure", {})}, inputs={"blob": "m.blob"}))
    assert (found.inputs["blob"]["schema"], found.inputs["blob"]["required"]) == (None, True)


def test_outputs_have_types_through_nodes_that_pass_anything_on(engine: Engine) -> None:
    what = document(
        {
            "n": ("number", {}),
            "same": ("same", {"thing": link("n.integer")}),
            "save": ("save_text", {"text": "x"}),
        },
        outputs={"o": "same.value", "file": "save.artifact"},
    )
    found = described(engine, what)
    assert not found.problems
    assert found.outputs == {
        "o": {"title": "o", "type": "whole number", "artifact": False},
        "file": {"title": "file", "type": "Artifact", "artifact": True},
    }


def test_inputs_of_nodes_may_be_asked_for_and_those_that_are_not_there_are_problems(engine: Engine) -> None:
    what = document({"n": ("number", {})}, outputs={"o": "n.integer"})
    found = described(engine, what, "n.value", "m.value")
    assert found.inputs["n.value"]["type"] == "whole number"
    assert [(one.code, one.input) for one in found.problems] == [("unknown_input", "m.value")]


def test_a_node_of_an_unknown_type_leaves_its_inputs_and_outputs_untyped(engine: Engine) -> None:
    found = described(engine, document({"g": ("gone", {"a": 1})}, {"o": "g.x"}, {"a": "g.a", "b": "g.b"}))
    assert [one.code for one in found.problems] == ["unknown_node"]
    assert found.inputs["a"]["schema"] is None
    assert found.inputs["a"]["default"] == 1
    assert set(found.outputs) == {"o"}


def test_an_interface_that_leads_nowhere_is_a_problem_and_nothing_more(engine: Engine) -> None:
    what = document({"n": ("number", {})}, {"o": "n.integer"}, {"lost": "m.value"})
    found = described(engine, what)
    assert found.inputs == {}
    assert found.problems


def test_a_port_of_a_loop_is_described_as_what_it_leads_to(engine: Engine) -> None:
    body = document({"sum": ("add", {"b": 1})}, {"o": "sum.integer"}, {"a": "sum.a"}).as_json()
    raw = {
        "latentgraph": 1,
        "nodes": {"map": {"type": "flow/map", "inputs": {"body": "plus", "each": ["a"], "a": [1, 2]}}},
        "interface": {"inputs": {"numbers": {"node": "map", "input": "a"}}, "outputs": {}},
        "definitions": {"plus": {"nodes": body["nodes"], "interface": body["interface"]}},
    }
    found = described(engine, Document.model_validate(raw))
    assert found.inputs["numbers"]["type"] == "list of whole number"
    assert found.inputs["numbers"]["schema"]["items"]["type"] == "integer"
    assert found.inputs["numbers"]["default"] == [1, 2]
