"""Checking the literals of a document against the inputs they are given to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from graph_engine.declaration.sockets import NodeInput
from graph_engine.declaration.type_hints import type_name
from graph_engine.files import UPLOAD_PREFIX, why_path_escapes
from graph_engine.messages import nearest, sentence, shown
from graph_engine.problem import Problem


def check_literal(node_id: str, wanted: NodeInput, value: Any) -> Iterator[Problem]:
    """Problems of one literal."""
    if wanted.adapter is None:
        yield _only_links(node_id, wanted, wanted.annotation, value)
    else:
        yield from _check(node_id, wanted, value, wanted.literal)


def check_literal_item(node_id: str, wanted: NodeInput, value: Any) -> Iterator[Problem]:
    """Problems of one literal among the links of a list input."""
    if wanted.item_adapter is None:
        yield _only_links(node_id, wanted, wanted.item, value)
    else:
        yield from _check(node_id, wanted, value, wanted.literal_item)


def _check(
    node_id: str, wanted: NodeInput, value: Any, validate: Callable[[Any], tuple[Any, Any]]
) -> Iterator[Problem]:
    try:
        checked, _ = validate(value)
    except ValidationError as error:
        yield _refused(node_id, wanted, value, error.errors())
        return
    paths = (checked if isinstance(checked, list) else [checked]) if wanted.names_files else []
    for path in paths:
        if isinstance(path, str) and path and not path.startswith(UPLOAD_PREFIX):
            reason = why_path_escapes(path)
            if reason:
                yield Problem("path_escapes", reason, node=node_id, input=wanted.name, got=shown(value))


def _refused(node_id: str, wanted: NodeInput, value: Any, errors: list[ErrorDetails]) -> Problem:
    telling = [error for error in errors if error["type"] != "none_required"] or errors
    said = [(_place(error, value), *sentence(error)) for error in telling]
    texts = list(dict.fromkeys(f"{place}{text}" for place, text, _ in said))[:3]
    choices = telling[0].get("ctx", {}).get("expected", "") if telling[0]["type"] == "literal_error" else ""
    hint = ""
    if choices and isinstance(value, str):
        close = nearest(
            value, [choice.strip().strip("'") for choice in choices.replace(" or ", ", ").split(", ")]
        )
        hint = close if close.startswith("Did") else ""
    if isinstance(value, dict) and "from" in value:
        hint = "A link is an object whose only key is 'from'."
    return Problem(
        "bad_value",
        "; ".join(texts) + ".",
        node=node_id,
        input=wanted.name,
        expected=next((expected for _, _, expected in said if expected), type_name(wanted.annotation)),
        got=shown(value),
        hint=hint,
    )


def _place(error: ErrorDetails, value: Any) -> str:
    """Where in a literal: the steps of pydantic's path that lead through it; its own labels are left out."""
    steps: list[str] = []
    for step in error["loc"]:
        if isinstance(value, list) and isinstance(step, int):
            value = value[step] if step < len(value) else None
        elif isinstance(value, dict) and isinstance(step, str):
            if step not in value and error["type"] != "missing":
                continue
            value = value.get(step)
        else:
            continue
        steps.append(str(step))
    return f"item {'.'.join(steps)}: " if steps else ""


def _only_links(node_id: str, wanted: NodeInput, kind: Any, value: Any) -> Problem:
    expected = type_name(kind)
    return Problem(
        "link_wanted",
        f"wants {expected}, which comes only by a link, not as {shown(value)}.",
        node=node_id,
        input=wanted.name,
        expected=expected,
        got=shown(value),
        hint='Write {"from": "node.output"}.',
    )
