"""Packs made on the spot, as installed ones: a module each, with the metadata that says so."""

from __future__ import annotations

from pathlib import Path

MODULE = """
from graph_engine import Pack, node

@node(title="{title}")
def work(count: int = {default}) -> int:
    \"\"\"Count on.\"\"\"
    return count + 1

pack = Pack("{name}", "{version}", [work])
"""


def write_stub_pack(
    folder: Path, name: str, *, title: str = "Work", version: str = "1.0", default: int = 3, body: str = ""
) -> Path:
    """Write the pack `name` into `folder`, a place on the import path; returns its module."""
    metadata = folder / f"{name}-{version}.dist-info"
    metadata.mkdir(parents=True, exist_ok=True)
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (metadata / "entry_points.txt").write_text(f"[latentgraph.packs]\n{name} = {name}_pack:pack\n")
    module = folder / f"{name}_pack.py"
    module.write_text(body or MODULE.format(name=name, title=title, version=version, default=default))
    return module
