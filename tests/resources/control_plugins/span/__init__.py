"""A pack with a control of its own: a slider with two handles."""

from typing import Annotated, NamedTuple

from pydantic import Field

from graph_engine import Control, Pack, node

Share = Annotated[float, Field(ge=0, le=1)]


class Ends(NamedTuple):
    """Where a span begins and ends."""

    start: float
    end: float


@node(title="Pick span", category="span")
def pick_span(
    span: Annotated[tuple[Share, Share], Control("span/range"), Field(description="From where to where.")] = (
        0.25,
        0.75,
    ),
) -> Ends:
    """Both ends of a span between 0 and 1, chosen with one slider."""
    return Ends(min(span), max(span))


pack = Pack.from_package("span", "1.0", __name__)
