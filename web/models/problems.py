"""Problems: what every answer that is no success looks like (RFC 9457)."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from graph_engine.problem import Problem
from web.models.base import View

MEDIA_TYPE = "application/problem+json"


class FaultView(View):
    """One thing that is wrong with a document or a body, with its place and the way out."""

    code: str = Field(description="A stable word for this kind of fault.")
    message: str
    node: str = ""
    input: str = Field("", description="The node's input, or the field of the body, as a path with dots.")
    expected: str = ""
    got: str = ""
    hint: str = ""
    definition: str = ""

    def __str__(self) -> str:
        return str(Problem(**self.model_dump()))


class ProblemView(View):
    """Why a request was not done."""

    model_config = ConfigDict(extra="allow", frozen=True)

    type: str = Field(description="`urn:latentgraph:problem:` and the code.")
    title: str
    status: int
    detail: str = Field(description="A sentence for a person: what went wrong, where, and the way out.")
    instance: str = Field("", description="The request's id, as in the log.")
    code: str = Field(description="A stable word for this kind of problem.")
    problems: list[FaultView] = Field(default=[], description="Every fault, where there can be several.")
