"""Annotations as the engine reads them: which values conform, which outputs fit which inputs, their names."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

UNIONS = (Union, types.UnionType)
SEQUENCES = (list, Sequence)
CONTAINERS: dict[Any, type] = {Sequence: list, Mapping: dict}  # what stands for which, at either end
NONE = type(None)
MOST_PARTS = 64  # of the annotation of one output


def plain(annotation: Any) -> Any:
    """The annotation without the outermost `Annotated`."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    return NONE if annotation is None else annotation


def members(annotation: Any) -> tuple[Any, ...]:
    """The members of a union, or the annotation alone."""
    annotation = plain(annotation)
    if get_origin(annotation) in UNIONS:
        return tuple(leaf for member in get_args(annotation) for leaf in members(member))
    return (annotation,)


def list_item(annotation: Any) -> Any | None:
    """`T` of a `list[T]` (also inside `list[T] | None`), or None if the annotation is no list."""
    for member in members(annotation):
        if member is list:
            return Any
        if get_origin(member) in SEQUENCES:
            return get_args(member)[0]
    return None


def conforms(value: Any, annotation: Any) -> bool:
    """Whether a value is what the annotation says, looking into lists, tuples and dicts."""
    if type(value) is annotation:
        return True
    return any(_conforms_to_member(value, member) for member in members(annotation))


def _conforms_to_member(value: Any, member: Any) -> bool:
    origin, arguments = get_origin(member), get_args(member)
    if member is Any or isinstance(member, TypeVar):
        bound = bound_of(member)
        return bound is None or conforms(value, bound)
    if origin is Literal:
        return value in arguments
    if origin in SEQUENCES:
        return isinstance(value, list) and all(conforms(item, arguments[0]) for item in value)
    if origin is tuple:
        return isinstance(value, tuple) and _tuple_conforms(value, arguments)
    if origin in (dict, Mapping):
        return isinstance(value, Mapping) and all(
            conforms(key, arguments[0]) and conforms(item, arguments[1]) for key, item in value.items()
        )
    if member in (int, float) and isinstance(value, bool):
        return False
    if member is float:
        return isinstance(value, int | float)
    wanted = origin or member
    return isinstance(value, wanted) if isinstance(wanted, type) else True


def _tuple_conforms(value: tuple[Any, ...], arguments: tuple[Any, ...]) -> bool:
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        return all(conforms(item, arguments[0]) for item in value)
    return len(value) == len(arguments) and all(map(conforms, value, arguments))


def fits(output: Any, wanted: Any, bindings: dict[TypeVar, Any] | None = None) -> bool:
    """Whether every value of annotation `output` may arrive where `wanted` stands.

    `bindings` collects what each TypeVar of the receiving node stands for.
    """
    bindings = {} if bindings is None else bindings
    wanted = plain(wanted)
    if isinstance(wanted, TypeVar):  # alone, it stands for all that may come
        return _bind(output, wanted, bindings)
    return all(
        any(_fits_member(one, other, bindings) for other in members(wanted)) for one in members(output)
    )


def has_variables(annotation: Any) -> bool:
    """Whether a TypeVar stands anywhere in the annotation."""
    if isinstance(annotation, TypeVar):
        return True
    return any(map(has_variables, get_args(annotation))) if get_origin(annotation) is not None else False


def _fits_member(output: Any, wanted: Any, bindings: dict[TypeVar, Any]) -> bool:
    if isinstance(wanted, TypeVar):
        return _bind(output, wanted, bindings)
    if wanted is Any or output is Any or isinstance(output, TypeVar):
        return True
    if get_origin(wanted) is Literal or get_origin(output) is Literal:
        return _fits_literal(output, wanted, bindings)
    output_class, wanted_class = _class_of(output), _class_of(wanted)
    if not (isinstance(output_class, type) and isinstance(wanted_class, type)):
        return bool(output == wanted)
    if not _is_one(output_class, wanted_class):
        return False
    return output_class is not wanted_class or _fit_arguments(output, wanted, wanted_class, bindings)


def _class_of(annotation: Any) -> Any:
    cls = get_origin(annotation) or annotation
    return CONTAINERS.get(cls, cls) if isinstance(cls, type) else cls


def _is_one(output: Any, wanted: Any) -> bool:
    """Whether the values of one class are values of another: whole numbers are numbers, booleans are none."""
    if output is bool and wanted in (int, float):
        return False
    return isinstance(output, type) and issubclass(output, (int, float) if wanted is float else wanted)


