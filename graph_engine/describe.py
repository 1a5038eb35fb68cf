"""Values in few words, for error messages: type, shape, the first fields."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

_LONGEST = 60


def describe(value: Any, depth: int = 1) -> str:
    """`Tensor[1, 4, 32, 32] float32`, `"a red apple…" (120 characters)`, `Latent(data=Tensor[...])`."""
    name = type(value).__name__
    if value is None or isinstance(value, bool | int | float):
        return repr(value)
    if isinstance(value, str):
        cut = value if len(value) <= _LONGEST else f"{value[:_LONGEST]}…"
        return f'"{cut}"' + (f" ({len(value):,} characters)" if len(value) > _LONGEST else "")
    if isinstance(value, bytes):
        return f"{len(value):,} bytes"
    shape, dtype = getattr(value, "shape", None), getattr(value, "dtype", None)
    if shape is not None and dtype is not None:
        sides = ", ".join(str(side) for side in shape)
        return f"{name}[{sides}] {str(dtype).rpartition('.')[2]}"
    if isinstance(value, list | tuple | dict):
        return f"{name} of {len(value)}"
    if depth and is_dataclass(value):
        inner = [f"{one.name}={describe(getattr(value, one.name), depth - 1)}" for one in fields(value)[:6]]
        return f"{name}({', '.join(inner)})"
    return name
