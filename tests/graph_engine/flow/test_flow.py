"""Control flow as structure: calls, maps, folds, branches, and graphs that nodes return."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import toy_pack

from graph_engine import (
    Cancellation,
    Catalogue,
    Document,
    DocumentError,
    Engine,
    NodeFailed,
    Settings,
    Workflow,
    events,
    set_inputs,
)
from graph_engine.errors import FlowFailed
from graph_engine.export import portable


@pytest.fixture
def wf(catalogue: Catalogue) -> Workflow:
    return Workflow("flow", catalogue=catalogue)


def add_one(wf: Workflow, name: str = "add one") -> None:
    with wf.define(name) as body:
        body.output("sum", body.add("toy/add", "more", a=body.port("value"), b=1))


def statuses(result: Any) -> dict[str, str]:
    return {node: report.status for node, report in result.nodes.items()}


def outputs(engine: Engine, wf: Workflow | Document) -> dict[str, Any]:
    document = wf.document() if isinstance(wf, Workflow) else wf
    return dict(engine.run(document).raise_for_status().outputs)


def test_a_call_runs_a_definition_as_one_node(engine: Engine, wf: Workflow) -> None:
    add_one(wf)
    first = wf.add("flow/call", "first", body="add one", value=1)
    second = wf.add("flow/call", "second", body="add one", value=first.sum)
    wf.output("x", second.sum)
    result = engine.run(wf.document()).raise_for_status()
    assert result.outputs["x"] == 3
    assert list(result.nodes) == ["first", "first/more", "second", "second/more"]
    again = engine.run(wf.document())
    assert set(statuses(again).values()) == {"hit"}
    assert again.outputs["x"] == 3


def test_what_is_inside_is_cached_wherever_it_was_computed(engine: Engine, wf: Workflow) -> None:
    add_one(wf)
    wf.output("plain", wf.add("toy/add", a=5, b=1))
    wf.output("called", wf.add("flow/call", body="add one", value=5))
    assert outputs(engine, wf) == {"plain": 6, "called": 6}
    assert toy_pack.calls["add"] == 1


def test_a_port_may_lead_to_several_inputs(engine: Engine, wf: Workflow) -> None:
    with wf.define("twice") as body:
        value = body.port("value")
        one, two = body.add("toy/same", thing=value), body.add("toy/add", a=value, b=10)
        body.output("sum", body.add("toy/total", numbers=[one, two]))
    wf.output("x", wf.add("flow/call", body="twice", value=4).sum)
    assert outputs(engine, wf) == {"x": 18}


def test_a_map_gives_lists_in_the_order_of_the_items(engine: Engine, wf: Workflow) -> None:
    add_one(wf)
    mapped = wf.add("flow/map", "m", body="add one", each=["value"], value=[3, 1, 2])
    wf.output("sums", mapped.sum)
    wf.output("total", wf.add("toy/total", numbers=mapped.sum))
    assert outputs(engine, wf) == {"sums": [4, 2, 3], "total": 9}
    again = engine.run(wf.document())
    assert set(statuses(again).values()) == {"hit"}
    assert dict(again.outputs) == {"sums": [4, 2, 3], "total": 9}


def test_a_map_over_a_computed_list_runs_only_for_items_that_are_new(engine: Engine, wf: Workflow) -> None:
    with wf.define("size") as body:
        body.output("size", body.add("toy/measure", blob=body.port("blob")))
    parts = wf.add("toy/split", blob=wf.add("toy/make_blob", "make", text="ab", size=9000))
    wf.output("sizes", wf.add("flow/map", "m", body="size", each=["blob"], blob=parts.blobs))
    assert outputs(engine, wf) == {"sizes": [4500, 4500]}
    assert toy_pack.calls["measure"] == 1  # both halves are alike
    changed = wf.document().with_inputs({("make", "size"): 9002})
    assert outputs(engine, changed) == {"sizes": [4501, 4501]}


def test_zip_takes_lists_side_by_side_and_product_every_combination(engine: Engine, wf: Workflow) -> None:
    with wf.define("sum") as body:
        body.output("sum", body.add("toy/add", a=body.port("a"), b=body.port("b")))
    lists: dict[str, Any] = {"body": "sum", "each": ["a", "b"], "a": [1, 2], "b": [10, 20]}
    wf.output("zip", wf.add("flow/map", **lists))
    wf.output("product", wf.add("flow/map", how="product", **lists))
    assert outputs(engine, wf) == {"zip": [11, 22], "product": [11, 21, 12, 22]}


def test_lists_of_different_lengths_are_refused_with_their_lengths(engine: Engine, wf: Workflow) -> None:
    with wf.define("sum") as body:
        body.output("sum", body.add("toy/add", a=body.port("a"), b=body.port("b")))
    wf.output("x", wf.add("flow/map", "m", body="sum", each=["a", "b"], a=[1, 2], b=[1]))
    (error,) = engine.run(wf.document()).errors
    assert isinstance(error, NodeFailed)
    assert isinstance(error.__cause__, FlowFailed)
    assert "'m' (flow/map)" in str(error)
    assert "'a' has 2, 'b' has 1" in str(error)


def test_a_map_over_nothing_gives_empty_lists(engine: Engine, wf: Workflow) -> None:
    add_one(wf)
    mapped = wf.add("flow/map", body="add one", each=["value"], value=[])
    wf.output("sums", mapped)
    wf.output("total", wf.add("toy/total", numbers=mapped.sum))
    assert outputs(engine, wf) == {"sums": [], "total": 0}


def test_maps_nest(engine: Engine, wf: Workflow) -> None:
    add_one(wf)
    with wf.define("row") as body:
        sums = body.add("flow/map", "m", body="add one", each=["value"], value=body.port("row"))
        body.output("row", sums.sum)
    table = wf.add("flow/map", "rows", body="row", each=["row"], row=[[1, 2], [3]])
    wf.output("table", table)
    result = engine.run(wf.document()).raise_for_status()
    assert result.outputs["table"] == [[2, 3], [4]]
    assert "rows[0]/m[1]/more" in result.nodes
    assert set(statuses(engine.run(wf.document())).values()) == {"hit"}


def test_the_items_of_a_second_map_wait_for_no_other_item_of_the_first(
    tmp_path: Any, catalogue: Catalogue, wf: Workflow
) -> None:
    with wf.define("meet") as body:
        ports = {name: body.port(name) for name in ("a", "parties", "place")}
        body.output("a", body.add("toy/meet", **ports))
    each = ["a", "parties", "place"]
    one = wf.add("flow/map", body="meet", each=each, a=[0, 1], parties=[1, 2], place=["alone", "both maps"])
    two = wf.add(
        "flow/map", body="meet", each=each, a=one.a, parties=[2, 1], place=["both maps", "alone too"]
    )
    wf.output("x", two.a)
    toy_pack.meetings.clear()
    with Engine(settings=Settings(data=tmp_path, cpu_slots=2), catalogue=catalogue) as engine:
        assert outputs(engine, wf) == {"x": [0, 1]}


def test_one_failed_item_is_named_and_a_retry_computes_only_that(engine: Engine, wf: Workflow) -> None:
    with wf.define("check") as body:
        body.output("a", body.add("toy/fail_on", "it", a=body.port("a"), bad=body.port("bad")))
    wf.output("x", wf.add("flow/map", "m", body="check", each=["a"], a=[1, 13, 3], bad=13))
    result = engine.run(wf.document(), continue_on_error=True)
    assert statuses(result) == {"m": "skipped", "m[0]/it": "miss", "m[1]/it": "failed", "m[2]/it": "miss"}
    assert "'m[1]/it' failed" in result.nodes["m"].reason
    assert "13 is the bad one" in str(result.errors[0])
    toy_pack.calls.clear()
    mended = engine.run(wf.document().with_inputs({("m", "a"): [1, 14, 3]})).raise_for_status()
    assert mended.outputs["x"] == [1, 14, 3]
    assert toy_pack.calls["fail_on"] == 1


def test_a_map_tells_its_progress_item_by_item(engine: Engine, wf: Workflow) -> None:
    add_one(wf)
    wf.output("x", wf.add("flow/map", "m", body="add one", each=["value"], value=[1, 2, 3]))
    heard: list[events.Event] = []
    engine.run(wf.document(), listener=heard.append)
    assert events.NodeOpened("m", "flow/map", 3) in heard
    steps = [event for event in heard if isinstance(event, events.NodeProgress) and event.node == "m"]
    assert [(one.done, one.total) for one in steps] == [(1, 3), (2, 3), (3, 3)]


def test_a_fold_carries_what_its_body_gives(engine: Engine, wf: Workflow) -> None:
    with wf.define("step") as body:
        a, b = body.port("a"), body.port("b")
        body.output("a", body.add("toy/same", thing=b))
        body.output("b", body.add("toy/add", a=a, b=b))
        body.output("trace", body.add("toy/show", value=b))
    fold = wf.add("flow/fold", "f", body="step", carry=["a", "b"], times=6, a=0, b=1)
    wf.output("a", fold.a)
    wf.output("b", fold.b)
    wf.output("trace", fold.trace)
    assert outputs(engine, wf) == {"a": 8, "b": 13, "trace": ["1", "1", "2", "3", "5", "8"]}
    more = engine.run(wf.document().with_inputs({("f", "times"): 7})).raise_for_status()
    assert more.outputs["b"] == 21
    assert {node for node, status in statuses(more).items() if status == "miss"} >= {"f[6]/add"}
    assert statuses(more)["f[5]/add"] == "hit"


def test_a_fold_stops_when_it_is_told_to(engine: Engine, wf: Workflow) -> None:
    with wf.define("step") as body:
        n = body.add("toy/add", a=body.port("n"), b=1)
        body.output("n", n)
        body.output("enough", body.add("toy/at_least", a=n, limit=4))
    fold = wf.add("flow/fold", "f", body="step", carry=["n"], times=100, until="enough", n=0)
    wf.output("n", fold.n)
    wf.output("steps", fold.enough)
    result = engine.run(wf.document()).raise_for_status()
    assert dict(result.outputs) == {"n": 4, "steps": [False, False, False, True]}
    assert "f[4]/add" not in result.nodes
    assert engine.plan(wf.document()).nothing_to_do


def test_a_fold_of_no_steps_gives_what_it_was_given(engine: Engine, wf: Workflow) -> None:
    with wf.define("step") as body:
        body.output("a", body.add("toy/add", a=body.port("a"), b=1))
    wf.output("literal", wf.add("flow/fold", body="step", carry=["a"], times=0, a=5))
    wf.output(
        "linked", wf.add("flow/fold", body="step", carry=["a"], times=0, a=wf.add("toy/number", value=7))
    )
    assert outputs(engine, wf) == {"literal": 5, "linked": 7}


def test_a_fold_s_bound_may_be_computed_and_obeys_its_range(engine: Engine, wf: Workflow) -> None:
    with wf.define("step") as body:
        body.output("a", body.add("toy/add", a=body.port("a"), b=1))
    wf.output(
        "x", wf.add("flow/fold", "f", body="step", carry=["a"], times=wf.add("toy/number", "n", value=3), a=0)
    )
    assert outputs(engine, wf) == {"x": 3}
    (error,) = engine.run(wf.document().with_inputs({("n", "value"): 1_000_000})).errors
    assert "'times'" in str(error)


@pytest.mark.parametrize(("number", "given"), [(5, 6), (-5, 0)])
def test_a_branch_computes_only_what_the_chosen_body_needs(
    engine: Engine, wf: Workflow, number: int, given: int
) -> None:
    add_one(wf)
    with wf.define("nothing") as body:
        body.output("sum", body.add("toy/sign", a=body.port("other")))
    condition = wf.add("toy/at_least", a=number, limit=0)
    value = wf.add("toy/number", "value", value=5)
    other = wf.add("toy/number", "other", value=0)
    chosen = wf.add(
        "flow/if", "if", condition=condition, then="add one", otherwise="nothing", value=value, other=other
    )
    wf.output("x", chosen.sum)
    result = engine.run(wf.document()).raise_for_status()
    assert result.outputs["x"] == given
    assert ("value" in result.nodes, "other" in result.nodes) == (number == 5, number != 5)
    again = engine.run(wf.document())
    assert set(statuses(again).values()) == {"hit"}


def test_a_switch_runs_the_case_of_that_name_or_the_default(engine: Engine, wf: Workflow) -> None:
    add_one(wf)
    with wf.define("keep") as body:
        body.output("sum", body.add("flow/pass", value=body.port("value")))
    wf.output(
        "x", wf.add("flow/switch", "s", choice="more", cases={"more": "add one"}, default="keep", value=1)
    )
    document = wf.document()
    assert outputs(engine, document) == {"x": 2}
    assert outputs(engine, document.with_inputs({("s", "choice"): "less"})) == {"x": 1}
    (error,) = engine.run(document.with_inputs({("s", "choice"): "mor", ("s", "default"): ""})).errors
    assert "no case 'mor'" in str(error)
    assert "'more'" in str(error)


def test_lazy_inputs_are_computed_only_when_they_are_asked_for(engine: Engine, wf: Workflow) -> None:
    yes, no = wf.add("toy/number", "yes", value=1), wf.add("toy/number", "no", value=2)
    wf.output("x", wf.add("toy/pick", "pick", which=True, yes=yes, no=no))
    document = wf.document()
    result = engine.run(document).raise_for_status()
    assert result.outputs["x"] == 1
    assert "no" not in result.nodes
    assert statuses(engine.run(document)) == {"yes": "hit", "pick": "hit"}
    changed = document.with_inputs({("no", "value"): 5})
    assert statuses(engine.run(changed)) == {"yes": "hit", "pick": "hit"}
    assert engine.plan(changed).nothing_to_do
    other = engine.run(document.with_inputs({("pick", "which"): False})).raise_for_status()
    assert other.outputs["x"] == 2
    assert statuses(other) == {"no": "miss", "pick": "miss"}


def test_what_a_node_asks_for_may_depend_on_what_it_got(engine: Engine, wf: Workflow) -> None:
    a, b = wf.add("toy/number", "a", value=1), wf.add("toy/number", "b", value=4)
    wf.output("x", wf.add("toy/first_even", "f", a=a, b=b))
    document = wf.document()
    assert outputs(engine, document) == {"x": 4}
    even = document.with_inputs({("a", "value"): 2})
    result = engine.run(even).raise_for_status()
    assert (result.outputs["x"], "b" in result.nodes) == (2, False)
    toy_pack.calls.clear()
    assert outputs(engine, document) == {"x": 4}
    assert outputs(engine, even) == {"x": 2}
    assert not toy_pack.calls


def test_a_lazy_input_that_fails_skips_the_node_that_asked(engine: Engine, wf: Workflow) -> None:
    bad = wf.add("toy/fail", "bad", a=1)
    wf.output("x", wf.add("toy/pick", "pick", which=True, yes=bad))
    result = engine.run(wf.document(), continue_on_error=True)
    assert statuses(result) == {"bad": "failed", "pick": "skipped"}
    assert "'bad' failed" in result.nodes["pick"].reason


def test_one_place_in_a_lane_is_enough_for_nodes_that_wait_for_lazy_inputs(
    tmp_path: Any, catalogue: Catalogue, wf: Workflow
) -> None:
    deep: Any = wf.add("toy/number", value=2)
    for _ in range(5):
        deep = wf.add("toy/pick", which=True, yes=deep)
    wf.output("x", deep)
    with Engine(settings=Settings(data=tmp_path, cpu_slots=1), catalogue=catalogue) as engine:
        assert outputs(engine, wf) == {"x": 2}


def test_a_node_may_return_a_graph_that_runs_in_its_place(engine: Engine, wf: Workflow) -> None:
    repeated = wf.add("toy/repeat", "r", start=wf.add("toy/number", value=10), times=3)
    wf.output("total", repeated.total)
    wf.output("next", wf.add("toy/add", a=repeated.last, b=0))
    result = engine.run(wf.document()).raise_for_status()
    assert dict(result.outputs) == {"total": 46, "next": 13}
    assert "r/add_4" in result.nodes
    toy_pack.calls.clear()
    again = engine.run(wf.document())
    assert set(statuses(again).values()) == {"hit"}
    assert dict(again.outputs) == {"total": 46, "next": 13}
    assert not toy_pack.calls
    assert engine.plan(wf.document()).nothing_to_do


def test_a_returned_graph_that_gives_another_type_is_refused(engine: Engine, wf: Workflow) -> None:
    wf.output("x", wf.add("toy/wrong_graph", "w", start=1))
    wf.output("y", wf.add("toy/add", a=wf.add("toy/wrong_graph", "w2", start=1), b=0))
    errors = engine.run(wf.document(), continue_on_error=True).errors
    assert any("w" in str(error) and "whole number" in str(error) for error in errors)


def test_saving_inside_a_loop_is_running(engine: Engine, wf: Workflow) -> None:
    with wf.define("note") as body:
        body.add("toy/save_text", text=body.port("text"))
    wf.add("flow/map", "m", body="note", each=["text"], text=["a", "b", "a"])
    result = engine.run(wf.document()).raise_for_status()
    assert [engine.artifacts.path(one).read_bytes() for one in result.artifacts] == [b"a", b"b"]


def test_a_loop_stops_where_it_is_cancelled_and_goes_on_from_there(engine: Engine, wf: Workflow) -> None:
    add_one(wf)
    wf.output("x", wf.add("flow/map", "m", body="add one", each=["value"], value=list(range(20))))
    cancellation = Cancellation()

    def stop_after_five(event: events.Event) -> None:
        if isinstance(event, events.NodeProgress) and event.done == 5:
            cancellation.cancel()

    assert (
        engine.run(wf.document(), cancellation=cancellation, listener=stop_after_five).status == "cancelled"
    )
    result = engine.run(wf.document()).raise_for_status()
    assert 5 <= sum(status == "hit" for node, status in statuses(result).items() if "/" in node) < 20
    assert result.outputs["x"] == list(range(1, 21))


def test_a_loop_of_loops_that_grows_beyond_all_bounds_is_stopped(
    engine: Engine, wf: Workflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graph_engine.execution.compile.MAX_TASKS", 50)
    add_one(wf)
    wf.output("x", wf.add("flow/map", "m", body="add one", each=["value"], value=list(range(100))))
    result = engine.run(wf.document())
    assert result.status == "failed"
    assert "more than 50 nodes" in str(result.errors[0])


def test_a_plan_opens_loops_and_branches_as_far_as_it_knows(engine: Engine, wf: Workflow) -> None:
    add_one(wf)
    mapped = wf.add("flow/map", "m", body="add one", each=["value"], value=[1, 2])
    wf.output("x", wf.add("toy/total", "all", numbers=mapped.sum))
    planned: Mapping[str, Any] = engine.plan(wf.document()).steps
    assert {node: step.status for node, step in planned.items()} == {
        "m[0]/more": "miss",
        "m[1]/more": "miss",
        "m": "miss",
        "all": "unknown",
    }
    engine.run(wf.document())
    assert engine.plan(wf.document()).nothing_to_do
    changed = engine.plan(wf.document().with_inputs({("m", "value"): [1, 3]})).steps
    assert changed["m[0]/more"].status == "hit"
    assert changed["m"].reason == "1 of 2 nodes inside will run, or may"


def test_evicted_values_inside_a_loop_are_made_again(
    tmp_path: Any, catalogue: Catalogue, wf: Workflow
) -> None:
    with wf.define("blob") as body:
        body.output("blob", body.add("toy/make_blob", text=body.port("text")))
    blobs = wf.add("flow/map", body="blob", each=["text"], text=["a", "b"])
    wf.output("count", wf.add("toy/count_blobs", blobs=blobs.blob))
    document = wf.document()
    settings = Settings(data=tmp_path, memory_budget=0, disk_budget=0)
    with Engine(settings=settings, catalogue=catalogue) as engine:
        for _ in range(2):
            assert outputs(engine, document) == {"count": 2}


def test_a_wrong_document_is_refused_before_anything_runs(engine: Engine, wf: Workflow) -> None:
    add_one(wf)
    wf.output("x", wf.add("flow/call", "c", body="add one", value=1))
    with pytest.raises(DocumentError, match="no definition 'add two'"):
        engine.run(wf.document().with_inputs({("c", "body"): "add two"}))
    assert not toy_pack.calls


def test_a_file_named_at_a_port_counts_by_its_content_and_travels(
    engine: Engine, wf: Workflow, tmp_path: Any
) -> None:
    with wf.define("read") as body:
        body.output("text", body.add("toy/read_text", path=body.port("path")))
    wf.output("texts", wf.add("flow/map", "m", body="read", each=["path"], path=["a.txt", "b.txt"]))
    document = wf.document()
    for name in ("a", "b"):
        (tmp_path / "files" / f"{name}.txt").write_text(name)
    assert outputs(engine, document) == {"texts": ["a", "b"]}
    carried = portable(document, engine)
    assert all(path.startswith("blake3:") for path in carried.nodes["m"].inputs["path"])
    (tmp_path / "files" / "a.txt").write_text("new")
    assert outputs(engine, document) == {"texts": ["new", "b"]}
    assert set(statuses(engine.run(carried)).values()) == {"hit"}
    problems = engine.check(document.with_inputs({("m", "path"): ["../a.txt"]}))
    assert [problem.code for problem in problems] == ["path_escapes"]


def test_nodes_inside_definitions_are_migrated(engine: Engine, wf: Workflow) -> None:
    add_one(wf)
    wf.output("x", wf.add("flow/call", body="add one", value=1))
    raw = wf.document().as_json()
    raw["definitions"]["add one"]["nodes"]["more"]["version"] = 7
    (problem,) = engine.check(Document.model_validate(raw))
    assert (problem.code, problem.definition, problem.node) == ("unknown_version", "add one", "more")
    assert "definition 'add one', node 'more'" in str(problem)


def test_an_input_of_the_interface_may_lead_to_several_nodes(engine: Engine, wf: Workflow) -> None:
    left, right = wf.add("toy/add", a=1, b=0), wf.add("toy/add", a=2, b=0)
    wf.input("plus", left, "b")
    wf.input("plus", right, "b")
    wf.output("sum", wf.add("toy/total", numbers=[left.integer, right.integer]))
    assert engine.run(set_inputs(wf.document(), {"plus": 10})).outputs["sum"] == 23
