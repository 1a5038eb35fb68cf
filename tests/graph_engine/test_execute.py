"""Running documents: what is computed, what is taken from the cache, how nodes fail."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import toy_pack

from graph_engine import (
    Cancellation,
    Cancelled,
    Catalogue,
    DocumentError,
    Engine,
    NodeFailed,
    NodeReturnedWrongType,
    Pack,
    PathEscape,
    events,
    node,
    run_document,
    set_inputs,
)
from graph_engine.errors import InputRefused, NodeMutatedInput
from tests.graph_engine.conftest import document, link

CHAIN = document(
    {
        "n": ("number", {"value": 4}),
        "a": ("add", {"a": link("n.integer")}),
        "b": ("make_blob", {"size": 9000}),
        "size": ("measure", {"blob": link("b.blob")}),
        "all": ("total", {"numbers": [link("a.integer"), link("size.integer"), 1]}),
    },
    outputs={"all": "all.integer"},
    inputs={"x": "n.value"},
)


def statuses(engine: Engine, doc: Any) -> dict[str, str]:
    return {name: report.status for name, report in engine.run(doc).nodes.items()}


def test_a_run_gives_its_outputs(engine: Engine) -> None:
    result = run_document(CHAIN, {"x": 10}, engine)
    assert result.outputs["all"] == 9012
    assert result.status == "done"


def test_a_second_run_computes_nothing_also_after_a_restart(tmp_path: Path, catalogue: Catalogue) -> None:
    with Engine(tmp_path, catalogue=catalogue) as first:
        first.run(CHAIN)
    toy_pack.calls.clear()
    with Engine(tmp_path, catalogue=catalogue) as second:
        assert set(statuses(second, CHAIN).values()) == {"hit"}
        assert second.run(CHAIN).outputs["all"] == 9006
    assert not toy_pack.calls


def test_a_changed_input_recomputes_what_follows_and_nothing_else(engine: Engine) -> None:
    engine.run(CHAIN)
    assert statuses(engine, set_inputs(CHAIN, {"x": 5})) == {
        "n": "miss",
        "a": "miss",
        "b": "hit",
        "size": "hit",
        "all": "miss",
    }


def test_an_equal_output_stops_the_change_there(engine: Engine) -> None:
    nodes = {"s": ("sign", {"a": 5}), "t": ("add", {"a": link("s.integer")})}
    doc = document(nodes, {"out": "t.integer"}, {"x": "s.a"})
    engine.run(doc)
    assert statuses(engine, set_inputs(doc, {"x": 7})) == {"s": "miss", "t": "hit"}


def test_writing_a_default_out_or_an_equal_number_changes_no_key(engine: Engine) -> None:
    engine.run(document({"a": ("add", {"a": 1})}, {"out": "a.integer"}))
    for same in ({"a": 1.0}, {"a": 1, "b": 1}, {"b": 1.0, "a": 1}):
        assert statuses(engine, document({"a": ("add", same)}, {"out": "a.integer"})) == {"a": "hit"}


def test_names_titles_and_layout_change_no_key(engine: Engine) -> None:
    engine.run(CHAIN)
    raw = CHAIN.as_json()
    raw |= {"name": "other", "layout": {"positions": {"n": [1, 2]}}, "description": "words"}
    raw["nodes"]["n"]["title"] = "Start"
    raw["nodes"] = {f"{name}_": one for name, one in reversed(raw["nodes"].items())}
    text = type(CHAIN).model_validate(raw).dumps()
    for name in ("n", "a", "b", "size", "all"):
        text = text.replace(f'"{name}.', f'"{name}_.').replace(f'"node": "{name}"', f'"node": "{name}_"')
    from graph_engine.documents.document_io import loads_document

    assert set(statuses(engine, loads_document(text)).values()) == {"hit"}


def test_only_what_is_wanted_runs(engine: Engine) -> None:
    result = engine.run(CHAIN, wanted=["size"])
    assert list(result.nodes) == ["b", "size"]


def test_an_effect_runs_without_being_an_output_and_a_hit_gives_the_same_artifact(engine: Engine) -> None:
    doc = document({"s": ("save_text", {"text": "hello"})})
    first, second = engine.run(doc), engine.run(doc)
    assert first.artifacts == second.artifacts
    assert second.nodes["s"].status == "hit"
    assert engine.artifacts.path(first.artifacts[0]).read_bytes() == b"hello"


def test_an_artifact_whose_file_is_gone_is_made_again(engine: Engine) -> None:
    doc = document({"s": ("save_text", {"text": "hello"})})
    (artifact,) = engine.run(doc).artifacts
    engine.artifacts.path(artifact).unlink()
    assert "no longer there" in engine.plan(doc).steps["s"].reason
    assert engine.run(doc).nodes["s"].status == "miss"
    assert engine.artifacts.holds(artifact)


def test_a_volatile_node_always_runs_and_an_equal_result_stops_there(engine: Engine) -> None:
    doc = document({"t": ("tick", {}), "a": ("add", {"a": link("t.integer")})}, {"out": "a.integer"})
    engine.run(doc)
    assert statuses(engine, doc) == {"t": "miss", "a": "hit"}


def test_an_external_node_runs_when_the_outside_changed(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    doc = document({"e": ("environment", {"name": "TOY_OUTSIDE"})}, {"out": "e.text"})
    monkeypatch.setenv("TOY_OUTSIDE", "one")
    engine.run(doc)
    assert statuses(engine, doc) == {"e": "hit"}
    monkeypatch.setenv("TOY_OUTSIDE", "two")
    assert "outside" in engine.plan(doc).steps["e"].reason
    assert engine.run(doc).outputs["out"] == "two"


def test_a_file_counts_by_its_content(engine: Engine, tmp_path: Path) -> None:
    file = tmp_path / "files" / "a.txt"
    file.write_text("one")
    doc = document({"r": ("read_text", {"path": "a.txt"})}, {"out": "r.text"}, {"file": "r.path"})
    assert engine.run(doc).outputs["out"] == "one"
    upload = engine.files.upload(file)
    assert statuses(engine, set_inputs(doc, {"file": upload})) == {"r": "hit"}
    file.write_text("two")
    assert engine.run(doc).outputs["out"] == "two"


def test_a_link_out_of_the_root_is_refused(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "files" / "link.txt").symlink_to(tmp_path / "secret.txt")
    result = engine.run(document({"r": ("read_text", {"path": "link.txt"})}, {"out": "r.text"}))
    assert isinstance(result.errors[0].__cause__, PathEscape)


def test_async_functions_and_generators_are_nodes(engine: Engine) -> None:
    heard: list[events.Event] = []
    doc = document(
        {"l": ("later", {"a": link("c.integer")}), "c": ("count_up", {"steps": 3})}, {"out": "l.integer"}
    )
    assert engine.run(doc, listener=heard.append).outputs["out"] == 4
    assert any(isinstance(event, events.NodeProgress) and event.node == "c" for event in heard)


def test_events_come_in_order(engine: Engine) -> None:
    heard: list[events.Event] = []
    doc = document({"n": ("number", {}), "a": ("add", {"a": link("n.integer")})}, {"out": "a.integer"})
    engine.run(doc, listener=heard.append)
    engine.run(doc, listener=heard.append)
    first = ["RunStarted", "NodeStarted", "NodeFinished", "NodeStarted", "NodeFinished", "RunFinished"]
    assert [type(event).__name__ for event in heard] == [
        *first,
        "RunStarted",
        "NodeHit",
        "NodeHit",
        "RunFinished",
    ]


def test_a_failure_names_node_type_inputs_and_cause_and_other_branches_go_on(engine: Engine) -> None:
    nodes = {
        "n": ("number", {"value": 3}),
        "bad": ("fail", {"a": link("n.integer"), "message": "too hot"}),
        "after": ("add", {"a": link("bad.integer")}),
        "other": ("add", {"a": link("n.integer")}),
    }
    result = engine.run(document(nodes, {"x": "after.integer", "y": "other.integer"}))
    assert result.status == "failed"
    assert {name: report.status for name, report in result.nodes.items()} == {
        "n": "miss",
        "bad": "failed",
        "after": "skipped",
        "other": "miss",
    }
    assert dict(result.outputs) == {"y": 4}
    (error,) = result.errors
    assert isinstance(error, NodeFailed)
    assert "'bad' (toy/fail)" in str(error)
    assert "RuntimeError: too hot" in str(error)
    assert "a=3" in str(error)
    with pytest.raises(NodeFailed, match="too hot"):
        run_document(document(nodes, {"x": "after.integer"}), engine=engine)


def test_a_wrong_result_is_a_clear_error(engine: Engine) -> None:
    result = engine.run(document({"l": ("lie", {"a": 1})}, {"x": "l.integer"}))
    assert isinstance(result.errors[0].__cause__, NodeReturnedWrongType)
    assert "output 'integer' is \"not a number\", but is declared as whole number" in str(result.errors[0])


def test_a_linked_number_obeys_the_range_of_its_input(engine: Engine) -> None:
    nodes = {"n": ("number", {"value": 5000}), "a": ("add", {"a": 1, "b": link("n.integer")})}
    result = engine.run(document(nodes, {"x": "a.integer"}))
    assert isinstance(result.errors[0].__cause__, InputRefused)
    assert "'b' got 5000" in str(result.errors[0])


def test_a_node_that_changes_its_input_is_caught(engine: Engine) -> None:
    nodes = {"b": ("make_blob", {}), "s": ("spoil", {"blob": link("b.blob")})}
    result = engine.run(document(nodes, {"x": "s.integer"}))
    assert isinstance(result.errors[0].__cause__, NodeMutatedInput)


def test_a_document_with_problems_does_not_run_at_all(engine: Engine) -> None:
    with pytest.raises(DocumentError):
        engine.run(document({"n": ("number", {}), "a": ("add", {})}, {"x": "n.integer"}))
    assert not toy_pack.calls


def test_a_cancelled_run_keeps_what_was_finished_and_goes_on_from_there(engine: Engine) -> None:
    doc = document(
        {"n": ("number", {"value": 6}), "t": ("train", {"steps": link("n.integer")})}, {"steps": "t.integer"}
    )
    cancellation = Cancellation()

    def stop_at_the_first_step(event: events.Event) -> None:
        if isinstance(event, events.NodeProgress):
            cancellation.cancel()

    result = engine.run(doc, cancellation=cancellation, listener=stop_at_the_first_step)
    assert result.status == "cancelled"
    with pytest.raises(Cancelled):
        result.raise_for_status()
    again = engine.run(doc)
    assert again.nodes["n"].status == "hit"
    assert 0 < again.outputs["steps"] < 6
    assert list((engine.store.folder / "work").iterdir()) == []


def test_a_new_implementation_or_pack_version_is_a_reason(tmp_path: Path) -> None:
    def make(version: str, plus: int) -> Catalogue:
        if plus == 1:

            @node()
            def step(a: int) -> int:
                return a + 1
        else:

            @node()
            def step(a: int) -> int:
                return a + 2

        return Catalogue([Pack("toy", version, [step])])

    doc = document({"s": ("step", {"a": 1})}, {"x": "s.integer"})
    for catalogue, value in ((make("1", 1), 2), (make("1", 2), 3), (make("2", 2), 3)):
        with Engine(tmp_path, catalogue=catalogue) as engine:
            result = engine.run(doc)
            assert (result.nodes["s"].status, result.outputs["x"]) == ("miss", value)
    assert "code or its pack's version" in result.nodes["s"].reason


def test_services_live_as_long_as_the_engine(tmp_path: Path, catalogue: Catalogue) -> None:
    class Pool:
        closed = False

        def close(self) -> None:
            self.closed = True

    with Engine(tmp_path, catalogue=catalogue) as engine:
        pool = engine.services.get(Pool)
        assert engine.services.get(Pool) is pool
    assert pool.closed


def test_the_device_is_what_the_engine_was_given(engine: Engine) -> None:
    assert engine.run(document({"d": ("device", {})}, {"x": "d.text"})).outputs["x"] == "cpu"


@pytest.mark.parametrize("damage", ["flip", "truncate", "remove"])
def test_a_damaged_value_is_computed_again(tmp_path: Path, catalogue: Catalogue, damage: str) -> None:
    doc = document({"b": ("make_blob", {}), "m": ("measure", {"blob": link("b.blob")})}, {"x": "m.integer"})
    more = document(
        {
            "b": ("make_blob", {}),
            "p": ("split", {"blob": link("b.blob")}),
            "c": ("count_blobs", {"blobs": link("p.blobs")}),
        },
        {"x": "c.integer"},
    )
    with Engine(tmp_path, catalogue=catalogue) as engine:
        engine.run(doc)
    (file,) = (tmp_path / "store").rglob("*.blob")
    data = file.read_bytes()
    if damage == "flip":
        file.write_bytes(bytes([data[0] ^ 1]) + data[1:])
    elif damage == "truncate":
        file.write_bytes(data[:-1])
    else:
        file.unlink()
    with Engine(tmp_path, catalogue=catalogue) as engine:
        result = engine.run(more)
        assert result.outputs["x"] == 2
        assert result.nodes["b"].status == "miss"
        assert set(statuses(engine, doc).values()) == {"hit"}


def test_nothing_is_loaded_until_someone_computes(tmp_path: Path, catalogue: Catalogue) -> None:
    """With every value gone, the memo table alone answers for what nobody needs."""
    doc = document({"b": ("make_blob", {}), "m": ("measure", {"blob": link("b.blob")})}, {"x": "m.integer"})
    with Engine(tmp_path, catalogue=catalogue) as engine:
        engine.run(doc)
    for file in (tmp_path / "store").rglob("*.blob"):
        file.unlink()
    with Engine(tmp_path, catalogue=catalogue) as engine:
        assert set(statuses(engine, doc).values()) == {"hit"}


def test_a_long_chain_of_evicted_values_is_computed_again_without_recursion(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    nodes: dict[str, Any] = {"n0": ("make_blob", {"size": 5000})}
    for index in range(1, 1500):
        nodes[f"n{index}"] = ("same", {"thing": link(f"n{index - 1}.{'blob' if index == 1 else 'value'}")})
    nodes["m"] = ("measure", {"blob": link("n1499.value")})
    doc = document(nodes, {"x": "m.integer"})
    with Engine(tmp_path, catalogue=catalogue) as engine:
        assert engine.run(doc).outputs["x"] == 5000
    for shard in (tmp_path / "store").glob("??"):
        shutil.rmtree(shard)
    nodes["m2"] = ("count_blobs", {"blobs": [link("n1499.value")]})
    with Engine(tmp_path, catalogue=catalogue) as engine:
        assert engine.run(document(nodes, {"x": "m2.integer"})).outputs["x"] == 1


def test_a_store_too_small_for_any_value_still_runs(tmp_path: Path, catalogue: Catalogue) -> None:
    from graph_engine import Settings

    settings = Settings(data=tmp_path, memory_budget=0, disk_budget=0)
    with Engine(settings=settings, catalogue=catalogue) as engine:
        assert engine.run(CHAIN).outputs["all"] == 9006
        assert engine.run(set_inputs(CHAIN, {"x": 5})).outputs["all"] == 9007
