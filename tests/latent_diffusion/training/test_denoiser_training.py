from dataclasses import replace
from pathlib import Path

import pytest
import torch

from latent_diffusion.conditioner import Conditioner
from latent_diffusion.objective import ldm_loss
from latent_diffusion.schedule import NoiseSchedule
from latent_diffusion.training.denoiser_training import (
    DenoiserRecipe,
    draw_timesteps,
    mixed_conditioning,
    new_denoiser,
    train_denoiser,
)
from latent_diffusion.unet import UNet
from tests.resources.tiny_models import CPU, WIDTH, tiny_conditioner, tiny_unet
from tests.resources.tiny_training import Stopped, assert_equal_states, ignore, latents, stop_after

RECIPE = DenoiserRecipe(steps=5, batch=2, rate=0.1)  # the warm-up keeps the first steps' rates small


def train(recipe: DenoiserRecipe, folder: Path, on_step=ignore, batches=latents) -> tuple[UNet, Conditioner]:
    return train_denoiser(
        new_denoiser(tiny_unet().config, seed=0),
        tiny_conditioner(),
        recipe,
        batches,
        workspace=folder,
        device=CPU,
        on_step=on_step,
    )


@pytest.mark.parametrize("stop", [1, 3])
def test_a_stopped_training_goes_on_to_the_same_bits(tmp_path, stop):
    whole = train(RECIPE, tmp_path / "whole")
    with pytest.raises(Stopped):
        train(RECIPE, tmp_path / "parts", stop_after(stop))
    parts = train(RECIPE, tmp_path / "parts")
    assert_equal_states(*(tmp_path / name / "denoiser.safetensors" for name in ("whole", "parts")))
    for a, b in zip(whole, parts, strict=True):
        for (key, value), other in zip(a.state_dict().items(), b.state_dict().values(), strict=True):
            assert torch.equal(value, other), key


def test_the_loss_falls_on_a_batch_that_is_seen_again_and_again(tmp_path):
    t = torch.tensor([100, 300, 600, 900]).repeat(2)
    noise = torch.randn(8, 4, 8, 8, generator=torch.Generator().manual_seed(9))
    batch = latents(0)

    def loss(unet: UNet, conditioner: Conditioner) -> float:
        with torch.no_grad():
            tokens, mask = conditioner.text_tokens(batch.captions)
            context = {"context": tokens.repeat(4, 1, 1), "context_mask": mask.repeat(4, 1)}
            x0 = batch.latents.repeat(4, 1, 1, 1)
            return ldm_loss(unet, x0, t, noise, context, NoiseSchedule.scaled_linear(), "v").mean().item()

    before = loss(new_denoiser(tiny_unet().config, seed=0), tiny_conditioner())
    after = loss(*train(replace(RECIPE, steps=25), tmp_path, batches=lambda step: batch))
    assert after < 0.95 * before


def test_a_new_denoiser_is_decided_by_its_seed():
    config = tiny_unet().config
    first, same, other = (new_denoiser(config, seed).input_blocks[0][0].weight for seed in (3, 3, 4))
    assert torch.equal(first, same)
    assert not torch.equal(first, other)


def test_the_conditioner_is_trained_with_the_denoiser(tmp_path):
    before = tiny_conditioner().state_dict()
    _, conditioner = train(RECIPE, tmp_path)
    moved = {key for key, value in conditioner.state_dict().items() if not torch.equal(value, before[key])}
    assert {"text.transformer.token_emb.weight", "boxes.mlp.0.weight"} <= moved


NOTHING = {"caption_only": 0.0, "boxes_only": 0.0, "unconditional": 0.0}


def mixed(**shares: float):
    conditioner, batch = tiny_conditioner(map_channels=6), latents(0)
    recipe = DenoiserRecipe(**(NOTHING | shares))
    with torch.no_grad():
        shown = mixed_conditioning(conditioner, batch, recipe, torch.Generator().manual_seed(0))
        text, text_mask = conditioner.text_tokens(batch.captions)
        boxes, box_mask = conditioner.region_tokens(batch.layouts)
        empty, _ = conditioner.text_tokens([""])
        box_map = conditioner.region_map(batch.layouts, (8, 8))
    return shown, (text, text_mask), (boxes, box_mask), empty, box_map


