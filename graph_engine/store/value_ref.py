"""A reference to a stored value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graph_engine.declaration.composite import list_digest, list_size


@dataclass(frozen=True)
class ValueRef:
    """A value by content: the name of its value type, its digest, its size in bytes."""

    type: str
    digest: str
    size: int


def list_ref(items: Sequence[ValueRef]) -> ValueRef:
    """The reference to a list, from those to its items: no item is loaded for it."""
    return ValueRef(
        "list", list_digest([one.digest for one in items]), list_size([one.size for one in items])
    )
