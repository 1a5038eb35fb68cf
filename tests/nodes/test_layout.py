"""Planning a layout, and what is written once for several nodes, as plain Python calls."""

from __future__ import annotations

import pytest
import tiny_bundle

from graph_engine import Engine
from graph_engine.documents.document_io import parse_document
from nodes.errors import TextTooLong
from nodes.layout import plan_layout
from nodes.load import load_planner
from nodes.shared import choose_seed, write_text


def test_a_plan_is_decided_by_text_and_seed() -> None:
    planner = load_planner()
    assert plan_layout(planner, "a cat", seed=1) == plan_layout(planner, "a cat", seed=1)
    assert len({str(plan_layout(planner, "a cat and two dogs", seed=seed)) for seed in range(6)}) > 1


@pytest.mark.parametrize("text", ["", "  \n"])
def test_an_empty_text_has_no_boxes(text: str) -> None:
    assert len(plan_layout(load_planner(), text)) == 0


def test_a_text_that_the_planner_would_cut_is_refused() -> None:
    with pytest.raises(
        TextTooLong, match=f"room for {tiny_bundle.MAX_TOKENS - 2} words.*'rocket' is the first"
    ):
        plan_layout(load_planner(), "cat " * (tiny_bundle.MAX_TOKENS - 2) + "rocket and a dog")


def test_one_text_and_one_seed_reach_several_nodes(engine: Engine) -> None:
    nodes = {
        "words": {"type": "core/write_text", "inputs": {"text": "a cat"}},
        "seed": {"type": "core/choose_seed", "inputs": {"seed": 7}},
        "planner": {"type": "core/load_planner"},
        "plan": {
            "type": "core/plan_layout",
            "inputs": {
                "planner": {"from": "planner.planner_model"},
                "text": {"from": "words.text"},
                "seed": {"from": "seed.seed"},
            },
        },
    }
    outputs = {"plan": {"node": "plan", "output": "regions"}}
    document = parse_document({"latentgraph": 1, "nodes": nodes, "interface": {"outputs": outputs}})
    planned = engine.run(document).raise_for_status().outputs["plan"]
    assert planned == plan_layout(load_planner(), write_text("a cat"), choose_seed(7).seed)
