"""Values as plain JSON within limits: what can be told of a result without carrying the result itself."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from typing import Any

from graph_engine.artifact import Artifact
from graph_engine.declaration.codecs import JsonCodec
from graph_engine.packs.catalogue import Catalogue

MOST_ITEMS = 4096  # of one value, all its levels together
DEEPEST = 16  # levels of lists and dicts
_WHOLE = 2**63  # whole numbers beyond it are no JSON numbers that others can read


class NotPlain(Exception):
    """JSON does not say this value, or not within the limits."""


@dataclass
class Room:
    """How much of one value may still be told. With `naming`, what is not plain is told by its type."""

    characters: int
    naming: bool
    items: int = MOST_ITEMS

    def take(self, items: int = 0, characters: int = 0) -> None:
        """Use some of it up. Raises `NotPlain` where there is no more."""
        self.items -= items
        self.characters -= characters
        if self.items < 0 or self.characters < 0:
            raise NotPlain


def plain(value: Any, catalogue: Catalogue, room: Room, depth: int = DEEPEST) -> Any:
    """A value in JSON; `NaN` and infinities are those words, an artifact is its description.

    A value of a type of its own is `{"type": ...}`, with its `value` where its type is stored as JSON. Raises
    `NotPlain`.
    """
    if value is None or type(value) is bool:
        return value
    if type(value) is int and abs(value) < _WHOLE:
        return value
    if type(value) is float:
        return value if math.isfinite(value) else _word(value)
    if type(value) is str:
        room.take(characters=len(value))
        return value if value.isascii() else value.encode("utf-8", "replace").decode()
    if depth == 0:
        raise NotPlain
    if isinstance(value, list | tuple):
        room.take(items=len(value))
        return [plain(one, catalogue, room, depth - 1) for one in value]
    if type(value) is dict:
        room.take(items=len(value))
        return {
            plain(name, catalogue, room): plain(one, catalogue, room, depth - 1)
            for name, one in value.items()
        }
    if not room.naming:
        raise NotPlain
    return _named(value, catalogue, room, depth - 1)


def json_size(value: Any) -> int:
    """The bytes that plain JSON takes, without spaces."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def _named(value: Any, catalogue: Catalogue, room: Room, depth: int) -> Any:
    if type(value) is Artifact:
        return plain(asdict(value), catalogue, room, depth)
    try:
        value_type = catalogue.value_type_of(value)
        said = json.loads(value_type.codec.dumps(value)) if type(value_type.codec) is JsonCodec else None
    except Exception as error:  # a codec of a pack may raise anything
        raise NotPlain from error
    named = {"type": value_type.name}
    return named if said is None else named | {"value": plain(said, catalogue, room, depth)}


def _word(value: float) -> str:
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
