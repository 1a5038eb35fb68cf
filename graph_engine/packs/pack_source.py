"""Where a pack comes from, before it is imported: the interface, and installed distributions."""

from __future__ import annotations

import importlib.util
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

from graph_engine.declaration.pack import home_of
from graph_engine.packs.watched import Watched, python_files, watch


class PackSource(ABC):
    """A place that a pack of this name can be loaded from; nothing is imported before `load`."""

    name: str

    @property
    @abstractmethod
    def place(self) -> str:
        """The place in words, to begin a sentence with."""

    @property
    def where(self) -> str:
        """What a fault of the whole pack says that it is about."""
        return self.name

    @property
    def home(self) -> str:
        """The module below which the pack's own ones lie, where other modules can import them by name."""
        return ""

    @property
    @abstractmethod
    def folder(self) -> Path | None:
        """The folder of the package that the pack is in; None for one that is a single file."""

    @property
    @abstractmethod
    def identity(self) -> str:
        """Another text is another pack, whatever its files say."""

    @property
    @abstractmethod
    def origin(self) -> dict[str, str]:
        """For people: `distribution` and `version`, or `folder`."""

    @abstractmethod
    def load(self) -> Any:
        """Import what should be the pack. Raises whatever importing it raises."""

    @abstractmethod
    def wrong_name(self, name: str) -> str:
        """What to say when the pack found here is named `name`."""

    @abstractmethod
    def watch(self, known: Watched) -> Watched:
        """The state now of the files that the pack is made from, `known` when it was read last."""

    @abstractmethod
    def watch_imported(self, imported: set[str]) -> Watched:
        """The same after loading it, which imported modules of these names."""


@dataclass(frozen=True)
class InstalledPack(PackSource):
    """A pack that an installed distribution announces by an entry point."""

    name: str
    entry: EntryPoint

    @property
    def place(self) -> str:
        return f"The entry point '{self.name}'"

    @property
    def home(self) -> str:
        return home_of(self.entry.module)

    @property
    def folder(self) -> Path | None:
        top, *inner = self.entry.module.split(".")
        spec = _spec_of(top)  # of the top only: to find an inner one is to import what is around it
        if spec is None or not spec.submodule_search_locations:
            return None
        place = Path(next(iter(spec.submodule_search_locations)), *inner)
        return place if place.is_dir() else place.parent

    @property
    def identity(self) -> str:
        distribution = f" of {self.distribution}" if self.entry.dist else ""
        return f"{self.entry.value}{distribution}"

    @property
    def distribution(self) -> str:
        """Name and version of the distribution, where it is known."""
        dist = self.entry.dist
        return f"{dist.name} {dist.version}" if dist else "an unnamed distribution"

    @property
    def origin(self) -> dict[str, str]:
        dist = self.entry.dist
        return {"distribution": dist.name, "version": dist.version} if dist else {}

    def load(self) -> Any:
        return self.entry.load()

    def wrong_name(self, name: str) -> str:
        return f"{self.place} leads to a pack that is named '{name}': give both the same name."

    def watch(self, known: Watched) -> Watched:
        return watch(known)

    def watch_imported(self, imported: set[str]) -> Watched:
        return watch(self._files(imported))

    def _files(self, imported: set[str]) -> Iterator[str]:
        """The files and folders that the pack's declarations are written in.

        Those of its own top-level package, and what its import brought from the same folder where that is a
        project's and not one of installed packages.
        """
        spec = _spec_of(self.home)
        if spec is None or spec.origin is None:
            return
        folders = spec.submodule_search_locations
        yield from python_files(Path(folders[0])) if folders else [spec.origin]
        root = Path(spec.origin).parent.parent if folders else Path(spec.origin).parent
        if root.name in ("site-packages", "dist-packages"):
            return
        for name in imported:
            file = getattr(sys.modules.get(name), "__file__", None)
            if file and Path(file).is_relative_to(root) and "site-packages" not in Path(file).parts:
                yield file


def _spec_of(module: str) -> ModuleSpec | None:
    """Where a top-level module is, without importing it; None where there is none."""
    try:
        return importlib.util.find_spec(module)
    except (ImportError, ValueError):
        return None
