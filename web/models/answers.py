"""What packs tell of inputs while somebody fills them in: what there is to choose, how much there is."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from web.models.base import Form, Json, Query, View
from web.models.jobs import Document

PlaceName = Annotated[str, StringConstraints(min_length=1, max_length=300)]


class ChoicesQuery(Query):
    """Which choices are wanted."""

    query: Annotated[str, StringConstraints(max_length=200)] = Field(
        "", description="Words that must all occur in the value, the title or the details."
    )
    limit: Annotated[int, Field(ge=1, le=500)] = 500


class ChoiceView(View):
    """A value that can be chosen."""

    value: str
    title: str = ""
    details: dict[str, str | int | float] = Field({}, description="What is known of it, by name.")
    picture: str = Field("", description="A small picture, as a `data:image/...` address.")


class ChoicesView(View):
    """What there is to choose, in the pack's order. An input takes other values, too."""

    choices: list[ChoiceView]
    more: bool = Field(description="Whether there are others; a query finds them.")


class MeasureForm(Form):
    """A place in a document, and the value that is being typed there.

    The node with those that it is linked to is enough of the document, and it may have problems.
    """

    document: Document
    node: PlaceName
    input: PlaceName
    definition: Annotated[str, StringConstraints(max_length=200)] = Field(
        "", description="The definition that the node is in; none: the document itself."
    )
    value: Json = Field(None, description="Left out: the value that the document has there.")


class MeasureView(View):
    """How much of a value there is, and how much fits."""

    count: int
    limit: int | None = Field(description="How much fits; null where there is no bound.")
    unit: str
    problems: list[str] = Field(description="What is wrong with the value, in sentences.")
    approximate: bool = Field(description="It was measured with something else than what a run will use.")
