"""Bypassed nodes hand on what comes to them, muted ones and what needs them are not run."""

from __future__ import annotations

from typing import Any

import pytest
import toy_pack

from graph_engine import Catalogue, Document, Engine, Pack, Run, Subgraph, Workflow, node
from graph_engine.documents.diff import diff
from graph_engine.documents.document_io import parse_document
from graph_engine.documents.interface import set_inputs
from graph_engine.documents.sweep import sweep
from graph_engine.errors import DocumentError
from graph_engine.execution.compile import NothingToRun
from graph_engine.interface_types import interface_types
from graph_engine.messages import shown
from graph_engine.preparing import Wishes, prepared
from graph_engine.problem import Problem


def link(place: str) -> dict[str, str]:
    return {"from": place}


def body(
    nodes: dict[str, Any], outputs: dict[str, str], inputs: dict[str, str] | None = None
) -> dict[str, Any]:
    """Nodes as (type, inputs) or (type, inputs, mode), and an interface of places as `node.socket`."""
    made = {}
    for name, (kind, given, *mode) in nodes.items():
        kind = kind if "/" in kind else f"toy/{kind}"
        made[name] = {"type": kind, "version": 1, "inputs": given, **({"mode": mode[0]} if mode else {})}
    ports = {
        kind: {
            name: dict(zip(("node", kind[:-1]), place.rsplit(".", 1), strict=True))
            for name, place in places.items()
        }
        for kind, places in (("inputs", inputs or {}), ("outputs", outputs))
    }
    return {"nodes": made, "interface": ports}


def document(
    nodes: dict[str, Any],
    outputs: dict[str, str],
    inputs: dict[str, str] | None = None,
    definitions: dict[str, Any] | None = None,
) -> Document:
    raw = {"latentgraph": 1, **body(nodes, outputs, inputs), "definitions": definitions or {}}
    return parse_document(raw)


def outputs_of(engine: Engine, what: Document) -> dict[str, Any]:
    return dict(engine.run(what).raise_for_status().outputs)


def statuses(engine: Engine, what: Document, wanted: list[str] | None = None) -> dict[str, str]:
    return {step.node: step.status for step in engine.plan(what, wanted)}


def only_problem(engine: Engine, what: Document) -> Problem:
    (problem,) = engine.check(what)
    return problem


# Bypass.


def test_a_bypassed_node_hands_on_what_comes_to_it(engine: Engine) -> None:
    nodes = {
        "three": ("number", {"value": 3}),
        "more": ("add", {"a": link("three.integer"), "b": 5}, "bypass"),
        "text": ("show", {"value": link("more.integer")}),
    }
    what = document(nodes, {"text": "text.text", "more": "more.integer"})
    assert statuses(engine, what) == {"three": "miss", "text": "unknown", "more": "bypassed"}
    assert outputs_of(engine, what) == {"text": "3", "more": 3}
    assert toy_pack.calls["add"] == 0


def test_the_first_input_with_a_link_that_fits_is_handed_on(engine: Engine) -> None:
    nodes = {
        "four": ("number", {"value": 4}),
        "blob": ("make_blob", {}),
        "plus": ("plus", {"a": 1, "b": link("four.integer")}, "bypass"),
        "parts": ("divide", {"a": link("plus.integer"), "b": link("blob.blob")}, "bypass"),
    }
    what = document(nodes, {"quotient": "parts.quotient", "rest": "parts.remainder"})
    assert outputs_of(engine, what) == {"quotient": 4, "rest": 4}


def test_what_gives_on_anything_hands_it_on_as_it_is(engine: Engine) -> None:
    nodes = {"blob": ("make_blob", {"size": 7}), "same": ("same", {"thing": link("blob.blob")}, "bypass")}
    what = document(nodes | {"size": ("measure", {"blob": link("same.value")})}, {"size": "size.integer"})
    assert outputs_of(engine, what) == {"size": 7}


ONE = link("one.integer")


@pytest.mark.parametrize("numbers", [ONE, [ONE]])
def test_the_only_link_of_a_list_is_handed_on(engine: Engine, numbers: Any) -> None:
    nodes = {"one": ("number", {"value": 1}), "sum": ("total", {"numbers": numbers}, "bypass")}
    assert outputs_of(engine, document(nodes, {"sum": "sum.integer"})) == {"sum": 1}


