"""Documents written in Python: a node is added like a call of its function, and gives back links."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from graph_engine.catalogue import Catalogue
from graph_engine.checker import check
from graph_engine.checker_inputs import check_literal, check_literal_item
from graph_engine.document import FORMAT, Document, Link, links_of
from graph_engine.document_file import save_document
from graph_engine.document_io import parse_document
from graph_engine.errors import DocumentError, EngineError
from graph_engine.files import Files
from graph_engine.locking import locked
from graph_engine.messages import nearest
from graph_engine.node import NodeType, node_type_of
from graph_engine.problem import Problem
from graph_engine.run import Run, Surroundings
from graph_engine.services import Services
from graph_engine.settings import Settings
from graph_engine.sockets import NodeInput
from graph_engine.store.artifacts import ArtifactFolder

COLUMN, ROW = 280, 180  # pixels of the canvas between nodes


class WorkflowError(EngineError):
    """A node, an input or an output that a workflow being built can not have."""


class NodeUse:
    """A node of a workflow being built; its outputs are its attributes, or items by name."""

    def __init__(self, node_id: str, declared: NodeType, raw: dict[str, Any]) -> None:
        self._id, self._declared, self._raw = node_id, declared, raw

    def titled(self, title: str) -> NodeUse:
        """Give the node a title; returns the node."""
        self._raw["title"] = title
        return self

    def __getitem__(self, output: str) -> Link:
        if output not in self._declared.outputs:
            hint = nearest(output, self._declared.outputs)
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
        return f"<node '{self._id}': {', '.join(self._declared.outputs) or 'no outputs'}>"


class Workflow:
    """A workflow being built. `document()` gives what a canvas would have written, checked as a whole.

        wf = Workflow("A cat")
        model = wf.add(load_bundle, name="emoji-scenes")
        text = wf.add(encode_text, conditioner=model.conditioner, text="a cat")
        wf.input("prompt", text, "text", title="Prompt")

    Names of inputs and literals are checked when a node is added, everything else by `document()`.
    """

    def __init__(self, name: str = "", description: str = "", *, catalogue: Catalogue | None = None) -> None:
        self._catalogue = catalogue or Catalogue.discover()
        self._raw: dict[str, Any] = {"latentgraph": FORMAT, "name": name}
        if description:
            self._raw["description"] = description
        self._nodes: dict[str, dict[str, Any]] = {}
        self._inputs: dict[str, dict[str, str]] = {}
        self._outputs: dict[str, dict[str, str]] = {}
        self._names: dict[Callable[..., Any], str] | None = None

    def add(self, node_type: str | Callable[..., Any], node_id: str = "", /, **inputs: Any) -> NodeUse:
        """Add a node: a node function or a name as `core/encode_text`, and its inputs by name.

        An input is a literal, an output of another node, that node itself if it has one output, or a list
        of these. The id is the type's name, counted up, or `node_id`. Raises `WorkflowError`.
        """
        type_name, declared = self._declared(node_type)
        node_id = node_id or self._free(type_name.rpartition("/")[2])
        if node_id in self._nodes:
            raise WorkflowError(f"There is a node '{node_id}' already; give another id.")
        raw: dict[str, Any] = {"type": type_name, "version": declared.version, "inputs": {}}
        for name, value in inputs.items():
            wanted = declared.inputs.get(name)
            if wanted is None:
                hint = nearest(name, declared.inputs)
                raise WorkflowError(f"'{type_name}' has no input '{name}'. {hint}".strip())
            raw["inputs"][name] = _written(value, wanted, node_id)
        for link in _links(raw):
            if link.node not in self._nodes:
                raise WorkflowError(
                    f"Node '{node_id}': '{link}' is of no node of this workflow; add that node to it first."
                )
        self._nodes[node_id] = raw
        return NodeUse(node_id, declared, raw)

    def input(self, name: str, node: NodeUse, input: str, *, title: str = "", help: str = "") -> None:
        """Make an input of a node one of the whole workflow: a field of its form, an option of `--set`."""
        if input not in node._declared.inputs:
            hint = nearest(input, node._declared.inputs)
            raise WorkflowError(f"Node '{node._id}' has no input '{input}'. {hint}".strip())
        words = {"title": title, "help": help}
        said = {field: text for field, text in words.items() if text}
        self._inputs[name] = {"node": node._id, "input": input, **said}

    def output(self, name: str, value: Link | NodeUse, *, title: str = "") -> None:
        """Make an output of a node one of the whole workflow."""
        link = _link(value, f"output '{name}'")
        said = {"title": title} if title else {}
        self._outputs[name] = {"node": link.node, "output": link.output, **said}

    def document(self) -> Document:
        """The document. Raises `DocumentError` with every problem that the checker finds."""
        raw = {
            **self._raw,
            "nodes": self._nodes,
            "interface": {"inputs": self._inputs, "outputs": self._outputs},
            "definitions": {},
            "layout": {"positions": self._positions(), "frames": []},
        }
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
    outputs = list(value._declared.outputs)
    if len(outputs) != 1:
        has = f"has {', '.join(outputs)}: name the one that is meant" if outputs else "has no outputs"
        raise WorkflowError(f"{place}: node '{value._id}' {has}.")
    return Link(value._id, outputs[0])


def _written(value: Any, wanted: NodeInput, node_id: str) -> Any:
    """An input's value as the document has it. Raises `WorkflowError`."""
    place = f"node '{node_id}', input '{wanted.name}'"
    if isinstance(value, Link | NodeUse):
        return {"from": str(_link(value, place))}
    many = wanted.item is not None and isinstance(value, list | tuple)
    if many and any(isinstance(item, Link | NodeUse) for item in value):
        return [
            {"from": str(_link(item, place))}
            if isinstance(item, Link | NodeUse)
            else _plain(item, check_literal_item(node_id, wanted, item), wanted.literal_item)
            for item in value
        ]
    return _plain(value, check_literal(node_id, wanted, value), wanted.literal)


def _plain(value: Any, problems: Iterator[Problem], literal: Callable[[Any], tuple[Any, Any]]) -> Any:
    for problem in problems:
        raise WorkflowError(str(problem))
    return literal(value)[1]
