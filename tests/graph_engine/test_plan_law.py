"""The law of plans: what a plan says of a node, the next run of the document does."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
import toy_pack
from random_documents import random_document

from graph_engine import Catalogue, Document, Engine, Settings
from graph_engine.execution.plan import Plan

CATALOGUE = Catalogue([toy_pack.pack])
BUDGETS = [{}, {"memory_budget": 0}, {"memory_budget": 0, "disk_budget": 0}]


def check(engine: Engine, document: Document) -> Plan:
    plan = engine.plan(document)
    toy_pack.calls.clear()
    run = engine.run(document).raise_for_status()
    if plan.nothing_to_do:
        assert not toy_pack.calls
        assert {report.status for report in run.nodes.values()} == {"hit"}
    certain = all(step.status != "unknown" for step in plan)
    for step in plan:
        found = run.nodes[step.node]
        if step.status == "miss":
            assert (found.status, "inside" in found.reason) == ("miss", "inside" in step.reason), step
        elif step.status == "hit" and certain:  # else what comes after it may need its evicted value
            assert found.status == "hit", (step, found)
    return plan


@pytest.mark.parametrize("budgets", BUDGETS, ids=["kept", "on disk", "nothing kept"])
def test_a_run_does_what_its_plan_said(
    budgets: dict[str, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graph_engine.store.content.TEXT_BYTES", -1)  # so that numbers can be evicted
    for seed in range(12):
        rng = Random(seed)
        document = random_document(rng, CATALOGUE, size=10).document
        with Engine(settings=Settings(data=tmp_path / str(seed), **budgets), catalogue=CATALOGUE) as engine:
            check(engine, document)
            again = check(engine, document)
            assert again.nothing_to_do or budgets.get("disk_budget") == 0
            numbers = [
                (node, name)
                for node, one in document.nodes.items()
                for name, value in one.inputs.items()
                if type(value) is int
            ]
            for place in rng.sample(numbers, min(2, len(numbers))):
                check(engine, document.with_inputs({place: rng.randint(0, 4)}))


def test_of_equal_nodes_only_the_first_is_planned_to_run(tmp_path: Path) -> None:
    node = {"type": "toy/add", "version": 1, "inputs": {"a": 1}}
    nodes = dict.fromkeys(("first", "second"), node)
    outputs = {name: {"node": name, "output": "integer"} for name in nodes}
    document = Document.model_validate({"latentgraph": 1, "nodes": nodes, "interface": {"outputs": outputs}})
    with Engine(tmp_path, catalogue=CATALOGUE) as engine:
        steps = check(engine, document).steps
    assert [(step.node, step.status) for step in steps.values()] == [("first", "miss"), ("second", "unknown")]
    assert "'first' will run first" in steps["second"].reason
