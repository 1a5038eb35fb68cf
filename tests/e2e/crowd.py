"""A document of many toy nodes, as large as anybody's: for tests and benchmarks of the canvas."""

from __future__ import annotations

from typing import Any

COLUMNS = 70


def crowd(count: int) -> dict[str, Any]:
    """Additions in rows, each fed by the one before it and by the one above it."""
    nodes: dict[str, Any] = {}
    positions: dict[str, list[int]] = {}
    for number in range(count):
        inputs: dict[str, Any] = {"b": number % 900}
        if number:
            inputs["a"] = {"from": f"n{number - 1}.integer"}
        if number >= COLUMNS:
            inputs["b"] = {"from": f"n{number - COLUMNS}.integer"}
        nodes[f"n{number}"] = {"type": "toy/add", "version": 1, "inputs": inputs}
        positions[f"n{number}"] = [number % COLUMNS * 300, number // COLUMNS * 240]
    return {"latentgraph": 1, "name": "Crowd", "nodes": nodes, "layout": {"positions": positions}}
