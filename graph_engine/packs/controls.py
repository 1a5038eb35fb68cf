"""Controls that a pack brings for inputs: scripts `controls/NAME.js` in its folder, for a browser to run."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from graph_engine.declaration.fields import CONTROL_NAME
from graph_engine.declaration.pack import PackFault
from graph_engine.packs.pack_files import PackFile, files_in, pack_file

FOLDER = "controls"
MOST_BYTES = 512 * 1024  # of one script


def find_controls(pack: str, folder: Path | None) -> tuple[dict[str, PackFile], list[PackFault]]:
    """The scripts in a pack's folder by name, and what is wrong with files there."""
    found: dict[str, PackFile] = {}
    faults: list[PackFault] = []
    for path in files_in(folder / FOLDER, ".js") if folder else ():
        assert folder is not None
        if re.fullmatch(CONTROL_NAME, path.stem):
            read = pack_file(path, folder, MOST_BYTES)
        else:
            read = "its name is none of a control: small letters, digits, `_` and `-` make one."
        if isinstance(read, PackFile):
            found[path.stem] = read
        else:
            faults.append(PackFault(pack, str(path), read))
    return found, faults


def missing_controls(pack: str, nodes: Iterable[dict[str, Any]], found: Iterable[str]) -> list[PackFault]:
    """What the inputs of a pack's nodes, as they are listed, name of its own and is not there."""
    named = [
        (f"{node['type']}.{name}", (one["schema"] or {}).get("x-control", ""))
        for node in nodes
        for name, one in node["inputs"].items()
    ]
    there = {f"{pack}/{name}" for name in found}
    return [
        PackFault(
            pack,
            f"The control of '{place}'",
            f"there is no '{FOLDER}/{control.partition('/')[2]}.js' in the pack's folder",
            hint="Put it there, or take `Control(...)` out of the input.",
        )
        for place, control in named
        if control.startswith(f"{pack}/") and control not in there
    ]
