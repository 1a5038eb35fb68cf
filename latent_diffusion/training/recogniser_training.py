"""Train the recogniser on rendered scenes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from latent_diffusion.ema import Ema
from latent_diffusion.placement import place
from latent_diffusion.recogniser import Recogniser, RecogniserConfig, detection_loss
from latent_diffusion.training.loop import LearningRate, OnStep, fit
from latent_diffusion.training.precision import autocast, images_to_tensor
from latent_diffusion.training.prefetch import prefetch
from latent_diffusion.training.state import TrainingState

Labels = list[list[tuple[int, tuple[float, float, float, float]]]]


@dataclass(frozen=True)
class RecogniserRecipe:
    """How a recogniser is trained."""

    steps: int = 3_000
    batch: int = 16
    rate: float = 2e-3
    noise: float = 0.1  # of pixels in [-1,1], up to this, so that slight blur and grain do not hide an object
    seed: int = 1


def train_recogniser(
    config: RecogniserConfig,
    recipe: RecogniserRecipe,
    scenes: Callable[[int], tuple[Tensor, Labels]],
    *,
    workspace: Path,
    device: torch.device,
    on_step: OnStep,
) -> Recogniser:
    """Train from the checkpoint in `workspace`, or from nothing; return the average (CPU, eval mode).

    `scenes(step)` gives the batch of a step: uint8 pictures [B,H,W,3], and what is where in each.
    """
    torch.manual_seed(recipe.seed)
    recogniser = place(Recogniser(config), device).train()
    average = Ema(recogniser, 0.995)
    optimizer = torch.optim.AdamW(recogniser.parameters(), betas=(0.9, 0.99), weight_decay=1e-3)
    state = TrainingState({"recogniser": recogniser}, {"recogniser": optimizer}, {"recogniser": average})
    checkpoint = workspace / "recogniser.safetensors"
    if checkpoint.exists():
        state.load(checkpoint)
    batches = prefetch(scenes, state.step, recipe.steps)

    def train_step(step: int) -> dict[str, float]:
        pictures, labels = next(batches)
        images = images_to_tensor(pictures, device)
        generator = torch.Generator().manual_seed(recipe.seed * 1_000_003 + step)
        strength = recipe.noise * torch.rand(len(images), 1, 1, 1, generator=generator)
        images = images + (strength * torch.randn(images.shape, generator=generator)).to(device)
        with autocast(device):
            logits, boxes = recogniser(images)
        loss = detection_loss(logits.float(), boxes.float(), labels)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(recogniser.parameters(), 5.0)
        optimizer.step()
        average.update(recogniser)
        return {"loss": loss.item()}

    try:
        fit(
            state,
            train_step,
            steps=recipe.steps,
            rate=LearningRate(recipe.rate),
            checkpoint=checkpoint,
            on_step=on_step,
        )
    finally:
        batches.close()
    average.copy_to(recogniser)
    return recogniser.cpu().eval()


def labels_of(
    names: Sequence[str], objects: Sequence[tuple[str, tuple[float, float, float, float]]]
) -> list[tuple[int, tuple[float, float, float, float]]]:
    """Turn (name, box) pairs into (class index, box) pairs."""
    index = {name: i for i, name in enumerate(names)}
    return [(index[name], box) for name, box in objects]
