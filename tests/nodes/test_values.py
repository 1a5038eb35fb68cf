"""Regions as documents write them: each wrong box is named."""

from __future__ import annotations

import re
from typing import Any

import pytest

from graph_engine import Engine
from graph_engine.documents.document_io import parse_document
from latent_diffusion.regions import Region
from nodes.regions import draw_regions
from nodes.values import Regions


def problems_of(engine: Engine, regions: Any) -> list[Any]:
    return engine.check(
        parse_document(
            {
                "latentgraph": 1,
                "nodes": {"boxes": {"type": "core/draw_regions", "inputs": {"regions": regions}}},
                "interface": {"outputs": {"regions": {"node": "boxes", "output": "regions"}}},
            }
        )
    )


def box(*corners: Any, label: str = "cat", **more: Any) -> dict[str, Any]:
    return {"label": label, "box": list(corners), **more}


def test_a_list_of_boxes_is_a_layout(engine: Engine) -> None:
    assert problems_of(engine, [box(0, 0, 1, 1), box(0.1, 0.2, 0.3, 0.4, label="red apple")]) == []
    cat = Region("cat", (0, 0, 1, 1))
    assert list(draw_regions(Regions.of(cat)).regions()) == [cat]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (box(0.5, 0.1, 0.2, 0.4), r"item 1: the box \[0.5, 0.1, 0.2, 0.4\] of `cat` must be x0 < x1"),
        (box(0.2, 0.2, 0.2, 0.4), "must be x0 < x1"),
        (box(0.2, 0.2, 1.4, 0.4), "all between 0 and 1"),
        (box(-0.1, 0.2, 0.4, 0.4), "all between 0 and 1"),
        (box(0, 0, 1, 1, label="  "), "has no label"),
        (box(0, 0, 1), "item 1.box.3: is missing"),
        (box(0, 0, 1, "1"), "a number is wanted, not text"),
        (box(0, 0, 1, True), "a number is wanted, not true"),
        (box(0, 0, 1, 1, colour="red"), "item 1.colour: there is no such field here"),
        ({"label": "cat"}, "item 1.box: is missing"),
        ("cat", 'item 1: an object is wanted, not "cat"'),
    ],
)
def test_a_wrong_box_is_a_problem_that_names_it(wrong: Any, said: str, engine: Engine) -> None:
    (problem,) = problems_of(engine, [box(0, 0, 1, 1), wrong])
    assert (problem.node, problem.input) == ("boxes", "regions")
    assert re.search(said, problem.message), problem.message
    assert not problem.message.endswith("..")


def test_a_layout_that_is_no_list_is_said(engine: Engine) -> None:
    (problem,) = problems_of(engine, "cat")
    assert problem.message == 'a list is wanted, not "cat".'


def test_there_is_a_limit_to_boxes(engine: Engine) -> None:
    (problem,) = problems_of(engine, [box(0, 0, 1, 1)] * 65)
    assert "at most 64" in problem.message