def _fits_literal(output: Any, wanted: Any, bindings: dict[TypeVar, Any]) -> bool:
    if get_origin(wanted) is not Literal:
        return all(_fits_member(type(choice), wanted, bindings) for choice in get_args(output))
    choices = {(type(choice), choice) for choice in get_args(wanted)}
    if get_origin(output) is Literal:
        return {(type(choice), choice) for choice in get_args(output)} <= choices
    return any(_is_one(_class_of(output), cls) for cls, _ in choices)


def _fit_arguments(output: Any, wanted: Any, container: type, bindings: dict[TypeVar, Any]) -> bool:
    given, asked = get_args(output), get_args(wanted)
    if not given or not asked:
        return True
    if container is tuple and Ellipsis in asked:
        return all(fits(item, asked[0], bindings) for item in given if item is not Ellipsis)
    if container is tuple and Ellipsis in given:
        return False  # how many there will be is not known
    return len(given) == len(asked) and all(
        one is other or fits(one, other, bindings) for one, other in zip(given, asked, strict=True)
    )


def _bind(output: Any, variable: TypeVar, bindings: dict[TypeVar, Any]) -> bool:
    bound = bound_of(variable)
    if bound is not None and not fits(output, bound):
        return False
    if variable not in bindings:
        bindings[variable] = output
        return True
    before = bindings[variable]
    if fits(output, before):
        return True
    if fits(before, output):
        bindings[variable] = output
        return True
    return False


def bound_of(annotation: Any) -> Any | None:
    """What a TypeVar may stand for: its bound, or the union of its constraints; None for anything."""
    if not isinstance(annotation, TypeVar):
        return None
    if annotation.__constraints__:
        return Union[annotation.__constraints__]  # noqa: UP007 (the members are a tuple)
    return annotation.__bound__


def substitute(annotation: Any, bindings: Mapping[TypeVar, Any]) -> Any:
    """The annotation with every bound TypeVar replaced; an unbound one becomes `Any`."""
    annotation = plain(annotation)
    if isinstance(annotation, type) and not get_args(annotation):
        return annotation
    if isinstance(annotation, TypeVar):
        return bindings.get(annotation, Any)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in UNIONS:
        return Union[tuple(substitute(item, bindings) for item in arguments)]  # noqa: UP007
    if origin in (list, tuple, dict):
        return origin[tuple(item if item is Ellipsis else substitute(item, bindings) for item in arguments)]
    return annotation


def bounded(annotation: Any) -> Any:
    """The annotation, or `Any` for one of more parts than anybody could read: lists of lists of lists ..."""
    waiting, parts = [annotation], 0
    while waiting:
        one = plain(waiting.pop())
        parts += 1
        if parts > MOST_PARTS:
            return Any
        if get_origin(one) is not Literal:
            waiting.extend(get_args(one))
    return annotation


def type_name(annotation: Any) -> str:
    """What a person is told the type is: `Latent`, `Mask or nothing`, `list of Image`, `one of "a", "b"`."""
    return " or ".join(_member_name(member) for member in members(annotation))


def _member_name(member: Any) -> str:
    origin, arguments = get_origin(member), get_args(member)
    if member is NONE:
        return "nothing"
    if member is Any or isinstance(member, TypeVar):
        bound = bound_of(member)
        return "anything" if bound is None else type_name(bound)
    if origin is Literal:
        return "one of " + ", ".join(f'"{choice}"' for choice in arguments)
    if origin in SEQUENCES:
        return f"list of {type_name(arguments[0])}"
    if origin is tuple:
        return "tuple of " + ", ".join("..." if item is Ellipsis else type_name(item) for item in arguments)
    if isinstance(member, type) and issubclass(member, Enum):
        return "one of " + ", ".join(f'"{choice.value}"' for choice in member)
    words = {int: "whole number", float: "number", str: "text", bool: "true/false"}
    if member in words:
        return words[member]
    return getattr(member, "__name__", None) or str(member)


def qualified_name(cls: type) -> str:
    """A class by its module and name, the same for whoever imports it."""
    return f"{cls.__module__}.{cls.__qualname__}"


def is_named_tuple(annotation: Any) -> bool:
    """Whether the annotation is a `typing.NamedTuple` class, which declares several outputs."""
    return isinstance(annotation, type) and issubclass(annotation, tuple) and hasattr(annotation, "_fields")


def hints_of(target: Any) -> dict[str, Any]:
    """`typing.get_type_hints` with `Annotated` kept."""
    return typing.get_type_hints(target, include_extras=True)
