"""Types as terms: what they say, and that they say enough to decide what fits where."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeVar, Union

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_engine.declaration.type_hints import fits
from graph_engine.declaration.type_shape import type_shape, with_value_types
from tests.resources import shape_fits, type_fits
from tests.resources.type_fits import TYPES, Box, Grade, Level, Photo, Picture, Score

T = TypeVar("T")
N = TypeVar("N", int, str)
HERE = type_fits.__name__


@pytest.mark.parametrize(
    ("annotation", "term"),
    [
        (str, {"is": "text"}),
        (int | None, {"is": "union", "of": [{"is": "whole"}, {"is": "nothing"}]}),
        (Literal["a", 2], {"is": "choice", "of": ["a", 2]}),
        (list[float], {"is": "list", "of": {"is": "number"}}),
        (Sequence[bool], {"is": "list", "of": {"is": "boolean"}}),
        (list, {"is": "list", "of": {"is": "any"}}),
        (Mapping[str, int], {"is": "dict", "keys": {"is": "text"}, "of": {"is": "whole"}}),
        (tuple[int, ...], {"is": "tuple", "of": [{"is": "whole"}], "many": True}),
        (T, {"is": "variable", "name": "T"}),
        (N, {"is": "variable", "name": "N", "bound": type_shape(int | str)}),
        (Score, {"is": "class", "name": f"{HERE}.Score"}),
        (Grade, {"is": "class", "name": f"{HERE}.Grade", "also": [type_shape(Score)]}),
        (Box[int], {"is": "class", "name": f"{HERE}.Box", "arguments": [{"is": "whole"}]}),
    ],
)
def test_a_term_says_what_the_annotation_says(annotation: Any, term: Any) -> None:
    assert type_shape(annotation) == term


def test_a_base_that_is_a_text_or_a_number_is_one_of_the_things_that_a_class_is() -> None:
    assert {"is": "whole"} in type_shape(Level)["also"]


def test_value_types_stand_for_their_classes_wherever_these_are_named() -> None:
    names = {f"{HERE}.Picture": "toy/picture"}
    picture = {"is": "value", "name": "toy/picture"}
    known = {f"{HERE}.Picture"}
    assert with_value_types(type_shape(list[Picture]), names, known) == {"is": "list", "of": picture}
    photo = with_value_types(type_shape(Photo), names, known)
    assert photo == {"is": "class", "name": f"{HERE}.Photo", "also": [picture]}
    assert with_value_types(type_shape(Photo), names, ()) == {"is": "class", "name": f"{HERE}.Photo"}


def test_the_kept_cases_are_what_the_checker_says() -> None:
    assert type_fits.FILE.read_text() == type_fits.text(), "run `python -m tests.resources.type_fits`"


def test_the_terms_are_enough_to_decide_the_kept_cases() -> None:
    cases = json.loads(type_fits.FILE.read_text())
    assert {case["fits"] for case in cases} == {True, False}
    for case in cases:
        bindings: dict[str, Any] = {}
        if before := case.get("before"):
            assert shape_fits.fits_input(before["output"], before["input"], bindings)
        assert shape_fits.fits_input(case["output"], case["input"], bindings) is case["fits"], case


def _containers(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        inner.map(lambda one: list[one]),
        inner.map(lambda one: dict[str, one]),
        inner.map(lambda one: tuple[one, ...]),
        inner.map(lambda one: Box[one]),
        several.map(lambda found: tuple[tuple(found)]),
        several.map(lambda found: Union[tuple(found)]),  # noqa: UP007
    )


ANNOTATIONS = st.recursive(st.sampled_from([*TYPES, None]), _containers, max_leaves=6)


@given(ANNOTATIONS, ANNOTATIONS)
def test_the_terms_of_any_two_types_say_of_them_what_the_engine_says(output: Any, wanted: Any) -> None:
    assert shape_fits.fits(type_shape(output), type_shape(wanted), {}) is fits(output, wanted)