def test_by_default_an_image_sees_caption_and_boxes():
    shown, (text, text_mask), (boxes, box_mask), _, box_map = mixed()
    assert torch.equal(shown.tokens, torch.cat([text, boxes], 1))
    assert torch.equal(shown.mask, torch.cat([text_mask, box_mask], 1))
    assert torch.equal(shown.channels, box_map)


def test_an_image_with_its_caption_only_has_no_boxes():
    shown, (text, text_mask), _, _, _ = mixed(caption_only=1.0)
    length = text.shape[1]
    assert torch.equal(shown.mask[:, :length], text_mask)
    assert not shown.mask[:, length:].any()
    assert torch.equal(shown.tokens[:, :length], text)
    assert not shown.channels.any()


def test_an_image_with_boxes_only_has_every_caption_token_hidden():
    shown, (text, text_mask), (boxes, box_mask), _, box_map = mixed(boxes_only=1.0)
    assert torch.equal(shown.mask, torch.cat([torch.zeros_like(text_mask), box_mask], 1))
    assert torch.equal(shown.tokens[:, text.shape[1] :], boxes)
    assert torch.equal(shown.channels, box_map)


def test_an_unconditional_image_sees_the_empty_caption():
    shown, _, _, empty, _ = mixed(unconditional=1.0)
    assert shown.mask[:, :2].all()
    assert not shown.mask[:, 2:].any()
    assert not shown.channels.any()
    torch.testing.assert_close(shown.tokens[:, :2], empty.expand(2, 2, WIDTH))


def test_a_map_of_boxes_is_trained_with_the_denoiser(tmp_path):
    unet = new_denoiser(tiny_unet(in_channels=10, out_channels=4).config, seed=0)
    conditioner = tiny_conditioner(map_channels=6)
    before = {key: value.clone() for key, value in conditioner.box_map.state_dict().items()}
    recipe = replace(RECIPE, caption_only=0.0)
    trained = train_denoiser(
        unet, conditioner, recipe, latents, workspace=tmp_path, device=CPU, on_step=ignore
    )[1]
    after = trained.box_map.state_dict()
    assert all(not torch.equal(after[key], value) for key, value in before.items())


def test_the_shares_are_parts_of_all_images():
    conditioner, batch = tiny_conditioner(map_channels=6), latents(0)
    recipe = DenoiserRecipe(caption_only=0.5, boxes_only=0.2, unconditional=0.1)
    counts = {"caption": 0, "boxes": 0, "none": 0, "both": 0}
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for _ in range(200):
            shown = mixed_conditioning(conditioner, batch, recipe, generator)
            for mask, box_map, layout in zip(shown.mask, shown.channels, batch.layouts, strict=True):
                boxes = bool(box_map.any())
                text = int(mask.sum()) - (len(layout) if boxes else 0)
                kind = {(True, False): "caption", (False, True): "boxes", (True, True): "both"}[
                    text > 0, boxes
                ]
                counts["none" if text == 2 else kind] += 1
    for kind, share in {"caption": 0.5, "boxes": 0.2, "none": 0.1, "both": 0.2}.items():
        assert counts[kind] / 400 == pytest.approx(share, abs=0.08)


@pytest.mark.parametrize(("power", "early"), [(0.0, 0.5), (1.0, 0.25), (2.0, 0.125)])
def test_timesteps_have_a_density_that_grows_with_the_power(power, early):
    t = draw_timesteps(20_000, 1000, power, torch.Generator().manual_seed(0))
    assert t.dtype == torch.int64
    assert (t.min() >= 0) & (t.max() <= 999)
    assert (t < 500).double().mean().item() == pytest.approx(early, abs=0.02)
