"""The checker reports every problem at once, each with its place and the way out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_engine import Catalogue, Document, DocumentError, check
from graph_engine.documents.document_io import parse_document
from tests.graph_engine.conftest import document, link

PROBLEMS: list[tuple[str, dict[str, Any], dict[str, Any], str, str, str]] = [
    ("unknown_node", {"n": ("nmber", {})}, {}, "n", "", "Did you mean 'toy/number'?"),
    ("missing_input", {"n": ("add", {})}, {}, "n", "a", "Give a value or link"),
    ("missing_input", {"n": ("measure", {})}, {}, "n", "blob", "Link an output"),
    ("extra_input", {"n": ("number", {"valu": 1})}, {}, "n", "valu", "Did you mean 'value'?"),
    ("unknown_link_node", {"n": ("number", {"value": link("m.integer")})}, {}, "n", "value", "There is 'n'"),
    (
        "unknown_link_output",
        {"m": ("number", {}), "n": ("number", {"value": link("m.intger")})},
        {},
        "n",
        "value",
        "Did you mean 'integer'?",
    ),
    ("bad_link", {"n": ("number", {"value": link("m")})}, {}, "n", "value", "node.output"),
    (
        "wrong_type",
        {"m": ("make_blob", {}), "n": ("number", {"value": link("m.blob")})},
        {},
        "n",
        "value",
        "Blob",
    ),
    ("bad_value", {"n": ("add", {"a": 1, "b": 2000})}, {}, "n", "b", "at most 1000"),
    ("bad_value", {"n": ("add", {"a": True})}, {}, "n", "a", "not true"),
    ("bad_value", {"n": ("add", {"a": "1"})}, {}, "n", "a", "not text"),
    ("bad_value", {"n": ("point", {"mode": "miror"})}, {}, "n", "mode", "Did you mean 'mirrored'?"),
    (
        "bad_value",
        {"n": ("number", {"value": {"from": "a.b", "x": 1}})},
        {},
        "n",
        "value",
        "only key is 'from'",
    ),
    ("link_wanted", {"n": ("measure", {"blob": 3})}, {}, "n", "blob", '{"from": "node.output"}'),
    (
        "link_wanted",
        {"m": ("make_blob", {}), "n": ("count_blobs", {"blobs": [link("m.blob"), 1]})},
        {},
        "n",
        "blobs",
        "",
    ),
    ("path_escapes", {"n": ("read_text", {"path": "../x"})}, {}, "n", "path", "'..'"),
    ("path_escapes", {"n": ("read_text", {"path": "/etc/passwd"})}, {}, "n", "path", "absolute"),
    ("path_escapes", {"n": ("read_text", {"path": "C:\\x"})}, {}, "n", "path", "absolute"),
    ("interface_node", {"n": ("number", {})}, {"outputs": {"x": "m.integer"}}, "", "", "'m'"),
    ("interface_socket", {"n": ("number", {})}, {"outputs": {"x": "n.number"}}, "n", "", "integer"),
    (
        "interface_socket",
        {"n": ("number", {})},
        {"inputs": {"x": "n.valeu"}},
        "n",
        "",
        "Did you mean 'value'?",
    ),
    ("extra_field", {}, {"nods": 1}, "", "", "Did you mean 'nodes'?"),
]


@pytest.mark.parametrize(("code", "nodes", "more", "node", "name", "says"), PROBLEMS)
def test_a_problem_names_its_place_and_the_way_out(
    catalogue: Catalogue,
    code: str,
    nodes: dict[str, Any],
    more: dict[str, Any],
    node: str,
    name: str,
    says: str,
) -> None:
    found = check(document(nodes, **more), catalogue)
    assert [(one.code, one.node, one.input) for one in found] == [(code, node, name)]
    assert says in str(found[0])


def test_all_problems_come_at_once(catalogue: Catalogue) -> None:
    nodes = {
        "a": ("nothing_like_it", {}),
        "b": ("add", {"b": 5000, "c": 1}),
        "c": ("number", {"value": link("c.integer")}),
        "d": ("number", {"value": link("e.integer")}),
        "e": ("number", {"value": link("d.integer")}),
    }
    found = check(document(nodes, {"x": "gone.y"}), catalogue)
    codes = sorted(one.code for one in found)
    assert codes == [
        "bad_value",
        "cycle",
        "cycle",
        "extra_input",
        "interface_node",
        "missing_input",
        "unknown_node",
    ]


def test_a_cycle_is_named(catalogue: Catalogue) -> None:
    nodes = {
        "a": ("add", {"a": link("c.integer")}),
        "b": ("add", {"a": link("a.integer")}),
        "c": ("add", {"a": link("b.integer")}),
    }
    (found,) = check(document(nodes), catalogue)
    assert "a -> b -> c -> a" in found.message


def test_a_type_variable_passes_the_type_through(catalogue: Catalogue) -> None:
    nodes = {
        "m": ("make_blob", {}),
        "same": ("same", {"thing": link("m.blob")}),
        "good": ("measure", {"blob": link("same.value")}),
        "bad": ("number", {"value": link("same.value")}),
    }
    assert [(one.code, one.node) for one in check(document(nodes), catalogue)] == [("wrong_type", "bad")]


def test_a_list_input_takes_one_link_many_links_and_literals(catalogue: Catalogue) -> None:
    nodes = {
        "n": ("number", {}),
        "one": ("total", {"numbers": link("n.integer")}),
        "many": ("total", {"numbers": [link("n.integer"), 3, link("one.integer")]}),
        "plain": ("total", {"numbers": [1, 2]}),
        "m": ("make_blob", {}),
        "parts": ("split", {"blob": link("m.blob")}),
        "all": ("count_blobs", {"blobs": link("parts.blobs")}),
    }
    assert check(document(nodes), catalogue) == []


def test_an_unknown_version_is_a_problem(catalogue: Catalogue) -> None:
    raw = {"latentgraph": 1, "nodes": {"n": {"type": "toy/number", "version": 7}}}
    (found,) = check(Document.model_validate(raw), catalogue)
    assert (found.code, found.expected, found.got) == ("unknown_version", "1", "7")


def test_a_missing_input_that_the_interface_offers_says_so(catalogue: Catalogue) -> None:
    (found,) = check(document({"n": ("add", {})}, inputs={"first": "n.a"}), catalogue)
    assert "--set first=" in found.hint


odd = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(
        [{"from": "a.integer"}, {"from": "b"}, {"from": "."}, {"from": "c.value"}, {"from": 3}]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
kinds = st.sampled_from(
    ["number", "add", "total", "same", "measure", "count_blobs", "point", "read_text", "gone", ""]
)
inputs = st.dictionaries(
    st.sampled_from(["a", "b", "value", "numbers", "thing", "blob", "blobs", "path"]), odd, max_size=3
)
nodes = st.dictionaries(
    st.sampled_from(["a", "b", "c", "d"]),
    st.fixed_dictionaries({"type": kinds.map(lambda kind: f"toy/{kind}"), "inputs": inputs}) | odd,
    max_size=4,
)
mutated = st.fixed_dictionaries(
    {"latentgraph": st.just(1), "nodes": nodes}, optional={"interface": odd, "lock": odd}
)


@given(mutated)
@settings(max_examples=50, deadline=None)
def test_no_document_makes_the_checker_crash(catalogue: Catalogue, raw: dict[str, Any]) -> None:
    try:
        parsed = parse_document(raw)
    except DocumentError as error:
        assert error.problems  # noqa: PT017 (both ways are right)
        return
    for problem in check(parsed, catalogue):
        assert str(problem)
