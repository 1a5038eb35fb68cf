"""A reference to a stored value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ValueRef:
    """A value by content: the name of its value type, its digest, its size in bytes."""

    type: str
    digest: str
    size: int
