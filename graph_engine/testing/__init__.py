"""A testing kit for authors of packs: whether nodes, codecs and whole packs keep the laws of the engine.

Works with any test runner: a check gives back what it saw, or raises an `AssertionError` that names every
law that was broken and the way out.
"""

from graph_engine.testing.codec_laws import check_codec
from graph_engine.testing.laws import (
    BrokenLaw,
    CannotCheck,
    CodecLawBroken,
    LawBroken,
    NodeLawBroken,
    PackLawBroken,
)
from graph_engine.testing.node_laws import CheckedNode, NodeTest, check_node
from graph_engine.testing.pack_laws import check_pack

__all__ = [
    "BrokenLaw",
    "CannotCheck",
    "CheckedNode",
    "CodecLawBroken",
    "LawBroken",
    "NodeLawBroken",
    "NodeTest",
    "PackLawBroken",
    "check_codec",
    "check_node",
    "check_pack",
]
