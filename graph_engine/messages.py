"""Pydantic's validation errors as one clear sentence each."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable
from typing import Any

from pydantic_core import ErrorDetails

from graph_engine.problem import Problem

_SHOWN = 60
_WANTED = {
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "float_parsing": "a number",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
    "string_type": "text",
}


def nearest(name: str, known: Iterable[str]) -> str:
    """`Did you mean 'x'?` for the nearest known name, or a list of a few of them, or nothing."""
    names = list(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    if not close:
        tails = {one.rpartition("/")[2]: one for one in names}
        close = [tails[tail] for tail in difflib.get_close_matches(name.rpartition("/")[2], tails, 1, 0.6)]
    if close:
        return f"Did you mean '{close[0]}'?"
    if 0 < len(names) <= 12:
        return "There is " + ", ".join(f"'{one}'" for one in names) + "."
    return ""


def shown(value: Any) -> str:
    """A JSON value, shortened for a message."""
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):
        text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def sentence(error: ErrorDetails) -> tuple[str, str]:
    """What was wrong with a value, and what was expected, of one pydantic error."""
    kind, context = error["type"], error.get("ctx", {})
    bounds = {
        "greater_than_equal": ("ge", "at least"),
        "greater_than": ("gt", "more than"),
        "less_than_equal": ("le", "at most"),
        "less_than": ("lt", "less than"),
        "multiple_of": ("multiple_of", "a multiple of"),
    }
    if kind in bounds:
        key, words = bounds[kind]
        expected = f"{words} {context[key]}"
    elif kind in ("literal_error", "enum"):
        expected = f"one of {context['expected']}"
    elif kind == "value_error":
        return str(context.get("error", error["msg"])).removesuffix("."), ""
    elif kind in _WANTED:
        return f"{_WANTED[kind]} is wanted, not {shown(error['input'])}", _WANTED[kind]
    elif kind == "string_too_long":
        length = len(error["input"])
        return f"the text has {length:,} characters, and at most {context['max_length']:,} fit", ""
    elif kind == "string_too_short":
        return f"the text needs at least {context['min_length']} character(s)", ""
    elif kind == "extra_forbidden":
        return "there is no such field here", ""
    elif kind == "missing":
        return "is missing", "a value"
    else:
        text = error["msg"]
        return text[:1].lower() + text[1:], ""
    return f"{shown(error['input'])} is out of range: it must be {expected}", expected


def problem_of(code: str, error: ErrorDetails) -> Problem:
    """A problem in a document's form; its place is read from the error's path."""
    path = [str(step) for step in error["loc"] if step != "[key]"]
    message, expected = sentence(error)
    node = path[1] if len(path) > 1 and path[0] == "nodes" else ""
    place = ".".join(path[2:] if node else path)
    return Problem(
        code,
        f"'{place}': {message}." if place else f"{message}.",
        node=node,
        expected=expected,
        got=shown(error["input"]) if error["type"] != "missing" else "nothing",
    )
