"""The workflow document: nodes, links, interface, definitions, layout, lock. Its form only: see check."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    SerializerFunctionWrapHandler,
    StringConstraints,
    WithJsonSchema,
    model_serializer,
    model_validator,
)

FORMAT = 1
NODE_ID = r"^[A-Za-z0-9_][A-Za-z0-9_-]{0,99}$"

NodeId = Annotated[str, StringConstraints(pattern=NODE_ID)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Mode = Literal["bypass", "mute"]
MODES: tuple[Mode, ...] = get_args(Mode)


class Part(BaseModel):
    """A JSON object of the document: keeps unknown fields and the order and absence of its keys."""

    model_config = ConfigDict(extra="allow", frozen=True)
    _order: tuple[str, ...] = PrivateAttr(default=())

    @model_validator(mode="wrap")
    @classmethod
    def _remember_order(cls, value: Any, handler: ModelWrapValidatorHandler[Any]) -> Any:
        part = handler(value)
        if isinstance(value, dict) and isinstance(part, Part):
            part._order = tuple(value)
        return part

    def with_fields(self, **fields: Any) -> Self:
        """A copy with other values, which are of the fields' types, as it would be read from JSON."""
        changed = self.model_copy(update=fields)
        changed._order = (*self._order, *(name for name in fields if name not in self._order))
        return changed

    @model_serializer(mode="wrap")
    def _in_order(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        dumped: dict[str, Any] = handler(self)
        order = self._order
        if not order or tuple(dumped) == order:
            return dumped
        kept = [name for name in order if name in dumped]
        return {name: dumped[name] for name in [*kept, *(name for name in dumped if name not in kept)]}


class Limits(Part):
    """What one run of a node may take: seconds until it is stopped, and how often it is tried again."""

    seconds: Annotated[float, Field(gt=0, le=1e7)] | None = None
    retries: Annotated[int, Field(ge=0, le=100, strict=True)] = 0


class Node(Part):
    """A use of a node type: `inputs` are literals or links, `{"from": "node.output"}`.

    With the mode "bypass" it hands on what comes to it, with "mute" it and what needs it are not run.
    """

    type: Name
    version: Annotated[int, Field(ge=1, strict=True)] = 1
    inputs: dict[str, Any] = Field(default_factory=dict)
    # One that is not known here is kept, as unknown fields are: the document opens, the checker tells.
    mode: Annotated[
        Any, WithJsonSchema({"anyOf": [{"enum": [*MODES], "type": "string"}, {"type": "null"}]})
    ] = None
    limits: Limits | None = None
    title: str = ""

    @property
    def left_out(self) -> Mode | None:
        """How a run leaves it out; None for a node that is run."""
        return self.mode if self.mode in MODES else None


class Place(Part):
    """An input of a node."""

    node: str
    input: str


class InterfaceInput(Place):
    """A named input of the whole workflow: the form's field, the API's parameter, the option of --set.

    It is the input of one node, and the same value goes to the inputs named in `also`.
    """

    also: list[Place] = Field(default_factory=list)
    title: str = ""
    help: str = ""

    @property
    def places(self) -> list[tuple[str, str]]:
        """Every (node, input) that the value goes to."""
        return [(self.node, self.input), *((one.node, one.input) for one in self.also)]


class InterfaceOutput(Part):
    """A named output of the whole workflow."""

    node: str
    output: str
    title: str = ""


class Interface(Part):
    """What the workflow takes and gives."""

    inputs: dict[Name, InterfaceInput] = Field(default_factory=dict)
    outputs: dict[Name, InterfaceOutput] = Field(default_factory=dict)


class Lock(Part):
    """What the document was made with: pack versions, model digests."""

    packs: dict[str, str] = Field(default_factory=dict)
    models: dict[str, str] = Field(default_factory=dict)


class Body(Part):
    """Nodes with an interface: what a document and a definition have in common."""

    nodes: dict[NodeId, Node]
    interface: Interface = Field(default_factory=Interface)
    layout: dict[str, Any] = Field(default_factory=dict)


class Definition(Body):
    """A reusable part of a workflow; its interface are its ports. A `flow/...` node takes one as its body."""

    title: str = ""
    help: str = ""


class Document(Body):
    """A workflow document, format 1."""

    latentgraph: Literal[1]
    name: str = ""
    description: str = ""
    definitions: dict[Name, Definition] = Field(default_factory=dict)
    lock: Lock = Field(default_factory=Lock)

    def as_json(self) -> dict[str, Any]:
        """The document as plain JSON, keys in the order they came, absent keys absent."""
        return self.model_dump(mode="json", exclude_unset=True)

    def dumps(self) -> str:
        """The document as text, two spaces deep; loading and dumping it gives the same bytes."""
        return json.dumps(self.as_json(), indent=2, ensure_ascii=False) + "\n"

    def with_inputs(self, changes: dict[tuple[str, str], Any]) -> Document:
        """A copy in which some inputs, by (node, input), are other literals or links."""
        inputs = {node: dict(self.nodes[node].inputs) for node, _ in changes}
        for (node, name), value in changes.items():
            inputs[node][name] = value
        changed = {node: self.nodes[node].with_fields(inputs=its) for node, its in inputs.items()}
        return self.with_fields(nodes={**self.nodes, **changed})


@dataclass(frozen=True)
class Link:
    """Where a linked value comes from."""

    node: str
    output: str

    def __str__(self) -> str:
        return f"{self.node}.{self.output}"


def link_of(value: Any) -> Link | None:
    """The link that a JSON value is, or None for a literal: an object whose only key is `from` is a link."""
    if isinstance(value, dict) and len(value) == 1 and isinstance(value.get("from"), str):
        node, _, output = value["from"].rpartition(".")
        return Link(node, output)
    return None


def links_of(value: Any) -> Iterator[Link]:
    """The links in an input's value: the value itself, or items of a list."""
    for item in value if isinstance(value, list) else [value]:
        link = link_of(item)
        if link is not None:
            yield link


def document_schema() -> dict[str, Any]:
    """JSON Schema of the workflow document, as published in docs/schemas/."""
    schema = Document.model_json_schema()
    for part in [schema, *schema["$defs"].values()]:
        part["additionalProperties"] = False
    schema |= {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Latent Graph workflow, format 1",
    }
    return schema
