"""Compiling a checked document: the graph of what its wanted outputs need, made as far as it is asked for.

Most nodes are known at once. What stands behind a loop, a branch or a lazy input becomes part of the graph
when a walk opens it, and only then.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from graph_engine.checking.left_out import LeftOut
from graph_engine.checking.modes import Resolved
from graph_engine.declaration.node import NO_LIMITS, Limits, NodeType
from graph_engine.declaration.sockets import NodeInput
from graph_engine.digest import canonical_json, digest_text
from graph_engine.documents.document import Body, Definition, Link, Node, link_of
from graph_engine.errors import EngineError, NestedTooDeep, TooManyNodes
from graph_engine.flow.kind import Bound, Raw
from graph_engine.flow.kind import Given as Ports
from graph_engine.flow.least import LeastNodes
from graph_engine.flow.pack import ITEMS, items_type
from graph_engine.flow.shapes import Shapes
from graph_engine.messages import nearest
from graph_engine.packs.catalogue import Catalogue

if TYPE_CHECKING:
    import networkx

MAX_TASKS = 200_000  # nodes of one run, those inside loops and calls counted each time
DEEPEST = 100  # nodes that were opened in each other's place

_UNCHANGING = (str, int, float, bool, type(None))


class NothingToRun(EngineError):
    """No node would run: nothing is asked for, or what is asked for is not there, or is muted."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(f"{message} {hint}".strip())
        self.message, self.hint = message, hint


@dataclass(frozen=True)
class Given:
    """A literal, validated, and its canonical JSON: a default written out and one left out are the same."""

    value: Any
    canonical: str

    def fresh(self) -> Any:
        """The value as the caller's own: what one node does to it no other node sees."""
        return self.value if isinstance(self.value, _UNCHANGING) else copy.deepcopy(self.value)


Source: TypeAlias = Given | Link | tuple[Given | Link, ...]


@dataclass(frozen=True)
class Task:
    """One node, ready to be keyed and computed. `node` is its path: `faces[2]/sample` is inside `faces`.

    `links` must be settled before it can be; what is behind `ports`, and behind lazy inputs, need not be.
    """

    node: str
    type_name: str
    declared: NodeType
    implementation: str
    inputs: dict[str, Source]
    links: tuple[Link, ...]
    place: tuple[int, ...]  # where it stands among all: earlier ones go first
    limits: Limits = NO_LIMITS
    fixed: Mapping[str, Any] | None = None  # of a flow node, with its ports and the names of its outputs
    ports: Mapping[str, Bound] | None = None
    targets: Mapping[str, NodeInput] | None = None  # an inner input that each port leads to
    outputs: Collection[str] = ()

    @property
    def is_flow(self) -> bool:
        """Whether it opens bodies in place of computing."""
        return self.declared.flow is not None

    @property
    def opens(self) -> bool:
        """Whether nodes come to run in its place."""
        return self.is_flow or self.declared.expands


