"""Annotations as plain JSON terms, so that a client can say what fits where without asking.

The terms and the rule of fit are in docs/engine.md, "What fits where"; `type_hints.fits` is the same rule.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Literal, TypeAlias, TypeVar, get_args, get_origin

from graph_engine.declaration.type_hints import CONTAINERS, NONE, bound_of, members, qualified_name

Shape: TypeAlias = dict[str, Any]

_SCALARS = {str: "text", int: "whole", float: "number", bool: "boolean", NONE: "nothing"}
_ROOTS = (object, "typing", "abc")  # what every class is, and modules of classes that say nothing of values


def type_shape(annotation: Any) -> Shape:
    """The term of an annotation: `{"is": "list", "of": {"is": "text"}}`.

    A class is named as Python names it; `with_value_types` puts the names of value types in place of these.
    """
    terms = [_member_shape(member) for member in members(annotation)]
    return terms[0] if len(terms) == 1 else {"is": "union", "of": terms}


def named_in(term: Any) -> Iterator[str]:
    """The names that a term, or a list of them, has outside of `also`."""
    if isinstance(term, list):
        for one in term:
            yield from named_in(one)
    elif isinstance(term, dict):
        if term["is"] in ("class", "value"):
            yield term["name"]
        for key, one in term.items():
            if key != "also":
                yield from named_in(one)


def with_value_types(term: Any, names: Mapping[str, str], known: Collection[str]) -> Any:
    """The term, or a list of them, with `{"is": "value"}` for each class that `names` has a value type for.

    Of the bases of a class those are left whose names are in `known`: no other term can ask for the others.
    """
    if isinstance(term, list):
        return [with_value_types(one, names, known) for one in term]
    if not isinstance(term, dict):
        return term
    also = [one for one in term.get("also", ()) if one["is"] != "class" or one["name"] in known]
    kept = {key: one for key, one in term.items() if key != "also"} | ({"also": also} if also else {})
    named = {key: with_value_types(one, names, known) for key, one in kept.items()}
    if term["is"] == "class" and term["name"] in names:
        named |= {"is": "value", "name": names[term["name"]]}
    return named


def _member_shape(member: Any) -> Shape:
    if member is Any:
        return {"is": "any"}
    if isinstance(member, TypeVar):
        bound = bound_of(member)
        limits = {} if bound is None else {"bound": type_shape(bound)}
        return {"is": "variable", "name": member.__name__, **limits}
    origin, arguments = get_origin(member), get_args(member)
    if origin is Literal and all(one is None or type(one) in (str, int, bool) for one in arguments):
        return {"is": "choice", "of": list(arguments)}
    cls = origin or member
    if not isinstance(cls, type):
        return {"is": "named", "name": getattr(member, "__qualname__", None) or str(member)}
    if cls in _SCALARS:
        return {"is": _SCALARS[cls]}
    return _container_shape(CONTAINERS.get(cls, cls), arguments)


def _container_shape(cls: type, arguments: tuple[Any, ...]) -> Shape:
    if cls is list:
        return {"is": "list", "of": type_shape(arguments[0] if arguments else Any)}
    if cls is dict:
        keys, values = map(type_shape, arguments or (Any, Any))
        return {"is": "dict", "keys": keys, "of": values}
    if cls is tuple:
        return _tuple_shape(arguments)
    return _class_shape(cls, arguments)


def _tuple_shape(arguments: tuple[Any, ...]) -> Shape:
    if not arguments:
        return {"is": "tuple"}
    many = {"many": True} if Ellipsis in arguments else {}
    return {"is": "tuple", "of": [type_shape(one) for one in arguments if one is not Ellipsis], **many}


def _class_shape(cls: type, arguments: tuple[Any, ...]) -> Shape:
    bases = [base for base in cls.__mro__[1:] if base not in _ROOTS and base.__module__ not in _ROOTS]
    also = [{key: one for key, one in _member_shape(base).items() if key != "also"} for base in bases]
    return {
        "is": "class",
        "name": qualified_name(cls),
        **({"arguments": [type_shape(one) for one in arguments]} if arguments else {}),
        **({"also": also} if also else {}),
    }