@pytest.mark.parametrize("numbers", [[5], [ONE, ONE], [ONE, 5]])
def test_literals_and_several_links_of_a_list_are_not(engine: Engine, numbers: Any) -> None:
    nodes = {"one": ("number", {}), "sum": ("total", {"numbers": numbers}, "bypass")}
    assert only_problem(engine, document(nodes, {"sum": "sum.integer"})).code == "bypass"


def test_an_output_that_nothing_fits_is_a_problem_where_it_is_needed(engine: Engine) -> None:
    nodes = {
        "one": ("number", {}),
        "text": ("show", {"value": link("one.integer")}, "bypass"),
        "note": ("save_text", {"text": link("text.text")}),
    }
    problem = only_problem(engine, document(nodes, {}))
    assert (problem.code, problem.node, problem.expected) == ("bypass", "text", "text")
    assert "'text'" in problem.message
    assert "mute it" in problem.hint
    assert only_problem(engine, document({**nodes, "note": ("number", {})}, {"t": "text.text"})) == problem
    assert engine.check(document({**nodes, "note": ("number", {})}, {"n": "one.integer"})) == []


def test_what_a_bypassed_node_computes_with_may_be_wrong_or_missing(engine: Engine) -> None:
    nodes = {
        "one": ("number", {"value": 1}),
        "more": ("add", {"a": link("one.integer"), "b": 99_999, "c": 1}, "bypass"),
        "sum": ("plus", {"b": link("more.integer")}, "bypass"),
    }
    assert outputs_of(engine, document(nodes, {"sum": "sum.integer"})) == {"sum": 1}


def test_a_link_to_an_output_that_a_bypassed_node_has_not_is_a_problem_of_the_link(engine: Engine) -> None:
    nodes = {
        "one": ("number", {}),
        "more": ("add", {"a": link("one.integer")}, "bypass"),
        "text": ("show", {"value": link("more.intger")}),
    }
    problem = only_problem(engine, document(nodes, {"text": "text.text"}))
    assert (problem.code, problem.node, problem.input) == ("unknown_link_output", "text", "value")
    assert "'integer'" in problem.hint
    del nodes["text"]
    problem = only_problem(engine, document(nodes, {"x": "more.intger"}))
    assert (problem.code, problem.node, problem.got) == ("interface_socket", "more", "intger")


def test_a_wrong_type_behind_a_bypass_is_told_where_it_arrives(engine: Engine) -> None:
    nodes = {
        "blob": ("make_blob", {}),
        "more": ("add", {"a": link("blob.blob")}, "bypass"),
        "text": ("show", {"value": link("more.integer")}),
    }
    problem = only_problem(engine, document(nodes, {"text": "text.text"}))
    assert (problem.code, problem.node, problem.input, problem.got) == ("wrong_type", "text", "value", "Blob")


def test_bypassed_nodes_in_a_circle_are_still_a_circle(engine: Engine) -> None:
    nodes = {
        "a": ("sign", {"a": link("b.integer")}, "bypass"),
        "b": ("sign", {"a": link("a.integer")}, "bypass"),
    }
    assert only_problem(engine, document(nodes, {"a": "a.integer"})).code == "cycle"


def test_run_to_a_bypassed_node_runs_what_it_hands_on(engine: Engine) -> None:
    nodes = {
        "one": ("number", {}),
        "other": ("number", {"value": 2}),
        "sum": ("plus", {"a": link("one.integer"), "b": link("other.integer")}, "bypass"),
        "text": ("show", {"value": link("one.integer")}, "bypass"),
    }
    what = document(nodes, {"one": "one.integer"})
    assert statuses(engine, what, ["sum"]) == {"one": "miss", "sum": "bypassed"}
    with pytest.raises(NothingToRun, match="'text' is bypassed"):
        engine.plan(what, ["text"])


# Mute.


