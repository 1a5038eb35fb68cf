"""Structure that fails, or gives nothing, inside or before it opens."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import odd_pack
import pytest
import toy_pack

from graph_engine import Catalogue, DocumentError, Engine, Settings, Workflow, events
from graph_engine.errors import NestedTooDeep

CATALOGUE = Catalogue([toy_pack.pack, odd_pack.pack])


@pytest.fixture
def wf() -> Workflow:
    return Workflow("failures", catalogue=CATALOGUE)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    odd_pack.broken.clear()
    odd_pack.calls.clear()
    with Engine(tmp_path, catalogue=CATALOGUE) as engine:
        yield engine


@pytest.fixture
def forgetful(tmp_path: Path) -> Iterator[Engine]:
    """An engine that keeps no value that is not small."""
    odd_pack.broken.clear()
    odd_pack.calls.clear()
    settings = Settings(data=tmp_path, memory_budget=0, disk_budget=0)
    with Engine(settings=settings, catalogue=CATALOGUE) as engine:
        yield engine


def statuses(result: Any) -> dict[str, str]:
    return {node: report.status for node, report in result.nodes.items()}


def saving(wf: Workflow, **inputs: Any) -> None:
    with wf.define("save") as body:
        body.add("odd/save_blob", "save", blob=body.port("blob"), **inputs)


def test_a_loop_without_outputs_over_a_list_that_failed_is_skipped(engine: Engine, wf: Workflow) -> None:
    saving(wf)
    bad = wf.add("odd/fragile", "bad", name="bad", a=2)
    wf.add("flow/map", "m", body="save", each=["blob"], blob=wf.add("odd/blobs", "list", count=bad))
    odd_pack.broken.add("bad")
    result = engine.run(wf.document(), continue_on_error=True)
    assert statuses(result) == {"bad": "failed", "list": "skipped", "m": "skipped", "m#blob": "skipped"}
    assert engine.plan(wf.document()).steps["m"].status == "unknown"


def test_a_plan_names_what_must_be_made_again_to_plan_on(forgetful: Engine, wf: Workflow) -> None:
    made = wf.add("odd/fragile_blob", "made", name="n")
    wf.output("x", wf.add("odd/weigh_blob", "weigh", blob=made))
    forgetful.run(wf.document()).raise_for_status()
    plan = forgetful.plan(wf.document())
    assert {step.node: step.status for step in plan} == {"made": "miss", "weigh": "unknown"}
    assert "'made' will run first" in plan.steps["weigh"].reason
    assert statuses(forgetful.run(wf.document())) == {"made": "miss", "weigh": "hit"}


def test_a_loop_in_which_saving_failed_is_skipped(engine: Engine, wf: Workflow) -> None:
    saving(wf, name="disk")
    wf.add("flow/map", "m", body="save", each=["blob"], blob=wf.add("odd/blobs", "list", count=1))
    odd_pack.broken.add("disk")
    result = engine.run(wf.document(), continue_on_error=True)
    assert result.nodes["m"].status == "skipped"
    assert "'m[0]/save' failed" in result.nodes["m"].reason


def test_what_a_body_gave_is_used_also_when_saving_in_it_failed(engine: Engine, wf: Workflow) -> None:
    with wf.define("size") as body:
        body.add("odd/save_blob", "save", blob=body.port("blob"), name="disk")
        body.output("size", body.add("toy/measure", blob=body.port("blob")))
    called = wf.add("flow/call", "c", body="size", blob=wf.add("odd/fragile_blob", name="n"))
    wf.output("x", wf.add("toy/add", "after", a=called.size, b=0))
    odd_pack.broken.add("disk")
    result = engine.run(wf.document(), continue_on_error=True)
    assert (result.nodes["c"].status, result.nodes["after"].status) == ("skipped", "miss")
    assert dict(result.outputs) == {"x": 9000}


def test_a_loop_over_what_a_branch_would_have_given_is_skipped_with_it(engine: Engine, wf: Workflow) -> None:
    with wf.define("list") as body:
        body.output("numbers", body.add("odd/numbers", count=body.port("count")))
    with wf.define("same") as body:
        body.output("n", body.add("toy/number", value=body.port("n")))
    bad = wf.add("toy/at_least", "cond", a=wf.add("odd/fragile", "bad", name="bad"))
    branch = wf.add("flow/if", "if", condition=bad, then="list", otherwise="list", count=2)
    mapped = wf.add("flow/map", "m", body="same", each=["n"], n=branch.numbers)
    wf.output("x", wf.add("toy/total", "all", numbers=mapped.n))
    odd_pack.broken.add("bad")
    heard: list[events.Event] = []
    result = engine.run(wf.document(), continue_on_error=True, listener=heard.append)
    skipped = {node: report.reason for node, report in result.nodes.items() if report.status == "skipped"}
    assert skipped == dict.fromkeys(("cond", "if", "m", "m#n", "all"), "'bad' failed")
    assert {event.node for event in heard if isinstance(event, events.NodeSkipped)} == set(skipped)


def test_a_returned_graph_that_gives_another_type_is_refused_by_name_and_is_no_hit_in_a_plan(
    engine: Engine, wf: Workflow
) -> None:
    wf.output("x", wf.add("toy/wrong_graph", "w", start=1))
    (error,) = engine.run(wf.document()).errors
    assert isinstance(error.__cause__, DocumentError)
    assert "its output 'integer' gives text, but whole number is wanted" in str(error)
    assert not engine.plan(wf.document()).nothing_to_do
    assert engine.run(wf.document()).status == "failed"


def test_a_node_that_returns_itself_for_ever_is_stopped(engine: Engine, wf: Workflow) -> None:
    wf.output("x", wf.add("odd/endless", n=1))
    result = engine.run(wf.document())
    assert result.status == "failed"
    assert isinstance(result.errors[0].__cause__, NestedTooDeep)
    assert "in the place of 100 others" in str(result.errors[0])


def test_a_returned_graph_says_why_its_node_ran(engine: Engine, wf: Workflow) -> None:
    wf.output("x", wf.add("toy/repeat", "r", start=1, times=2).last)
    assert engine.run(wf.document()).nodes["r"].reason == "it has not run before"
    changed = wf.document().with_inputs({("r", "times"): 3})
    assert engine.run(changed).nodes["r"].reason == "input 'times' changed"
