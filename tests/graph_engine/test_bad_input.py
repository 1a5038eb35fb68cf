"""Bad input: documents, nodes, disks and clocks at their worst, each with a stated outcome.

docs/robustness.md has the whole table; what is tested elsewhere is named there.
"""

from __future__ import annotations

import itertools
import json
import re
import sqlite3
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import pytest
import toy_pack

from graph_engine import (
    Catalogue,
    Document,
    DocumentError,
    Engine,
    Lazy,
    NodeFailed,
    Pack,
    Run,
    Settings,
    Subgraph,
    Workflow,
    node,
    set_inputs,
)
from graph_engine.cli import main as cli
from graph_engine.declaration.cancellation import Cancellation
from graph_engine.declaration.fields import Fixed
from graph_engine.documents.document_io import loads_document, parse_document
from graph_engine.documents.sweep import sweep
from graph_engine.errors import EngineError, FlowFailed, InputRefused, NestedTooDeep, TooManyNodes
from graph_engine.flow.shapes import Shapes
from graph_engine.jobs.in_process import InProcess
from graph_engine.jobs.job import Request
from graph_engine.jobs.journal import Journal
from graph_engine.jobs.queue import JobQueue
from graph_engine.jobs.runner import Runner
from graph_engine.store.check import check_store
from graph_engine.store.clearing import Scope
from tests.graph_engine.conftest import document, link

ROOT = Path(__file__).parents[2]
MEGABYTE = 1 << 20


@node(title="Mirror in a mirror")
def mirror(depth: int = -1, *, run: Run) -> Subgraph[int]:
    """A graph with the same node inside, `depth` times, or without an end."""
    body = run.body()
    if depth:
        body.output("integer", body.add("bad/mirror", "in", depth=depth - 1))
    else:
        body.output("integer", body.add("toy/number", value=7))
    return body.subgraph()


@node(title="Count")
def count(numbers: int) -> list[int]:
    return list(range(numbers))


gone: set[str] = set()  # what can not be made any more


@node(title="Make once")
def make_once(name: str = "it") -> toy_pack.Blob:
    if name in gone:
        raise RuntimeError(f"'{name}' is gone")
    return toy_pack.Blob(bytearray(9000))


@node(title="After")
def after(blob: toy_pack.Blob, number: int) -> toy_pack.Blob:
    return toy_pack.Blob(bytearray(f"{number:09}".encode() * 1000))


@node(title="Settled")
def settled(number: Annotated[int, Fixed()] = 0) -> int:
    return number


@node(title="Ask", kind="volatile")
def ask(blob: Lazy[toy_pack.Blob]) -> int:
    return len(blob.get().data)


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return Catalogue([toy_pack.pack, Pack("bad", "1.0", [mirror, count, make_once, after, settled, ask])])


