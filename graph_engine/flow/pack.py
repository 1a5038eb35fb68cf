"""The pack `flow`: the engine's own nodes of structure, in every catalogue."""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar

from graph_engine.declaration.codecs import JsonCodec
from graph_engine.declaration.node import NodeType, node, node_type_of
from graph_engine.declaration.pack import Pack
from graph_engine.declaration.subgraph import Subgraph
from graph_engine.declaration.value_type import Codec, ValueType
from graph_engine.documents.document import Definition
from graph_engine.flow.call import call
from graph_engine.flow.choose import if_, switch
from graph_engine.flow.fold import fold
from graph_engine.flow.map import map_

T = TypeVar("T")
VERSION = "1"  # raise it when a node of this pack computes otherwise
ITEMS = "flow/items"


@node(name="pass", title="Pass on", category="flow")
def pass_(value: T) -> T:
    """Give on what comes: a waypoint for links, or a body that changes nothing."""
    return value


@node(title="Items", category="flow")
def items(values: list[Any]) -> list[Any]:
    """The items of a list as outputs "0", "1", ..., and "count"; a map puts it before its body."""
    return values


class SubgraphCodec(Codec[Subgraph[Any]]):
    """A returned graph as the JSON of its definition."""

    suffix: ClassVar[str] = ".json"
    inline: ClassVar[bool] = True
    _plain = JsonCodec(Definition)

    def dumps(self, value: Subgraph[Any]) -> bytes:
        return self._plain.dumps(value.definition)

    def loads(self, data: bytes) -> Subgraph[Any]:
        return Subgraph(self._plain.loads(data))

    def write(self, value: Subgraph[Any], path: Any) -> None:
        path.write_bytes(self.dumps(value))

    def read(self, path: Any) -> Subgraph[Any]:
        return self.loads(path.read_bytes())


def items_type() -> NodeType:
    """The declaration of the node that takes a list apart."""
    return node_type_of(items)


def flow_pack() -> Pack:
    """The pack; `items` is the engine's own and in no listing."""
    graph = ValueType("flow/subgraph", "Graph", "#7f8c9b", SubgraphCodec, python_type=Subgraph)
    return Pack("flow", VERSION, [call, map_, fold, if_, switch, pass_], values=[graph])
