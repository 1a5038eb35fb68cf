"""Which outputs fit which inputs, and which values conform."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, TypeVar

import pytest

from graph_engine.declaration.type_hints import conforms, fits, type_name
from tests.resources.type_fits import Level, Tone

T = TypeVar("T")
N = TypeVar("N", int, str)


class Base: ...


class Derived(Base): ...


@pytest.mark.parametrize(
    ("output", "wanted"),
    [
        (Derived, Base),
        (int, float),
        (int, int | None),
        (Annotated[int, "x"], int),
        (Literal["a"], str),
        (str, Literal["a", "b"]),
        (Literal["a"], Literal["a", "b"]),
        (list[Derived], list[Base]),
        (list[Derived], Sequence[Base]),
        (Sequence[Derived], list[Base]),
        (Mapping[str, int], dict[str, float]),
        (Level, float),
        (Tone, Literal["warm"]),
        (int | None, T),
        (tuple[int, int], tuple[float, float]),
        (tuple[int, int], tuple[float, ...]),
        (dict[str, Derived], dict[str, Base]),
        (Base, T),
        (int, N),
        (Any, Base),
    ],
)
def test_fits(output: Any, wanted: Any) -> None:
    assert fits(output, wanted)


@pytest.mark.parametrize(
    ("output", "wanted"),
    [
        (Base, Derived),
        (float, int),
        (bool, int),
        (bool, float),
        (int | None, int),
        (int, Literal["a"]),
        (Literal["c"], Literal["a", "b"]),
        (list[Base], list[Derived]),
        (tuple[int, int], tuple[int]),
        (tuple[int, ...], tuple[int, Any]),
        (Mapping[str, str], Mapping[str, int]),
        (Literal[True], Literal[1]),
        (bool, Literal[1]),
        (Base, list[Base]),
        (float, N),
    ],
)
def test_does_not_fit(output: Any, wanted: Any) -> None:
    assert not fits(output, wanted)


def test_one_type_variable_is_one_type() -> None:
    bindings: dict[TypeVar, Any] = {}
    assert fits(Derived, T, bindings)
    assert fits(Base, T, bindings)
    assert not fits(int, T, bindings)


@pytest.mark.parametrize(
    ("value", "annotation"),
    [
        (1, int),
        (1, float),
        (None, int | None),
        ([1], list[int]),
        ((1, "a"), tuple[int, str]),
        ("a", Literal["a"]),
    ],
)
def test_conforms(value: Any, annotation: Any) -> None:
    assert conforms(value, annotation)


@pytest.mark.parametrize(
    ("value", "annotation"),
    [
        (True, int),
        (1.0, int),
        (None, int),
        ([1, "a"], list[int]),
        ((1,), tuple[int, str]),
        ("c", Literal["a"]),
    ],
)
def test_does_not_conform(value: Any, annotation: Any) -> None:
    assert not conforms(value, annotation)


def test_names_are_for_people() -> None:
    assert type_name(Base | None) == "Base or nothing"
    assert type_name(list[int]) == "list of whole number"
    assert type_name(Literal["a", "b"]) == 'one of "a", "b"'
