"""Measuring a bundle through the document that people run."""

from __future__ import annotations

import io
import json

import pytest
from PIL import Image

from graph_engine import Engine, load_document, set_inputs
from latent_diffusion.emoji_scenes.compositor import EmojiFontMissing, find_font
from tests.nodes.conftest import EXAMPLES

try:
    find_font()
except EmojiFontMissing as missing:
    pytest.skip(str(missing), allow_module_level=True)

TASKS = ("one_object", "two_objects", "boxes", "grid")
QUICK = {"pictures": 2, "plans": 2, **dict.fromkeys(TASKS, 2), **{f"{task}.steps": 2 for task in TASKS}}


def test_the_document_measures_a_bundle_with_its_own_recogniser(engine: Engine) -> None:
    document = set_inputs(load_document(EXAMPLES / "evaluate_emoji_scenes.json"), QUICK)
    first = engine.run(document).raise_for_status()
    files = {one.name: engine.artifacts.path(one).read_bytes() for one in first.artifacts}
    assert sorted(files) == ["evaluation.json", "evaluation.md", "evaluation.png", "grid.png"]
    scores = json.loads(files["evaluation.json"])
    assert [(score["unit"], score["count"]) for score in scores] == [
        ("dB", 2),
        ("", 2),
        ("", 2),
        ("", 2),
        ("", 2),
        ("", 4),
    ]
    assert [score["real"] is None for score in scores] == [True, True, True, False, False, False]
    for score in scores:
        assert score["name"] in files["evaluation.md"].decode()
    grid = Image.open(io.BytesIO(files["grid.png"]))
    assert grid.size == (8 * (128 + 8) + 8, 128 + 44 + 8 + 8)
    second = engine.run(document).raise_for_status()
    assert {report.status for report in second.nodes.values()} == {"hit"}
