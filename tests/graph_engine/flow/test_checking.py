"""Checking definitions: ports of several bodies, deep nesting, problems that multiply."""

from __future__ import annotations

from typing import Any

import pytest

from graph_engine import Catalogue, Document, DocumentError, Engine, Workflow


def test_a_port_that_one_body_of_a_branch_needs_must_be_given(catalogue: Catalogue) -> None:
    wf = Workflow("branch", catalogue=catalogue)
    with wf.define("needs it") as body:
        body.output("n", body.add("toy/add", a=body.port("n"), b=1))
    with wf.define("has its own") as body:
        number = body.add("toy/number", value=4)
        body.input("n", number, "value")
        body.output("n", number)
    wf.output("x", wf.add("flow/if", "if", condition=True, then="needs it", otherwise="has its own").n)
    with pytest.raises(DocumentError, match="node 'if', input 'n': is missing"):
        wf.document()


def levels(count: int, uses: int, leaf: str, given: Any) -> Document:
    """Definitions `d0` to `d<count - 1>`, each with `uses` calls of the next; the port `v` leads to all."""
    names = [f"c{use}" for use in range(uses)]
    definitions: dict[str, Any] = {}
    for level in range(count):
        last = level == count - 1
        call = {"type": "flow/call", "version": 1, "inputs": {"body": f"d{level + 1}", "v": 0}}
        nodes = {"c0": {"type": leaf, "version": 1, "inputs": {}}} if last else dict.fromkeys(names, call)
        port, output = ("value", "integer") if last else ("v", "o")
        places = [{"node": name, "input": port} for name in nodes]
        ports = {"v": {**places[0], "also": places[1:]}}
        outputs = {"o": {"node": "c0", "output": output}}
        definitions[f"d{level}"] = {"nodes": nodes, "interface": {"inputs": ports, "outputs": outputs}}
    call = {"type": "flow/call", "version": 1, "inputs": {"body": "d0", "v": given}}
    show = {"type": "toy/show", "version": 1, "inputs": {"value": 1}}
    return Document.model_validate(
        {
            "latentgraph": 1,
            "nodes": {"show": show, "c": call},
            "interface": {"outputs": {"o": {"node": "c", "output": "o"}}},
            "definitions": definitions,
        }
    )


def test_definitions_nested_beyond_the_bound_are_one_problem_however_deep(engine: Engine) -> None:
    assert engine.check(levels(32, 1, "toy/number", 1)) == []
    for depth in (33, 300):
        (problem,) = engine.check(levels(depth, 1, "toy/number", 1))
        assert problem.code == "nested_too_deep"


def test_a_wrong_value_for_a_port_that_leads_to_a_million_inputs_is_told_a_few_times(engine: Engine) -> None:
    document = levels(20, 2, "toy/number", {"from": "show.text"})
    problems = engine.check(document)
    assert {problem.code for problem in problems} == {"wrong_type", "inside"}
    assert len(problems) <= 10
