"""A pack: a distribution of node types and value types, with what it can read and write for documents."""

from __future__ import annotations

import importlib
import pkgutil
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias

from graph_engine.errors import PackError
from graph_engine.node import NodeType, is_node, node_type_of
from graph_engine.value_type import ValueType

Importer: TypeAlias = Callable[[Path], dict[str, Any] | None]
Exporter: TypeAlias = Callable[[bytes, dict[str, Any]], bytes]


@dataclass(frozen=True)
class PackFault:
    """Something of a pack that could not be loaded; the rest of the pack and of the catalogue works."""

    pack: str
    where: str
    message: str
    details: str = field(default="", repr=False)

    @classmethod
    def of(cls, pack: str, where: str, error: BaseException) -> PackFault:
        """The fault that an exception makes."""
        details = "".join(traceback.format_exception(error))
        return cls(pack, where, f"{type(error).__name__}: {error}", details)


class Pack:
    """Node types and value types under one name.

    `importers` read a workflow document out of a file by its suffix; `exporters` put one into a file by its
    media type. `values` holds `ValueType`s, or bare pydantic models and dataclasses that JSON can say.
    `renamed` leads former names of nodes to the present ones; documents with the former ones go on working.
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
    ) -> None:
        self.name = name
        self.version = version
        self.importers = dict(importers or {})
        self.exporters = dict(exporters or {})
        self.renamed = dict(renamed or {})
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
    ) -> Pack:
        """A pack of every @node function in every submodule of a package, imported on first use."""
        pack = cls(name, version, (), values, importers, exporters, renamed)
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
                    raise PackError(f"Pack '{self.name}' has two nodes named '{declaration.name}'.")
            self._node_types = found
        return self._node_types

    @property
    def faults(self) -> list[PackFault]:
        """The submodules that could not be imported."""
        return self._faults if self.node_types is not None else []

    def _collect(self) -> Iterable[Callable[..., Any]]:
        if self._package is None:
            return []
        package = importlib.import_module(self._package)
        modules = [package]
        for name in sorted(
            info.name for info in pkgutil.walk_packages(package.__path__, f"{self._package}.")
        ):
            try:
                modules.append(importlib.import_module(name))
            except Exception as error:  # whatever one module does, the others still work
                self._faults.append(PackFault.of(self.name, name, error))
        return [
            thing
            for module in modules
            for thing in vars(module).values()
            if is_node(thing) and thing.__module__ == module.__name__
        ]
