"""What became of the nodes of one body that are bypassed or muted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Generic, Literal, TypeVar

from graph_engine.documents.document import Body, Link, links_of
from graph_engine.problem import Problem

SomeBody = TypeVar("SomeBody", bound=Body)


@dataclass(frozen=True)
class LeftOut:
    """A node that is not run, and why.

    `through` are the inputs by which that came to a muted node, or by which a bypassed one hands on.
    """

    node_type: str
    status: Literal["bypassed", "muted"]
    reason: str = ""
    through: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lack:
    """Why an output gives nothing. `inside` a definition that is used here: whoever needs it must be told."""

    reason: str
    inside: bool = False


@dataclass(frozen=True)
class ResolvedBody(Generic[SomeBody]):
    """A body without the nodes that are left out, and what came of that.

    `lost` has the interface outputs that give nothing, with the reason; `handed` what stands for the outputs
    of bypassed nodes.
    """

    body: SomeBody
    left_out: Mapping[str, LeftOut] = field(default_factory=dict)
    lost: Mapping[str, str] = field(default_factory=dict)
    handed: Mapping[Link, Link] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    def on_the_way(self, origin: Body, wanted: Iterable[str]) -> dict[str, LeftOut]:
        """The nodes left out on the way to those that are wanted, in the order of the body as written."""
        seen: set[str] = set()
        waiting = list(wanted)
        while waiting:
            node_id = waiting.pop()
            if node_id in seen or node_id not in origin.nodes:
                continue
            seen.add(node_id)
            inputs, here = origin.nodes[node_id].inputs, self.left_out.get(node_id)
            for name in inputs if here is None else here.through:
                waiting.extend(link.node for link in links_of(inputs.get(name)))
        return {name: self.left_out[name] for name in origin.nodes if name in seen and name in self.left_out}
