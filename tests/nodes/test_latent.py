"""Empty latents, repeated ones, and masks on them."""

from __future__ import annotations

import pytest
import torch

from nodes.errors import SizeMismatch
from nodes.latent import empty_latent, repeat_latent, set_latent_mask
from nodes.load import load_bundle
from nodes.values import Latent, Mask


def test_an_empty_latent_has_the_autoencoders_form() -> None:
    latent = empty_latent(load_bundle().autoencoder, 64, 32, 3)
    assert latent.samples.shape == (3, 16, 4, 8)
    assert (latent.width, latent.height) == (64, 32)


def test_a_size_without_a_latent_is_refused() -> None:
    with pytest.raises(SizeMismatch, match=r"100 x 64 pixels.*multiples of 8"):
        empty_latent(load_bundle().autoencoder, 100, 64)


def test_a_repeated_latent_is_the_same_several_times() -> None:
    latent = Latent(torch.rand(2, 4, 3, 3), 8, torch.rand(2, 1, 3, 3))
    repeated = repeat_latent(latent, 2)
    assert torch.equal(repeated.samples[2:], latent.samples)
    assert repeated.mask is not None
    assert torch.equal(repeated.mask[2:], latent.mask)


def test_a_cell_is_masked_if_any_of_its_pixels_is() -> None:
    mask = torch.zeros(1, 1, 16, 24)
    mask[0, 0, 0, 23] = 1
    masked = set_latent_mask(Latent(torch.zeros(1, 4, 2, 3), 8), Mask(mask))
    assert masked.mask is not None
    assert masked.mask[0, 0].tolist() == [[0, 0, 1], [0, 0, 0]]


def test_a_mask_of_another_size_is_refused_with_both_sizes() -> None:
    latent = Latent(torch.zeros(1, 4, 2, 3), 8)
    with pytest.raises(SizeMismatch, match=r"16 x 16 pixels.*24 x 16.*`resize_mask`"):
        set_latent_mask(latent, Mask(torch.ones(1, 1, 16, 16)))
    with pytest.raises(SizeMismatch, match="2 masks for 1 latents"):
        set_latent_mask(latent, Mask(torch.ones(2, 1, 16, 24)))
