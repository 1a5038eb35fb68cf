"""What a node of structure is: its ports, its outputs, and how it opens its bodies in a walk."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from graph_engine.declaration.sockets import NodeInput
from graph_engine.documents.document import Definition, Link

MAX_ITEMS = 10_000  # of one map or fold


@dataclass(frozen=True)
class Raw:
    """A literal as the document has it; each input that it goes to validates it for itself."""

    value: Any


Bound: TypeAlias = Raw | Link | tuple[Raw | Link, ...]
"""What stands at a port: a literal, a link, or a list of both."""

Given: TypeAlias = Mapping[str, Bound]
Opening: TypeAlias = "Generator[Ask, Any, Given]"
"""A flow that is being opened: it asks for what it must know and returns what its outputs are."""


@dataclass(frozen=True)
class Value:
    """Asks for a value; one that comes by a link to an input of the node's own must be one of its values."""

    source: Bound
    wanted: NodeInput | None = None


@dataclass(frozen=True)
class Items:
    """Asks for the items of the list at a port, one by one: a tuple of `Raw | Link`."""

    name: str
    source: Bound


Ask: TypeAlias = Value | Items


@dataclass(frozen=True)
class Port:
    """An input of a flow node that leads to inputs inside its bodies; a value must suit every target."""

    name: str
    targets: tuple[NodeInput, ...]
    required: bool


@dataclass(frozen=True)
class BodyShape:
    """A definition seen from outside."""

    name: str
    ports: Mapping[str, Port]
    outputs: Collection[str]


class Use(Protocol):
    """One use of a flow node in a graph that is being walked."""

    ports: Given  # what was given, by port
    outputs: Collection[str]  # what the node gives

    def control(self, name: str) -> Value:
        """Asks for the value of one of the node's own inputs."""

    def fixed(self, name: str) -> Any:
        """The value of an input that the document writes out."""

    def start(
        self, definition: str | Definition, given: Given, item: int | None = None
    ) -> Mapping[str, Link]:
        """Open a body with these ports, as item `item` of several; gives its outputs."""


class Flow(ABC):
    """The rules of one kind of structure. `fixed` are the inputs that the document writes out, validated."""

    def listed(self, fixed: Mapping[str, Any]) -> Collection[str]:
        """The ports that take a list and give its items to the body one by one."""
        return ()

    def needed(self, fixed: Mapping[str, Any]) -> Collection[str]:
        """The ports that must be given, also where the body has a default."""
        return self.listed(fixed)

    def wrong(self, fixed: Mapping[str, Any], bodies: Sequence[BodyShape]) -> Iterator[tuple[str, str, str]]:
        """What the checker reports beyond types: (input, message, hint)."""
        yield from ()

    @abstractmethod
    def outputs(self, fixed: Mapping[str, Any], bodies: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """The node's outputs with their annotations, from those of its bodies."""

    @abstractmethod
    def open(self, use: Use) -> Opening:
        """Open the bodies."""
