"""Packs that lie in a plugins folder: a Python package `NAME/` or a file `NAME.py` each.

A pack of the folder is imported under a module name of its own, `latentgraph_plugins.<place and state>.NAME`:
it hides no installed module, none hides it, and a changed one is another module.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from graph_engine.declaration.pack import PRIVATE_MODULES, PackFault
from graph_engine.digest import canonical_json, digest_text
from graph_engine.errors import PackError
from graph_engine.packs.pack_source import PackSource
from graph_engine.packs.watched import Watched, all_files, watch

_ARCHIVES = (".zip", ".whl", ".gz", ".tar")
_INIT = "__init__.py"


@dataclass(frozen=True)
class Plugin(PackSource):
    """A pack in a plugins folder; `path` is the package's folder, or the one file."""

    name: str
    path: Path

    @property
    def place(self) -> str:
        return f"The {'folder' if self.path.is_dir() else 'file'} '{self.path}'"

    @property
    def where(self) -> str:
        return str(self.path)

    @property
    def folder(self) -> Path | None:
        return self.path if self.path.is_dir() else None

    @property
    def identity(self) -> str:
        return str(self.path)

    @property
    def origin(self) -> dict[str, str]:
        return {"folder": str(self.path)}

    def load(self) -> Any:
        module = self._module()
        if not hasattr(module, "pack"):
            file = self.path / _INIT if self.path.is_dir() else self.path
            raise PackError(
                f'\'{file}\' has no `pack`: write `pack = Pack.from_package("{self.name}", "1.0", __name__)`.'
            )
        return module.pack

    def wrong_name(self, name: str) -> str:
        return f"{self.place} holds the pack '{name}': call it '{name}' as well, or the pack '{self.name}'."

    def watch(self, known: Watched) -> Watched:
        outside = (path for path in known if not Path(path).is_relative_to(self.path))
        return watch([*self._files(), *outside])

    def watch_imported(self, imported: set[str]) -> Watched:
        return watch(self._files())

    def _files(self) -> Iterator[str]:
        return all_files(self.path) if self.path.is_dir() else iter((str(self.path),))

    def _module(self) -> ModuleType:
        state = digest_text(str(self.path), canonical_json(watch(self._files())))
        parent = f"{PRIVATE_MODULES}.p{state[:12]}"
        name = f"{parent}.{self.name}"
        known = sys.modules.get(name)
        if known is not None:
            if not getattr(getattr(known, "pack", None), "faults", ()):
                return known
            _forget(name)  # what it lacked may be installed by now
        for package in (PRIVATE_MODULES, parent):
            if package not in sys.modules:
                sys.modules[package] = ModuleType(package)
                sys.modules[
                    package
                ].__path__ = []  # a package in which nothing is found that is not put there
        importlib.invalidate_caches()
        folder = self.path.is_dir()
        spec = importlib.util.spec_from_file_location(
            name,
            self.path / _INIT if folder else self.path,
            submodule_search_locations=[str(self.path)] if folder else None,
        )
        assert spec is not None, "a .py file has a loader"
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        try:
            spec.loader.exec_module(module)
        except BaseException:
            _forget(name)
            raise
        return module


def _forget(name: str) -> None:
    """Take a module, and those below it, out of the imported ones."""
    for loaded in [one for one in sys.modules if one == name or one.startswith(f"{name}.")]:
        del sys.modules[loaded]


def find_plugins(folders: Sequence[Path]) -> tuple[dict[str, Plugin], list[PackFault]]:
    """The packs that lie in some folders by name, and what lies there and can be none. Nothing is imported.

    The first folder need not exist: it is the data folder's own.
    """
    found: dict[str, Plugin] = {}
    faults: list[PackFault] = []
    for index, folder in enumerate(folders):
        base = Path(os.path.realpath(folder.expanduser()))
        try:
            with os.scandir(base) as scanned:
                entries = sorted(scanned, key=lambda one: (not one.is_dir(), one.name))
        except OSError as error:
            if index or not isinstance(error, FileNotFoundError):
                why = f"the folder of packs can not be read ({error.strerror}): mend the setting `plugins`."
                faults.append(PackFault(base.name, str(base), why))
            continue
        for entry in entries:
            name = entry.name.removesuffix(".py")
            if entry.name.startswith((".", "_")):
                continue
            if wrong := _why_no_pack(entry, base):
                faults.append(PackFault(name, entry.path, wrong))
            elif not entry.is_dir() and not entry.name.endswith(".py"):
                continue  # a read-me, a note: nothing that would be taken for a pack
            elif name in found:
                used = f"'{found[name].path}' is used, which has the same name: remove or rename one of them."
                faults.append(PackFault(name, entry.path, used))
            else:
                found[name] = Plugin(name, Path(entry.path))
    return found, faults


def _why_no_pack(entry: os.DirEntry[str], base: Path) -> str:
    """Why what lies in a plugins folder can be no pack, or nothing."""
    if entry.name.endswith(_ARCHIVES):
        return "an archive is no pack: unpack it here, or install it."
    if not entry.is_dir() and not entry.name.endswith(".py"):
        return ""
    if entry.is_symlink() and not Path(os.path.realpath(entry.path)).is_relative_to(base):
        return (
            "the symbolic link leads out of the folder and is not followed: copy what it leads to here, "
            "or name the folder that holds it in the setting `plugins`."
        )
    if entry.is_dir() and not os.path.isfile(os.path.join(entry.path, _INIT)):
        return (
            f"the folder is no pack, for it has no {_INIT}: if it is a whole project, install it, "
            "or put the package inside it here."
        )
    if not entry.name.removesuffix(".py").isidentifier():
        return "a pack's name is made of letters, digits and `_`: rename it, and the pack inside it."
    return ""
