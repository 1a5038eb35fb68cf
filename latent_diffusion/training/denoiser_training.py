"""Train the second stage: the denoiser together with its conditioner (paper section 3.3, equation 3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from latent_diffusion.conditioner import Conditioner
from latent_diffusion.ema import Ema
from latent_diffusion.objective import ldm_loss
from latent_diffusion.placement import place
from latent_diffusion.regions import Region
from latent_diffusion.schedule import NoiseSchedule
from latent_diffusion.training.loop import LearningRate, OnStep, fit
from latent_diffusion.training.optimizers import descend, make_optimizers
from latent_diffusion.training.precision import autocast
from latent_diffusion.training.prefetch import prefetch
from latent_diffusion.training.state import TrainingState
from latent_diffusion.unet import UNet, UNetConfig


@dataclass(frozen=True)
class DenoiserRecipe:
    """How a denoiser is trained. Three shares say how often it sees part of the conditioning, or none."""

    steps: int = 5_000
    batch: int = 32
    rate: float = 2e-3
    decay: float = 0.35  # last part of the steps, over which the rate falls to zero
    parameterization: str = "v"
    min_snr_gamma: float | None = None  # 5 all but mutes the noisiest steps, which lay a scene out
    timestep_power: float = 0.5  # t is drawn with density ~ t^power; 0: uniformly, as in the paper
    caption_only: float = 0.25
    boxes_only: float = 0.2
    unconditional: float = 0.1  # the rest of the time: caption and boxes
    ema: float = 0.998
    seed: int = 2


@dataclass(frozen=True)
class LatentBatch:
    """Scaled latents [B,C,h,w] with the caption and the layout of each."""

    latents: Tensor
    captions: Sequence[str]
    layouts: Sequence[Sequence[Region]]


def train_denoiser(
    unet: UNet,
    conditioner: Conditioner,
    recipe: DenoiserRecipe,
    batches: Callable[[int], LatentBatch],
    *,
    workspace: Path,
    device: torch.device,
    on_step: OnStep,
    on_sheet: Callable[[UNet, Conditioner], object] | None = None,
    sheet_every: int = 500,
) -> tuple[UNet, Conditioner]:
    """Train from the checkpoint in `workspace`, or the weights given; return the averages (CPU, eval).

    Every `sheet_every` steps `on_sheet` gets the averages, on the device, to draw a sheet of samples.
    """
    unet, conditioner = place(unet, device).train(), place(conditioner, device).train()
    parameters = [*unet.parameters(), *conditioner.parameters()]
    optimizers = make_optimizers(unet, conditioner)
    averages = {"unet": Ema(unet, recipe.ema), "conditioner": Ema(conditioner, recipe.ema)}
    state = TrainingState({"unet": unet, "conditioner": conditioner}, optimizers, averages)
    checkpoint = workspace / "denoiser.safetensors"
    if checkpoint.exists():
        state.load(checkpoint)
    schedule = NoiseSchedule.scaled_linear()
    upcoming = prefetch(batches, state.step, recipe.steps)

    def train_step(step: int) -> dict[str, float]:
        batch = next(upcoming)
        generator = torch.Generator().manual_seed(recipe.seed * 1_000_003 + step)
        x0 = batch.latents.to(device, torch.float32)
        t = draw_timesteps(len(x0), len(schedule), recipe.timestep_power, generator).to(device)
        noise = torch.randn(x0.shape, generator=generator).to(device)
        with autocast(device):
            shown = mixed_conditioning(conditioner, batch, recipe, generator)
            context = {"context": shown.tokens, "context_mask": shown.mask}
            network = unet if shown.channels is None else beside(unet, shown.channels)
            losses = ldm_loss(
                network, x0, t, noise, context, schedule, recipe.parameterization, recipe.min_snr_gamma
            )
        loss = losses.mean()
        descend(loss, optimizers.values(), parameters)
        averages["unet"].update(unet)
        averages["conditioner"].update(conditioner)
        return {"loss": loss.item()}

    def after_step(done: int, total: int, losses: dict[str, float]) -> None:
        if on_sheet is not None and done % sheet_every == 0:
            on_sheet(averages["unet"].applied_to(unet), averages["conditioner"].applied_to(conditioner))
        on_step(done, total, losses)

    try:
        rate = LearningRate(recipe.rate, decay=recipe.decay)
        fit(state, train_step, steps=recipe.steps, rate=rate, checkpoint=checkpoint, on_step=after_step)
    finally:
        upcoming.close()
    averages["unet"].copy_to(unet)
    averages["conditioner"].copy_to(conditioner)
    return unet.cpu().eval(), conditioner.cpu().eval()


def draw_timesteps(count: int, steps: int, power: float, generator: torch.Generator) -> Tensor:
    """Return `count` whole steps in 0 ... steps - 1 with density proportional to t^power.

    Captions decide what the noisy steps do and hardly touch the others, which are learned soon: a power of 1
    spends three quarters of the training on the noisier half.
    """
    uniform = torch.rand(count, generator=generator, dtype=torch.float64)
    return (steps * uniform ** (1 / (1 + power))).long().clamp(max=steps - 1)


@dataclass(frozen=True, eq=False)
class ShownConditioning:
    """What the network sees of a batch's conditioning: tokens [B,L,D], mask [B,L], channels [B,C,h,w]."""

    tokens: Tensor
    mask: Tensor
    channels: Tensor | None


def mixed_conditioning(
    conditioner: Conditioner, batch: LatentBatch, recipe: DenoiserRecipe, generator: torch.Generator
) -> ShownConditioning:
    """Return the conditioning of a batch; some images lose the caption, the boxes, or both.

    An image without any conditioning sees the empty caption; one with boxes only sees no caption tokens,
    which is what each encoder alone gives when sampling. Without boxes the map is zero.
    """
    draw = torch.rand(len(batch.captions), generator=generator)
    unconditional = draw < recipe.unconditional
    boxes_only = (draw >= recipe.unconditional) & (draw < recipe.unconditional + recipe.boxes_only)
    without_boxes = unconditional | (draw >= 1 - recipe.caption_only)
    captions = [
        "" if drop else text for text, drop in zip(batch.captions, unconditional.tolist(), strict=True)
    ]
    layouts = [
        [] if drop else layout for layout, drop in zip(batch.layouts, without_boxes.tolist(), strict=True)
    ]
    text, text_mask = conditioner.text_tokens(captions)
    boxes, box_mask = conditioner.region_tokens(layouts)
    text_mask = text_mask & ~boxes_only.to(text_mask.device)[:, None]
    height, width = batch.latents.shape[-2:]
    return ShownConditioning(
        torch.cat([text, boxes], dim=1),
        torch.cat([text_mask, box_mask], dim=1),
        conditioner.region_map(layouts, (height, width)),
    )


def beside(network: Callable[..., Tensor], channels: Tensor) -> Callable[..., Tensor]:
    """Return the network with `channels` [B,C,h,w] concatenated to every latent that it gets."""
    return lambda x, *args, **kwargs: network(torch.cat([x, channels.to(x.dtype)], dim=1), *args, **kwargs)


def new_denoiser(config: UNetConfig, seed: int) -> UNet:
    """Return a UNet with initial weights drawn from the seed."""
    torch.manual_seed(seed)
    return UNet(config)
