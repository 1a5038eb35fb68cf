"""Layouts from words: where a picture of a text may have what it names."""

from __future__ import annotations

from typing import Annotated

from graph_engine import Run, Seed, node
from nodes.encode import Text, refuse_long_text
from nodes.errors import refusals
from nodes.models import load
from nodes.values import PlannerModel, Regions


@node(title="Plan layout", category="conditioning", lane="device")
def plan_layout(
    planner: PlannerModel, text: Text = "", seed: Annotated[int, Seed()] = 0, *, run: Run
) -> Regions:
    """Boxes with labels for what the text names, placed as it says; another seed places them otherwise.

    Encode them beside the text, or look at them and draw them otherwise. An empty text has no boxes.
    """
    network = load(planner, run)
    if not text.strip():
        return Regions()
    refuse_long_text(network, text, network.config.max_text)
    with refusals():
        return Regions.of(*network.plan([text], seed)[0])
