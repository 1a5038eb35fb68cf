"""Masks: what is inside and outside, and that outside stays outside."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow

from graph_engine import Engine, FileMissing
from latent_diffusion.regions import Region
from nodes.errors import ImageRefused, NodeRefused, SizeMismatch
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
from nodes.values import Image, Mask, Regions

SEEDS = st.integers(0, 1000)


def noise(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed))


def hard(seed: int) -> Mask:
    return Mask((noise(1, 1, 8, 8, seed=seed) > 0.7).float())


@given(SEEDS)
def test_a_composite_equals_each_picture_on_its_side(seed: int) -> None:
    inside, outside = Image(noise(1, 3, 8, 8, seed=seed)), Image(noise(1, 3, 8, 8, seed=seed + 1))
    mask = hard(seed)
    mixed = composite_images(inside, outside, mask).pixels
    covered = (mask.values == 1).expand_as(mixed)
    assert torch.equal(mixed[covered], inside.pixels[covered])
    assert torch.equal(mixed[~covered], outside.pixels[~covered])


@given(SEEDS)
def test_inverting_twice_is_nothing_and_growing_never_shrinks(seed: int) -> None:
    mask = hard(seed)
    assert torch.equal(invert_mask(invert_mask(mask)).values, mask.values)
    assert (grow_mask(mask, 2).values >= mask.values).all()
    assert (grow_mask(mask, -1).values <= mask.values).all()


def test_feathering_softens_the_edge_and_leaves_the_far_sides() -> None:
    mask = Mask(torch.zeros(1, 1, 16, 16))
    mask.values[..., 8:] = 1
    soft = feather_mask(mask, 2.0).values[0, 0, 8]
    assert soft[0] == 0
    assert soft[15] == pytest.approx(1)
    assert 0 < soft[7] < soft[8] < 1


def test_a_mask_from_regions_covers_the_boxes() -> None:
    regions = Regions.of(Region("cat", (0.0, 0.0, 0.5, 0.25)), Region("dog", (0.75, 0.5, 1.0, 1.0)))
    wanted = torch.zeros(1, 1, 8, 16)
    wanted[..., :2, :8] = 1
    wanted[..., 4:, 12:] = 1
    assert torch.equal(mask_from_regions(regions, 16, 8).values, wanted)


def test_no_regions_make_no_mask() -> None:
    with pytest.raises(NodeRefused, match="draw a box"):
        mask_from_regions(Regions(), 8, 8)


def test_a_mask_from_an_image_is_its_brightness_or_a_channel() -> None:
    colours = torch.tensor([[1.0, 1, 1], [0, 0, 0], [1, 0, 0]]).T.reshape(1, 3, 1, 3)
    assert mask_from_image(Image(colours)).values.flatten().tolist() == pytest.approx([1, 0, 0.2126])
    assert mask_from_image(Image(colours), "red").values.flatten().tolist() == [1, 0, 1]
    assert mask_from_image(Image(colours), "blue").values.flatten().tolist() == [1, 0, 0]


def test_a_mask_is_resized_only_by_its_node() -> None:
    assert resize_mask(hard(0), 4, 6).values.shape == (1, 1, 6, 4)
    picture = Image(noise(1, 3, 8, 8))
    with pytest.raises(SizeMismatch, match=r"8 x 8, 8 x 8, 4 x 6: resize one"):
        composite_images(picture, picture, resize_mask(hard(0), 4, 6))


def painted(folder: Path, pixels: object, mode: str = "L", name: str = "mask.png") -> str:
    """A file with these 8-bit pixels."""
    Pillow.fromarray(np.array(pixels, np.uint8), mode).save(folder / name)
    return str(folder / name)


def test_what_is_painted_white_is_inside_and_greys_are_between(tmp_path: Path) -> None:
    mask = draw_mask(painted(tmp_path, [[0, 51, 255], [255, 0, 102]]))
    wanted = torch.tensor([[[[0, 51, 255], [255, 0, 102]]]]) / 255
    assert torch.equal(mask.values, wanted)
    assert mask.values.max() == 1


def test_what_is_transparent_in_a_painted_mask_is_outside(tmp_path: Path) -> None:
    strokes = [[[255, 255, 255, 255], [255, 255, 255, 0], [255, 255, 255, 51]]]
    mask = draw_mask(painted(tmp_path, strokes, "RGBA"))
    assert mask.values.flatten().tolist() == pytest.approx([1, 0, 0.2])


def test_colours_in_a_painted_mask_count_by_their_brightness(tmp_path: Path) -> None:
    pixels = [[[255, 255, 255], [255, 0, 0], [0, 255, 0], [0, 0, 255]]]
    values = draw_mask(painted(tmp_path, pixels, "RGB")).values.flatten().tolist()
    assert values == pytest.approx([1, 0.2126, 0.7152, 0.0722])
    assert values[0] == 1


def test_a_painted_mask_takes_the_size_of_the_image_under_it(tmp_path: Path) -> None:
    file = painted(tmp_path, [[0, 0, 255, 255]] * 2)
    same = draw_mask(file, Image(noise(1, 3, 2, 4)))
    assert torch.equal(same.values, draw_mask(file).values)
    large = draw_mask(file, Image(noise(3, 3, 4, 8))).values
    assert large.shape == (1, 1, 4, 8)
    assert large[0, 0, 0].tolist() == pytest.approx([0, 0, 0, 0.25, 0.75, 1, 1, 1])  # between pixel centres
    small = draw_mask(file, Image(noise(1, 3, 1, 2))).values
    assert small[0, 0, 0].tolist() == pytest.approx([1 / 8, 7 / 8], abs=0.1)


@given(
    width=st.integers(1, 60), height=st.integers(1, 60), scale=st.sampled_from([0.25, 0.5, 1, 1.5, 3, 7.3])
)
def test_an_image_scaled_to_whole_pixels_has_the_shape_of_its_mask(
    width: int, height: int, scale: float, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = painted(tmp_path_factory.mktemp("painted"), np.full((height, width), 255))
    sides = max(1, round(height * scale)), max(1, round(width * scale))
    if abs(sides[0] - height * scale) > 0.5 or abs(sides[1] - width * scale) > 0.5:
        return  # a side that would have vanished
    assert torch.allclose(draw_mask(file, Image(noise(1, 3, *sides))).values, torch.ones(1, 1, *sides))


def test_a_mask_of_another_shape_than_the_image_is_refused(tmp_path: Path) -> None:
    file = painted(tmp_path, np.zeros((8, 8)))
    with pytest.raises(SizeMismatch, match=r"8 x 8 pixels, and the image under it is 16 x 12.*paint it anew"):
        draw_mask(file, Image(noise(1, 3, 12, 16)))


def test_a_painted_mask_that_is_no_picture_or_lies_outside_is_refused(tmp_path: Path, engine: Engine) -> None:
    (tmp_path / "text.png").write_text("no picture")
    with pytest.raises(ImageRefused, match="is not a picture in a format that is read here"):
        draw_mask(str(tmp_path / "text.png"))
    with pytest.raises(FileMissing):
        draw_mask("nowhere.png", run=engine.run_for_names())


def test_a_painted_mask_is_declared_as_a_file_of_its_kind(engine: Engine) -> None:
    declared = engine.catalogue.node_type("core/draw_mask")
    assert declared is not None
    schema = declared.inputs["file"].schema
    assert schema is not None
    assert (schema["format"], schema["fileKind"]) == ("file-path", "mask")
    assert declared.kind == "external"
