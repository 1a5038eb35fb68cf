"""Regions as values of their own: drawn once for several nodes, and fitted to where there is room."""

from __future__ import annotations

from graph_engine import node
from nodes.errors import refusals
from nodes.values import Mask, Regions


@node(title="Draw regions", category="conditioning")
def draw_regions(regions: Regions) -> Regions:
    """Boxes with labels, drawn once and used by several nodes: to say what is where, and to mask it."""
    return regions


@node(title="Fit regions", category="conditioning")
def fit_regions(regions: Regions, mask: Mask) -> Regions:
    """The layout moved and scaled, proportions kept, to fill the middle of what the mask covers."""
    from latent_diffusion.masks import bounding_box
    from latent_diffusion.regions import fit_into

    with refusals():
        return Regions.of(*fit_into(list(regions.regions()), bounding_box(mask.values)))
