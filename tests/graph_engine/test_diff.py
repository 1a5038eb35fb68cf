"""Differences between documents, in words."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from graph_engine import Document
from graph_engine.documents.diff import diff
from tests.graph_engine.conftest import document, link

SUMS = {
    "one": ("number", {"value": 1}),
    "two": ("number", {"value": 2}),
    "sum": ("add", {"a": link("one.integer"), "b": 5}),
    "all": ("total", {"numbers": [link("sum.integer"), link("two.integer"), 3]}),
}


def told(before: Document, after: Document) -> list[str]:
    return [str(one) for one in diff(before, after)]


def changed(**nodes: Any) -> Document:
    """The sums with some nodes replaced, or removed where None."""
    return document({name: node for name, node in (SUMS | nodes).items() if node is not None})


def test_a_document_does_not_differ_from_itself() -> None:
    assert diff(document(SUMS), document(copy.deepcopy(SUMS))) == []


def test_inputs_are_told_with_both_values() -> None:
    after = changed(sum=("add", {"a": link("two.integer")}), one=("number", {"value": 7}))
    assert told(document(SUMS), after) == [
        "Node 'one', input 'value': 1 became 7.",
        "Node 'sum', input 'a': the link from 'one.integer' became the link from 'two.integer'.",
        "Node 'sum', input 'b': 5 became left out.",
    ]


def test_links_in_a_list_are_told() -> None:
    after = changed(all=("total", {"numbers": [link("sum.integer"), 3]}))
    assert told(document(SUMS), after) == [
        "Node 'all', input 'numbers': [the link from 'sum.integer', the link from 'two.integer', 3] became "
        "[the link from 'sum.integer', 3]."
    ]


def test_long_values_that_look_alike_when_shortened_still_differ() -> None:
    before, after = (document({"text": ("number", {"value": "x" * 100 + end})}) for end in "ab")
    assert len(diff(before, after)) == 1


def test_nodes_that_come_and_go_are_told_with_their_type() -> None:
    after = changed(two=None, six=("divide", {"a": link("one.integer"), "b": 6}))
    assert told(document(SUMS), after)[0] == "Node 'two' (toy/number) was removed."
    assert "Node 'six' (toy/divide) was added with a = the link from 'one.integer', b = 6." in told(
        document(SUMS), after
    )


def test_another_id_is_a_new_name_and_links_follow_it() -> None:
    after = document(
        {
            "first": ("number", {"value": 1}),
            "two": SUMS["two"],
            "result": ("add", {"a": link("first.integer"), "b": 5}),
            "all": ("total", {"numbers": [link("result.integer"), link("two.integer"), 3]}),
        },
        outputs={"all": "all.integer"},
    )
    before = document(SUMS, outputs={"all": "all.integer"})
    assert told(before, after) == ["Node 'one' is now 'first'.", "Node 'sum' is now 'result'."]


def test_types_versions_and_titles_are_told() -> None:
    before = document({"a": ("number", {})}).as_json()
    after = copy.deepcopy(before)
    after["nodes"]["a"] |= {"type": "toy/same", "version": 2, "title": "A"}
    assert told(Document.model_validate(before), Document.model_validate(after)) == [
        'Node \'a\': its type "toy/number" became "toy/same".',
        "Node 'a': its version 1 became 2.",
        'Node \'a\': its title "" became "A".',
    ]


def test_the_interface_is_told() -> None:
    before = document(SUMS, outputs={"x": "sum.integer", "y": "all.integer"}, inputs={"n": "one.value"})
    after = document(SUMS, outputs={"x": "all.integer", "z": "two.integer"})
    assert told(before, after) == [
        "The workflow's input 'n' was removed.",
        'The workflow\'s output \'x\': its node "sum" became "all".',
        "The workflow's output 'y' was removed.",
        "The workflow's output 'z' was added, to 'two.integer'.",
    ]


def test_the_rest_of_a_document_is_told_too() -> None:
    before = document(
        SUMS,
        name="Sums",
        definitions={"d": {"nodes": {}}, "gone": {"nodes": {}}},
        layout={"positions": {"one": [0, 0], "two": [0, 9]}, "frames": []},
        lock={"packs": {"toy": "1.0"}, "models": {}},
        later={"field": 1},
    )
    after = document(
        SUMS,
        name="More sums",
        definitions={"d": {"title": "D", "nodes": {"n": {"type": "toy/add"}}}, "e": {"nodes": {}}},
        layout={"positions": {"one": [5, 0], "two": [0, 9]}, "frames": [1]},
        lock={"packs": {"toy": "1.1"}, "models": {"m": "blake3:1"}},
    )
    assert told(before, after) == [
        'The name "Sums" became "More sums".',
        "On the canvas, 1 node was moved ('one').",
        "On the canvas, the frames changed.",
        'In the definition \'d\': The title "" became "D".',
        "In the definition 'd': Node 'n' (toy/add) was added.",
        "The definition 'gone' was removed.",
        "The definition 'e' was added.",
        "The pack 'toy' it was made with: 1.0 became 1.1.",
        "The model 'm' it was made with: left out became blake3:1.",
        'The field \'later\' of the document {"field": 1} became "left out".',
    ]


values = st.one_of(st.integers(0, 3), st.sampled_from([link("a.integer"), link("b.integer")]))
nodes = st.dictionaries(
    st.sampled_from("abcd"),
    st.tuples(st.sampled_from(["number", "add"]), st.dictionaries(st.sampled_from("xy"), values)),
    max_size=4,
)


@given(nodes, nodes)
def test_two_documents_say_the_same_exactly_when_nothing_is_told(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    assert (diff(document(before), document(after)) == []) == (before == after)


@given(nodes, nodes)
def test_there_and_back_tells_of_as_many_nodes(before: dict[str, Any], after: dict[str, Any]) -> None:
    def count(one: Document, other: Document, code: str) -> int:
        return sum(difference.code == code for difference in diff(one, other))

    a, b = document(before), document(after)
    assert count(a, b, "node_added") == count(b, a, "node_removed")
    assert count(a, b, "node_renamed") == count(b, a, "node_renamed")
