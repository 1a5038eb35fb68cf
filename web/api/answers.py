"""What packs tell of inputs while somebody fills them in: choices, measures. The desk answers."""

from __future__ import annotations

from graph_engine.problem import Problem
from web.api.jobs import document_text
from web.api.problems import Refused
from web.api.routing import Call, Reply, Routes
from web.models.answers import ChoicesQuery, ChoicesView, MeasureForm, MeasureView
from web.service.jobs import raise_problems

routes = Routes("server")

CHOICES = "/api/v1/nodes/{pack}/{node}/inputs/{input}/choices"


@routes.add("GET", CHOICES, scope="view", query=ChoicesQuery, answers={200: ChoicesView})
async def list_choices(call: Call) -> Reply:
    """List what there is to choose for an input at this time: models, files, names.

    Inputs that have choices say so in their schema, `"x-choices": true`.
    """
    query: ChoicesQuery = call.query
    service, node_type = call.service, f"{call.parts['pack']}/{call.parts['node']}"
    found = await service.ask(
        service.workers.choices, node_type, call.parts["input"], query.query, limit=query.limit
    )
    if found["problems"]:
        problem = Problem(**found["problems"][0])
        raise Refused(404, problem.code, f"{problem.message[:1].upper()}{problem.message[1:]} {problem.hint}")
    return Reply(ChoicesView.model_validate(found))


@routes.add("POST", "/api/v1/measure", scope="view", body=MeasureForm, answers={200: MeasureView})
async def measure_value(call: Call) -> Reply:
    """Measure a value as it is typed: the tokens of a text, and what of it does not fit.

    Inputs that are measured say so in their schema, `"x-measured": true`.
    """
    form: MeasureForm = call.body
    service = call.service
    given = {"value": form.value} if "value" in form.model_fields_set else {}
    found = await service.ask(
        service.workers.measure,
        document_text(form.document),
        form.node,
        form.input,
        definition=form.definition,
        **given,
    )
    raise_problems(found)
    return Reply(MeasureView.model_validate(found["measure"]))
