"""What a node writes inside `Annotated[...]`, and the number semantics shared by every input."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator, Field, Strict

from graph_engine.errors import NodeDeclarationError

if TYPE_CHECKING:
    from graph_engine.declaration.node_use import NodeUse
    from graph_engine.declaration.run import Run

SEED_MAX = 2**63 - 1
CONTROL_NAME = "[a-z0-9][a-z0-9_-]{0,63}"  # a pattern


@dataclass(frozen=True)
class Seed:
    """Marks an int input as the seed of random numbers, 0 to 2**63 - 1."""


@dataclass(frozen=True)
class Multiline:
    """Marks a str input as long text."""


@dataclass(frozen=True)
class FilePath:
    """Marks a str input as a file that `Run.open_file` resolves; `kind` is "image", "model", "any", ..."""

    kind: str = "any"


@dataclass(frozen=True)
class Fixed:
    """Marks an input that a document writes out: no link can give it, so that the graph's shape is known."""


@dataclass(frozen=True)
class DefinitionName(Fixed):
    """Marks a str input as the name of one of the document's definitions."""


@dataclass(frozen=True)
class Control:
    """Names the control with which a canvas sets an input, `pack/name`; that pack brings `controls/NAME.js`.

    Raises `NodeDeclarationError` for what is no such name.
    """

    name: str

    def __post_init__(self) -> None:
        if not re.fullmatch(rf"[A-Za-z0-9_-]{{1,100}}/{CONTROL_NAME}", self.name):
            raise NodeDeclarationError(f"'{self.name}' is no name of a control: write it as 'pack/name'.")


@dataclass(frozen=True)
class ModelName:
    """Marks a str input as the name of a model; a document's lock says which one it was made with.

    `digest` gives the blake3 hex digest of the model that goes by a name here, and raises where none does.
    """

    digest: Callable[[str, Run], str]


@dataclass(frozen=True)
class Choice:
    """A value that a picker offers: its title, what is known of it, and a small picture.

    `picture` is a `data:image/...` address; one of more than 64 KiB is left out.
    """

    value: str
    title: str = ""
    details: Mapping[str, str | int | float] = field(default_factory=dict)
    picture: str = ""


@dataclass(frozen=True)
class Choices:
    """Marks a str input, or the items of a list, as one for which `find` knows what there is at this time.

    It is what a picker offers, and refuses nothing. `find` is called by several threads, reads no whole
    files, and imports no torch.
    """

    find: Callable[[Run], Iterable[Choice]]


@dataclass(frozen=True)
class Measure:
    """How much of a value there is in what `unit`, how much fits, and what is wrong with it, in sentences.

    `approximate`: it was measured with something else than what the run will use.
    """

    count: int
    limit: int | None
    unit: str
    problems: tuple[str, ...] = ()
    approximate: bool = False


@dataclass(frozen=True)
class Measured:
    """Marks an input whose value is measured while it is typed, as with the tokens of a text.

    `measure` is given the value and the node that has it, in its document; it is called by several threads,
    computes no node, and imports no torch.
    """

    measure: Callable[[Any, NodeUse, Run], Measure]


def _integer(value: Any) -> Any:
    if isinstance(value, bool | str | bytes):
        raise ValueError(f"a whole number is wanted, not {_json_name(value)}")
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _number(value: Any) -> Any:
    if isinstance(value, bool | str | bytes):
        raise ValueError(f"a number is wanted, not {_json_name(value)}")
    return value


def _json_name(value: bool | str | bytes) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "text"


Int = Annotated[int, BeforeValidator(_integer)]
"""An integer that accepts `8.0` and refuses booleans and text."""

Float = Annotated[float, BeforeValidator(_number), Field(allow_inf_nan=False)]
"""A finite number that refuses booleans and text."""

Bool = Annotated[bool, Strict()]
"""Only `true` and `false`."""

SEED_RANGE = Field(ge=0, le=SEED_MAX)
