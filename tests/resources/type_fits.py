"""What fits where, pair by pair, as the checker says: `python -m tests.resources.type_fits` writes it anew.

`type_fits.json` is for those who decide it without Python. An input of a case is that of a node, so that one
which takes many also takes what fits an item; `before` is what comes to another input of the same node.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Generic, Literal, NamedTuple, NewType, TypeVar

from graph_engine import Codec, Pack, ValueType, check, node
from graph_engine.declaration.type_hints import qualified_name
from graph_engine.declaration.type_shape import named_in, type_shape, with_value_types
from graph_engine.documents.document_io import parse_document
from graph_engine.packs.catalogue import Catalogue

FILE = Path(__file__).with_suffix(".json")

X = TypeVar("X")


class Picture:
    """A value that comes by links only."""


class Photo(Picture):
    """One that is another, too, with a value type of its own."""


class PictureCodec(Codec[Picture]):
    def write(self, value: Picture, path: Path) -> None:
        path.write_bytes(b"")

    def read(self, path: Path) -> Picture:
        return Picture()


class PhotoCodec(PictureCodec, Codec[Photo]): ...


@dataclass(frozen=True)
class Score:
    """A class without a value type."""

    points: int = 0


@dataclass(frozen=True)
class Grade(Score):
    """One that is another, too."""


@dataclass(frozen=True)
class Box(Generic[X]):
    """A class with an argument."""

    inside: X


class Level(int, Enum):
    """Whole numbers with names."""

    LOW = 1


class Tone(str, Enum):  # noqa: UP042 (what comes before 3.11, and has text as its base)
    """Texts with names."""

    WARM = "warm"


T = TypeVar("T")
Number = TypeVar("Number", int, str)
Seen = TypeVar("Seen", bound=Picture)
Seconds = NewType("Seconds", float)

TYPES: list[Any] = [
    str, int, float, bool, bytes, Any, object,
    Picture, Photo, Score, Grade, Box[int], Box[float], Level, Tone, Seconds,
    Literal["a"], Literal["a", "b"], Literal["a", 1], Literal[True],
    Picture | None, str | int, float | list[str],
    list[Picture], list[Photo] | None, list[list[Picture]], list[int], list[Any], list[T],
    dict[str, int], dict[str, float], tuple[int, int], tuple[float, ...], tuple,
    T, T | None, Number, Seen,
]  # fmt: skip
TOGETHER: list[tuple[Any, Any, Any, Any]] = [  # (output, input) and (output, input) of one node
    (Picture, T, Picture, T),
    (Picture, T, Photo, T),
    (Photo, T, Picture, T),
    (Picture, T, Score, T),
    (int, T, float, T),
    (float, T, int, T),
    (int, T, str, T),
    (int, T, str, X),
    (int, T, list[int], list[T]),
    (int, T, list[str], list[T]),
    (list[Picture], list[T], Photo, T),
    (Any, T, int, T),
    (int, T, Any, T),
    (Picture | None, T, Picture, T),
    (Picture, T, Picture | None, T),
    (Picture, T, Picture | None, T | None),
]
VALUES = [
    ValueType("toy/picture", codec=PictureCodec),
    ValueType("toy/photo", codec=PhotoCodec, python_type=Photo),
]


def cases() -> list[dict[str, Any]]:
    """Every pair of types as shapes, and whether the checker takes a link from the one to the other."""
    asked: list[tuple[Any, ...]] = [(one, other) for one in TYPES for other in TYPES]
    asked += [(output, wanted, before) for *before, output, wanted in TOGETHER]
    refused = _refused(asked)
    names = {qualified_name(one.python_type): one.name for one in VALUES}
    names[qualified_name(bytes)] = "bytes"
    known = {name for one in TYPES for name in named_in(type_shape(one))}

    def shape(annotation: Any) -> Any:
        return with_value_types(type_shape(annotation), names, known)

    return [
        {
            "output": shape(output),
            "input": shape(wanted),
            **({"before": {"output": shape(before[0][0]), "input": shape(before[0][1])}} if before else {}),
            "fits": number not in refused,
        }
        for number, (output, wanted, *before) in enumerate(asked)
    ]


def text() -> str:
    """The cases as the file has them, one a line."""
    return "[\n" + ",\n".join(json.dumps(case) for case in cases()) + "\n]\n"


def _refused(asked: list[tuple[Any, ...]]) -> set[int]:
    """The pairs by number that the checker refuses, all of them links of one document."""
    nodes: dict[str, Any] = {}
    makers: list[Callable[..., Any]] = []
    for number, (output, wanted, *before) in enumerate(asked):
        earlier = before[0] if before else None
        makers += [_giver(f"give{number}", output), _taker(f"take{number}", wanted, earlier)]
        nodes[f"give{number}"] = {"type": f"toy/give{number}", "version": 1, "inputs": {}}
        inputs = {"value": {"from": f"give{number}.value"}}
        if earlier:
            makers.append(_giver(f"first{number}", earlier[0]))
            nodes[f"first{number}"] = {"type": f"toy/first{number}", "version": 1, "inputs": {}}
            inputs = {"before": {"from": f"first{number}.value"}, **inputs}
        nodes[f"take{number}"] = {"type": f"toy/take{number}", "version": 1, "inputs": inputs}
    catalogue = Catalogue([Pack("toy", "1.0", makers, VALUES)])
    assert not catalogue.faults, catalogue.faults[0]
    found = check(parse_document({"latentgraph": 1, "nodes": nodes}), catalogue)
    assert {one.code for one in found} == {"wrong_type"}
    assert {one.input for one in found} == {"value"}, [one for one in found if one.input != "value"]
    return {int(one.node.removeprefix("take")) for one in found}


def _giver(name: str, annotation: Any) -> Callable[..., Any]:
    def give() -> None: ...

    give.__annotations__ = {"return": NamedTuple("Given", [("value", annotation)])}  # type: ignore[misc]
    return node(name=name)(give)


def _taker(name: str, annotation: Any, before: tuple[Any, Any] | None) -> Callable[..., Any]:
    def take(value: Any) -> None: ...

    def take_both(before: Any, value: Any) -> None: ...

    hints = {"value": annotation, "return": None}
    take.__annotations__ = hints
    take_both.__annotations__ = {"before": before[1] if before else Any, **hints}
    return node(name=name)(take_both if before else take)


if __name__ == "__main__":
    from tests.resources.type_fits import text  # whose classes have the names that tests know them by

    FILE.write_text(text(), encoding="utf-8")