def test_what_needs_a_muted_node_is_not_run_and_the_rest_is(engine: Engine) -> None:
    nodes = {
        "one": ("number", {"value": 1}),
        "muted": ("sign", {"a": link("one.integer")}, "mute"),
        "after": ("add", {"a": link("muted.integer")}),
        "text": ("show", {"value": link("after.integer")}),
    }
    what = document(nodes, {"text": "text.text", "one": "one.integer"})
    plan = engine.plan(what)
    told = {step.node: (step.status, step.reason) for step in plan}
    assert told == {
        "one": ("miss", told["one"][1]),
        "muted": ("muted", ""),
        "after": ("muted", "'muted' is muted"),
        "text": ("muted", "'muted' is muted"),
    }
    result = engine.run(what).raise_for_status()
    assert dict(result.outputs) == {"one": 1}
    assert {name: one.status for name, one in result.nodes.items()} == {
        "one": "miss", "muted": "muted", "after": "muted", "text": "muted"
    }  # fmt: skip
    assert engine.plan(what).nothing_to_do


def test_an_optional_input_without_its_muted_node_has_its_default(engine: Engine) -> None:
    nodes = {
        "blob": ("make_blob", {"size": 5}),
        "other": ("make_blob", {"size": 6}, "mute"),
        "size": ("measure", {"blob": link("blob.blob"), "other": link("other.blob")}),
    }
    assert outputs_of(engine, document(nodes, {"size": "size.integer"})) == {"size": 5}


def test_a_list_goes_on_without_what_is_muted_until_nothing_is_left_of_it(engine: Engine) -> None:
    nodes = {
        "a": ("number", {"value": 1}),
        "b": ("number", {"value": 2}, "mute"),
        "sum": ("total", {"numbers": [link("a.integer"), link("b.integer"), 10]}),
        "rest": ("total", {"numbers": [link("b.integer")]}),
    }
    assert outputs_of(engine, document(nodes, {"sum": "sum.integer", "rest": "rest.integer"})) == {"sum": 11}


def test_a_bypassed_node_takes_the_next_input_where_one_is_muted(engine: Engine) -> None:
    nodes = {
        "a": ("number", {"value": 1}, "mute"),
        "b": ("number", {"value": 2}),
        "sum": ("plus", {"a": link("a.integer"), "b": link("b.integer")}, "bypass"),
        "sign": ("sign", {"a": link("a.integer")}, "bypass"),
        "text": ("show", {"value": link("sign.integer")}),
    }
    what = document(nodes, {"sum": "sum.integer", "text": "text.text"})
    assert outputs_of(engine, what) == {"sum": 2}
    assert engine.plan(what).steps["text"].reason == "'a' is muted"


def test_a_muted_node_that_saves_saves_nothing(engine: Engine) -> None:
    nodes = {"note": ("save_text", {"text": "x"}, "mute"), "one": ("number", {"value": 1})}
    result = engine.run(document(nodes, {"one": "one.integer"})).raise_for_status()
    assert (result.artifacts, result.nodes["note"].status) == ((), "muted")


def test_where_all_is_muted_there_is_nothing_to_run_and_the_reason_is_told(engine: Engine) -> None:
    nodes = {"one": ("number", {}, "mute"), "text": ("show", {"value": link("one.integer")})}
    what = document({**nodes, "two": ("number", {})}, {"text": "text.text"})
    with pytest.raises(NothingToRun, match="because 'one' is muted"):
        engine.run(what)
    with pytest.raises(DocumentError) as caught:
        prepared(what, engine)
    (problem,) = caught.value.problems
    assert problem.code == "nothing_to_run"
    assert "'one' is muted" in problem.message
    for wanted in ("text", "one"):
        with pytest.raises(DocumentError, match="'one' is muted"):
            prepared(what, engine, Wishes(wanted=(wanted,)))
    assert statuses(engine, what, ["text", "two"]) == {"two": "miss", "one": "muted", "text": "muted"}


def test_nothing_of_a_muted_node_is_a_problem(engine: Engine) -> None:
    nodes = {
        "one": ("number", {"value": 1}),
        "bad": ("add", {"a": link("gone.x"), "b": 99_999, "c": []}, "mute"),
        "unknown": ("elsewhere/upscale", {"a": link("one.integer")}, "mute"),
        "call": ("flow/call", {"body": "nowhere"}, "mute"),
        "text": ("show", {"value": link("unknown.whatever")}),
        "circle": ("sign", {"a": link("round.integer")}, "mute"),
        "round": ("sign", {"a": link("circle.integer")}),
    }
    what = document(nodes, {"one": "one.integer", "text": "text.text", "bad": "bad.integer"})
    assert engine.check(what) == []
    assert outputs_of(engine, what) == {"one": 1}


