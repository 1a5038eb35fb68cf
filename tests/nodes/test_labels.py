"""Painted label maps: each colour a name, and masks of the names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image as Pillow
from pydantic import ValidationError

from graph_engine import Engine, node_type_of, run_document
from nodes.errors import NodeRefused
from nodes.labels import draw_labels, mask_from_labels
from nodes.values import MAX_LABELS, LabelMap, LabelPalette

SKY, SEA, SUN = (135, 206, 235), (0, 0, 139), (255, 215, 0)
PALETTE = LabelPalette.model_validate(
    [
        {"name": "sky", "colour": "#87CEEB"},
        {"name": "sea", "colour": "#00008b"},
        {"name": "sun", "colour": "#ffd700"},
    ]
)


def painted(folder: Path, pixels: Any, mode: str = "RGB", name: str = "labels.png") -> str:
    Pillow.fromarray(np.array(pixels, np.uint8), mode).save(folder / name)
    return str(folder / name)


def test_each_pixel_has_the_label_of_the_nearest_colour(tmp_path: Path) -> None:
    pixels = [[SKY, SEA, SUN], [(130, 200, 240), (10, 10, 100), (255, 255, 0)]]
    found = draw_labels(painted(tmp_path, pixels), PALETTE)
    assert found.indices.tolist() == [[[0, 1, 2], [0, 1, 2]]]
    assert found.indices.dtype == torch.int16
    assert [one.name for one in found.labels] == ["sky", "sea", "sun"]
    assert (found.width, found.height) == (3, 2)


def test_what_is_transparent_has_the_first_label(tmp_path: Path) -> None:
    pixels = [[(*SEA, 255), (*SEA, 0), (255, 255, 255, 0)]]
    assert draw_labels(painted(tmp_path, pixels, "RGBA"), PALETTE).indices.tolist() == [[[1, 0, 0]]]


def test_a_mask_covers_exactly_its_label_and_all_masks_the_whole(tmp_path: Path) -> None:
    drawn = draw_labels(painted(tmp_path, [[SKY, SEA], [SEA, SUN]]), PALETTE)
    assert mask_from_labels(drawn, "sea").values.tolist() == [[[[0, 1], [1, 0]]]]
    every = sum(mask_from_labels(drawn, one.name).values for one in drawn.labels)
    assert torch.equal(every, torch.ones(1, 1, 2, 2))


def test_a_batch_of_maps_gives_a_batch_of_masks() -> None:
    indices = torch.tensor([[[0, 1]], [[1, 1]]], dtype=torch.int16)
    mask = mask_from_labels(LabelMap(indices, PALETTE.root), "sea")
    assert mask.values.tolist() == [[[[0, 1]]], [[[1, 1]]]]


@pytest.mark.parametrize(
    ("label", "hint"), [("see", "Did you mean 'sea'?"), ("forest", "'sky', 'sea', 'sun'")]
)
def test_a_label_that_is_not_there_is_refused_with_those_that_are(label: str, hint: str) -> None:
    drawn = LabelMap(torch.zeros(1, 1, 1, dtype=torch.int16), PALETTE.root)
    with pytest.raises(NodeRefused, match=f"no label '{label}'.*") as refused:
        mask_from_labels(drawn, label)
    assert hint in str(refused.value)


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ([], "at least 1"),
        ([{"name": "a", "colour": f"#{n:06x}"} for n in range(2)], "two labels have the name 'a'"),
        ([{"name": n, "colour": c} for n, c in (("a", "#ABCDEF"), ("b", "#abcdef"))], "the colour '#abcdef'"),
        ([{"name": f"{n}", "colour": f"#{n:06x}"} for n in range(MAX_LABELS + 1)], f"at most {MAX_LABELS}"),
        ([{"name": "a", "colour": "red"}], "pattern"),
        ([{"name": "a", "colour": "#fff"}], "pattern"),
        ([{"name": "", "colour": "#ffffff"}], "at least 1 character"),
        ([{"name": "a", "colour": "#ffffff", "size": 1}], "Extra inputs"),
    ],
)
def test_a_palette_tells_its_labels_apart(labels: Any, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        node_type_of(draw_labels).inputs["labels"].literal(labels)


def test_a_palette_is_declared_for_the_control_that_paints() -> None:
    inputs = node_type_of(draw_labels).inputs
    schema = inputs["labels"].schema
    assert schema is not None
    assert schema["format"] == "label-palette"
    assert (inputs["file"].schema or {})["fileKind"] == "labels"


def test_a_document_paints_and_masks_and_an_edited_file_is_seen(engine: Engine, tmp_path: Path) -> None:
    files = tmp_path / "files"
    painted(files, [[SKY, SEA]])
    document = {
        "latentgraph": 1,
        "nodes": {
            "draw": {
                "type": "core/draw_labels",
                "inputs": {"file": "labels.png", "labels": PALETTE.model_dump(mode="json")},
            },
            "mask": {
                "type": "core/mask_from_labels",
                "inputs": {"label_map": {"from": "draw.label_map"}, "label": "sea"},
            },
        },
        "interface": {"outputs": {"mask": {"node": "mask", "output": "mask"}}},
    }
    assert run_document(document, engine=engine).outputs["mask"].values.tolist() == [[[[0, 1]]]]
    painted(files, [[SEA, SKY]])
    assert run_document(document, engine=engine).outputs["mask"].values.tolist() == [[[[1, 0]]]]