@contextmanager
def little_memory(limit: int = 30 * MEGABYTE) -> Iterator[None]:
    """What runs inside may not have more than this many bytes at a time."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < limit
    finally:
        tracemalloc.stop()


def definition(
    nodes: dict[str, Any], ports: dict[str, str] | None = None, outputs: dict[str, str] | None = None
) -> dict[str, Any]:
    """A definition in which ports and outputs are written `node.name`."""
    raw = document({}, outputs, ports).as_json()["interface"]
    return {"nodes": nodes, "interface": raw}


def call(body: str, **ports: Any) -> dict[str, Any]:
    return {"type": "flow/call", "inputs": {"body": body, **ports}}


def calling(body: str, definitions: dict[str, Any]) -> Document:
    """A document that calls one of these definitions with `v` and gives its `x`."""
    raw = document({}, {"x": "c.x"}, definitions=definitions).as_json()
    return Document.model_validate({**raw, "nodes": {"c": call(body, v=1)}})


def chain(length: int) -> dict[str, Any]:
    """Definitions `d0`, `d1`, ... of which each but the first calls the one before it."""
    first = definition({"c": {"type": "toy/number"}}, {"v": "c.value"}, {"x": "c.integer"})
    others = {
        f"d{index}": definition({"c": call(f"d{index - 1}")}, {"v": "c.v"}, {"x": "c.x"})
        for index in range(1, length)
    }
    return {"d0": first, **others}


def the_error(engine: Engine, what: Document) -> EngineError:
    """The one error of a run that fails."""
    result = engine.run(what)
    assert result.status == "failed"
    (error,) = result.errors
    return error


# Documents that are too much.


def test_a_million_nodes_in_a_file_are_refused_unread() -> None:
    nodes = ",".join(f'"n{index}":{{"type":"toy/number"}}' for index in range(1_000_000))
    text = f'{{"latentgraph":1,"nodes":{{{nodes}}}}}'
    with little_memory(), pytest.raises(DocumentError, match="16,777,216 are allowed") as caught:
        loads_document(text)
    assert [problem.code for problem in caught.value.problems] == ["too_large"]


def test_a_million_nodes_from_python_are_refused_before_they_are_looked_at() -> None:
    nodes = {f"n{index}": {} for index in range(1_000_000)}
    with little_memory(), pytest.raises(DocumentError, match="1,000,000 nodes; 20,000 are allowed"):
        parse_document({"latentgraph": 1, "nodes": nodes})


def test_nodes_inside_definitions_count_as_nodes_of_the_document() -> None:
    nodes = {f"n{index}": {"type": "toy/number"} for index in range(12_000)}
    definitions = {"a": {"nodes": nodes}, "b": {"nodes": nodes}}
    with pytest.raises(DocumentError, match="24,000 nodes; 20,000 are allowed"):
        parse_document({"latentgraph": 1, "nodes": {}, "definitions": definitions})


def test_lists_a_hundred_thousand_deep_are_refused() -> None:
    deep: Any = 1
    for _ in range(100_000):
        deep = [deep]
    nodes = {"n": {"type": "toy/number", "inputs": {"value": deep}}}
    with pytest.raises(DocumentError, match="nested deeper than 64 levels"):
        parse_document({"latentgraph": 1, "nodes": nodes})
    text = "[" * 100_000 + "]" * 100_000
    with pytest.raises(DocumentError, match="nested deeper than 64 levels"):
        loads_document(
            f'{{"latentgraph": 1, "nodes": {{"n": {{"type": "a/b", "inputs": {{"v": {text}}}}}}}}}'
        )


# Definitions.


def test_definitions_thirty_two_deep_run(engine: Engine) -> None:
    assert engine.run(calling("d31", chain(32))).raise_for_status().outputs["x"] == 1


def test_definitions_a_thousand_deep_are_refused(engine: Engine) -> None:
    for definitions in (chain(1000), dict(reversed(chain(1000).items()))):
        (problem,) = engine.check(calling("d999", definitions))
        assert (problem.code, problem.definition) == ("nested_too_deep", "d32")
        assert "more than 32 deep" in problem.message


def test_definitions_in_a_circle_are_refused_with_the_way_round(
    engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    circle = {
        f"d{index}": definition({"c": call(f"d{(index + 1) % 3}")}, {"v": "c.v"}, {"x": "c.x"})
        for index in range(3)
    }
    what = calling("d0", circle)
    (problem,) = engine.check(what)
    assert problem.code == "recursion"
    assert "'d0' -> 'd1' -> 'd2' -> 'd0'" in problem.message
    assert "flow/fold" in problem.hint
    assert [one.code for one in engine.check(set_inputs(what, {"c.v": 2}))] == ["recursion"]
    assert [one.code for one in engine.check(sweep(what, {"c.v": [1, 2]}))] == ["recursion"]
    (tmp_path / "circle.json").write_text(what.dumps())
    for more in ([], ["--set", "c.v=2"], ["--sweep", "c.v=1,2"]):
        status = cli.main(["run", str(tmp_path / "circle.json"), "--data", str(tmp_path / "cli"), *more])
        assert status == cli.BAD
        assert "it contains itself" in capsys.readouterr().err


def test_shapes_of_an_unchecked_document_come_to_an_end(catalogue: Catalogue) -> None:
    itself = {"d": definition({"a": call("d"), "b": call("d")}, {"v": "a.v"}, {"x": "b.x"})}
    what = calling("d", itself)
    shapes = Shapes(what.definitions, catalogue)
    assert not shapes.has_effect(what)
    assert "body" in shapes.targets(what.nodes["c"])


def test_a_definition_that_doubles_at_each_of_twenty_levels_is_refused_at_once(engine: Engine) -> None:
    one_after_the_other = {"a": call("HALF"), "b": call("HALF", v=link("a.x"))}
    both = {
        "a": call("HALF"),
        "b": call("HALF", v=2),
        "t": {"type": "toy/total", "inputs": {"numbers": [link("a.x"), link("b.x")]}},
    }
    for nodes, output in ((one_after_the_other, "b.x"), (both, "t.integer")):
        definitions = chain(1)
        for level in range(1, 21):
            text = json.dumps(definition(nodes, {"v": "a.v"}, {"x": output}))
            definitions[f"d{level}"] = json.loads(text.replace("HALF", f"d{level - 1}"))
        what = calling("d20", definitions)
        assert engine.check(what) == []
        with little_memory():
            error = the_error(engine, what)
            steps = engine.plan(what).steps
        assert isinstance(error.__cause__, TooManyNodes)
        assert "more than 200,000 nodes" in str(error)
        assert list(steps) == ["c"]
        assert list(engine.run(what).nodes) == ["c"]  # nothing inside was opened
        small = calling("d3", definitions)
        assert engine.run(small).status == "done"  # what is counted ahead is not too much


def test_what_is_not_needed_does_not_count_against_the_limit(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graph_engine.execution.compile.MAX_TASKS", 2)
    unused = {f"n{index}": {"type": "toy/number"} for index in range(50)}
    nodes = {**unused, "c": {"type": "toy/add", "inputs": {"a": link("n0.integer")}}}  # `a` comes by the port
    definitions = {"d": definition(nodes, {"v": "c.a"}, {"x": "c.integer"})}
    assert engine.run(calling("d", definitions)).raise_for_status().outputs["x"] == 2


def test_a_node_that_returns_a_graph_with_itself_inside_is_stopped(engine: Engine) -> None:
    for depth in (-1, 5000):
        raw = document({"m": ("number", {})}, {"x": "m.integer"}).as_json()
        raw["nodes"]["m"] = {"type": "bad/mirror", "inputs": {"depth": depth}}
        error = the_error(engine, Document.model_validate(raw))
        assert isinstance(error.__cause__, NestedTooDeep)
        assert "must come to an end" in str(error)
    raw["nodes"]["m"]["inputs"]["depth"] = 50
    assert engine.run(Document.model_validate(raw)).raise_for_status().outputs["x"] == 7


def test_a_port_named_like_an_input_of_the_loop_itself_is_refused(engine: Engine) -> None:
    body = definition({"n": {"type": "toy/number"}}, {"times": "n.value", "v": "n.value"}, {"v": "n.integer"})
    del body["interface"]["inputs"]["v"]
    raw = document({}, definitions={"d": body}).as_json()
    raw["nodes"]["f"] = {"type": "flow/fold", "inputs": {"body": "d", "carry": ["times"], "times": 3}}
    problems = engine.check(Document.model_validate(raw))
    named = [problem for problem in problems if problem.code == "port_name"]
    assert [(one.node, one.input) for one in named] == [("f", "times")]
    assert "another name" in named[0].hint


def test_what_shapes_the_graph_comes_neither_by_a_link_nor_through_a_port(engine: Engine) -> None:
    inner = definition({"n": {"type": "toy/number"}}, {"v": "n.value"}, {"x": "n.integer"})
    each = {"type": "flow/map", "inputs": {"body": "inner", "each": ["v"]}}
    ported = definition({"m": each}, {"v": "m.v", "how": "m.how"}, {"x": "m.x"})
    what = calling("ported", {"inner": inner, "ported": ported})
    (problem,) = engine.check(what.with_inputs({("c", "v"): [1], ("c", "how"): "product"}))
    assert (problem.code, problem.definition, problem.node, problem.input) == (
        "fixed_input",
        "ported",
        "m",
        "how",
    )
    assert "through the port 'how'" in problem.message
    raw = calling("inner", {"inner": inner}).as_json()
    raw["nodes"]["name"] = {"type": "toy/show", "inputs": {"value": 1}}
    linked = Document.model_validate(raw).with_inputs({("c", "body"): link("name.text")})
    assert ("fixed_input", "c", "body") in [(one.code, one.node, one.input) for one in engine.check(linked)]
    nodes = {"n": ("number", {}), "p": ("same", {"thing": link("n.integer")})}
    raw = document(nodes, {"x": "p.value"}).as_json()
    raw["nodes"]["p"] = {"type": "bad/settled", "inputs": {"number": link("n.integer")}}
    raw["interface"]["outputs"]["x"]["output"] = "integer"
    (problem,) = engine.check(Document.model_validate(raw))
    assert (problem.code, problem.node, problem.input) == ("fixed_input", "p", "number")


def test_a_sweep_over_what_shapes_the_graph_is_refused(engine: Engine) -> None:
    inner = definition({"n": {"type": "toy/number"}}, {"v": "n.value"}, {"x": "n.integer"})
    swept = sweep(calling("inner", {"inner": inner, "other": inner}), {"c.body": ["inner", "other"]})
    assert [(one.code, one.node, one.input) for one in engine.check(swept)] == [("fixed_input", "c", "body")]


# Loops.


def adding(catalogue: Catalogue) -> tuple[Workflow, dict[str, Any]]:
    wf = Workflow(catalogue=catalogue)
    with wf.define("add") as body:
        one = body.add("toy/plus", a=body.port("a"), b=body.port("b"))
        body.output("a", body.add("toy/plus", a=one, b=body.port("c")))
    return wf, {"body": "add", "a": 1, "b": 2, "c": 3}


def test_a_map_of_a_thousand_million_combinations_is_refused_without_making_them(
    engine: Engine, catalogue: Catalogue
) -> None:
    wf, inputs = adding(catalogue)
    lists = {name: list(range(1000)) for name in "abc"}
    wf.output("x", wf.add("flow/map", **{**inputs, **lists}, each=list("abc"), how="product").a)
    with little_memory():
        error = the_error(engine, wf.document())
    assert isinstance(error.__cause__, FlowFailed)
    assert "may have 10,000 items; there are 1,000,000,000 here" in str(error)


@pytest.mark.parametrize("how", ["zip", "product"])
def test_a_map_over_too_long_a_list_is_refused_before_it_opens(
    engine: Engine, catalogue: Catalogue, how: str
) -> None:
    wf, inputs = adding(catalogue)
    wf.add("bad/count", "many", numbers=10_001)
    wf.output("x", wf.add("flow/map", "m", **{**inputs, "a": [1] * 10_001}, each=["a"], how=how).a)
    literal = wf.document()
    computed = literal.with_inputs({("m", "a"): link("many.integers")})
    for what in (literal, computed):
        assert "10,000 items; there are 10,001 here" in str(the_error(engine, what))
        assert not any("/" in name for name in engine.run(what).nodes)


def test_a_fold_has_a_bound_or_is_refused(engine: Engine, catalogue: Catalogue) -> None:
    wf, inputs = adding(catalogue)
    huge = wf.add("toy/number", "huge", value=10**18)
    wf.output("x", wf.add("flow/fold", "f", **inputs, carry=["a"], times=huge).a)
    linked = wf.document()
    error = the_error(engine, linked)
    assert isinstance(error.__cause__, InputRefused)
    assert "'times'" in str(error)
    (written,) = engine.check(linked.with_inputs({("f", "times"): 10_001}))
    assert (written.code, written.node, written.input) == ("bad_value", "f", "times")
    raw = linked.as_json()
    del raw["nodes"]["f"]["inputs"]["times"]
    (missing,) = engine.check(Document.model_validate(raw))
    assert (missing.code, missing.node, missing.input) == ("missing_input", "f", "times")


def test_a_fold_whose_end_never_comes_ends_at_its_bound(engine: Engine, catalogue: Catalogue) -> None:
    wf = Workflow(catalogue=catalogue)
    with wf.define("step") as body:
        more = body.add("toy/plus", a=body.port("a"), b=1)
        body.output("a", more)
        body.output("enough", body.add("toy/at_least", a=more, limit=10**9))
    wf.output("a", wf.add("flow/fold", body="step", carry=["a"], times=200, until="enough", a=0).a)
    assert engine.run(wf.document()).raise_for_status().outputs["a"] == 200


def test_thousands_of_loops_one_after_another_need_no_deep_stack(
    engine: Engine, catalogue: Catalogue
) -> None:
    step = definition({"n": {"type": "toy/plus", "inputs": {"b": 1}}}, {"v": "n.a"}, {"v": "n.integer"})
    nodes: dict[str, Any] = {"n": {"type": "toy/number", "inputs": {"value": 7}}}
    last = "n.integer"
    for index in range(3000):
        inputs = {"body": "step", "carry": ["v"], "times": 0, "v": link(last)}
        nodes[f"f{index}"] = {"type": "flow/fold", "inputs": inputs}
        last = f"f{index}.v"
    nodes["end"] = {"type": "toy/plus", "inputs": {"a": link(last), "b": 1}}
    raw = document({}, {"v": last, "x": "end.integer"}, definitions={"step": step}).as_json()
    what = Document.model_validate({**raw, "nodes": nodes})
    assert dict(engine.run(what).raise_for_status().outputs) == {"v": 7, "x": 8}
    assert engine.plan(what).nothing_to_do


def test_types_that_double_with_every_node_are_checked_all_the_same(engine: Engine) -> None:
    keep = definition({"p": {"type": "flow/pass"}}, {"x": "p.value"}, {"x": "p.value"})
    listing = definition(
        {"p": {"type": "flow/pass"}, "n": {"type": "toy/number"}},
        {"x": "p.value", "v": "n.value"},
        {"x": "p.value", "v": "n.integer"},
    )
    fold = {"type": "flow/fold", "inputs": {"body": "listing", "carry": ["v"], "times": 1, "v": 1}}
    wrap = definition({"f": fold}, {"x": "f.x"}, {"x": "f.x"})
    cases = {"choice": "keep", "cases": {"keep": "keep", "wrap": "wrap"}}
    nodes = {
        f"s{index}": {
            "type": "flow/switch",
            "inputs": {**cases, "x": link(f"s{index - 1}.x") if index else 1},
        }
        for index in range(200)
    }
    definitions = {"keep": keep, "wrap": wrap, "listing": listing}
    raw = document({}, {"x": "s199.x"}, definitions=definitions).as_json()
    what = Document.model_validate({**raw, "nodes": nodes})
    assert engine.check(what) == []
    assert engine.run(what).raise_for_status().outputs["x"] == 1
    lists = {
        f"f{index}": {**fold, "inputs": {**fold["inputs"], "x": link(f"f{index - 1}.x") if index else 1}}
        for index in range(2000)
    }
    raw["interface"]["outputs"]["x"]["node"] = "f1999"
    assert engine.check(Document.model_validate({**raw, "nodes": lists})) == []


# Nodes.


def test_a_node_that_raises_names_itself_and_what_it_was_given(engine: Engine) -> None:
    error = the_error(engine, document({"n": ("fail", {"a": 3, "message": "no"})}, {"x": "n.integer"}))
    assert isinstance(error, NodeFailed)
    assert (error.node, error.node_type, error.inputs["a"]) == ("n", "toy/fail", "3")
    assert isinstance(error.__cause__, RuntimeError)


def test_a_bad_node_inside_a_loop_is_named_by_its_path(engine: Engine, catalogue: Catalogue) -> None:
    for kind, said in (("lie", "declared as whole number"), ("leave", "sys.exit(3)")):
        wf = Workflow(catalogue=catalogue)
        with wf.define("bad") as body:
            body.output("a", body.add(f"toy/{kind}", "it", a=body.port("a")))
        wf.output("x", wf.add("flow/map", "m", body="bad", each=["a"], a=[1, 2]).a)
        result = engine.run(wf.document())
        assert result.status == "failed"
        assert re.match(rf"Node 'm\[[01]\]/it' \(toy/{kind}\) failed: ", str(result.errors[0]))
        assert said in str(result.errors[0])


# Disks and clocks.


def test_a_cache_of_a_newer_version_is_set_aside_and_begun_anew(tmp_path: Path, catalogue: Catalogue) -> None:
    what = document({"n": ("number", {"value": 3})}, {"x": "n.integer"})
    with Engine(tmp_path, catalogue=catalogue) as engine:
        engine.run(what).raise_for_status()
    memo = tmp_path / "store" / "memo.sqlite"
    database = sqlite3.connect(memo)
    database.execute("PRAGMA user_version = 99")
    database.close()
    with Engine(tmp_path, catalogue=catalogue) as engine:
        assert engine.run(what).raise_for_status().outputs["x"] == 3
    assert memo.with_name("memo.sqlite.damaged").exists()


def test_a_clock_that_jumps_at_every_look_loses_nothing(
    tmp_path: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    years = itertools.cycle([0.0, 4e9, 1e9, -1e9, 2e9, 9e9, 1.0])
    monkeypatch.setattr(time, "time", lambda: next(years))
    settings = Settings(data=tmp_path, memory_budget=0, disk_budget=25_000)
    path = tmp_path / "jobs.sqlite"
    documents = [
        document(
            {
                "blob": ("make_blob", {"text": str(index), "size": 9000}),
                "size": ("measure", {"blob": link("blob.blob")}),
                "text": ("show", {"value": link("size.integer")}),
                "save": ("save_text", {"text": link("text.text"), "name": f"{index}.txt"}),
            },
            name=str(index),
        )
        for index in range(5)
    ]
    with Engine(settings=settings, catalogue=catalogue) as engine:
        queue, journal = JobQueue(path), Journal(path)
        runner = Runner(InProcess(engine), queue, journal)
        submitted = [queue.submit(Request(one.dumps(), name=one.name)).id for one in documents]
        ran = [runner.run_next(lambda job: lambda event: None, Cancellation()) for _ in documents]
        assert [(job.id, job.status) for job in ran if job] == [(one, "done") for one in submitted]
        for job in submitted:
            assert [one.number for one in journal.read(job)] == list(range(1, 1 + len(journal.read(job))))
        blobs = [one for one in (tmp_path / "store").rglob("*.blob") if "incoming" not in one.parts]
        assert 0 < len(blobs) <= 2  # the others were evicted
        for one in documents:
            assert engine.run(one).raise_for_status().status == "done"
        assert engine.run(documents[-1]).nodes["save"].status == "hit"
        pinned = engine.plan(documents[-1]).steps["size"].key
        engine.store.pin([pinned], "kept")
        engine.store.clear(Scope(older_than=30))
        assert engine.store.memo.get(pinned) is not None
        engine.store.clear()
        assert engine.run(documents[0]).raise_for_status().nodes["size"].status == "miss"
        assert check_store(engine.store, engine.artifacts.folder, engine.files.uploads).healthy
        queue.close()
        journal.close()


@pytest.mark.parametrize("go_on", [False, True])
def test_what_was_evicted_and_can_not_be_made_again_fails_the_node_that_made_it(
    tmp_path: Path, catalogue: Catalogue, go_on: bool
) -> None:
    gone.clear()
    nodes: dict[str, Any] = {"n0": {"type": "bad/make_once"}}
    for index in range(1, 2000):
        inputs = {"blob": link(f"n{index - 1}.blob"), "number": index}
        nodes[f"n{index}"] = {"type": "bad/after", "inputs": inputs}
    nodes["end"] = {"type": "toy/measure", "inputs": {"blob": link("n1999.blob")}}
    asked = {"n0": nodes["n0"], "end": {"type": "bad/ask", "inputs": {"blob": link("n0.blob")}}}
    raw = document({}, {"x": "end.integer"}).as_json()
    chained, lazy = (Document.model_validate({**raw, "nodes": one}) for one in (nodes, asked))
    settings = Settings(data=tmp_path, memory_budget=0, disk_budget=0)
    with Engine(settings=settings, catalogue=catalogue) as engine:
        engine.run(lazy).raise_for_status()
        engine.run(chained).raise_for_status()
    gone.add("it")
    with Engine(settings=settings, catalogue=catalogue) as engine:
        for what in (lazy, chained.with_inputs({("end", "other"): link("n1999.blob")})):
            result = engine.run(what, continue_on_error=go_on)
            assert result.status == "failed"
            assert "'it' is gone" in str(result.errors[0])
            assert (result.nodes["n0"].status, result.nodes["end"].status) == ("failed", "skipped")


# The page.


def test_every_row_of_the_page_names_tests_that_exist() -> None:
    rows = [
        row
        for row in (ROOT / "docs" / "robustness.md").read_text().splitlines()
        if row.startswith("|") and not re.match(r"\|(---|\s*what )", row)
    ]
    assert len(rows) > 40
    for row in rows:
        named = re.findall(r"`([\w/]+\.py)::(\w+)`", row)
        assert named, f"no test is named: {row}"
        for file, name in named:
            room = "" if file.startswith("web/") else "graph_engine"
            text = (ROOT / "tests" / room / file).read_text()
            assert re.search(rf"^(    )?def {name}\(", text, re.MULTILINE), f"{file} has no {name}"


def test_every_test_here_is_a_row_of_the_page() -> None:
    page = (ROOT / "docs" / "robustness.md").read_text()
    names = re.findall(r"^def (test_\w+)\(", Path(__file__).read_text(), re.MULTILINE)
    assert [one for one in names if one not in page and "of_the_page" not in one] == []
