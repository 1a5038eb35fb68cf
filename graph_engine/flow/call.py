"""`flow/call`: a definition used as one node."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from graph_engine.declaration.fields import DefinitionName
from graph_engine.declaration.node import node
from graph_engine.flow.kind import Flow, Opening, Use


class Call(Flow):
    """Ports and outputs are the definition's own."""

    def outputs(self, fixed: Mapping[str, Any], bodies: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        return dict(bodies[0])

    def open(self, use: Use) -> Opening:
        yield from ()
        return use.start(use.fixed("body"), use.ports)


@node(title="Call", category="flow", flow=Call())
def call(body: Annotated[str, DefinitionName()]) -> None:
    """Run a definition: its ports are this node's inputs, its outputs are this node's outputs."""
