"""Packs written on the spot into a plugins folder."""

from __future__ import annotations

from pathlib import Path

PACKAGE = 'from graph_engine import Pack\npack = Pack.from_package("{name}", "{version}", __name__)\n'
NODE = '''from graph_engine import node

@node(title="{title}")
def {name}(count: int = {default}) -> int:
    """Count on."""
    return count + {step}
'''


def node_module(name: str = "work", *, title: str = "Work", default: int = 3, step: int = 1) -> str:
    """The text of a module with one node."""
    return NODE.format(name=name, title=title, default=default, step=step)


def write_plugin(folder: Path, name: str, *, version: str = "1.0", init: str = "", **modules: str) -> Path:
    """Write the pack `name` as a package into a plugins folder: its modules by name, else one with a node."""
    place = folder / name
    place.mkdir(parents=True, exist_ok=True)
    (place / "__init__.py").write_text(init or PACKAGE.format(name=name, version=version))
    for module, text in (modules or {"work": node_module()}).items():
        (place / f"{module}.py").write_text(text)
    return place


def write_single_file(folder: Path, name: str, text: str = "") -> Path:
    """Write the pack `name` as one file into a plugins folder."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.py"
    start = f'from graph_engine import Pack\npack = Pack.from_package("{name}", "1.0", __name__)\n'
    file.write_text(text or start + node_module())
    return file
