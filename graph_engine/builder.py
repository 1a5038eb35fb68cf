"""Documents written in Python: a node is added like a call of its function, and gives back links."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graph_engine.artifact_folder import ArtifactFolder
from graph_engine.checking.checker import check
from graph_engine.checking.inputs import check_literal, check_literal_item
from graph_engine.checking.locking import locked
from graph_engine.declaration.node import NodeType, node_type_of
from graph_engine.declaration.run import Run, Surroundings
from graph_engine.declaration.sockets import NodeInput
from graph_engine.declaration.subgraph import Subgraph
from graph_engine.documents.document import FORMAT, Definition, Document, Link, Node, links_of
from graph_engine.documents.document_file import save_document
from graph_engine.documents.document_io import parse_document
from graph_engine.errors import DocumentError, EngineError
from graph_engine.files import Files
from graph_engine.flow.shapes import Shapes, bodies_named
from graph_engine.messages import nearest
from graph_engine.packs.catalogue import Catalogue
from graph_engine.problem import Problem
from graph_engine.services import Services
from graph_engine.settings import Settings

COLUMN, ROW = 280, 180  # pixels of the canvas between nodes


class WorkflowError(EngineError):
    """A node, an input or an output that a workflow being built can not have."""


class NodeUse:
    """A node of a workflow being built; its outputs are its attributes, or items by name."""

    def __init__(self, node_id: str, raw: dict[str, Any], outputs: Collection[str]) -> None:
        self._id, self._raw, self._outputs = node_id, raw, tuple(outputs)

    def titled(self, title: str) -> NodeUse:
        """Give the node a title; returns the node."""
        self._raw["title"] = title
        return self

    def bypassed(self) -> NodeUse:
        """Let the node hand on what comes to it, and compute nothing; returns the node."""
        self._raw["mode"] = "bypass"
        return self

    def muted(self) -> NodeUse:
        """Do not run the node, nor what needs it; returns the node."""
        self._raw["mode"] = "mute"
        return self

    def __getitem__(self, output: str) -> Link:
        if output not in self._outputs:
            hint = nearest(output, self._outputs)
            raise WorkflowError(f"Node '{self._id}' has no output '{output}'. {hint}".strip())
        return Link(self._id, output)

    def __getattr__(self, output: str) -> Link:
        if output.startswith("_"):  # what copying and inspection look for
            raise AttributeError(output)
        try:
            return self[output]
        except WorkflowError as error:
            raise AttributeError(str(error)) from None

    def __repr__(self) -> str:
        return f"<node '{self._id}': {', '.join(self._outputs) or 'no outputs'}>"


@dataclass(frozen=True)
class PortUse:
    """A port of a body being built: an input of nodes inside, given by whoever uses the body."""

    name: str


class BodyBuilder:
    """Nodes with an interface being built: a whole workflow, a definition of one, or a graph to return.

    Names of inputs and literals are checked when a node is added, everything else as a whole.
    """

    def __init__(
        self, catalogue: Catalogue | None = None, definitions: dict[str, dict[str, Any]] | None = None
    ) -> None:
        self._catalogue = catalogue or Catalogue.discover(*Settings.given().plugin_folders)
        self._definitions = {} if definitions is None else definitions
        self._nodes: dict[str, dict[str, Any]] = {}
        self._inputs: dict[str, dict[str, Any]] = {}
        self._outputs: dict[str, dict[str, str]] = {}
        self._ports: dict[str, dict[str, str]] = {}
        self._names: dict[Callable[..., Any], str] | None = None

    def add(self, node_type: str | Callable[..., Any], node_id: str = "", /, **inputs: Any) -> NodeUse:
        """Add a node: a node function or a name as `core/encode_text`, and its inputs by name.

        An input is a literal, an output of another node, that node itself if it has one output, a port, or a
        list of the first three. The id is the type's name, counted up, or `node_id`. Raises `WorkflowError`.
        """
        type_name, declared = self._declared(node_type)
        node_id = node_id or self._free(type_name.rpartition("/")[2])
        if node_id in self._nodes:
            raise WorkflowError(f"There is a node '{node_id}' already; give another id.")
        raw: dict[str, Any] = {"type": type_name, "version": declared.version, "inputs": {}}
        wanted, outputs = self._sockets(declared, raw, inputs)
        ports = {name: value for name, value in inputs.items() if isinstance(value, PortUse)}
        for name, value in inputs.items():
            if name not in wanted:
                hint = nearest(name, wanted)
                raise WorkflowError(f"'{type_name}' has no input '{name}'. {hint}".strip())
            if name not in ports:
                raw["inputs"][name] = _written(value, wanted[name], node_id)
        for link in _links(raw):
            if link.node not in self._nodes:
                raise WorkflowError(
                    f"Node '{node_id}': '{link}' is of no node of this workflow; add that node to it first."
                )
        self._nodes[node_id] = raw
        for name, port in ports.items():
            self._lead(port.name, node_id, name)
        return NodeUse(node_id, raw, outputs)

    def port(self, name: str, *, title: str = "", help: str = "") -> PortUse:
        """A port with this name; give it to any number of inputs of nodes."""
        self._ports[name] = _said(title=title, help=help)
        return PortUse(name)

    def input(self, name: str, node: NodeUse, input: str, *, title: str = "", help: str = "") -> None:
        """Make an input of a node one of the whole: a field of the form, an option of `--set`, a port.

        Said again of another input, the same value goes to both.
        """
        wanted, _ = self._sockets(self._declared(node._raw["type"])[1], node._raw, node._raw["inputs"])
        if input not in wanted:
            raise WorkflowError(f"Node '{node._id}' has no input '{input}'. {nearest(input, wanted)}".strip())
        self._ports[name] = self._ports.get(name, {}) | _said(title=title, help=help)
        self._lead(name, node._id, input)

    def output(self, name: str, value: Link | NodeUse, *, title: str = "") -> None:
        """Make an output of a node one of the whole."""
        link = _link(value, f"output '{name}'")
        self._outputs[name] = {"node": link.node, "output": link.output, **_said(title=title)}

    def body(self) -> dict[str, Any]:
        """The nodes and the interface as the document has them."""
        return {
            "nodes": self._nodes,
            "interface": {"inputs": self._inputs, "outputs": self._outputs},
            "layout": {"positions": self._positions(), "frames": []},
        }

    def subgraph(self) -> Subgraph[Any]:
        """What a node returns that is annotated `-> Subgraph[...]`."""
        raw = self.body()
        del raw["layout"]
        return Subgraph(Definition.model_validate(raw))

    def _lead(self, name: str, node_id: str, input: str) -> None:
        place = {"node": node_id, "input": input}
        if name in self._inputs:
            self._inputs[name].setdefault("also", []).append(place)
        else:
            self._inputs[name] = {**place, **self._ports.get(name, {})}

    def _sockets(
        self, declared: NodeType, raw: dict[str, Any], inputs: Mapping[str, Any]
    ) -> tuple[dict[str, tuple[NodeInput, ...]], Collection[str]]:
        """What a node takes, and the names of what it gives; for a node of structure by its definitions."""
        wanted: dict[str, tuple[NodeInput, ...]] = {name: (one,) for name, one in declared.inputs.items()}
        if declared.flow is None:
            return wanted, declared.outputs
        fixed = {name: inputs[name] for name, one in declared.inputs.items() if one.fixed and name in inputs}
        known = {name: Definition.model_validate(one) for name, one in self._definitions.items()}
        node = Node.model_validate({**raw, "inputs": fixed})
        use = Shapes(known, self._catalogue).use(node, declared)
        for name in (name for _, name in bodies_named(node, declared) if name not in known):
            hint = nearest(name, known)
            raise WorkflowError(
                f"There is no definition '{name}'; make it with `define` first. {hint}".strip()
            )
        return {**{name: port.targets for name, port in use.ports.items()}, **wanted}, use.outputs

    def _declared(self, node_type: str | Callable[..., Any]) -> tuple[str, NodeType]:
        if isinstance(node_type, str):
            declared = self._catalogue.node_type(node_type)
            if declared is None:
                hint = nearest(node_type, self._catalogue.node_types())
                raise WorkflowError(f"There is no node type '{node_type}' here. {hint}".strip())
            return node_type, declared
        declared = node_type_of(node_type)
        if self._names is None:
            self._names = {one.function: name for name, one in self._catalogue.node_types().items()}
        if declared.function not in self._names:
            raise WorkflowError(
                f"No pack here has the node '{declared.name}'; register it in a pack, or install that pack."
            )
        return self._names[declared.function], declared

    def _free(self, name: str) -> str:
        number = 1
        while (found := name if number == 1 else f"{name}_{number}") in self._nodes:
            number += 1
        return found

    def _positions(self) -> dict[str, list[int]]:
        """A column for each step away from the nodes that need nothing, in the order of adding."""
        columns: dict[str, int] = {}
        rows: dict[int, int] = {}
        positions: dict[str, list[int]] = {}
        for node_id, raw in self._nodes.items():  # a node is added after those that it links to
            column = 1 + max((columns[link.node] for link in _links(raw)), default=-1)
            columns[node_id] = column
            positions[node_id] = [column * COLUMN, rows.get(column, 0) * ROW]
            rows[column] = rows.get(column, 0) + 1
        return positions


class Workflow(BodyBuilder):
    """A workflow being built. `document()` gives what a canvas would have written, checked as a whole.

        wf = Workflow("A cat")
        model = wf.add(load_bundle, name="emoji-scenes")
        text = wf.add(encode_text, conditioner=model.conditioner, text="a cat")
        wf.input("prompt", text, "text", title="Prompt")

    Names of inputs and literals are checked when a node is added, everything else by `document()`.
    """

    def __init__(self, name: str = "", description: str = "", *, catalogue: Catalogue | None = None) -> None:
        super().__init__(catalogue)
        self._raw: dict[str, Any] = {"latentgraph": FORMAT, "name": name}
        if description:
            self._raw["description"] = description

    @contextmanager
    def define(self, name: str, *, title: str = "", help: str = "") -> Iterator[BodyBuilder]:
        """Build a definition inside `with`; a `flow/...` node that is added afterwards takes it by its name.

        with wf.define("brighten") as body:
            body.output("image", body.add(adjust, image=body.port("image"), brightness=1.2))
        wf.add("flow/map", body="brighten", each=["image"], image=pictures)
        """
        if name in self._definitions:
            raise WorkflowError(f"There is a definition '{name}' already; give another name.")
        body = BodyBuilder(self._catalogue, self._definitions)
        yield body
        self._definitions[name] = {**_said(title=title, help=help), **body.body()}

    def document(self) -> Document:
        """The document. Raises `DocumentError` with every problem that the checker finds."""
        raw = {**self._raw, **self.body(), "definitions": self._definitions}
        where = self._raw["name"] or "The workflow"
        document = parse_document(raw, where)
        if problems := check(document, self._catalogue):
            raise DocumentError(problems, where)
        return document

    def save(self, path: Path | str) -> Document:
        """Write the checked document, locked to what it is made with here, as a JSON file.

        `path` is never a half-written file. Models are looked for beside it and in the settings' folders.
        """
        document = locked(self.document(), self._catalogue, _run_beside(Path(path)))
        save_document(document, path)
        return document


def _run_beside(path: Path) -> Run:
    """A run that finds what a document in that place may read; it makes no folder."""
    settings = Settings.given()
    data = settings.data.expanduser()
    roots = (path.expanduser().absolute().parent, *settings.input_roots, data / "models")
    files = Files(roots, data / "uploads", settings.upload_limit)
    return Run("", Surroundings(settings.device, Services(), files, ArtifactFolder(data / "artifacts")))


def _links(raw: dict[str, Any]) -> Iterator[Link]:
    return (link for value in raw["inputs"].values() for link in links_of(value))


def _link(value: Any, place: str) -> Link:
    if isinstance(value, Link):
        return value
    outputs = value._outputs
    if len(outputs) != 1:
        has = f"has {', '.join(outputs)}: name the one that is meant" if outputs else "has no outputs"
        raise WorkflowError(f"{place}: node '{value._id}' {has}.")
    return Link(value._id, outputs[0])


def _written(value: Any, wanted: tuple[NodeInput, ...], node_id: str) -> Any:
    """An input's value as the document has it; `wanted` are the inputs it goes to. Raises `WorkflowError`."""
    first = wanted[0]
    place = f"node '{node_id}', input '{first.name}'"
    if isinstance(value, Link | NodeUse):
        return {"from": str(_link(value, place))}
    many = first.item is not None and isinstance(value, list | tuple)
    if many and any(isinstance(item, Link | NodeUse) for item in value):
        return [
            {"from": str(_link(item, place))}
            if isinstance(item, Link | NodeUse)
            else _plain(item, check_literal_item(node_id, first, item), first.literal_item)
            for item in value
        ]
    for one in wanted[1:]:
        _plain(value, check_literal(node_id, one, value), one.literal)
    return _plain(value, check_literal(node_id, first, value), first.literal)


def _plain(value: Any, problems: Iterator[Problem], literal: Callable[[Any], tuple[Any, Any]]) -> Any:
    for problem in problems:
        raise WorkflowError(str(problem))
    return literal(value)[1]


def _said(**words: str) -> dict[str, str]:
    return {field: text for field, text in words.items() if text}