def test_an_unknown_node_that_is_bypassed_is_a_problem(engine: Engine) -> None:
    nodes = {"one": ("number", {}), "unknown": ("elsewhere/upscale", {"a": link("one.integer")}, "bypass")}
    assert only_problem(engine, document(nodes, {"x": "unknown.image"})).code == "unknown_node"


def test_an_interface_input_of_a_muted_node_is_taken_and_does_nothing(engine: Engine) -> None:
    nodes = {
        "one": ("number", {"value": 1}),
        "sign": ("sign", {}, "mute"),
        "more": ("add", {"a": link("sign.integer")}),
    }
    what = document(
        nodes, {"one": "one.integer", "more": "more.integer"}, {"of": "sign.a", "value": "one.value"}
    )
    assert outputs_of(engine, set_inputs(what, {"of": "no number", "value": 4})) == {"one": 4}
    form = interface_types(what, engine)
    assert form.problems == ()
    assert not form.inputs["of"]["required"]
    assert form.inputs["of"]["type"] == "whole number"
    assert [one["type"] for one in form.outputs.values()] == ["whole number", "whole number"]


# Inside definitions.


def calling(inner: dict[str, Any], **inputs: Any) -> Document:
    """A call of `inner`, whose outputs `text` and `number` go to a node that needs it, and out."""
    nodes = {
        "one": ("number", {"value": 1}),
        "use": ("flow/call", {"body": "inner", **inputs}),
        "note": ("add", {"a": link("use.number")}),
    }
    return document(nodes, {"note": "note.integer"}, definitions={"inner": inner})


def test_a_bypassed_node_inside_hands_on_what_comes_through_a_port(engine: Engine) -> None:
    inner = body(
        {"add": ("add", {"b": 5}, "bypass")}, {"number": "add.integer"}, {"x": "add.a", "by": "add.b"}
    )
    what = calling(inner, x=link("one.integer"), by=7)
    assert outputs_of(engine, what) == {"note": 2}
    assert statuses(engine, what)["use/add"] == "bypassed"
    assert toy_pack.calls["add"] == 1


def test_a_bypassed_node_inside_a_map_hands_on_each_item(engine: Engine) -> None:
    inner = body({"sign": ("sign", {}, "bypass"), "more": ("add", {"a": link("sign.integer")})},
                 {"number": "more.integer"}, {"x": "sign.a"})  # fmt: skip
    use = {"use": ("flow/map", {"body": "inner", "each": ["x"], "x": [5, 6]})}
    what = document(use, {"numbers": "use.number"}, definitions={"inner": inner})
    assert outputs_of(engine, what) == {"numbers": [6, 7]}
    assert [name for name, one in statuses(engine, what).items() if one == "bypassed"] == [
        "use[0]/sign", "use[1]/sign"
    ]  # fmt: skip


def test_a_port_that_only_led_to_a_muted_node_is_still_there(engine: Engine) -> None:
    inner = body({"sign": ("sign", {}, "mute"), "one": ("number", {"value": 4})},
                 {"number": "one.integer"}, {"x": "sign.a"})  # fmt: skip
    assert outputs_of(engine, calling(inner, x=link("one.integer"))) == {"note": 5}
    assert outputs_of(engine, calling(inner)) == {"note": 5}
    use = {"use": ("flow/map", {"body": "inner", "each": ["x"], "x": [5, 6]})}
    what = document(use, {"numbers": "use.number"}, definitions={"inner": inner})
    assert outputs_of(engine, what) == {"numbers": [4, 4]}


def test_a_port_whose_default_is_muted_must_be_given(engine: Engine) -> None:
    nodes = {"zero": ("number", {}, "mute"), "add": ("add", {"a": link("zero.integer")})}
    inner = body(nodes, {"number": "add.integer"}, {"x": "add.a"})
    assert outputs_of(engine, calling(inner, x=link("one.integer"))) == {"note": 3}
    problem = only_problem(engine, calling(inner))
    assert (problem.code, problem.node, problem.input) == ("missing_input", "use", "x")


MUTED_INSIDE = body({"sign": ("sign", {}, "mute"), "text": ("show", {"value": 3})},
                    {"number": "sign.integer", "text": "text.text"}, {"x": "sign.a"})  # fmt: skip