class Program:
    """A document that is being walked: its tasks, made when something needs them.

    `outputs` maps interface outputs to links, `muted_outputs` has the reasons of those that give nothing, and
    `left_out` the bypassed and muted nodes on the way, by path.
    """

    def __init__(
        self,
        resolved: Resolved,
        catalogue: Catalogue,
        wanted: Iterable[str] | None = None,
        made: dict[str, Task] | None = None,
    ) -> None:
        document = self.document = resolved.document
        self._resolved = resolved
        self._made = {} if made is None else made
        self.name = document.name
        self.outputs = {
            name: Link(port.node, port.output) for name, port in document.interface.outputs.items()
        }
        self.shapes = Shapes(document.definitions, catalogue)
        self._least = LeastNodes(self.shapes, catalogue)
        self.catalogue = catalogue
        self.tasks: dict[str, Task] = {}
        self._scopes: dict[str, _Scope] = {"": _Scope(self, document, "", ())}
        names = None if wanted is None else list(wanted)
        self.roots = roots(resolved, self.shapes, names)
        self.muted_outputs = {
            name: reason for name, reason in resolved.muted_outputs.items() if names is None or name in names
        }
        if names is not None:
            self.outputs = {name: link for name, link in self.outputs.items() if name in names}
        self.left_out: dict[str, LeftOut] = {}
        self._left_out_of: dict[int, dict[str, LeftOut]] = {}  # by the identity of a definition's body
        self._leave_out(names)

    @property
    def graph(self) -> networkx.DiGraph[str]:
        """The tasks made so far, each node with its `task`, and the links between them."""
        import networkx

        graph: networkx.DiGraph[str] = networkx.DiGraph()
        for node, task in self.tasks.items():
            graph.add_node(node, task=task)
            graph.add_edges_from((link.node, node) for link in task.links)
        return graph

    def need(self, node: str) -> list[Task]:
        """Make a node part of the graph, and all that must come before it; gives the new tasks."""
        if node in self.tasks:
            return []
        made: list[Task] = []
        waiting = [node]
        while waiting:
            path = waiting.pop()
            if path in self.tasks:
                continue
            task = self._make(path)
            made.append(task)
            waiting.extend(link.node for link in task.links)
        return made

    def start(self, task: Task, body: Definition, ports: Ports, item: int | None) -> _Scope:
        """Open a body in a task's place; `item` counts where there are several.

        Raises `TooManyNodes` before anything of a body is made that can not end well, and `NestedTooDeep`.
        """
        if task.node.count("/") >= DEEPEST:
            raise NestedTooDeep(
                f"It is opened in the place of {DEEPEST} others already. A node that returns a graph with "
                "itself inside must come to an end; repeat something with flow/fold, which has a bound."
            )
        self._refuse_beyond(len(self.tasks) + self._least.of(body).nodes)
        prefix = f"{task.node}/" if item is None else f"{task.node}[{item}]/"
        left_out = self._left_out_of.get(id(body), {})
        self.left_out.update((prefix + name, one) for name, one in left_out.items())
        place = (*task.place, item or 0)
        scope = self._scopes[prefix] = _Scope(self, body, prefix, place, ports)
        return scope

    def split(self, task: Task, name: str, link: Link) -> Task:
        """The task that gives the items of the list at a port as outputs of their own."""
        path = f"{task.node}#{name}"
        declared = items_type()
        made = Task(
            path, ITEMS, declared, declared.implementation, {"values": link}, (link,), (*task.place, -1)
        )
        self._add(made)
        return made

    def constant(self, task: Task, name: str, value: Bound) -> Link:
        """A task that gives on what is no link: a literal that became an output."""
        path, type_name = f"{task.node}#{name}", "flow/pass"
        declared = self.catalogue.node_type(type_name)
        assert declared is not None
        target = (task.targets or {}).get(name) or declared.inputs["value"]  # says which class a literal is
        source = _bound_source(target, value)
        implementation = digest_text(self.catalogue.implementation(type_name), *self._classes(source))
        links = tuple(_links(source))
        place = (*task.place, -1)
        self._add(
            Task(
                path, type_name, declared, implementation, {"value": source}, links, place, outputs=("value",)
            )
        )
        return Link(path, "value")

    def _classes(self, source: Source) -> Iterator[str]:
        """What tells literals of equal JSON apart: a choice of one class is none of another."""
        for one in source if isinstance(source, tuple) else (source,):
            if isinstance(one, Given):
                yield self.catalogue.value_type_of(one.value).digest(one.value)

    def _make(self, path: str) -> Task:
        prefix, slash, node_id = path.rpartition("/")
        if slash:
            task = self._scopes[prefix + slash].task(node_id)
        else:
            task = self._made.get(path) or self._made.setdefault(path, self._scopes[""].task(path))
        self._add(task)
        return task

    def _add(self, task: Task) -> None:
        self._refuse_beyond(len(self.tasks) + 1)
        self.tasks[task.node] = task

    def _refuse_beyond(self, count: int) -> None:
        if count > MAX_TASKS:
            raise TooManyNodes(
                f"The loops and calls of this document open more than {MAX_TASKS:,} nodes. "
                "Give them shorter lists or fewer steps, or split the work into several runs."
            )

    def _leave_out(self, wanted: list[str] | None) -> None:
        """Note the bypassed and muted nodes on the way to what is wanted, here and in each definition."""
        resolved, origin = self._resolved, self._resolved.origin
        shapes = Shapes(origin.definitions, self.catalogue)
        for name, found in resolved.bodies.items():
            if not found.left_out:
                continue
            body = origin.definitions[name] if name else origin
            outputs = body.interface.outputs
            ends = [port.node for port in outputs.values()]
            ends += [node_id for node_id, node in body.nodes.items() if shapes.is_effect(node)]
            if not name and wanted is not None:
                ends = [outputs[one].node if one in outputs else one for one in wanted]
            on_the_way = found.on_the_way(body, ends)
            if name:
                self._left_out_of[id(resolved.document.definitions[name])] = on_the_way
            else:
                self.left_out.update(on_the_way)


