"""The types of the client say of the server's forms what is so."""

from scripts.client_types import schema
from web.api.app import all_routes


def test_every_form_and_query_of_the_api_has_a_type() -> None:
    types = schema()["$defs"]
    for route in all_routes():
        models = (one for one in (route.body, route.query, *route.answers.values()) if isinstance(one, type))
        for model in models:
            assert set(types[model.__name__].get("properties", {})) == set(model.model_fields), model


def test_what_the_server_answers_has_all_its_fields_and_what_it_takes_may_leave_some_out() -> None:
    types = schema()["$defs"]
    assert "workflow_version" in types["JobView"]["required"]
    assert types["SubmitForm"].get("required", []) != list(types["SubmitForm"]["properties"])


def test_an_event_of_the_engine_is_found_by_its_kind() -> None:
    made = schema()
    assert made["properties"]["node_failed"] == {"$ref": "#/$defs/NodeFailed"}
    assert made["$defs"]["NodeFailed"]["properties"]["error"] == {"type": "string"}
