"""Which packs there are: those of installed distributions by entry points, and those of plugins folders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path

from graph_engine.declaration.pack import PackFault
from graph_engine.packs.pack_source import InstalledPack, PackSource
from graph_engine.packs.plugin_folder import find_plugins

ENTRY_POINTS = "latentgraph.packs"


@dataclass(frozen=True)
class FoundPacks:
    """Where the packs here can be loaded from, by name, and what is in the way of others."""

    sources: dict[str, PackSource]
    faults: tuple[PackFault, ...]


def find_packs(folders: Sequence[Path] = ()) -> FoundPacks:
    """Every pack installed here or lying in one of the plugins `folders`. Nothing is imported.

    Of two with one name an installed one is used before one of a folder, else the one that is found first.
    """
    sources: dict[str, PackSource] = {}
    faults: list[PackFault] = []
    for entry in entry_points(group=ENTRY_POINTS):
        one = InstalledPack(entry.name, entry)
        used = sources.setdefault(entry.name, one)
        if isinstance(used, InstalledPack) and used.entry != entry:
            why = f"that of {used.distribution} is used, which has the same name: uninstall one of them."
            faults.append(PackFault(entry.name, f"The pack '{entry.name}' of {one.distribution}", why))
    plugins, wrong = find_plugins(folders)
    for name, plugin in plugins.items():
        installed = sources.get(name)
        if isinstance(installed, InstalledPack):
            why = (
                f"the installed pack '{name}' of {installed.distribution} is used: "
                "uninstall that, or rename or remove this one."
            )
            faults.append(PackFault(name, str(plugin.path), why))
        else:
            sources[name] = plugin
    return FoundPacks(sources, (*faults, *wrong))
