"""`flow/map`: a definition run once for each item of a list, or of several."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import product
from typing import Annotated, Any, Literal

from pydantic import Field

from graph_engine.declaration.fields import DefinitionName, Fixed
from graph_engine.declaration.node import node
from graph_engine.errors import FlowFailed
from graph_engine.flow.kind import MAX_ITEMS, BodyShape, Flow, Items, Opening, Use
from graph_engine.messages import nearest


class Map(Flow):
    """Each output is the list of what the items gave, in their order."""

    def listed(self, fixed: Mapping[str, Any]) -> Collection[str]:
        return tuple(fixed["each"])

    def wrong(self, fixed: Mapping[str, Any], bodies: Sequence[BodyShape]) -> Iterator[tuple[str, str, str]]:
        (body,) = bodies
        for name in fixed["each"]:
            if name not in body.ports:
                hint = nearest(name, body.ports)
                yield "each", f"names '{name}', but '{body.name}' has no such port.", hint

    def outputs(self, fixed: Mapping[str, Any], bodies: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        return {name: list[annotation] for name, annotation in bodies[0].items()}  # type: ignore[valid-type]

    def open(self, use: Use) -> Opening:
        names: list[str] = use.fixed("each")
        lists = []
        for name in names:
            lists.append((yield Items(name, use.ports[name])))
        lengths = [len(one) for one in lists]
        if use.fixed("how") == "zip":
            if len(set(lengths)) > 1:
                said = ", ".join(
                    f"'{name}' has {length}" for name, length in zip(names, lengths, strict=True)
                )
                raise FlowFailed(
                    f"The lists differ in length: {said}. "
                    "Give lists of one length, or set 'how' to \"product\"."
                )
            rows = list(zip(*lists, strict=True))
        else:
            count = math.prod(lengths)
            rows = list(product(*lists)) if count <= MAX_ITEMS else [()] * (MAX_ITEMS + 1)
        if len(rows) > MAX_ITEMS:
            raise FlowFailed(f"A map may have {MAX_ITEMS:,} items; these lists make more.")
        body = use.fixed("body")
        made = [
            use.start(body, {**use.ports, **dict(zip(names, row, strict=True))}, item)
            for item, row in enumerate(rows)
        ]
        return {name: tuple(one[name] for one in made) for name in use.outputs}


@node(name="map", title="Map", category="flow", flow=Map())
def map_(
    body: Annotated[str, DefinitionName()],
    each: Annotated[list[str], Field(min_length=1, max_length=100), Fixed()],
    how: Annotated[Literal["zip", "product"], Fixed()] = "zip",
) -> None:
    """Run a definition for each item of the lists at the ports named in `each`; other ports get the same
    value every time. "zip" takes the lists side by side, "product" every combination, the first list slowest.
    """