def test_a_muted_output_of_a_definition_is_a_problem_where_it_is_needed(engine: Engine) -> None:
    problem = only_problem(engine, calling(MUTED_INSIDE, x=1))
    assert (problem.code, problem.node, problem.input) == ("muted", "note", "a")
    assert "in the definition 'inner', 'sign' is muted" in problem.message
    assert "Unmute" in problem.hint


def test_a_muted_output_of_a_definition_is_none_where_nothing_needs_it(engine: Engine) -> None:
    nodes = {
        "use": ("flow/call", {"body": "inner"}),
        "point": ("divide", {"a": 7, "b": link("use.number")}),
        "sum": ("total", {"numbers": [link("use.number"), 2]}),
    }
    outputs = {"text": "use.text", "number": "use.number", "point": "point.quotient", "sum": "sum.integer"}
    what = document(nodes, outputs, definitions={"inner": MUTED_INSIDE})
    assert engine.check(what) == []
    assert outputs_of(engine, what) == {"text": "3", "point": 7, "sum": 2}
    assert statuses(engine, what)["use/sign"] == "muted"


def test_a_definition_around_one_with_a_muted_output_says_both(engine: Engine) -> None:
    outer = body({"in": ("flow/call", {"body": "inner"})}, {"number": "in.number"})
    nodes = {"use": ("flow/call", {"body": "outer"}), "more": ("add", {"a": link("use.number")})}
    what = document(nodes, {"more": "more.integer"}, definitions={"outer": outer, "inner": MUTED_INSIDE})
    assert "in the definition 'outer', in the definition 'inner', 'sign' is muted" in str(
        only_problem(engine, what)
    )


def test_a_problem_of_a_bypassed_node_inside_names_the_definition(engine: Engine) -> None:
    inner = body({"text": ("show", {"value": 1}, "bypass")}, {"text": "text.text"})
    what = document(
        {"use": ("flow/call", {"body": "inner"})}, {"t": "use.text"}, definitions={"inner": inner}
    )
    problem = only_problem(engine, what)
    assert (problem.code, problem.definition, problem.node) == ("bypass", "inner", "text")


def test_a_fold_can_not_carry_what_is_muted(engine: Engine) -> None:
    inner = body({"add": ("add", {}, "mute"), "sign": ("sign", {"a": 1})},
                 {"n": "add.integer", "other": "sign.integer"}, {"n": "add.a"})  # fmt: skip
    use = {"use": ("flow/fold", {"body": "inner", "carry": ["n"], "times": 2, "n": 1})}
    problem = only_problem(engine, document(use, {"n": "use.n"}, definitions={"inner": inner}))
    assert (problem.code, problem.node) == ("muted", "use")


ADDING = body({"add": ("add", {"b": 5})}, {"number": "add.integer"}, {"x": "add.a"})


@pytest.mark.parametrize(
    ("mode", "outputs", "used"),
    [("bypass", {"number": 1, "one": 1}, "bypassed"), ("mute", {"one": 1}, "muted")],
)
def test_a_call_is_bypassed_and_muted_as_any_node(engine: Engine, mode: str, outputs: Any, used: str) -> None:
    nodes = {
        "one": ("number", {"value": 1}),
        "use": ("flow/call", {"body": "inner", "x": link("one.integer")}, mode),
    }
    what = document(nodes, {"number": "use.number", "one": "one.integer"}, definitions={"inner": ADDING})
    assert outputs_of(engine, what) == outputs
    assert statuses(engine, what) == {"one": "hit", "use": used}


def test_a_bypassed_map_hands_on_the_list(engine: Engine) -> None:
    nodes = {
        "list": ("flow/map", {"body": "inner", "each": ["x"], "x": [1, 2]}),
        "use": ("flow/map", {"body": "inner", "each": ["x"], "x": link("list.number")}, "bypass"),
    }
    what = document(nodes, {"numbers": "use.number"}, definitions={"inner": ADDING})
    assert outputs_of(engine, what) == {"numbers": [6, 7]}


def test_a_muted_call_of_itself_makes_no_circle(engine: Engine) -> None:
    inner = body({"add": ("add", {"a": 1}), "again": ("flow/call", {"body": "inner"}, "mute")},
                 {"number": "add.integer"})  # fmt: skip
    assert outputs_of(engine, calling(inner)) == {"note": 3}


