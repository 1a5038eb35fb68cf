"""A pack: a distribution of node types and value types, with what it can read and write for documents."""

from __future__ import annotations

import importlib
import pkgutil
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias

from graph_engine.declaration.node import NodeType, is_node, node_type_of
from graph_engine.declaration.value_type import ValueType
from graph_engine.errors import EngineError, PackError

Importer: TypeAlias = Callable[[Path], dict[str, Any] | None]
Exporter: TypeAlias = Callable[..., bytes]
"""`(bytes, document) -> bytes`; one with a parameter `about` is told of the job, too, as plain JSON."""

PRIVATE_MODULES = "latentgraph_plugins"  # the parent of the modules of packs that lie in a plugins folder


@dataclass(frozen=True)
class PackFault:
    """Something of a pack that could not be loaded; the rest of the pack and of the catalogue works.

    `error` is the name of the exception, `hint` the way out where the message does not say it, and `details`
    the traceback, for the pack's author.
    """

    pack: str
    where: str
    message: str
    details: str = field(default="", repr=False)
    hint: str = ""
    error: str = ""

    @classmethod
    def of(cls, pack: str, where: str, error: BaseException) -> PackFault:
        """The fault that an exception makes."""
        details = "".join(traceback.format_exception(error))
        return cls(pack, where, _sentence(error), details, _way_out(error), type(error).__name__)

    def __str__(self) -> str:
        hint = f" {self.hint}" if self.hint else ""
        return f"{self.where} could not be loaded: {self.message.removesuffix('.')}.{hint}"


def _sentence(error: BaseException) -> str:
    if isinstance(error, SystemExit):
        return "it ended the program (sys.exit) while it was imported"
    try:
        text = str(error)
    except Exception:  # an exception of a pack may be broken itself
        text = "it can not say what"
    return text if isinstance(error, EngineError) else f"{type(error).__name__}: {text}"


def _way_out(error: BaseException) -> str:
    if isinstance(error, EngineError):
        return ""  # says it itself
    if isinstance(error, ModuleNotFoundError) and error.name:
        return f"Install what provides the module '{error.name}', or take the pack out."
    if isinstance(error, SyntaxError):
        return "Mend that line, or get the pack again: it may be meant for another Python."
    return "Mend the pack, ask its author for a version that fits, or take it out."


class Pack:
    """Node types and value types under one name.

    `importers` read a workflow document out of a file by its suffix; `exporters` put one into a file by its
    media type, and `about_importers` read, by suffix, what an exporter wrote about the job. `values` holds
    `ValueType`s, or bare pydantic models and dataclasses that JSON can say. `renamed` leads former names of
    nodes to the present ones; documents with the former ones go on working.
    """

    def __init__(
        self,
        name: str,
        version: str,
        nodes: Iterable[Callable[..., Any]] = (),
        values: Iterable[ValueType | type] = (),
        importers: Mapping[str, Importer] | None = None,
        exporters: Mapping[str, Exporter] | None = None,
        renamed: Mapping[str, str] | None = None,
        about_importers: Mapping[str, Importer] | None = None,
    ) -> None:
        self.name = name
        self.version = version
        self.importers = dict(importers or {})
        self.exporters = dict(exporters or {})
        self.renamed = dict(renamed or {})
        self.about_importers = dict(about_importers or {})
        self.values: list[ValueType | type] = list(values)
        self._functions = list(nodes)
        self._package: str | None = None
        self._faults: list[PackFault] = []
        self._node_types: dict[str, NodeType] | None = None

    @classmethod
    def from_package(
        cls,
        name: str,
        version: str,
        package: ModuleType | str,
        values: Iterable[ValueType | type] = (),
        importers: Mapping[str, Importer] | None = None,
        exporters: Mapping[str, Exporter] | None = None,
        renamed: Mapping[str, str] | None = None,
        about_importers: Mapping[str, Importer] | None = None,
    ) -> Pack:
        """A pack of every @node function in every submodule of a package, imported on first use."""
        pack = cls(name, version, (), values, importers, exporters, renamed, about_importers)
        pack._package = package if isinstance(package, str) else package.__name__
        return pack

    def register(self, value_type: ValueType | type) -> None:
        """Add a value type."""
        self.values.append(value_type)

    @property
    def node_types(self) -> dict[str, NodeType]:
        """The node types by name, without the pack's."""
        if self._node_types is None:
            found: dict[str, NodeType] = {}
            for function in [*self._functions, *self._collect()]:
                declaration = node_type_of(function)
                known = found.setdefault(declaration.name, declaration)
                if known is not declaration:
                    modules = " and ".join(_shown(one.function.__module__) for one in (known, declaration))
                    error = PackError(
                        f"Pack '{self.name}' has two nodes named '{known.name}', in {modules}: rename one. "
                        "The first is used"
                    )
                    self._faults.append(PackFault.of(self.name, f"{self.name}/{known.name}", error))
            self._node_types = found
        return self._node_types

    @property
    def faults(self) -> list[PackFault]:
        """The submodules that could not be imported, and second nodes of one name."""
        return self._faults if self.node_types is not None else []

    def _collect(self) -> Iterable[Callable[..., Any]]:
        if self._package is None:
            return []
        package = importlib.import_module(self._package)
        modules = [package, *self._submodules(package)]
        return [
            thing
            for module in modules
            for thing in vars(module).values()
            if is_node(thing) and thing.__module__ == module.__name__
        ]

    def _submodules(self, package: ModuleType) -> Iterator[ModuleType]:
        """Every module below a package that can be imported; none below a pack that is a single file."""
        folders = getattr(package, "__path__", [])
        for info in sorted(pkgutil.iter_modules(folders, f"{package.__name__}.")):
            if info.name.endswith(".__main__"):
                continue  # a program, which importing would run
            try:
                module = importlib.import_module(info.name)
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # whatever one module does, the others still work
                self._faults.append(PackFault.of(self.name, _shown(info.name), error))
                continue
            yield module
            if info.ispkg:
                yield from self._submodules(module)


def home_of(module: str) -> str:
    """What the modules of one pack have in common: the top-level package, or the private one of a plugin."""
    parts = module.split(".")
    return ".".join(parts[: 3 if parts[0] == PRIVATE_MODULES else 1])


def _shown(module: str) -> str:
    """A module's name as its author knows it."""
    return module.split(".", 2)[2] if module.startswith(f"{PRIVATE_MODULES}.") else module
