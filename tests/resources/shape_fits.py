"""The rule of docs/engine.md, "What fits where", written down from that page alone, on terms alone."""

from __future__ import annotations

from typing import Any

Bindings = dict[str, Any]
SCALARS = {str: "text", int: "whole", bool: "boolean", type(None): "nothing"}


def fits_input(output: Any, wanted: Any, bindings: Bindings) -> bool:
    """Whether an output may be linked to an input of a node."""
    lists = [one["of"] for one in members(wanted) if one["is"] == "list"]
    return any(fits(output, one, bindings) for one in [wanted, *lists[:1]])


def fits(output: Any, wanted: Any, bindings: Bindings) -> bool:
    if wanted["is"] == "variable":
        return _bind(output, wanted, bindings)
    return all(any(_member(one, other, bindings) for other in members(wanted)) for one in members(output))


def members(term: Any) -> list[Any]:
    return [one for member in term["of"] for one in members(member)] if term["is"] == "union" else [term]


def _member(output: Any, wanted: Any, bindings: Bindings) -> bool:
    if wanted["is"] == "variable":
        return _bind(output, wanted, bindings)
    if wanted["is"] == "any" or output["is"] in ("any", "variable"):
        return True
    if output["is"] == "choice" and wanted["is"] == "choice":
        choices = [(type(one), one) for one in wanted["of"]]
        return all((type(one), one) in choices for one in output["of"])
    if output["is"] == "choice":
        return all(_member({"is": SCALARS[type(one)]}, wanted, bindings) for one in output["of"])
    if wanted["is"] == "choice":
        kinds = [SCALARS[type(one)] for one in wanted["of"]]
        return any(one["is"] in kinds for one in [output, *output.get("also", ())])
    if output["is"] == "named" or wanted["is"] == "named":
        return bool(output == wanted)
    return _is_object(wanted) or any(
        _same(one, wanted, bindings) for one in [output, *output.get("also", ())]
    )


def _is_object(term: Any) -> bool:
    return term["is"] == "class" and term["name"] == "builtins.object"


def _same(output: Any, wanted: Any, bindings: Bindings) -> bool:
    if (output["is"], wanted["is"]) == ("whole", "number"):
        return True
    if output["is"] != wanted["is"] or output.get("name") != wanted.get("name"):
        return False
    if output["is"] == "list":
        return fits(output["of"], wanted["of"], bindings)
    if output["is"] == "dict":
        return fits(output["keys"], wanted["keys"], bindings) and fits(output["of"], wanted["of"], bindings)
    given, asked = _parts(output), _parts(wanted)
    if not given or not asked:
        return True
    if wanted.get("many"):
        return all(fits(one, asked[0], bindings) for one in given)
    if output.get("many") or len(given) != len(asked):
        return False
    return all(fits(one, other, bindings) for one, other in zip(given, asked, strict=True))


def _parts(term: Any) -> list[Any]:
    parts: list[Any] = term.get("of" if term["is"] == "tuple" else "arguments") or []
    return parts


def _bind(output: Any, variable: Any, bindings: Bindings) -> bool:
    if "bound" in variable and not fits(output, variable["bound"], {}):
        return False
    name = variable["name"]
    if name not in bindings or not fits(output, bindings[name], {}):
        if name in bindings and not fits(bindings[name], output, {}):
            return False
        bindings[name] = output
    return True
