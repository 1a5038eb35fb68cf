"""What there is to choose for an input at this time, as its pack knows it: models, files, names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from graph_engine.checking.unknown import extra_input, unknown_here
from graph_engine.declaration.fields import Choice
from graph_engine.engine import Engine
from graph_engine.errors import EngineError
from graph_engine.problem import Problem

MOST = 500  # choices told at once
MOST_LOOKED_AT = 20_000  # of those that a pack has
LONGEST = 1000  # characters of a text
MOST_DETAILS = 32
LONGEST_PICTURE = 64 * 1024  # characters


@dataclass(frozen=True)
class Offered:
    """The choices in the pack's order; `more` where there are others. With `problems` there are none."""

    choices: tuple[Choice, ...] = ()
    more: bool = False
    problems: tuple[Problem, ...] = ()


def offered(engine: Engine, node_type: str, input_name: str, query: str = "", limit: int = MOST) -> Offered:
    """At most `limit` choices for an input of `pack/name` in which each word of `query` occurs.

    Raises `EngineError` where the pack gives what is no choice, and whatever it raises itself.
    """
    declared = engine.catalogue.node_type(engine.catalogue.renamed(node_type))
    if declared is None:
        return Offered(problems=(unknown_here(node_type, engine.catalogue),))
    wanted = declared.inputs.get(input_name)
    if wanted is None:
        return Offered(problems=(extra_input(declared, input_name, node_type),))
    if wanted.choices is None:
        message = f"'{input_name}' of '{node_type}' offers no choices."
        having = [f"'{name}'" for name, one in declared.inputs.items() if one.choices]
        hint = f"{', '.join(having)} does." if having else "Its schema says what it takes."
        return Offered(problems=(Problem("no_choices", message, input=input_name, hint=hint),))
    words = query.casefold().split()
    found = wanted.choices.find(engine.run_for_names())
    matching = (one for one in _usable(found, f"{node_type}.{input_name}") if _matches(one, words))
    choices = tuple(islice(matching, limit + 1))
    return Offered(choices[:limit], len(choices) > limit)


def _usable(found: Iterable[Choice], where: str) -> Iterator[Choice]:
    """The choices, within bounds: a pack may offer what somebody named who is not to be trusted."""
    for one in islice(found, MOST_LOOKED_AT):
        if not isinstance(one, Choice) or not isinstance(one.value, str):
            raise EngineError(f"What '{where}' offers is no Choice of a text but {type(one).__name__}.")
        if len(one.value) <= LONGEST:
            yield Choice(one.value, one.title[:LONGEST], _details(one.details), _picture(one.picture))


def _details(details: Mapping[str, str | int | float]) -> dict[str, str | int | float]:
    some = islice(details.items(), MOST_DETAILS)
    return {name[:LONGEST]: one[:LONGEST] if isinstance(one, str) else one for name, one in some}


def _picture(picture: str) -> str:
    return picture if picture.startswith("data:image/") and len(picture) <= LONGEST_PICTURE else ""


def _matches(one: Choice, words: list[str]) -> bool:
    if not words:
        return True
    told = " ".join([one.value, one.title, *map(str, one.details.values())]).casefold()
    return all(word in told for word in words)