def test_a_sweep_lacks_the_outputs_that_are_muted(engine: Engine) -> None:
    nodes = {
        "one": ("number", {"value": 1}),
        "sign": ("sign", {"a": link("one.integer")}, "mute"),
        "more": ("add", {"a": link("one.integer")}, "bypass"),
    }
    what = document(nodes, {"more": "more.integer", "sign": "sign.integer"}, {"value": "one.value"})
    assert outputs_of(engine, sweep(what, {"value": [3, 4]})) == {"more": [3, 4]}


@node(title="A graph with modes")
def with_modes(start: int, *, run: Run) -> Subgraph[int]:
    """Adds nothing, since the addition is bypassed."""
    graph = run.body()
    graph.add("toy/fail", a=1).muted()
    graph.output("integer", graph.add("toy/add", a=graph.port("start"), b=100).bypassed())
    return graph.subgraph()


def test_a_graph_that_a_node_returns_may_have_modes(tmp_path: Any) -> None:
    catalogue = Catalogue([toy_pack.pack, Pack("own", "1", [with_modes])])
    what = document({"made": ("own/with_modes", {"start": 3})}, {"n": "made.integer"})
    with Engine(tmp_path, catalogue=catalogue) as engine:
        assert outputs_of(engine, what) == {"n": 3}
        assert engine.plan(what).nothing_to_do


# Documents.


def test_a_workflow_in_python_sets_modes_and_diff_tells(catalogue: Catalogue) -> None:
    wf = Workflow("Modes", catalogue=catalogue)
    one = wf.add("toy/number", "one", value=1)
    wf.add("toy/sign", "sign", a=one).bypassed()
    wf.add("toy/sign", "other", a=one).muted()
    wf.output("one", one)
    after = wf.document()
    assert [node.mode for node in after.nodes.values()] == [None, "bypass", "mute"]
    assert "mode" not in after.as_json()["nodes"]["one"]
    raw = after.as_json()
    del raw["nodes"]["sign"]["mode"]
    raw["nodes"]["other"]["mode"] = "bypass"
    before = Document.model_validate(raw)
    assert list(map(str, diff(before, after))) == [
        "Node 'sign' is now bypassed.",
        "Node 'other' is now muted.",
    ]
    (back, _) = diff(after, before)
    assert (back.code, back.node, str(back)) == ("node_mode", "sign", "Node 'sign' is no longer bypassed.")


# Modes that are none here.


@pytest.mark.parametrize(
    ("mode", "hint"),
    [("muet", "Did you mean 'mute'?"), (4, "Take the mode away"), ([], "Take the mode away")],
)
def test_a_mode_that_is_not_known_is_kept_and_is_a_problem_of_its_node(
    engine: Engine, mode: Any, hint: str
) -> None:
    one = document({"one": ("number", {})}, {"o": "one.integer"})
    raw = one.as_json()
    raw["nodes"]["one"]["mode"] = mode
    other = parse_document(raw)
    assert other.as_json() == raw
    assert other.nodes["one"].left_out is None
    problem = only_problem(engine, other)
    assert (problem.code, problem.node, hint in problem.hint) == ("unknown_mode", "one", True)
    (difference,) = diff(one, other)
    assert str(difference) == f"Node 'one' is now {shown(mode)}."


# What a run needs.


def test_a_run_can_do_without_the_models_and_packs_of_what_is_left_out(engine: Engine) -> None:
    (engine.files.roots[0] / "small.model").write_bytes(b"four")
    gone = {"packs": {"gone": "2"}, "models": {"lost": "blake3:" + "0" * 64}}
    raw = document(
        {
            "weigh": ("weigh", {"name": "small"}),
            "lost": ("weigh", {"name": "lost"}, "mute"),
            "gone": ("gone/upscale", {}, "mute"),
        },
        {"o": "weigh.integer"},
    ).as_json()
    one = parse_document({**raw, "lock": gone})
    ready = prepared(one, engine, Wishes(strict_lock=True))
    assert ready.differences == ()
    assert ready.document.lock.packs == {"gone": "2", "toy": "1.0"}  # it goes on to name what all nodes use
    assert set(ready.document.lock.models) == {"lost", "small"}
    assert ready.models == (ready.document.lock.models["small"],)
    awake = parse_document(
        {**raw, "nodes": {k: {**v, "mode": None} for k, v in raw["nodes"].items()}, "lock": gone}
    )
    assert {one.code for one in engine.lock_differences(awake)} == {"pack_missing", "model_missing"}
