"""Sampling, as plain Python calls: deterministic, cancellable, and clear about what is missing."""

from __future__ import annotations

from typing import Any, get_args

import pytest
import torch

from graph_engine import Cancellation, Cancelled, Run
from graph_engine.events import NodePreview, NodeProgress
from latent_diffusion.conditioning import Conditioning
from latent_diffusion.denoiser import Denoiser
from latent_diffusion.sampling import SAMPLERS
from latent_diffusion.sampling.spacing import SPACINGS
from latent_diffusion.schedule import NoiseSchedule
from latent_diffusion.unet import UNet, UNetConfig
from nodes.encode import encode_text
from nodes.errors import ConditioningMissing, NodeRefused, SizeMismatch
from nodes.latent import empty_latent, set_latent_mask
from nodes.load import BundleModels, load_bundle
from nodes.sampling import SamplerName, SpacingName, check_size, sample_latents
from nodes.values import Latent, Mask

SIZE = 32


@pytest.fixture
def model() -> BundleModels:
    return load_bundle("emoji-scenes")


@pytest.fixture
def given(model: BundleModels) -> dict[str, Any]:
    """Two guided steps on 32 x 32 pixels."""
    return {
        "denoiser": model.denoiser,
        "latent": empty_latent(model.autoencoder, SIZE, SIZE),
        "positive": encode_text(model.conditioner, "a cat"),
        "negative": encode_text(model.conditioner),
        "steps": 2,
    }


def test_the_choices_are_the_samplers_and_spacings_there_are() -> None:
    assert set(get_args(SamplerName)) == set(SAMPLERS)
    assert set(get_args(SpacingName)) == set(SPACINGS)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_every_sampler_gives_finite_latents_and_the_same_twice(sampler: str, given: dict[str, Any]) -> None:
    first, second = (sample_latents(**given, sampler=sampler).samples for _ in range(2))
    assert first.isfinite().all()
    assert torch.equal(first, second)


@pytest.mark.parametrize("spacing", SPACINGS)
def test_every_spacing_works(spacing: str, given: dict[str, Any]) -> None:
    assert sample_latents(**given, spacing=spacing).samples.shape == given["latent"].samples.shape


@pytest.mark.parametrize("change", [{"seed": 1}, {"guidance": 2.0}, {"steps": 3}, {"sampler": "ddim"}])
def test_every_setting_has_an_effect(change: dict[str, Any], given: dict[str, Any]) -> None:
    before = sample_latents(**given).samples
    assert not torch.equal(before, sample_latents(**{**given, **change}).samples)


def test_eta_adds_noise_to_ddim_and_is_refused_where_it_means_nothing(given: dict[str, Any]) -> None:
    plain = sample_latents(**given, sampler="ddim").samples
    assert not torch.equal(plain, sample_latents(**given, sampler="ddim", eta=1.0).samples)
    with pytest.raises(NodeRefused, match="'euler' has no option eta"):
        sample_latents(**given, sampler="euler", eta=1.0)


def test_cells_outside_the_mask_stay_bit_for_bit(given: dict[str, Any]) -> None:
    start = Latent(torch.randn(given["latent"].samples.shape), 8)
    pixels = torch.zeros(1, 1, SIZE, SIZE)
    pixels[..., :16, :] = 1
    masked = set_latent_mask(start, Mask(pixels))
    drawn = sample_latents(**{**given, "latent": masked}).samples
    assert torch.equal(drawn[..., 2:, :], start.samples[..., 2:, :])
    assert not torch.equal(drawn[..., :2, :], start.samples[..., :2, :])


def test_strength_zero_keeps_the_latent(given: dict[str, Any]) -> None:
    start = Latent(torch.randn(given["latent"].samples.shape), 8)
    kept = sample_latents(**{**given, "latent": start}, strength=0.0)
    assert torch.equal(kept.samples, start.samples)


def test_guidance_without_a_negative_says_what_to_connect(given: dict[str, Any]) -> None:
    with pytest.raises(NodeRefused, match=r"connect a negative conditioning .*or set guidance to 1"):
        sample_latents(**{**given, "negative": None})
    sample_latents(**{**given, "negative": None}, guidance=1.0)


@pytest.mark.parametrize("positive", [None, Conditioning()])
def test_a_conditional_denoiser_without_a_conditioning_says_what_to_connect(
    positive: Conditioning | None, given: dict[str, Any]
) -> None:
    with pytest.raises(ConditioningMissing, match="connect encode_text"):
        sample_latents(**{**given, "positive": positive}, guidance=1.0)


def test_a_conditioning_that_would_be_ignored_is_refused(given: dict[str, Any]) -> None:
    vector = given["positive"] + Conditioning.of(vector=torch.zeros(1, 4))
    with pytest.raises(NodeRefused, match="would ignore the conditioning's vector"):
        sample_latents(**{**given, "positive": vector})


def test_a_latent_of_other_channels_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(NodeRefused, match=r"latents \[B, 16, h, w\]"):
        sample_latents(**{**given, "latent": Latent(torch.zeros(1, 4, 4, 4), 8)})


def test_each_step_is_told_and_shown(given: dict[str, Any]) -> None:
    events: list[Any] = []
    sample_latents(**{**given, "steps": 3}, run=Run("sample", listener=events.append))
    told = [(event.done, event.total) for event in events if isinstance(event, NodeProgress)]
    assert told[0] == (1, 3)
    assert told[-1] == (3, 3)
    shown = [event for event in events if isinstance(event, NodePreview)]
    assert shown[0].data.startswith(b"\x89PNG")


def test_a_cancelled_run_stops_at_its_next_step(given: dict[str, Any]) -> None:
    cancellation = Cancellation()
    steps: list[Any] = []

    def listen(event: Any) -> None:
        steps.append(event)
        cancellation.cancel()

    with pytest.raises(Cancelled):
        sample_latents(**{**given, "steps": 50}, run=Run("sample", None, cancellation, listen))
    assert len([event for event in steps if isinstance(event, NodeProgress)]) == 1


def test_a_latent_that_the_network_can_not_halve_is_refused() -> None:
    config = UNetConfig(model_channels=32, channel_mult=(1, 1, 1), attention_downsampling=(), heads=1)
    denoiser = Denoiser(UNet(config), NoiseSchedule.linear())
    check_size(denoiser, Latent(torch.zeros(1, 4, 8, 12), 8))
    with pytest.raises(SizeMismatch, match=r"72 x 64 pixels, .* multiples of 32"):
        check_size(denoiser, Latent(torch.zeros(1, 4, 8, 9), 8))
