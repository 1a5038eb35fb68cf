"""A graph that a node returns, to be run in its place."""

from __future__ import annotations

from typing import Any, Generic, TypeVar, get_args, get_origin

from graph_engine.declaration.type_hints import plain
from graph_engine.documents.document import Definition

T = TypeVar("T")


class Subgraph(Generic[T]):
    """What a node annotated `-> Subgraph[T]` returns; the node's outputs are those of T.

    The ports of the definition are inputs of the node, by name: what the node was given goes to them. Its
    outputs have the names of the node's outputs. The graph is kept as the node's result, so that equal
    inputs open it again without calling the node, and what is inside is cached node by node.
    """

    def __init__(self, definition: Definition) -> None:
        self.definition = definition


def returned_by_subgraph(annotation: Any) -> Any | None:
    """`T` of `Subgraph[T]`, or None for any other annotation."""
    annotation = plain(annotation)
    return get_args(annotation)[0] if get_origin(annotation) is Subgraph else None
