"""Masks: what is inside and outside, and that outside stays outside."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from latent_diffusion.regions import Region
from nodes.errors import NodeRefused, SizeMismatch
from nodes.mask import (
    composite_images,
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
