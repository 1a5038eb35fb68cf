"""The pack as a whole: everything loads, everything is documented in docs/nodes.md."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from graph_engine import Catalogue, NodeType
from graph_engine.declaration.type_hints import type_name
from nodes.codecs import VALUE_TYPES

PAGE = Path(__file__).parents[2] / "docs" / "nodes.md"


def row(name: str, declared: NodeType) -> str:
    """The node's line in the table of the page: required inputs are bold."""
    inputs = [f"**`{one.name}`**" if one.required else f"`{one.name}`" for one in declared.inputs.values()]
    outputs = [f"`{one.name}` {type_name(one.annotation)}" for one in declared.outputs.values()]
    kind = "" if declared.kind == "pure" else f" ({declared.kind})"
    first = " ".join(declared.help.split("\n\n")[0].split())
    cells = (f"`{name}`{kind}", ", ".join(inputs) or "-", ", ".join(outputs) or "-", first)
    return f"| {' | '.join(cells)} |"


def test_the_pack_has_no_faults_and_every_node_has_help_and_a_category(catalogue: Catalogue) -> None:
    assert catalogue.faults == []
    for name, declared in catalogue.node_types().items():
        assert declared.help, name
        assert declared.category, name


def test_every_node_is_documented_as_it_is_declared(catalogue: Catalogue) -> None:
    types = catalogue.node_types_of("core").items()
    rows = {row(name.removeprefix("core/"), declared) for name, declared in types}
    written = {line for line in PAGE.read_text().splitlines() if line.startswith("| `")}
    assert written - rows == set(), "remove these lines from docs/nodes.md"
    assert rows - written == set(), "add these lines to docs/nodes.md"


def test_every_value_type_is_documented() -> None:
    text = PAGE.read_text()
    assert {one.title for one in VALUE_TYPES if f"| {one.title} |" not in text} == set()


def test_declarations_are_read_without_torch_and_without_pictures() -> None:
    """A server lists nodes, and a wholly cached run is over, before torch would have been imported."""
    program = (
        "import sys, nodes; from graph_engine import Catalogue\n"
        "for declared in Catalogue([nodes.pack]).node_types().values():\n"
        "    [one.schema for one in declared.inputs.values()], declared.outputs, declared.implementation\n"
        "print(*sorted({'torch', 'numpy', 'PIL', 'safetensors', 'tokenizers'} & set(sys.modules)))"
    )
    told = subprocess.run(
        [sys.executable, "-c", program], cwd=PAGE.parents[1], capture_output=True, check=True
    )
    assert told.stdout.decode().split() == []
