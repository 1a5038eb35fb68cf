"""Bypass and mute: the document as it is run, in which no node is left out any more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from graph_engine.checking.bodies import Bodies
from graph_engine.checking.left_out import LeftOut, ResolvedBody
from graph_engine.checking.nesting import nesting
from graph_engine.checking.resolving import Known, resolved_body
from graph_engine.documents.document import Body, Definition, Document
from graph_engine.flow.shapes import Shapes
from graph_engine.packs.catalogue import Catalogue
from graph_engine.problem import Problem


@dataclass(frozen=True)
class Resolved:
    """A document without its bypassed and muted nodes, what is wrong with leaving them out, and the `origin`.

    `bodies` say what was left out, of the document's own nodes under "", of a definition's under its name.
    """

    document: Document
    origin: Document
    problems: tuple[Problem, ...] = ()
    bodies: Mapping[str, ResolvedBody[Definition] | ResolvedBody[Document]] = field(default_factory=dict)

    def left_out(self, definition: str, node: str) -> LeftOut | None:
        """How a node of the document or of a definition is left out; None for one that is not."""
        body = self.bodies.get(definition)
        return None if body is None else body.left_out.get(node)

    @property
    def muted_outputs(self) -> Mapping[str, str]:
        """The document's outputs that a muted node takes away, each with the reason."""
        return self.bodies[""].lost if "" in self.bodies else {}


def resolved(document: Document, catalogue: Catalogue) -> Resolved:
    """The document as it is run; the same object where no node has a mode."""
    if not any(map(_has_modes, (document, *document.definitions.values()))):
        return Resolved(document, document)
    known, order = _known(document.definitions, catalogue)
    bodies: dict[str, ResolvedBody[Definition] | ResolvedBody[Document]] = {}
    problems: list[Problem] = []
    for name in order:
        found = bodies[name] = resolved_body(document.definitions[name], known)
        known.definitions[name] = found.body
        known.lost[name] = found.lost
        problems += [replace(one, definition=name) for one in found.problems]
    own = bodies[""] = resolved_body(document, known)
    definitions = {name: known.definitions[name] for name in document.definitions}
    plain = document.with_fields(nodes=own.body.nodes, interface=own.body.interface, definitions=definitions)
    return Resolved(plain, document, (*own.problems, *problems), bodies)


def resolved_definition(
    definition: Definition, definitions: Mapping[str, Definition], catalogue: Catalogue
) -> ResolvedBody[Definition]:
    """A graph that a node returned as it is run, beside the definitions of a resolved document."""
    if not _has_modes(definition):
        return ResolvedBody(definition)
    known, _ = _known(definitions, catalogue)
    known.definitions.update(definitions)
    return resolved_body(definition, known)


def _known(definitions: Mapping[str, Definition], catalogue: Catalogue) -> tuple[Known, tuple[str, ...]]:
    types = Shapes({name: _without_muted(one) for name, one in definitions.items()}, catalogue)
    order = nesting(types, catalogue).order
    shapes = Shapes({}, catalogue)
    shapes.shapeless = types.shapeless
    known: dict[str, Definition] = {}
    shapes.definitions = known
    return Known(catalogue, known, shapes, Bodies(types, catalogue)), order


def _has_modes(body: Body) -> bool:
    return any(node.left_out for node in body.nodes.values())


def _without_muted(definition: Definition) -> Definition:
    if not _has_modes(definition):
        return definition
    return definition.with_fields(
        nodes={name: node for name, node in definition.nodes.items() if node.left_out != "mute"}
    )
