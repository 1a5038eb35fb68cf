from dataclasses import replace
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from latent_diffusion.autoencoder import Autoencoder, AutoencoderConfig
from latent_diffusion.training.autoencoder_training import AutoencoderRecipe, train_autoencoder
from latent_diffusion.training.precision import images_to_tensor
from latent_diffusion.training.starting_weights import StartingWeightsError
from tests.resources.tiny_models import CPU, tiny_autoencoder
from tests.resources.tiny_training import Stopped, assert_equal_states, ignore, pictures, stop_after

KL = AutoencoderConfig(32, (1, 2), 1, z_channels=4, embed_dim=4, mid_attention=False, patch=2)
VQ = replace(KL, regularization="vq", codebook_size=32)
RECIPE = AutoencoderRecipe(steps=5, batch=2, rate=0.1)  # the warm-up keeps the first steps' rates small
FULL = replace(RECIPE, perceptual_weight=0.1, adversarial_weight=0.5, adversarial_start=0.4)


def pooled(images: Tensor) -> list[Tensor]:
    """Feature maps for the perceptual term."""
    return [images, F.avg_pool2d(images, 2)]


def train(
    config: AutoencoderConfig | Autoencoder, recipe: AutoencoderRecipe, folder: Path, on_step=ignore
) -> Autoencoder:
    return train_autoencoder(
        config, recipe, pictures, workspace=folder, device=CPU, on_step=on_step, features=pooled
    )


@pytest.mark.parametrize("config", [KL, VQ], ids=["kl", "vq"])
@pytest.mark.parametrize("stop", [1, 3])
def test_a_stopped_training_goes_on_to_the_same_bits(tmp_path, config, stop):
    whole = train(config, FULL, tmp_path / "whole")
    with pytest.raises(Stopped):
        train(config, FULL, tmp_path / "parts", stop_after(stop))
    parts = train(config, FULL, tmp_path / "parts")
    assert_equal_states(*(tmp_path / name / "autoencoder.safetensors" for name in ("whole", "parts")))
    for (key, value), other in zip(whole.state_dict().items(), parts.state_dict().values(), strict=True):
        assert torch.equal(value, other), key


@pytest.mark.parametrize("config", [KL, VQ], ids=["kl", "vq"])
def test_the_reconstruction_gets_better(tmp_path, config):
    recipe = replace(RECIPE, steps=15)
    images = images_to_tensor(pictures(0), CPU)

    def error(autoencoder: Autoencoder) -> float:
        with torch.no_grad():
            return F.mse_loss(autoencoder.decode(autoencoder.encode(images)), images).item()

    torch.manual_seed(recipe.seed)
    before = error(Autoencoder(config).eval())
    trained = train_autoencoder(
        config, recipe, lambda step: pictures(0), workspace=tmp_path, device=CPU, on_step=ignore
    )
    assert error(trained) < 0.7 * before


def test_the_seed_decides_the_weights(tmp_path):
    first, same, other = (
        train(KL, replace(RECIPE, steps=2, seed=seed), tmp_path / name).decoder.conv_out.weight
        for seed, name in ((1, "a"), (1, "b"), (2, "c"))
    )
    assert torch.equal(first, same)
    assert not torch.equal(first, other)


def test_the_discriminator_joins_at_its_step(tmp_path):
    seen = []
    train(KL, FULL, tmp_path, lambda step, steps, losses: seen.append(dict(losses)))
    assert ["discriminator" in losses for losses in seen] == [False, False, True, True, True]


def test_the_trained_network_is_the_average_and_ready_for_use(tmp_path):
    autoencoder = train(KL, RECIPE, tmp_path)
    assert not autoencoder.training
    with torch.no_grad():
        z = autoencoder.encode(torch.zeros(1, 3, 32, 32))
    assert z.shape == (1, 4, 8, 8)


def test_a_finished_training_is_not_done_again(tmp_path):
    first = train(KL, RECIPE, tmp_path)
    steps = []
    again = train(KL, RECIPE, tmp_path, lambda step, *rest: steps.append(step))
    assert steps == []
    assert torch.equal(first.decoder.conv_out.weight, again.decoder.conv_out.weight)


def scaled_autoencoder(**fields: object) -> Autoencoder:
    """What the pool gives out: no weight takes gradients, and the latent scale has been measured."""
    autoencoder = tiny_autoencoder(**fields).requires_grad_(False)
    with torch.no_grad():
        autoencoder.latent_mean.fill_(0.25)
        autoencoder.latent_std.fill_(3.0)
    return autoencoder


def changed(before: dict[str, Tensor], after: Autoencoder) -> set[str]:
    state = after.state_dict()
    assert state.keys() == before.keys()
    return {key for key in state if not torch.equal(state[key], before[key])}


def parts_of(keys: set[str]) -> set[str]:
    return {key.split(".")[0] for key in keys}


@pytest.mark.parametrize("regularization", ["kl", "vq"])
def test_training_goes_on_from_a_copy_of_given_weights(tmp_path, regularization):
    start = scaled_autoencoder(regularization=regularization)
    before = {key: value.clone() for key, value in start.state_dict().items()}
    trained = train(start, replace(RECIPE, rate=1e-4), tmp_path)
    assert trained.config == start.config
    assert {"encoder", "decoder", "quant_conv", "post_quant_conv"} <= parts_of(changed(before, trained))
    assert {"latent_mean", "latent_std"} & changed(before, trained) == set()
    weight = trained.decoder.conv_in.weight
    torch.testing.assert_close(weight, before["decoder.conv_in.weight"], atol=0.01, rtol=0)
    assert changed(before, start) == set()
    assert not any(parameter.requires_grad for parameter in start.parameters())


@pytest.mark.parametrize("regularization", ["kl", "vq"])
def test_without_its_encoder_only_what_decodes_is_trained_and_latents_stay(tmp_path, regularization):
    start = scaled_autoencoder(regularization=regularization)
    before = {key: value.clone() for key, value in start.state_dict().items()}
    trained = train(start, replace(FULL, train_encoder=False), tmp_path)
    moved = changed(before, trained)
    assert parts_of(moved) == {"decoder", "post_quant_conv"}
    weights = {key for key in before if key.endswith(("conv1.weight", "conv2.weight", "conv_in.weight"))}
    assert {key for key in weights if key.startswith("decoder")} <= moved
    images = images_to_tensor(pictures(0), CPU)
    with torch.no_grad():
        assert torch.equal(trained.encode(images), start.encode(images))


def test_a_decoder_trained_alone_goes_on_to_the_same_bits(tmp_path):
    recipe = replace(FULL, train_encoder=False)
    train(scaled_autoencoder(), recipe, tmp_path / "whole")
    with pytest.raises(Stopped):
        train(scaled_autoencoder(), recipe, tmp_path / "parts", stop_after(3))
    train(scaled_autoencoder(), recipe, tmp_path / "parts")
    assert_equal_states(*(tmp_path / name / "autoencoder.safetensors" for name in ("whole", "parts")))


def test_a_decoder_alone_needs_an_encoder_to_start_from(tmp_path):
    with pytest.raises(StartingWeightsError, match="give an autoencoder as the start, or train the encoder"):
        train(KL, replace(RECIPE, train_encoder=False), tmp_path)
