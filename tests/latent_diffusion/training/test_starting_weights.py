from dataclasses import replace

import pytest
import torch

from latent_diffusion.denoiser import Denoiser
from latent_diffusion.schedule import NoiseSchedule
from latent_diffusion.training.denoiser_training import DenoiserRecipe, train_denoiser
from latent_diffusion.training.starting_weights import (
    StartingWeightsError,
    networks_to_continue,
    trainable_copy,
)
from tests.resources.tiny_models import CPU, tiny_conditioner, tiny_unet
from tests.resources.tiny_training import ignore, latents


def denoiser(**fields: object) -> Denoiser:
    network = tiny_unet(**fields).requires_grad_(False)
    return Denoiser(network, NoiseSchedule.scaled_linear(), "v", latent_channels=4)


def conditioner(**fields: object):
    return tiny_conditioner(**fields).requires_grad_(False)


def test_a_copy_is_free_to_move_and_shares_nothing():
    network = tiny_unet().requires_grad_(False)
    copied = trainable_copy(network)
    assert all(p.requires_grad for p in copied.parameters())
    with torch.no_grad():
        for parameter in copied.parameters():
            parameter.add_(1)
    for before, untouched in zip(tiny_unet().parameters(), network.parameters(), strict=True):
        assert torch.equal(before, untouched)
        assert not untouched.requires_grad


def test_from_nothing_there_are_no_networks():
    assert networks_to_continue(None, None, 4) == (None, None)


def test_training_goes_on_from_both_and_leaves_them_as_they_are(tmp_path):
    given, words = denoiser(), conditioner()
    unet, encoder = networks_to_continue(given, words, 4)
    assert unet is not None
    assert encoder is not None
    assert (unet.config, encoder.config) == (given.network.config, words.config)
    assert encoder.tokenizer.to_str() == words.tokenizer.to_str()
    trained = train_denoiser(
        unet,
        encoder,
        DenoiserRecipe(steps=2, batch=2, rate=1e-3),
        latents,
        workspace=tmp_path,
        device=CPU,
        on_step=ignore,
    )
    for after, kept, fresh in zip(
        trained, (given.network, words), (tiny_unet(), tiny_conditioner()), strict=True
    ):
        start = fresh.state_dict()
        assert all(torch.equal(value, start[key]) for key, value in kept.state_dict().items())
        moved = [key for key, value in after.state_dict().items() if not torch.equal(value, start[key])]
        assert len(moved) > len(start) / 2
        assert all(torch.allclose(value, start[key], atol=0.05) for key, value in after.state_dict().items())


def test_a_denoiser_without_its_conditioner_is_refused():
    with pytest.raises(StartingWeightsError, match="connect the conditioner that was trained with it"):
        networks_to_continue(denoiser(), None, 4)


def test_a_conditioner_alone_gets_a_new_denoiser():
    words = conditioner()
    unet, encoder = networks_to_continue(None, words, 4)
    assert unet is None
    assert encoder is not None
    assert encoder is not words
    assert all(torch.equal(value, words.state_dict()[key]) for key, value in encoder.state_dict().items())


def test_what_does_not_fit_is_named():
    with pytest.raises(
        StartingWeightsError,
        match=r"takes 4 channels and gives 4, the latents .* have 16 and .* map of boxes 0",
    ):
        networks_to_continue(denoiser(), conditioner(), 16)
    with pytest.raises(StartingWeightsError, match=r"takes 4 channels .* map of boxes 6"):
        networks_to_continue(denoiser(), conditioner(map_channels=6), 4)
    with pytest.raises(StartingWeightsError, match="tokens of width 64, and the conditioner makes them 32"):
        networks_to_continue(denoiser(context_width=64), conditioner(), 4)
    with pytest.raises(StartingWeightsError, match="has no box encoder"):
        networks_to_continue(None, conditioner(boxes=False), 4)
    with pytest.raises(StartingWeightsError, match="another noise schedule"):
        networks_to_continue(replace(denoiser(), schedule=NoiseSchedule.linear()), conditioner(), 4)
    with pytest.raises(StartingWeightsError, match="goes on from a UNet, and this denoiser is a Identity"):
        networks_to_continue(replace(denoiser(), network=torch.nn.Identity()), conditioner(), 4)
