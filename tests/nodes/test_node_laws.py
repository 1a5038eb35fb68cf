"""The pack, its codecs and its cheap nodes keep the laws that those of third parties are held to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image as Pillow

from graph_engine import Catalogue
from graph_engine.testing import CheckedNode, check_codec, check_node, check_pack
from latent_diffusion.regions import Region
from nodes import pack
from nodes.encode import combine_conditioning
from nodes.image import (
    crop_image,
    image_batch,
    load_image,
    preview_image,
    resize_image,
    save_image,
)
from nodes.labels import draw_labels, mask_from_labels
from nodes.latent import repeat_latent, set_latent_mask
from nodes.mask import (
    composite_images,
    draw_mask,
    feather_mask,
    grow_mask,
    invert_mask,
    mask_from_image,
    mask_from_regions,
    resize_mask,
)
from nodes.regions import draw_regions, fit_regions
from nodes.shared import choose_seed, write_text
from nodes.values import Image, Latent, Mask, Regions
from tests.nodes.test_codecs import VALUES


def noise(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed))


PICTURE = Image(noise(1, 3, 16, 16))
PICTURES = Image(noise(3, 3, 16, 16))
PICTURES_OF_A_SHAPE = Image(noise(2, 3, 4, 8))
MASK = Mask((noise(1, 1, 16, 16) > 0.5).float())
REGIONS = Regions.of(Region("cat", (0.1, 0.2, 0.6, 0.9)), Region("dog", (0.5, 0.0, 1.0, 0.4)))
LATENT = Latent(noise(1, 4, 4, 4), 4)

USES: list[tuple[Callable[..., Any], dict[str, Any]]] = [
    (mask_from_image, {"image": PICTURES, "channel": "red"}),
    (mask_from_regions, {"regions": REGIONS, "width": 16, "height": 8}),
    (mask_from_labels, {"label_map": VALUES["label map"](), "label": "sea"}),
    (grow_mask, {"mask": MASK, "pixels": -1}),
    (feather_mask, {"mask": MASK, "radius": 2.0}),
    (invert_mask, {"mask": MASK}),
    (resize_mask, {"mask": MASK, "width": 8, "height": 8}),
    (composite_images, {"inside": PICTURE, "outside": PICTURE, "mask": MASK}),
    (resize_image, {"image": PICTURE, "width": 8, "height": 12, "fit": "crop"}),
    (crop_image, {"image": PICTURE, "left": 2, "top": 3, "width": 8, "height": 8}),
    (image_batch, {"images": [PICTURE, PICTURES]}),
    (preview_image, {"image": PICTURES}),
    (draw_regions, {"regions": REGIONS}),
    (fit_regions, {"regions": REGIONS, "mask": MASK}),
    (repeat_latent, {"latent": LATENT, "count": 2}),
    (set_latent_mask, {"latent": LATENT, "mask": MASK}),
    (combine_conditioning, {"conditionings": [VALUES["conditioning"](), VALUES["conditioning"]()]}),
    (write_text, {"text": "a cat"}),
    (choose_seed, {"seed": 3}),
]


@pytest.mark.parametrize(("function", "inputs"), USES, ids=[function.__name__ for function, _ in USES])
def test_a_node_keeps_the_laws(function: Callable[..., Any], inputs: dict[str, Any]) -> None:
    assert {"deterministic", "inputs_unchanged", "codec", "cached"} <= set(
        check_node(function, pack, **inputs).laws
    )


def test_saving_pictures_is_cancelled_between_two_and_gives_the_same_files_later() -> None:
    checked = check_node(save_image, pack, image=PICTURES, name="cat")
    assert "resume" in checked.laws
    assert [one.name for one in checked.artifacts] == ["cat-1.png", "cat-2.png", "cat-3.png"]
    assert all(data.startswith(b"\x89PNG") for data in checked.files)


def test_a_loaded_picture_is_known_by_its_content(tmp_path: Path) -> None:
    Pillow.new("RGB", (4, 2), "red").save(tmp_path / "red.png")
    checked: CheckedNode = check_node(load_image, pack, file=str(tmp_path / "red.png"))
    assert checked.outputs["image"].width == 4


def test_what_is_painted_is_known_by_its_content(tmp_path: Path) -> None:
    Pillow.new("L", (4, 2), 255).save(tmp_path / "painted.png")
    mask = check_node(draw_mask, pack, file=str(tmp_path / "painted.png"), image=PICTURES_OF_A_SHAPE)
    assert mask.outputs["mask"].width == 8
    palette = [{"name": "sky", "colour": "#ffffff"}]
    labels = check_node(draw_labels, pack, file=str(tmp_path / "painted.png"), labels=palette)
    assert labels.outputs["label_map"].width == 4


@pytest.mark.parametrize("case", VALUES)
def test_codecs_keep_the_laws(case: str, catalogue: Catalogue) -> None:
    value = VALUES[case]()
    check_codec(catalogue.value_type_of(value), value)


def test_the_pack_keeps_the_laws() -> None:
    check_pack(pack)
