"""Other literals near a literal, to see whether a key follows the input."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def altered(raw: Any, schema: dict[str, Any] | None = None) -> Iterator[Any]:
    """JSON values like `raw` in which one thing differs; not each need be allowed where `raw` is."""
    yield from (one for one in [*_choices(schema or {}), *_changed(raw)] if one != raw)


def _changed(raw: Any) -> Iterator[Any]:
    if isinstance(raw, bool):
        yield not raw
    elif isinstance(raw, int):
        yield from (raw + 1, raw - 1, raw * 2)
    elif isinstance(raw, float):
        yield from (raw + 1, raw / 2, raw - 1, raw * 0.9 + 0.05)
    elif isinstance(raw, str):
        yield from (f"{raw}x", raw[:-1], "")
    elif isinstance(raw, list):
        for index, item in enumerate(raw):
            yield from ([*raw[:index], other, *raw[index + 1 :]] for other in altered(item))
        yield raw[:-1]
    elif isinstance(raw, dict):
        for name, item in raw.items():
            yield from ({**raw, name: other} for other in altered(item))


def _choices(schema: dict[str, Any]) -> Iterator[Any]:
    branches = [schema, *schema.get("anyOf", []), *schema.get("$defs", {}).values()]
    for branch in branches:
        yield from branch.get("enum", [])
        if "const" in branch:
            yield branch["const"]
