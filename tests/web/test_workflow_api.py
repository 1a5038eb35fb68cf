"""A schema for each workflow: what fits it is taken, what does not is refused."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from tests.web.conftest import document, link
from tests.web.http import Http
from tests.web.test_library import WORKFLOWS
from web.api.workflow_api import FILE_NOTE, Described, workflow_openapi

WHAT = Described("Sum", "Adds.", "/api/v1/workflows/wf-0123456789abcdef/runs")


def inputs_of(api: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = api["components"]["schemas"]["Inputs"]
    return found


def references(value: Any) -> set[str]:
    if isinstance(value, dict):
        here = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return here.union(*map(references, value.values()))
    return set().union(*map(references, value)) if isinstance(value, list) else set()


INTERFACE: dict[str, Any] = {
    "inputs": {
        "size": {
            "title": "Size",
            "help": "Of it.",
            "type": "int",
            "schema": {"type": "integer", "minimum": 1},
            "required": True,
        },
        "kind": {
            "title": "",
            "type": "Kind",
            "schema": {"$ref": "#/$defs/Kind", "$defs": {"Kind": {"enum": ["a", "b"]}}},
            "required": False,
            "default": "a",
        },
        "picture": {
            "title": "Picture",
            "help": "What is shown.",
            "type": "str",
            "schema": {"type": "string"},
            "required": False,
            "file": "image",
            "default": "media/scene.png",
        },
        "unknown": {"title": "", "type": "any", "schema": None, "required": False},
    },
    "outputs": {"sum": {"title": "Sum", "type": "int", "artifact": False}},
    "problems": [],
}


class TestDescription:
    def test_each_input_is_there_with_its_schema_title_help_and_default(self) -> None:
        inputs = inputs_of(workflow_openapi(INTERFACE, WHAT))
        assert inputs["required"] == ["size"]
        assert inputs["properties"]["size"] == {
            "type": "integer",
            "minimum": 1,
            "title": "Size",
            "description": "Of it.",
        }
        assert inputs["properties"]["kind"]["default"] == "a"
        assert inputs["properties"]["unknown"] == {"title": "unknown"}

    def test_a_file_says_how_it_is_sent(self) -> None:
        picture = inputs_of(workflow_openapi(INTERFACE, WHAT))["properties"]["picture"]
        assert picture["description"] == f"What is shown. {FILE_NOTE}"
        assert picture["x-file"] == "image"

    def test_every_reference_leads_somewhere(self) -> None:
        api = workflow_openapi(INTERFACE, WHAT)
        found = references(api)
        assert "#/components/schemas/Input1.Kind" in found
        for one in found:
            assert one.removeprefix("#/components/schemas/") in api["components"]["schemas"], one

    def test_the_example_has_the_documents_own_values(self) -> None:
        post = workflow_openapi(INTERFACE, WHAT)["paths"][WHAT.path]["post"]
        example = post["requestBody"]["content"]["application/json"]["example"]
        assert example == {"inputs": {"kind": "a", "picture": "media/scene.png"}}

    def test_what_a_done_job_has_is_told(self) -> None:
        api = workflow_openapi(INTERFACE, WHAT)
        assert "`sum`: Sum (int)" in api["paths"]["/api/v1/jobs/{job}"]["get"]["description"]
        assert api["x-outputs"] == INTERFACE["outputs"]
        schemas = api["components"]["schemas"]
        assert schemas["JobView"]["properties"]["outputs"] == {"$ref": "#/components/schemas/Outputs"}
        assert schemas["Outputs"]["properties"] == {"sum": {"title": "Sum", "x-type": "int"}}


TOYS = document(
    {
        "one": ("number", {"value": 3}),
        "sum": ("add", {"a": link("one.integer"), "b": 1}),
        "blob": ("make_blob", {"text": "x", "size": 10}),
        "all": ("plus", {"a": link("sum.integer")}),
    },
    outputs={"all": "all.integer"},
    inputs={"value": "one.value", "b": "sum.b", "text": "blob.text", "needed": "all.b"},
).as_json()

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2000, 2000) | st.floats(-9, 9) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=2),
    max_leaves=3,
)

NUMBERS = st.integers(-1001, 1001) | st.integers(-9, 9).map(float)


def fits(value: Any, schema: dict[str, Any]) -> bool:
    """Whether a value fits one of the schemas that the toys have."""
    if schema["type"] == "string":
        return isinstance(value, str)
    assert schema["type"] == "integer"
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        return False
    return schema.get("minimum", value) <= value <= schema.get("maximum", value)


@pytest.fixture(scope="session")
def workflow(shared_server: Any) -> str:
    view = shared_server.http.post(WORKFLOWS, {"document": TOYS, "name": "Toys"}).ok(201)
    return f"{WORKFLOWS}/{view['id']}"


class TestOverHttp:
    def test_it_describes_exactly_how_the_workflow_is_run(self, http: Http, workflow: str) -> None:
        answer = http.get(f"{workflow}/openapi.json")
        api = answer.ok()
        assert (api["openapi"], api["info"]["title"]) == ("3.1.0", "Toys")
        assert f"{workflow}/runs" in api["paths"]
        inputs = inputs_of(api)
        assert list(inputs["properties"]) == ["value", "b", "text", "needed"]
        assert inputs["required"] == ["needed"]
        assert inputs["properties"]["b"]["minimum"] == -1000
        assert inputs["properties"]["value"]["default"] == 3

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(data=st.data())
    def test_a_body_is_taken_exactly_if_it_fits(self, http: Http, workflow: str, data: st.DataObject) -> None:
        schema = inputs_of(http.get(f"{workflow}/openapi.json").ok())
        names = data.draw(st.sets(st.sampled_from([*schema["properties"], "other"])), label="names")
        inputs = {
            name: data.draw(st.text(max_size=4) if name == "text" else NUMBERS, label=name)
            for name in sorted(names | {"needed"})
        }
        if spoiled := data.draw(st.none() | st.sampled_from(sorted(inputs)), label="spoiled"):
            inputs[spoiled] = data.draw(JSON, label="with")
        if data.draw(st.booleans(), label="without what is needed"):
            del inputs["needed"]
        right = set(schema["required"]) <= set(inputs) <= set(schema["properties"]) and all(
            fits(value, schema["properties"][name]) for name, value in inputs.items()
        )
        answer = http.post(f"{workflow}/runs", {"inputs": inputs, "priority": -1000})
        event(f"fits: {right}")
        assert answer.status == (202 if right else 422), (inputs, answer.body)

    def test_any_other_input_of_a_node_can_be_set_too(self, http: Http, workflow: str) -> None:
        job = http.post(f"{workflow}/runs", {"inputs": {"needed": 1, "blob.size": 3}}).ok(202)
        assert http.ended(job["id"])["status"] == "done"
        pattern = next(iter(inputs_of(http.get(f"{workflow}/openapi.json").ok())["patternProperties"]))
        assert re.match(pattern, "blob.size")
        assert not re.match(pattern, "other")

    def test_a_version_of_its_own_is_described_where_it_is_asked_for(self, http: Http, workflow: str) -> None:
        api = http.get(f"{workflow}/openapi.json?version=1").ok()
        parameters = api["paths"][f"{workflow}/runs"]["post"]["parameters"]
        assert parameters[0]["schema"] == {"type": "integer", "const": 1}
        http.get(f"{workflow}/openapi.json?version=2").refused(404, "unknown_workflow")

    def test_a_workflow_of_unknown_nodes_is_described_as_far_as_that_can_be(self, http: Http) -> None:
        unknown = document({"a": ("nothing", {"x": 1})}, inputs={"x": "a.x"}).as_json()
        view = http.post(WORKFLOWS, {"document": unknown}).ok(201)
        api = http.get(f"{WORKFLOWS}/{view['id']}/openapi.json").ok()
        assert "x" in inputs_of(api)["properties"]

    def test_a_template_is_described_too(self, http: Http) -> None:
        api = http.get("/api/v1/templates/text_to_image/openapi.json").ok()
        assert "/api/v1/templates/text_to_image/runs" in api["paths"]
        assert "prompt" in inputs_of(api)["properties"]
