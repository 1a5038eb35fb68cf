"""Engines over the toy pack, and short ways to write documents."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

RESOURCES = Path(__file__).parent.parent / "resources"
sys.path.insert(0, str(RESOURCES))

import toy_pack  # noqa: E402

from graph_engine import Catalogue, Document, Engine  # noqa: E402


def document(
    nodes: dict[str, Any],
    outputs: dict[str, str] | None = None,
    inputs: dict[str, str] | None = None,
    **more: Any,
) -> Document:
    """A document from `{"id": ("add", {inputs})}`, outputs and inputs written `node.name`."""
    ports = {
        "outputs": {
            name: dict(zip(("node", "output"), at.split("."), strict=True))
            for name, at in (outputs or {}).items()
        },
        "inputs": {
            name: dict(zip(("node", "input"), at.split("."), strict=True))
            for name, at in (inputs or {}).items()
        },
    }
    written = {
        node_id: {"type": f"toy/{kind}", "version": 1, "inputs": given}
        for node_id, (kind, given) in nodes.items()
    }
    return Document.model_validate({"latentgraph": 1, "nodes": written, "interface": ports, **more})


def link(to: str) -> dict[str, str]:
    return {"from": to}


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return Catalogue([toy_pack.pack])


@pytest.fixture
def engine(tmp_path: Path, catalogue: Catalogue) -> Iterator[Engine]:
    toy_pack.calls.clear()
    roots = [tmp_path / "files"]
    roots[0].mkdir()
    with Engine(
        tmp_path / "data", catalogue=catalogue, input_roots=roots, device="cpu", debug=True
    ) as engine:
        yield engine
