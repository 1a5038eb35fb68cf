"""Train the first stage (paper section 3.1, appendix G)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from latent_diffusion.autoencoder import Autoencoder, AutoencoderConfig
from latent_diffusion.ema import Ema
from latent_diffusion.placement import place
from latent_diffusion.training.loop import LearningRate, OnStep, fit
from latent_diffusion.training.losses import (
    Features,
    PatchDiscriminator,
    adaptive_weight,
    edge_distance,
    hinge_discriminator_loss,
    perceptual_distance,
)
from latent_diffusion.training.optimizers import descend, make_optimizers
from latent_diffusion.training.precision import autocast, images_to_tensor
from latent_diffusion.training.prefetch import prefetch
from latent_diffusion.training.starting_weights import StartingWeightsError, trainable_copy
from latent_diffusion.training.state import TrainingState


@dataclass(frozen=True)
class AutoencoderRecipe:
    """How a first stage is trained. Weights multiply terms that are means over pixels."""

    steps: int = 20_000
    batch: int = 16
    rate: float = 1e-3
    edge_weight: float = 0.5
    squared_weight: float = 0.0
    kl_weight: float = 2e-3  # times KL summed over the latent and divided by the number of pixel values
    perceptual_weight: float = 0.0
    adversarial_weight: float = 0.0
    adversarial_start: float = 0.5  # part of the steps after which the discriminator joins
    ema: float = 0.999
    seed: int = 0
    train_encoder: bool = True  # False: the latents stay what they are; only what decodes them is trained


def train_autoencoder(
    start: AutoencoderConfig | Autoencoder,
    recipe: AutoencoderRecipe,
    pictures: Callable[[int], Tensor],
    *,
    workspace: Path,
    device: torch.device,
    on_step: OnStep,
    features: Features | None = None,
    on_sheet: Callable[[Autoencoder], object] | None = None,
    sheet_every: int = 500,
) -> Autoencoder:
    """Train from the checkpoint in `workspace`, or from `start`; return the average (CPU, eval mode).

    `start` is a shape, for new weights, or an autoencoder whose weights are copied and trained further.
    `pictures(step)` gives the batch of a step as uint8 [B,H,W,3]; `features` are for the perceptual term.
    Every `sheet_every` steps `on_sheet` gets the average, on the device, to draw a sheet of reconstructions.
    """
    torch.manual_seed(recipe.seed)
    autoencoder = place(_first_weights(start, recipe), device).train()
    average = Ema(autoencoder, recipe.ema)
    modules: dict[str, torch.nn.Module] = {"autoencoder": autoencoder}
    optimizers = make_optimizers(autoencoder, weight_decay=1e-3)
    own_optimizers = list(optimizers.values())
    if recipe.adversarial_weight > 0:
        modules["discriminator"] = place(PatchDiscriminator(), device).train()
        optimizers["discriminator"] = torch.optim.AdamW(
            modules["discriminator"].parameters(), betas=(0.5, 0.9)
        )
    state = TrainingState(modules, optimizers, {"autoencoder": average})
    step_losses = _Losses(recipe, autoencoder, modules.get("discriminator"), features)
    checkpoint = workspace / "autoencoder.safetensors"
    if checkpoint.exists():
        state.load(checkpoint)
    batches = prefetch(pictures, state.step, recipe.steps)

    def train_step(step: int) -> dict[str, float]:
        images = images_to_tensor(next(batches), device)
        generator = torch.Generator().manual_seed(recipe.seed * 1_000_003 + step)
        with autocast(device):
            loss, fake, parts = step_losses.generator(images, step, generator)
        descend(loss, own_optimizers, [*autoencoder.parameters()])
        average.update(autoencoder)
        if step_losses.adversarial_on(step):
            parts["discriminator"] = _discriminator_step(
                modules["discriminator"], optimizers["discriminator"], images, fake
            )
        return parts

    def after_step(done: int, total: int, losses: dict[str, float]) -> None:
        if on_sheet is not None and done % sheet_every == 0:
            on_sheet(average.applied_to(autoencoder))
        on_step(done, total, losses)

    try:
        fit(
            state,
            train_step,
            steps=recipe.steps,
            rate=LearningRate(recipe.rate),
            checkpoint=checkpoint,
            on_step=after_step,
        )
    finally:
        batches.close()
    average.copy_to(autoencoder)
    return autoencoder.cpu().eval()


def _first_weights(start: AutoencoderConfig | Autoencoder, recipe: AutoencoderRecipe) -> Autoencoder:
    autoencoder = trainable_copy(start) if isinstance(start, Autoencoder) else Autoencoder(start)
    if not recipe.train_encoder:
        if not isinstance(start, Autoencoder):
            raise StartingWeightsError(
                "without training the encoder there must be one to start from; "
                "give an autoencoder as the start, or train the encoder too."
            )
        autoencoder.requires_grad_(False)
        autoencoder.decoder.requires_grad_(True)
        autoencoder.post_quant_conv.requires_grad_(True)
    return autoencoder


def _discriminator_step(
    discriminator: torch.nn.Module, optimizer: torch.optim.Optimizer, images: Tensor, fake: Tensor
) -> float:
    with autocast(images.device):
        loss = hinge_discriminator_loss(discriminator(images), discriminator(fake.detach()))
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    return loss.item()


class _Losses:
    """The generator's objective, term by term."""

    def __init__(
        self,
        recipe: AutoencoderRecipe,
        autoencoder: Autoencoder,
        discriminator: torch.nn.Module | None,
        features: Features | None,
    ) -> None:
        self.recipe, self.autoencoder = recipe, autoencoder
        self.discriminator, self.features = discriminator, features

    def adversarial_on(self, step: int) -> bool:
        return self.discriminator is not None and step >= self.recipe.adversarial_start * self.recipe.steps

    def generator(
        self, images: Tensor, step: int, generator: torch.Generator
    ) -> tuple[Tensor, Tensor, dict[str, float]]:
        latent, regularization = self._regularized(images, generator)
        fake = self.autoencoder.decode_unscaled(latent).float()
        squared = F.mse_loss(fake, images)
        reconstruction = (fake - images).abs().mean() + self.recipe.squared_weight * squared
        reconstruction = reconstruction + self.recipe.edge_weight * edge_distance(fake, images)
        if self.features is not None and self.recipe.perceptual_weight > 0:
            distance = perceptual_distance(self.features, fake, images)
            reconstruction = reconstruction + self.recipe.perceptual_weight * distance
        loss = reconstruction + regularization
        if self.adversarial_on(step) and self.discriminator is not None:
            adversarial = -self.discriminator(fake).mean()
            weight = adaptive_weight(reconstruction, adversarial, self.autoencoder.decoder.conv_out.weight)
            loss = loss + self.recipe.adversarial_weight * weight * adversarial
        parts = {"loss": loss.item(), "psnr": -10.0 * torch.log10(squared.detach() / 4.0).item()}
        return loss, fake, parts

    def _regularized(self, images: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        if self.autoencoder.config.regularization == "vq":
            quantized = self.autoencoder.quantize(
                self.autoencoder.quant_conv(self.autoencoder.encoder(images))
            )
            return quantized.latent, quantized.loss
        posterior = self.autoencoder.posterior(images)
        pixels = images[0].numel()
        return posterior.sample(generator), self.recipe.kl_weight * posterior.kl().mean() / pixels
