"""A reference to a stored value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from graph_engine.declaration.composite import list_digest, list_size


@dataclass(frozen=True)
class ValueRef:
    """A value by content: the name of its value type, its digest, its size in bytes.

    A small value is in its reference, as the `text` that its codec writes, and needs no place in the store.
    """

    type: str
    digest: str
    size: int
    text: str = field(default="", compare=False)


def list_ref(items: Sequence[ValueRef]) -> ValueRef:
    """The reference to a list, from those to its items: no item is loaded for it."""
    return ValueRef(
        "list", list_digest([one.digest for one in items]), list_size([one.size for one in items])
    )
