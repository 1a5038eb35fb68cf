"""Choices and measures over HTTP: what controls need of packs, answered while somebody types."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from tests.web.conftest import Running, document, link
from tests.web.http import Http
from tests.web.people import EVERYWHERE, as_person
from web.client import Client

MEASURE = "/api/v1/measure"


def choices(node: str, input: str) -> str:
    pack, _, name = node.partition("/")
    return f"/api/v1/nodes/{pack}/{quote(name, safe='')}/inputs/{quote(input, safe='')}/choices"


FRUIT = choices("toy/basket", "fruit")


def labelled(text: Any = "panda") -> dict[str, Any]:
    nodes = {
        "number": ("number", {"value": 4}),
        "label": ("label", {"text": text, "size": link("number.integer")}),
    }
    return document(nodes).as_json()


def measure(http: Http, **body: Any) -> Any:
    return http.post(MEASURE, {"document": labelled(), "node": "label", "input": "text", **body})


def test_choices_are_listed_with_what_is_known_of_them(http: Http) -> None:
    found = http.get(FRUIT).ok()
    assert found["choices"][1] == {
        "value": "banana", "title": "Banana", "details": {"colour": "yellow"}, "picture": ""
    }  # fmt: skip
    assert [one["value"] for one in found["choices"]] == ["apple", "banana", "cherry"]
    assert found["more"] is False


def test_choices_are_found_by_words_and_limited(http: Http) -> None:
    assert [one["value"] for one in http.get(f"{FRUIT}?query=red%20CH").ok()["choices"]] == ["cherry"]
    first = http.get(f"{FRUIT}?limit=1").ok()
    assert ([one["value"] for one in first["choices"]], first["more"]) == (["apple"], True)
    http.get(f"{FRUIT}?limit=501").refused(422, "invalid_query")
    http.get(f"{FRUIT}?query={'x' * 201}").refused(422, "invalid_query")


@pytest.mark.parametrize(
    ("node", "input", "code", "said"),
    [
        (
            "toy/baskt",
            "fruit",
            "unknown_node",
            "There is no node type 'toy/baskt' here. Did you mean 'toy/basket'?",
        ),
        ("toi/basket", "fruit", "unknown_node", "The pack 'toi' is not installed."),
        ("toy/basket", "friut", "extra_input", "Did you mean 'fruit'?"),
        ("toy/label", "text", "no_choices", "Its schema says what it takes."),
        ("toy/바구니", "과일", "unknown_node", "'toy/바구니'"),
    ],
)
def test_what_has_no_choices_is_not_found_with_the_nearest_name(
    http: Http, node: str, input: str, code: str, said: str
) -> None:
    assert said in http.get(choices(node, input)).refused(404, code)["detail"]


def test_a_value_is_measured_with_what_the_document_links(http: Http) -> None:
    assert measure(http).ok() == {
        "count": 5, "limit": 4, "unit": "letters", "problems": ["'a' does not fit."], "approximate": False
    }  # fmt: skip
    assert measure(http, value="abc").ok()["count"] == 3


def test_a_document_may_have_problems_while_it_is_written(http: Http) -> None:
    half = labelled()
    half["nodes"]["other"] = {"type": "nobody/knows", "version": 1, "inputs": {}}
    del half["nodes"]["label"]["inputs"]["text"]
    assert measure(http, document=half, value="abc").ok()["count"] == 3


def test_a_node_in_a_definition_is_measured_there(http: Http) -> None:
    inside = labelled()
    made = document({}, definitions={"tag": {"nodes": inside["nodes"]}}).as_json()
    assert measure(http, document=made, definition="tag").ok()["count"] == 5


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"node": "lable"}, "unknown_place"),
        ({"input": "txt"}, "extra_input"),
        ({"definition": "none"}, "unknown_definition"),
        ({"node": "number", "input": "value"}, "not_measured"),
        ({"value": None}, "bad_value"),
        ({"document": labelled(link("number.integer"))}, "linked"),
        ({"document": {}}, "not_a_document"),
    ],
)
def test_what_can_not_be_measured_is_refused_with_its_place(http: Http, body: Any, code: str) -> None:
    problem = measure(http, **body).refused(422, "invalid_document")
    assert problem["problems"][0]["code"] == code


def test_a_body_of_another_form_is_refused(http: Http) -> None:
    measure(http, extra=1).refused(422, "invalid_body")
    measure(http, node="x" * 301).refused(422, "invalid_body")


def test_both_need_a_token_where_tokens_are_needed(serving: Any) -> None:
    server: Running = serving(host=EVERYWHERE)
    server.http.get(FRUIT).refused(401)
    measure(server.http).refused(401)
    ada = as_person(server, "ada", "view")
    assert ada.get(FRUIT).ok()["choices"]
    assert measure(ada).ok()["count"] == 5


def test_the_client_asks_for_both(shared_server: Running) -> None:
    with Client(shared_server.http.address) as client:
        assert [one.value for one in client.choices("toy/basket", "fruit", "yellow").choices] == ["banana"]
        assert client.measure(labelled(), "label", "text").count == 5
        assert client.measure(labelled(), "label", "text", "ab").count == 2
