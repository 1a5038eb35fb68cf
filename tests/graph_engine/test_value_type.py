"""Value types and codecs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import toy_pack
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_engine import (
    Catalogue,
    Codec,
    JsonCodec,
    NodeDeclarationError,
    Pack,
    UnknownValueType,
    ValueType,
    node,
)

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(plain)
@settings(max_examples=50, deadline=None)
def test_every_plain_value_comes_back_as_it_was_and_with_its_digest(
    tmp_path_factory: Any, value: Any
) -> None:
    value_type = Catalogue().value_type_of(value)
    path = tmp_path_factory.mktemp("codec") / f"value{value_type.codec.suffix}"
    value_type.codec.write(value, path)
    back = value_type.codec.read(path)
    assert back == value
    assert type(back) is type(value)
    assert value_type.digest(back) == value_type.digest(value)


def test_lists_of_registered_values_come_back(catalogue: Catalogue, tmp_path: Path) -> None:
    value = [
        toy_pack.Blob(bytearray(b"one")),
        (toy_pack.Blob(bytearray(b"two")), toy_pack.Point(1, 2)),
        {"a": b"x"},
    ]
    value_type = catalogue.value_type_of(value)
    value_type.codec.write(value, tmp_path / "x.zip")
    assert value_type.codec.read(tmp_path / "x.zip") == value


def test_values_of_different_types_never_share_a_digest(catalogue: Catalogue) -> None:
    values = [0, 0.0, False, "0", None, b"0", [0], (0,), {"0": 0}, toy_pack.Point(0)]
    assert len({catalogue.value_type_of(value).digest(value) for value in values}) == len(values)


def test_a_value_type_takes_its_class_from_its_codec() -> None:
    assert ValueType("x/blob", codec=toy_pack.BlobCodec).python_type is toy_pack.Blob


def test_a_codec_that_does_not_say_its_class_is_refused() -> None:
    class Vague(Codec[Any]):
        def write(self, value: Any, path: Path) -> None: ...
        def read(self, path: Path) -> Any: ...

    with pytest.raises(NodeDeclarationError, match="which class"):
        ValueType("x/vague", codec=Vague)


def test_an_unregistered_class_is_named(catalogue: Catalogue) -> None:
    with pytest.raises(UnknownValueType, match="No pack has a value type for"):
        catalogue.value_type_of(object())


def test_a_json_dataclass_that_a_node_returns_needs_no_registration(catalogue: Catalogue) -> None:
    assert catalogue.value_type_of(toy_pack.Point(1)).name == "toy/point"


def test_the_digest_of_the_default_codec_is_of_the_written_bytes() -> None:
    @dataclass(frozen=True)
    class Pair:
        a: int

    codec = JsonCodec(Pair)
    assert codec.digest(Pair(1)) == JsonCodec(Pair).digest(Pair(1)) != codec.digest(Pair(2))
    assert codec.loads(codec.dumps(Pair(3))) == Pair(3)


def test_a_node_whose_result_cannot_be_stored_is_a_fault_of_its_pack_and_the_rest_works() -> None:
    class Opaque: ...

    @node()
    def opaque(a: int) -> Opaque:
        return Opaque()

    catalogue = Catalogue([Pack("bad", "1", [opaque, toy_pack.number])])
    assert [name for name in catalogue.node_types() if name.startswith("bad/")] == ["bad/number"]
    assert "Opaque" in catalogue.faults[0].message