def roots(resolved: Resolved, shapes: Shapes, wanted: Collection[str] | None = None) -> list[str]:
    """The nodes that a run is for: those of the wanted outputs, or nodes; all, and those that save, for None.

    Raises `NothingToRun`, where nodes are muted with the reason.
    """
    document, muted = resolved.document, dict(resolved.muted_outputs)
    if wanted is None:
        found = [port.node for port in document.interface.outputs.values()]
        found += [node_id for node_id, node in document.nodes.items() if shapes.is_effect(node)]
        muted |= {name: _muted(resolved, name) for name in resolved.origin.nodes if _muted(resolved, name)}
    else:
        found = [one for name in wanted for one in _roots_of(resolved, name)]
        muted = {name: reason for name in wanted if (reason := muted.get(name) or _muted(resolved, name))}
    if found:
        return list(dict.fromkeys(found))
    if muted:
        raise NothingToRun(
            f"Nothing in this document would run, because {next(iter(muted.values()))}.",
            "Unmute that node, or ask for something that does not need it.",
        )
    raise NothingToRun(
        "Nothing in this document would run.", "Give it an interface output, or a node that saves."
    )


def _roots_of(resolved: Resolved, name: str) -> list[str]:
    """The nodes that give what is asked for by the name of an output or of a node; none for what is muted."""
    document, origin = resolved.document, resolved.origin
    if name in document.interface.outputs:
        return [document.interface.outputs[name].node]
    if name in origin.interface.outputs:
        return []
    if name in document.nodes:
        return [name]
    if (one := resolved.left_out("", name)) is not None:
        if one.status == "bypassed" and not one.through:
            raise NothingToRun(f"The node '{name}' is bypassed and hands nothing on.", "Ask for another.")
        return [link.node for bypassed, link in resolved.bodies[""].handed.items() if bypassed.node == name]
    known = [*origin.interface.outputs, *origin.nodes]
    raise NothingToRun(f"The document has no output or node '{name}'.", nearest(name, known))


def _muted(resolved: Resolved, node_id: str) -> str:
    """Why a node is muted, in words; "" for one that is not."""
    one = resolved.left_out("", node_id)
    if one is None or one.status != "muted":
        return ""
    return f"'{node_id}' is muted" if resolved.origin.nodes[node_id].left_out == "mute" else one.reason


