"""Documents of earlier versions of a pack go on working."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_engine import (
    Catalogue,
    Document,
    DocumentError,
    Engine,
    Migration,
    NodeDeclarationError,
    Pack,
    load_document,
    node,
)
from graph_engine.checking.migrate import migrated
from graph_engine.declaration.migration import Inputs
from tests.graph_engine.conftest import RESOURCES

OLD = RESOURCES / "old_documents"


class Scaled(NamedTuple):
    product: int


def percents(inputs: Inputs) -> Inputs:
    """Version 3 counts the factor in percent, and what was left out meant 2."""
    factor = inputs.pop("factor", 2)
    if isinstance(factor, int):
        return inputs | {"percent": 100 * factor}
    raise ValueError("a linked factor can not be turned into percents")


# Version 1: multiply(value, by=2) -> int. Version 2: factor and product. Version 3: percent.
@node(
    version=3,
    migrate={1: Migration(inputs={"by": "factor"}, outputs={"integer": "product"}), 2: percents},
)
def scale(value: int, percent: int = 100) -> Scaled:
    return Scaled(value * percent // 100)


@node(version=2, migrate=lambda inputs: {"numbers": [*inputs.get("numbers", []), 0]})
def total(numbers: list[int]) -> int:
    return sum(numbers)


@node()
def plain(value: int = 0) -> int:
    return value


PACK = Pack("old", "3.0", [scale, total, plain], renamed={"multiply": "times", "times": "scale"})


@pytest.fixture
def catalogue() -> Catalogue:
    return Catalogue([PACK])


@pytest.fixture
def old_engine(tmp_path: Path, catalogue: Catalogue) -> Iterator[Engine]:
    with Engine(tmp_path / "data", catalogue=catalogue, device="cpu") as engine:
        yield engine


def times(version: int, **inputs: Any) -> dict[str, Any]:
    return {"type": "old/times" if version < 3 else "old/scale", "version": version, "inputs": inputs}


def raw(nodes: dict[str, Any], **interface: Any) -> dict[str, Any]:
    return {"latentgraph": 1, "nodes": nodes, "interface": interface}


def test_links_interface_and_titles_follow_and_unknown_nodes_stay_as_they_are(catalogue: Catalogue) -> None:
    before = load_document(OLD / "half_of_a_sum.json")
    after = migrated(before, catalogue)
    nodes = after.document.as_json()["nodes"]
    assert nodes["one"] == {"type": "old/scale", "version": 3, "inputs": {"value": 30, "percent": 200}}
    assert nodes["two"] == {
        "type": "old/scale",
        "version": 3,
        "inputs": {"value": {"from": "one.product"}, "percent": 200},
        "title": "Twice",
    }
    assert nodes["sum"]["inputs"]["numbers"] == [{"from": "one.product"}, {"from": "two.product"}, 4, 0]
    assert json.dumps(nodes["elsewhere"]) == json.dumps(before.as_json()["nodes"]["elsewhere"])
    assert after.document.interface.outputs["twice"].output == "product"
    assert [str(change) for change in after.changes] == [
        "Node 'one': its type 'old/multiply' is now 'old/scale'.",
        "Node 'one': 'old/scale' was brought from version 1 to version 3.",
        "Node 'two': its type 'old/multiply' is now 'old/scale'.",
        "Node 'two': 'old/scale' was brought from version 1 to version 3.",
        "Node 'sum': 'old/total' was brought from version 1 to version 2.",
    ]
    assert after.problems == ()


def test_a_renamed_input_of_the_interface_is_followed(catalogue: Catalogue) -> None:
    document = Document.model_validate(
        raw({"a": times(1, value=1)}, inputs={"by": {"node": "a", "input": "by"}})
    )
    assert migrated(document, catalogue).document.interface.inputs["by"].input == "factor"


def test_an_old_document_runs_as_it_is_and_loaded(old_engine: Engine, tmp_path: Path) -> None:
    wanted = json.loads((OLD / "half_of_a_sum.json").read_text())
    del wanted["nodes"]["elsewhere"]  # no pack here has it
    wanted["interface"]["inputs"] = {}
    result = old_engine.run(Document.model_validate(wanted)).raise_for_status()
    assert result.outputs == {"twice": 120, "sum": 184}
    assert {node.version for node in result.document.nodes.values()} == {2, 3}
    (tmp_path / "old.json").write_text(json.dumps(wanted))
    assert old_engine.load(tmp_path / "old.json") == result.document
    assert old_engine.plan(result.document).nothing_to_do


def test_a_present_document_is_the_same_object(catalogue: Catalogue) -> None:
    document = Document.model_validate(raw({"a": {"type": "old/plain", "inputs": {"value": 1}}}))
    assert migrated(document, catalogue).document is document


def test_a_migration_that_fails_leaves_its_node_and_says_why(old_engine: Engine) -> None:
    nodes = {
        "n": {"type": "old/plain"},
        "a": times(1, value=1, by={"from": "n.integer"}),
        "b": times(1, value=3),
    }
    opened = migrated(Document.model_validate(raw(nodes)), old_engine.catalogue)
    assert opened.document.nodes["a"].version == 2
    assert opened.document.nodes["b"].version == 3
    problems = old_engine.check(Document.model_validate(raw(nodes)))
    assert [(problem.code, problem.node) for problem in problems][:1] == [("migration_failed", "a")]
    assert "unknown_version" not in {problem.code for problem in problems}
    assert "from version 2 to 3 (ValueError: a linked factor can not be turned" in str(problems[0])
    with pytest.raises(DocumentError, match="Set its inputs anew"):
        old_engine.run(Document.model_validate(raw(nodes)))
    nodes["a"]["mode"] = "mute"
    assert old_engine.check(Document.model_validate(raw(nodes))) == []


@pytest.mark.parametrize(
    "wrong", [lambda inputs: None, lambda inputs: {"value": {1, 2}}, lambda inputs: 1 / 0]
)
def test_whatever_a_migration_does_is_a_problem_and_never_a_crash(wrong: Any) -> None:
    @node(version=2, migrate=wrong)
    def bad(value: int = 0) -> int:
        return value

    document = Document.model_validate(raw({"a": {"type": "bad/bad", "version": 1}}))
    opened = migrated(document, Catalogue([Pack("bad", "1", [bad])]))
    assert opened.document == document
    assert [problem.code for problem in opened.problems] == ["migration_failed"]


@pytest.mark.parametrize("start", [0, 2, 5])
def test_a_migration_begins_at_an_earlier_version(start: int) -> None:
    with pytest.raises(
        NodeDeclarationError, match=f"begins at version {start}, and the node is at version 2"
    ):
        node(version=2, migrate={start: Migration()})(lambda value: value)


def test_names_that_lead_in_a_circle_end() -> None:
    catalogue = Catalogue([Pack("round", "1", renamed={"a": "b", "b": "a"})])
    document = Document.model_validate(raw({"x": {"type": "round/a"}}))
    assert migrated(document, catalogue).document.nodes["x"].type in ("round/a", "round/b")


uses = st.lists(
    st.tuples(st.integers(1, 3), st.integers(-5, 5), st.integers(0, 4), st.booleans()), min_size=1, max_size=8
)


@given(uses)
def test_whatever_version_wrote_it_a_document_means_the_same(steps: list[tuple[int, int, int, bool]]) -> None:
    """The law: a chain written with any mixture of versions migrates to the chain of present ones, once."""
    old, present = {}, {}
    for index, (version, value, factor, linked) in enumerate(steps):
        source: Any = value
        now: Any = value
        if linked and index:
            output = "integer" if steps[index - 1][0] == 1 else "product"
            source, now = {"from": f"n{index - 1}.{output}"}, {"from": f"n{index - 1}.product"}
        name, said = {1: ("by", factor), 2: ("factor", factor), 3: ("percent", 100 * factor)}[version]
        old[f"n{index}"] = times(version, value=source, **{name: said})
        present[f"n{index}"] = times(3, value=now, percent=100 * factor)
    catalogue = Catalogue([PACK])
    once = migrated(Document.model_validate(raw(old)), catalogue).document
    assert once == Document.model_validate(raw(present))
    assert migrated(once, catalogue).document is once
