"""`flow/if` and `flow/switch`: one of several definitions; only what the chosen one needs is computed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Union

from pydantic import Field

from graph_engine.declaration.fields import DefinitionName
from graph_engine.declaration.node import node
from graph_engine.errors import FlowFailed
from graph_engine.flow.kind import BodyShape, Flow, Opening, Use
from graph_engine.messages import nearest


class _Choice(Flow):
    """Ports are those of all bodies; outputs are those that all bodies have."""

    def wrong(self, fixed: Mapping[str, Any], bodies: Sequence[BodyShape]) -> Iterator[tuple[str, str, str]]:
        if not _common([one.outputs for one in bodies]) and any(one.outputs for one in bodies):
            said = "; ".join(f"'{one.name}' gives {', '.join(one.outputs) or 'nothing'}" for one in bodies)
            hint = "Give the outputs of the definitions equal names."
            yield "", f"its definitions have no output in common: {said}.", hint

    def outputs(self, fixed: Mapping[str, Any], bodies: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        return {name: Union[tuple(one[name] for one in bodies)] for name in _common(bodies)}  # noqa: UP007


class If(_Choice):
    """Two bodies and a condition."""

    def open(self, use: Use) -> Opening:
        condition = yield use.control("condition")
        return use.start(use.fixed("then" if condition else "otherwise"), use.ports)


class Switch(_Choice):
    """Any number of bodies by name."""

    def open(self, use: Use) -> Opening:
        choice = yield use.control("choice")
        cases: dict[str, str] = use.fixed("cases")
        body = cases.get(str(choice), use.fixed("default"))
        if not body:
            hint = nearest(str(choice), cases)
            raise FlowFailed(f"There is no case '{choice}', and no default. {hint}".strip())
        return use.start(body, use.ports)


def _common(bodies: Sequence[Any]) -> list[str]:
    return [name for name in bodies[0] if all(name in one for one in bodies[1:])] if bodies else []


@node(name="if", title="If", category="flow", flow=If())
def if_(
    condition: bool,
    then: Annotated[str, DefinitionName()],
    otherwise: Annotated[str, DefinitionName()],
) -> None:
    """Run the definition `then` if the condition is true, and `otherwise` if it is not."""


@node(title="Switch", category="flow", flow=Switch())
def switch(
    choice: str | int,
    cases: Annotated[dict[str, str], Field(min_length=1, max_length=100), DefinitionName()],
    default: Annotated[str, DefinitionName()] = "",
) -> None:
    """Run the definition that `cases` names for the choice, or `default` if it names none."""