class _Scope:
    """The nodes of the document, or of one opened body, with what stands at its ports."""

    def __init__(
        self, program: Program, body: Body, prefix: str, place: tuple[int, ...], ports: Ports | None = None
    ) -> None:
        self._program = program
        self._body = body
        self._prefix = prefix
        self._place = place
        self._positions = {node_id: index for index, node_id in enumerate(body.nodes)}
        self._arriving: dict[tuple[str, str], Bound] = {
            inner: ports[name]
            for name, one in body.interface.inputs.items()
            if ports is not None and name in ports
            for inner in one.places
        }

    @property
    def outputs(self) -> dict[str, Link]:
        """The body's outputs by name."""
        return {
            name: self._link(Link(port.node, port.output))
            for name, port in self._body.interface.outputs.items()
        }

    @property
    def effects(self) -> list[str]:
        """The paths of the nodes that save something."""
        shapes = self._program.shapes
        return [f"{self._prefix}{name}" for name, node in self._body.nodes.items() if shapes.is_effect(node)]

    def task(self, node_id: str) -> Task:
        """A node of this scope as a task."""
        node = self._body.nodes[node_id]
        catalogue = self._program.catalogue
        declared = catalogue.node_type(node.type)
        assert declared is not None, "a document is checked before it is compiled"
        inputs = {wanted.name: self._source(node_id, wanted, node) for wanted in declared.inputs.values()}
        eager = (source for name, source in inputs.items() if not declared.inputs[name].lazy)
        task = Task(
            f"{self._prefix}{node_id}",
            node.type,
            declared,
            catalogue.implementation(node.type),
            inputs,
            tuple(link for source in eager for link in _links(source)),
            (*self._place, self._positions[node_id]),
            _limits(node, declared),
            outputs=declared.outputs,
        )
        return self._with_ports(node_id, node, task) if declared.flow is not None else task

    def _with_ports(self, node_id: str, node: Node, task: Task) -> Task:
        use = self._program.shapes.use(node, task.declared)
        ports: dict[str, Bound] = {}
        for name in use.ports:
            if (node_id, name) in self._arriving:
                ports[name] = self._arriving[node_id, name]
            elif name in node.inputs:
                ports[name] = self._bound(node.inputs[name])
        targets = {name: port.targets[0] for name, port in use.ports.items() if port.targets}
        return replace(task, fixed=use.fixed, ports=ports, targets=targets, outputs=use.outputs)

    def _source(self, node_id: str, wanted: NodeInput, node: Node) -> Source:
        arriving = self._arriving.get((node_id, wanted.name))
        if arriving is not None:
            return _bound_source(wanted, arriving)
        if wanted.name not in node.inputs:
            return _literal(wanted, wanted.default)
        return _bound_source(wanted, self._bound(node.inputs[wanted.name]))

    def _bound(self, value: Any) -> Bound:
        link = link_of(value)
        if link is not None:
            return self._link(link)
        if isinstance(value, list) and any(map(link_of, value)):
            found = (link_of(item) for item in value)
            return tuple(
                Raw(item) if link is None else self._link(link)
                for item, link in zip(value, found, strict=True)
            )
        return Raw(value)

    def _link(self, link: Link) -> Link:
        return Link(self._prefix + link.node, link.output) if self._prefix else link


def compile_document(
    document: Resolved,
    catalogue: Catalogue,
    wanted: Iterable[str] | None = None,
    made: dict[str, Task] | None = None,
) -> Program:
    """The program of a document that passes `check`, with its wanted nodes and what must come before them.

    `wanted` names interface outputs or nodes; None means all interface outputs and all nodes that save.
    `made` keeps the tasks of the document's own nodes, for the next time that this very document is compiled.
    """
    program = Program(document, catalogue, wanted, made)
    for root in program.roots:
        program.need(root)
    return program


def _bound_source(wanted: NodeInput, bound: Bound) -> Source:
    if isinstance(bound, Link):
        return bound
    if isinstance(bound, Raw):
        return _literal(wanted, bound.value)
    return tuple(one if isinstance(one, Link) else _given(wanted.literal_item(one.value)) for one in bound)


def _links(source: Source) -> Iterator[Link]:
    for item in source if isinstance(source, tuple) else (source,):
        if isinstance(item, Link):
            yield item


_REPEATED = 1000  # short literals of one input that are validated once


def _literal(wanted: NodeInput, value: Any) -> Given:
    """A literal of an input; short ones come again and again in large documents and in loops."""
    if not isinstance(value, _UNCHANGING) or (isinstance(value, str) and len(value) > 100):
        return _given(wanted.literal(value))
    known, key = wanted.seen, (type(value), repr(value))  # 0.0 and -0.0 are equal, and not the same
    found: Given | None = known.get(key)
    if found is None:
        if len(known) >= _REPEATED:
            known.clear()
        found = known[key] = _given(wanted.literal(value))
    return found


def _given(literal: tuple[Any, Any]) -> Given:
    checked, canonical = literal
    return Given(checked, canonical_json(canonical))


def _limits(node: Node, declared: NodeType) -> Limits:
    said = node.limits
    if said is None:
        return declared.limits
    seconds = said.seconds if "seconds" in said.model_fields_set else declared.limits.seconds
    retries = said.retries if "retries" in said.model_fields_set else declared.limits.retries
    return Limits(seconds, retries)
