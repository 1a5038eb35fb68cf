"""The plan says which node would run, and why."""

from __future__ import annotations

from pathlib import Path

from graph_engine import Catalogue, Engine, set_inputs
from tests.graph_engine.conftest import document, link

DOC = document(
    {
        "n": ("number", {"value": 1}),
        "a": ("add", {"a": link("n.integer")}),
        "b": ("add", {"a": link("a.integer")}),
    },
    {"x": "b.integer"},
    {"value": "n.value", "plus": "b.b"},
    name="plans",
)


def reasons(engine: Engine, doc: object = DOC) -> list[tuple[str, str]]:
    return [(step.status, step.reason) for step in engine.plan(doc)]  # type: ignore[arg-type]


def test_a_node_that_never_ran_runs_and_what_follows_depends(engine: Engine) -> None:
    assert reasons(engine) == [
        ("miss", "it has not run before"),
        ("unknown", "'n' will run first; it runs if what that gives is new"),
        ("unknown", "'a' will run first; it runs if what that gives is new"),
    ]


def test_everything_is_a_hit_after_a_run(engine: Engine) -> None:
    engine.run(DOC)
    assert engine.plan(DOC).nothing_to_do


def test_the_changed_input_is_named(engine: Engine) -> None:
    engine.run(DOC)
    planned = engine.plan(set_inputs(DOC, {"plus": 2}))
    assert [step.status for step in planned] == ["hit", "hit", "miss"]
    assert planned.steps["b"].reason == "input 'b' changed"


def test_going_back_and_forth_still_names_the_input_that_changed_last(engine: Engine) -> None:
    engine.run(DOC)
    engine.run(set_inputs(DOC, {"value": 5}))
    engine.run(DOC)
    assert engine.plan(set_inputs(DOC, {"plus": 7})).steps["b"].reason == "input 'b' changed"


def test_an_evicted_value_that_is_needed_is_a_reason(tmp_path: Path, catalogue: Catalogue) -> None:
    nodes = {"b": ("make_blob", {}), "m": ("measure", {"blob": link("b.blob")})}
    with Engine(tmp_path, catalogue=catalogue) as engine:
        engine.run(document(nodes, {"x": "m.integer"}))
    for file in (tmp_path / "store").rglob("*.blob"):
        file.unlink()
    with Engine(tmp_path, catalogue=catalogue) as engine:
        assert engine.plan(document(nodes, {"x": "m.integer"})).nothing_to_do
        planned = engine.plan(document(nodes, {"x": "m.integer", "y": "b.blob"}))
        assert (planned.steps["b"].status, planned.steps["b"].reason) == (
            "miss",
            "its stored value was evicted",
        )


def test_a_plan_computes_nothing(engine: Engine) -> None:
    engine.plan(DOC)
    assert [status for status, _ in reasons(engine)] == ["miss", "unknown", "unknown"]
