"""Documents written in Python say what documents written by hand say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import toy_pack
from hypothesis import given
from hypothesis import strategies as st

from graph_engine import Catalogue, Document, DocumentError, Engine, NodeDeclarationError, Workflow, node
from graph_engine.builder import WorkflowError
from graph_engine.documents.document_io import load_document


@pytest.fixture
def workflow(catalogue: Catalogue) -> Workflow:
    return Workflow("Sums", catalogue=catalogue)


def test_a_workflow_runs_and_has_the_interface_that_it_was_given(workflow: Workflow, engine: Engine) -> None:
    first = workflow.add(toy_pack.number, value=20).titled("First")
    parts = workflow.add(toy_pack.divide, a=first, b=3)
    result = workflow.add("toy/total", numbers=[parts.quotient, parts["remainder"], 100])
    workflow.input("first", first, "value", title="First number", help="What is divided.")
    workflow.output("sum", result, title="Sum")
    document = workflow.document()
    assert engine.run(document).raise_for_status().outputs == {"sum": 108}
    assert document.as_json() == {
        "latentgraph": 1,
        "name": "Sums",
        "nodes": {
            "number": {"type": "toy/number", "version": 1, "inputs": {"value": 20}, "title": "First"},
            "divide": {
                "type": "toy/divide",
                "version": 1,
                "inputs": {"a": {"from": "number.integer"}, "b": 3},
            },
            "total": {
                "type": "toy/total",
                "version": 1,
                "inputs": {"numbers": [{"from": "divide.quotient"}, {"from": "divide.remainder"}, 100]},
            },
        },
        "interface": {
            "inputs": {
                "first": {
                    "node": "number",
                    "input": "value",
                    "title": "First number",
                    "help": "What is divided.",
                }
            },
            "outputs": {"sum": {"node": "total", "output": "integer", "title": "Sum"}},
        },
        "definitions": {},
        "layout": {"positions": {"number": [0, 0], "divide": [280, 0], "total": [560, 0]}, "frames": []},
    }


def test_ids_are_the_types_names_counted_up_or_as_given(workflow: Workflow) -> None:
    for _ in range(3):
        workflow.add("toy/number")
    workflow.add("toy/number", "seven", value=7)
    assert list(workflow.document().nodes) == ["number", "number_2", "number_3", "seven"]
    with pytest.raises(WorkflowError, match="There is a node 'seven' already; give another id"):
        workflow.add("toy/number", "seven")


def test_what_can_not_be_is_named_at_once_with_the_way_out(workflow: Workflow) -> None:
    parts = workflow.add("toy/divide", a=1)
    with pytest.raises(WorkflowError, match=r"no node type 'toy/nmber' here\. Did you mean 'toy/number'\?"):
        workflow.add("toy/nmber")
    with pytest.raises(WorkflowError, match=r"'toy/number' has no input 'vlue'\. Did you mean 'value'\?"):
        workflow.add("toy/number", vlue=1)
    with pytest.raises(WorkflowError, match=r"'divide' has no output 'quotent'\. Did you mean 'quotient'\?"):
        _ = parts["quotent"]
    with pytest.raises(AttributeError, match="Did you mean 'quotient'"):
        _ = parts.quotent
    with pytest.raises(
        WorkflowError, match=r"input 'a': node 'divide' has quotient, remainder: name the one"
    ):
        workflow.add("toy/add", a=parts)
    with pytest.raises(WorkflowError, match=r"node 'add', input 'b': 5000 is out of range: .* at most 1000"):
        workflow.add("toy/add", a=1, b=5000)
    with pytest.raises(WorkflowError, match=r"node 'total', input 'numbers': .*whole number"):
        workflow.add("toy/total", numbers=[parts.quotient, "x"])
    with pytest.raises(
        WorkflowError, match=r"node 'measure', input 'blob': wants Blob, which comes only by a link"
    ):
        workflow.add("toy/measure", blob=3)
    with pytest.raises(WorkflowError, match=r"Node 'divide' has no input 'c'"):
        workflow.input("c", parts, "c")


def test_a_node_of_another_workflow_is_refused(workflow: Workflow, catalogue: Catalogue) -> None:
    foreign = Workflow(catalogue=catalogue).add("toy/number", "foreign")
    with pytest.raises(
        WorkflowError, match=r"'foreign\.integer' is of no node of this workflow; add that node"
    ):
        workflow.add("toy/add", a=foreign)
    workflow.add("toy/number")
    assert list(workflow.document().nodes) == ["number"]


def test_a_function_that_no_pack_has_is_refused(workflow: Workflow) -> None:
    @node()
    def alone(a: int) -> int:
        return a

    with pytest.raises(WorkflowError, match="No pack here has the node 'alone'; register it in a pack"):
        workflow.add(alone, a=1)
    with pytest.raises(NodeDeclarationError, match="is not a node"):
        workflow.add(print)


def test_the_checker_has_the_last_word_with_every_problem(workflow: Workflow) -> None:
    blob = workflow.add("toy/make_blob")
    workflow.add("toy/add", a=blob)
    workflow.add("toy/measure")
    with pytest.raises(DocumentError) as caught:
        workflow.document()
    assert [(problem.node, problem.input) for problem in caught.value.problems] == [
        ("add", "a"),
        ("measure", "blob"),
    ]


def test_a_saved_workflow_is_the_document_byte_for_byte(workflow: Workflow, tmp_path: Path) -> None:
    workflow.add("toy/number", value=3)
    saved = workflow.save(tmp_path / "sums.json")
    assert load_document(tmp_path / "sums.json") == saved
    assert (tmp_path / "sums.json").read_text() == saved.dumps()
    assert saved.lock.packs == {"toy": "1.0"}
    assert list(tmp_path.iterdir()) == [tmp_path / "sums.json"]
    workflow.add("toy/measure")
    with pytest.raises(DocumentError):
        workflow.save(tmp_path / "sums.json")
    assert load_document(tmp_path / "sums.json") == saved


numbers = st.integers(-1000, 1000)


@given(st.lists(st.tuples(st.integers(0, 100), numbers), min_size=1, max_size=20))
def test_what_is_built_is_what_would_be_written_by_hand(steps: list[tuple[int, int]]) -> None:
    """The law of the builder: a chain with random links, built and written, is one document."""
    workflow = Workflow(catalogue=Catalogue([toy_pack.pack]))
    written: dict[str, object] = {}
    uses = []
    for index, (back, b) in enumerate(steps):
        a = uses[back % len(uses)] if uses else 1
        uses.append(workflow.add(toy_pack.add, f"n{index}", a=a, b=b))
        source = {"from": f"n{back % index}.integer"} if index else 1
        written[f"n{index}"] = {"type": "toy/add", "version": 1, "inputs": {"a": source, "b": b}}
    built = workflow.document()
    assert built.as_json()["nodes"] == written
    assert Document.model_validate(json.loads(built.dumps())) == built
    columns = {name: position[0] for name, position in built.layout["positions"].items()}
    for index, (back, _) in enumerate(steps[1:], start=1):
        assert columns[f"n{index}"] > columns[f"n{back % index}"]
    assert len(set(map(tuple, built.layout["positions"].values()))) == len(steps)
