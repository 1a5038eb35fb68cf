"""Values written once, so that several nodes can share them."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from graph_engine import Seed, node
from nodes.encode import Text


class ChosenSeed(NamedTuple):
    """A seed for several nodes."""

    seed: int


@node(title="Write text", category="conditioning")
def write_text(text: Text = "") -> str:
    """A text, written once and used by several nodes: to encode it, and to plan its layout."""
    return text


@node(title="Choose seed", category="sampling")
def choose_seed(seed: Annotated[int, Seed()] = 0) -> ChosenSeed:
    """A seed, chosen once and used by several nodes, so that one number decides the whole picture."""
    return ChosenSeed(seed)
