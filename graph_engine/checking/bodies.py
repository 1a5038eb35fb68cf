"""Checking definitions: each by itself, and again for the types that arrive at its ports in each use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from graph_engine.documents.document import Body
from graph_engine.flow.shapes import Shapes
from graph_engine.packs.catalogue import Catalogue
from graph_engine.problem import Problem

if TYPE_CHECKING:
    from graph_engine.checking.scope import ScopeChecker

Places = dict[tuple[str, str], Any]


class Bodies:
    """The definitions of a document under the checker; what was worked out once is kept."""

    def __init__(self, shapes: Shapes, catalogue: Catalogue) -> None:
        self.shapes = shapes
        self.catalogue = catalogue
        self._checked: dict[tuple[str, str], tuple[list[Problem], dict[str, Any]]] = {}
        self._all_names: list[str] | None = None

    @property
    def all_names(self) -> list[str]:
        """Every node type there is; loads every pack."""
        if self._all_names is None:
            self._all_names = sorted(self.catalogue.node_types())
        return self._all_names

    def own_problems(self, name: str) -> list[Problem]:
        """What is wrong with a definition whatever arrives at its ports."""
        return self._check(name, {})[0]

    def used(self, name: str, port_types: Mapping[str, Any]) -> tuple[list[Problem], dict[str, Any]]:
        """What is wrong in one use only, and the annotations of the definition's outputs there."""
        own = set(self.own_problems(name))
        problems, outputs = self._check(name, port_types)
        return [problem for problem in problems if problem not in own], outputs

    def places(self, body: Body, port_types: Mapping[str, Any]) -> Places:
        """The annotation of what arrives at each inner input that a port leads to."""
        return {
            place: port_types[name]
            for name, port in body.interface.inputs.items()
            if name in port_types
            for place in port.places
        }

    def _check(self, name: str, port_types: Mapping[str, Any]) -> tuple[list[Problem], dict[str, Any]]:
        from graph_engine.checking.scope import ScopeChecker  # the two call each other, body in body

        key = (name, repr(sorted(port_types.items(), key=lambda one: one[0])))
        if key not in self._checked:
            definition = self.shapes.definitions[name]
            scope: ScopeChecker = ScopeChecker(
                definition, self, self.places(definition, port_types), as_body=True
            )
            self._checked[key] = (list(scope.problems()), scope.interface_outputs())
        return self._checked[key]
