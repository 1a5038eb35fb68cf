"""Frozen dataclasses as plain JSON and bytes, and back: how events and messages cross a process border.

Driven by the fields alone, so that a new event or message needs nothing here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, asdict, fields, is_dataclass
from functools import cache
from typing import Any, TypeVar, get_type_hints

from pydantic import TypeAdapter, ValidationError

from graph_engine import events
from graph_engine.errors import EngineError

T = TypeVar("T")

LONGEST_ERROR = 100_000  # characters of an error's text that are passed on


class WireError(EngineError):
    """What came does not fit the dataclass that it is said to be."""


def kind_of(cls: Callable[..., Any]) -> str:
    """The name of a class on the wire and in the journal: `NodeStarted` is `node_started`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", cls.__name__).lower()


def to_wire(value: Any) -> tuple[dict[str, Any], bytes]:
    """The fields as plain JSON; bytes become their length, and stand one after the other in the payload."""
    data: dict[str, Any] = {}
    payload = []
    for one in fields(value):
        item = getattr(value, one.name)
        if isinstance(item, bytes):
            data[one.name] = len(item)
            payload.append(item)
        else:
            data[one.name] = _plain(item)
    return data, b"".join(payload)


def from_wire(cls: Callable[..., T], data: Mapping[str, Any], payload: bytes = b"") -> T:
    """The dataclass that `to_wire` took apart. Fields it does not know are passed over, errors are texts.

    Raises `WireError`.
    """
    given: dict[str, Any] = {}
    begin = 0
    for name, (hint, required) in _fields(cls).items():
        if name not in data:
            if required:
                raise WireError(f"'{kind_of(cls)}' came without its '{name}'.")
        elif hint is bytes:
            size = data[name]
            if type(size) is not int or not 0 <= size <= len(payload) - begin:
                raise WireError(f"'{kind_of(cls)}' says that its '{name}' has {size!r} bytes.")
            given[name] = payload[begin : begin + size]
            begin += size
        elif hint is None:
            given[name] = EngineError(str(data[name]))
        else:
            try:
                given[name] = hint.validate_python(data[name])
            except ValidationError as error:
                reason = error.errors()[0]["msg"]
                raise WireError(f"'{kind_of(cls)}' came with a wrong '{name}': {reason}.") from error
    return cls(**given)


def event_as_json(event: events.Event) -> tuple[str, dict[str, Any]]:
    """The kind of an event, as `node_started`, and its fields as plain JSON."""
    return kind_of(type(event)), to_wire(event)[0]


@cache
def event_types() -> dict[str, Any]:
    """Every event by its kind."""
    return {kind_of(one): one for one in vars(events).values() if isinstance(one, type) and is_dataclass(one)}


@cache
def _fields(cls: Callable[..., Any]) -> dict[str, tuple[Any, bool]]:
    """Each field in order: `bytes`, None for an error, or what validates it; and whether it must be there."""
    assert is_dataclass(cls)
    hints = get_type_hints(cls)
    found: dict[str, tuple[Any, bool]] = {}
    for one in fields(cls):
        hint = hints[one.name]
        if isinstance(hint, type) and issubclass(hint, Exception):
            hint = None
        elif hint is not bytes:
            hint = TypeAdapter(hint)
        found[one.name] = (hint, one.default is MISSING and one.default_factory is MISSING)
    return found


def _plain(item: Any) -> Any:
    if isinstance(item, EngineError):
        return _text(str(item)[:LONGEST_ERROR])
    if isinstance(item, str):
        return _text(item)
    if is_dataclass(item) and not isinstance(item, type):
        return _plain(asdict(item))
    if isinstance(item, Mapping):
        return {str(name): _plain(value) for name, value in item.items()}
    if isinstance(item, list | tuple):
        return [_plain(one) for one in item]
    return item


def _text(text: str) -> str:
    """Text without halves of characters, which neither UTF-8 nor SQLite can hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
