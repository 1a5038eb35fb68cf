import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from latent_diffusion.masks import (
    MaskError,
    bounding_box,
    composite,
    feather,
    from_boxes,
    grow,
    invert,
    to_latent,
)


def dot(size: int = 9, at: int = 4) -> torch.Tensor:
    mask = torch.zeros(1, 1, size, size)
    mask[..., at, at] = 1
    return mask


def test_a_box_covers_the_pixels_between_its_edges():
    mask = from_boxes(torch.tensor([[0.1, 0.3, 0.4, 0.7]]), 10, 10)
    assert mask.sum() == 3 * 4
    assert mask[..., 3:7, 1:4].all()


def test_a_box_covers_each_pixel_that_it_touches():
    mask = from_boxes(torch.tensor([[0.15, 0.0, 0.25, 0.01]]), 10, 10)
    assert mask.flatten().nonzero().flatten().tolist() == [1, 2]


def test_several_boxes_are_joined_and_cut_off_at_the_picture():
    mask = from_boxes(torch.tensor([[-1, -1, 0.5, 0.5], [0.5, 0.5, 2, 2]]), 4, 4)
    assert mask.sum() == 8


@pytest.mark.parametrize(
    "box", [[0.5, 0.5, 0.5, 0.9], [0.6, 0.1, 0.5, 0.9], [1.2, 0, 1.5, 1], [float("nan"), 0, 1, 1]]
)
def test_a_box_that_covers_nothing_is_refused(box):
    with pytest.raises(MaskError, match="box 1"):
        from_boxes(torch.tensor([[0, 0, 1, 1], box]), 8, 8)


def test_no_boxes_mask_nothing():
    assert not from_boxes(torch.zeros(0, 4), 4, 4).any()


def test_growing_adds_a_square_and_shrinking_takes_it_away():
    grown = grow(dot(), 2)
    assert grown.sum() == 25
    assert torch.equal(grow(grown, -2), dot())
    assert torch.equal(grow(dot(), 0), dot())


@given(pixels=st.integers(0, 3), seed=st.integers(0, 100))
def test_growing_and_shrinking_are_each_others_complement(pixels, seed):
    mask = (torch.rand(1, 1, 8, 8, generator=torch.Generator().manual_seed(seed)) > 0.5).float()
    assert torch.equal(grow(invert(mask), pixels), invert(grow(mask, -pixels)))
    assert bool((grow(mask, pixels) >= mask).all())


def test_feathering_softens_the_edge_and_keeps_the_sum():
    mask = grow(dot(33, 16), 4)
    soft = feather(mask, 4)
    assert float(soft.sum()) == pytest.approx(float(mask.sum()), rel=1e-5)
    assert float(soft[0, 0, 16, 20]) == pytest.approx(0.6, abs=0.05)
    torch.testing.assert_close(soft, soft.flip(-1))
    assert torch.equal(feather(mask, 0), mask)


def test_feathering_keeps_a_mask_that_is_full():
    torch.testing.assert_close(feather(torch.ones(1, 1, 8, 8), 3), torch.ones(1, 1, 8, 8))


def test_a_composite_is_exact_on_both_sides():
    inside, outside = torch.rand(2, 3, 9, 9), torch.rand(2, 3, 9, 9)
    mixed = composite(inside, outside, dot())
    assert torch.equal(mixed[..., 4, 4], inside[..., 4, 4])
    mixed[..., 4, 4] = outside[..., 4, 4]
    assert torch.equal(mixed, outside)


def test_a_composite_of_different_sizes_is_refused():
    with pytest.raises(MaskError, match="resize"):
        composite(torch.zeros(1, 3, 8, 8), torch.zeros(1, 3, 8, 8), dot())


@given(size=st.integers(8, 40), cells=st.integers(1, 8), at=st.integers(0, 7))
def test_a_latent_cell_is_masked_if_any_pixel_of_it_is(size, cells, at):
    cell = at * cells // size
    latent = to_latent(dot(size, at), cells, cells)
    assert latent.shape == (1, 1, cells, cells)
    assert latent[0, 0, cell, cell] == 1


def test_other_latent_cells_stay_free():
    assert to_latent(dot(32, 9), 8, 8).flatten().nonzero().flatten().tolist() == [2 * 8 + 2]


def test_the_bounding_box_goes_around_what_all_masks_of_a_batch_cover():
    mask = torch.zeros(2, 1, 4, 8)
    mask[0, 0, 1, 2] = 1
    mask[1, 0, 2, 5] = 0.5
    mask[1, 0, 3, 7] = 0.4
    assert bounding_box(mask) == (0.25, 0.25, 0.75, 0.75)


def test_a_mask_that_covers_nothing_has_no_bounding_box():
    with pytest.raises(MaskError, match="the mask covers nothing: paint"):
        bounding_box(torch.zeros(1, 1, 4, 4))
