"""A node is a typed function."""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator
from enum import Enum
from typing import Annotated, Any, Literal, NamedTuple

import pytest
import toy_pack
from pydantic import Field, ValidationError

from graph_engine import NodeDeclarationError, Run, Seed, node, node_type_of


class Size(Enum):
    SMALL = "small"
    LARGE = "large"


class Two(NamedTuple):
    left: toy_pack.Blob
    right: list[toy_pack.Blob]


@node(title="Everything")
def everything(
    blob: toy_pack.Blob,
    many: list[toy_pack.Blob],
    maybe: toy_pack.Blob | None = None,
    seed: Annotated[int, Seed()] = 0,
    strength: Annotated[float, Field(ge=0, le=1)] = 0.5,
    mode: Literal["a", "b"] = "a",
    size: Size = Size.SMALL,
    numbers: list[int] = [],  # noqa: B006 (a default as a person would write it)
    *,
    run: Run,
) -> Two:
    """What it is for."""
    run.progress(1, 1)
    return Two(blob, many)


def test_the_signature_is_the_declaration() -> None:
    declared = node_type_of(everything)
    assert list(declared.inputs) == ["blob", "many", "maybe", "seed", "strength", "mode", "size", "numbers"]
    assert [one.name for one in declared.inputs.values() if one.required] == ["blob", "many"]
    assert list(declared.outputs) == ["left", "right"]
    assert declared.help == "What it is for."
    assert declared.takes_run


def test_the_decorated_function_is_the_same_function_and_runs_as_plain_python() -> None:
    def plain(a: int, *, run: Run) -> int:
        run.progress(1, 1)
        return a + 1

    assert node(title="x")(plain) is plain
    assert plain(1) == 2
    assert everything(toy_pack.Blob(bytearray(b"x")), []) == (toy_pack.Blob(bytearray(b"x")), [])


def test_a_plain_call_can_save_and_read_artifacts_and_open_the_callers_files(tmp_path: Any) -> None:
    saved = toy_pack.save_text("hello", "a.txt")
    assert (saved.name, saved.size) == ("a.txt", 5)
    assert Run().read_artifact(saved) == b"hello"
    (tmp_path / "x.txt").write_text("inside")
    assert toy_pack.read_text(str(tmp_path / "x.txt")) == "inside"


@pytest.mark.parametrize("value", [True, "8", 8.5, -1, 2**63, None, [1]])
def test_an_int_input_refuses_what_is_no_whole_number_in_range(value: Any) -> None:
    with pytest.raises(ValidationError):
        node_type_of(everything).inputs["seed"].literal(value)


@pytest.mark.parametrize("value", [True, "0.5", float("nan"), float("inf"), 1.01])
def test_a_float_input_refuses_what_is_no_number_in_range(value: Any) -> None:
    with pytest.raises(ValidationError):
        node_type_of(everything).inputs["strength"].literal(value)


def test_an_integral_float_is_a_whole_number() -> None:
    checked, canonical = node_type_of(everything).inputs["seed"].literal(8.0)
    assert (checked, type(checked), canonical) == (8, int, 8)
    assert node_type_of(everything).inputs["numbers"].literal([1.0, 2])[0] == [1, 2]
    with pytest.raises(ValidationError):
        node_type_of(everything).inputs["numbers"].literal([True])


def test_an_enum_is_written_by_its_value() -> None:
    assert node_type_of(everything).inputs["size"].literal("large") == (Size.LARGE, "large")


def test_schemas_carry_ranges_choices_and_marks() -> None:
    inputs = node_type_of(everything).inputs
    assert inputs["strength"].schema == {"type": "number", "minimum": 0, "maximum": 1}
    assert inputs["mode"].schema == {"type": "string", "enum": ["a", "b"]}
    assert inputs["seed"].schema is not None
    assert inputs["seed"].schema["format"] == "seed"
    assert inputs["blob"].schema is None


@pytest.mark.parametrize(
    ("returned", "name"),
    [
        (toy_pack.make_blob, "blob"),
        (toy_pack.split, "blobs"),
        (toy_pack.number, "integer"),
        (toy_pack.show, "text"),
    ],
)
def test_a_single_output_is_named_after_its_class(returned: Any, name: str) -> None:
    assert list(node_type_of(returned).outputs) == [name]


def unannotated(a, b: int = 0) -> int:  # type: ignore[no-untyped-def]
    return b


def no_return(a: int):  # type: ignore[no-untyped-def]
    return a


def starred(*a: int) -> int:
    return 0


def bad_default(a: Annotated[int, Field(ge=1)] = 0) -> int:
    return a


def blob_default(a: toy_pack.Blob = toy_pack.Blob(bytearray())) -> int:  # noqa: B008
    return 0


async def async_generator(a: int) -> AsyncIterator[int]:
    yield a


def untyped_generator(a: int) -> int:  # type: ignore[misc]
    yield a


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (unannotated, "parameter 'a' has no annotation"),
        (no_return, "return annotation is missing"),
        (starred, "'a' is not a plain named parameter"),
        (bad_default, "default of 'a'"),
        (blob_default, "takes links only"),
        (async_generator, "async generator"),
        (untyped_generator, "Generator"),
    ],
)
def test_a_declaration_that_cannot_be_used_says_why(function: Any, says: str) -> None:
    declared = node_type_of(node(title="x")(function))
    with pytest.raises(NodeDeclarationError, match=says):
        _ = declared.inputs, declared.outputs


def test_a_fingerprint_belongs_to_external_nodes_only() -> None:
    with pytest.raises(NodeDeclarationError, match="fingerprint"):
        node(kind="external")(lambda a: a)
    with pytest.raises(NodeDeclarationError, match="fingerprint"):
        node(fingerprint=lambda: 1)(lambda a: a)


def test_a_generators_outputs_are_what_it_returns() -> None:
    def steps(a: int) -> Generator[float, None, toy_pack.Blob]:
        yield 1.0
        return toy_pack.Blob(bytearray())

    assert list(node_type_of(node()(steps)).outputs) == ["blob"]
