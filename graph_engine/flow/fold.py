"""`flow/fold`: a definition run again and again on what it gave before."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field

from graph_engine.declaration.fields import DefinitionName, Fixed
from graph_engine.declaration.node import node
from graph_engine.flow.kind import MAX_ITEMS, BodyShape, Bound, Flow, Opening, Use, Value
from graph_engine.messages import nearest


class Fold(Flow):
    """A carried output is what the last step gave; any other is the list of what every step gave."""

    def needed(self, fixed: Mapping[str, Any]) -> Collection[str]:
        return tuple(fixed["carry"])

    def wrong(self, fixed: Mapping[str, Any], bodies: Sequence[BodyShape]) -> Iterator[tuple[str, str, str]]:
        (body,) = bodies
        for name in fixed["carry"]:
            if name not in body.ports:
                yield (
                    "carry",
                    f"names '{name}', but '{body.name}' has no such port.",
                    nearest(name, body.ports),
                )
            elif name not in body.outputs:
                hint = nearest(name, body.outputs)
                message = f"names '{name}', but '{body.name}' has no such output to carry on."
                yield "carry", message, hint
        until = fixed["until"]
        if until and until not in body.outputs:
            hint = nearest(until, body.outputs)
            yield "until", f"names '{until}', but '{body.name}' has no such output.", hint

    def outputs(self, fixed: Mapping[str, Any], bodies: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        carried = fixed["carry"]
        return {
            name: annotation if name in carried else list[annotation]  # type: ignore[valid-type]
            for name, annotation in bodies[0].items()
        }

    def open(self, use: Use) -> Opening:
        times = yield use.control("times")
        body, carry, until = use.fixed("body"), use.fixed("carry"), use.fixed("until")
        carried: dict[str, Bound] = {name: use.ports[name] for name in carry if name in use.ports}
        others: dict[str, list[Any]] = {name: [] for name in use.outputs if name not in carry}
        for step in range(times):
            made = use.start(body, {**use.ports, **carried}, step)
            carried = {name: made[name] for name in carry}
            for name, values in others.items():
                values.append(made[name])
            if until and (yield Value(made[until])):
                break
        return {**carried, **{name: tuple(values) for name, values in others.items()}}


@node(title="Fold", category="flow", flow=Fold())
def fold(
    body: Annotated[str, DefinitionName()],
    carry: Annotated[list[str], Field(min_length=1, max_length=100), Fixed()],
    times: Annotated[int, Field(ge=0, le=MAX_ITEMS)],
    until: Annotated[str, Fixed()] = "",
) -> None:
    """Run a definition `times` times. A port named in `carry` gets the given value first and then what the
    output of that name gave in the step before. It stops earlier when the output `until` is true.
    """
