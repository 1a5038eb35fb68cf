"""Regions as a value of their own, so that several nodes can share one layout."""

from __future__ import annotations

from graph_engine import node
from nodes.values import Regions


@node(title="Draw regions", category="conditioning")
def draw_regions(regions: Regions) -> Regions:
    """Boxes with labels, drawn once and used by several nodes: to say what is where, and to mask it."""
    return regions
