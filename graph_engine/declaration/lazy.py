"""Inputs that are computed only when a node asks for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, get_args, get_origin

from graph_engine.declaration.type_hints import plain

T = TypeVar("T")


class Lazy(Generic[T]):
    """An input annotated `Lazy[T]`: what leads to it is computed when `get` is first called, and not before.

    What a node asks for, and in which order, may depend only on its other inputs and on what it got so far.
    """

    def __init__(self, compute: Callable[[], T]) -> None:
        self._compute = compute
        self._known: list[T] = []

    @classmethod
    def of(cls, value: T) -> Lazy[T]:
        """A value that is there already: for defaults, and for calls as plain Python."""
        return cls(lambda: value)

    def get(self) -> T:
        """The value; computed now if it was not yet."""
        if not self._known:
            self._known.append(self._compute())
        return self._known[0]

    def __repr__(self) -> str:
        return f"Lazy({self._known[0]!r})" if self._known else "Lazy(...)"


def lazy_item(annotation: Any) -> Any | None:
    """`T` of `Lazy[T]`, or None for any other annotation."""
    annotation = plain(annotation)
    return get_args(annotation)[0] if get_origin(annotation) is Lazy else None
