"""Teach the conditioner to read before the denoiser listens: where does a caption put what it names?

The denoiser's gradient reaches the words late and faintly. A small reader on top of the caption's tokens,
asked for each object's box, teaches the grammar of places, sizes and relations in minutes, without a picture.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from latent_diffusion.conditioner import Conditioner
from latent_diffusion.placement import place
from latent_diffusion.regions import Region
from latent_diffusion.training.loop import LearningRate, OnStep, fit
from latent_diffusion.training.optimizers import descend, make_optimizers
from latent_diffusion.training.precision import autocast
from latent_diffusion.training.prefetch import prefetch
from latent_diffusion.training.state import TrainingState


@dataclass(frozen=True)
class ConditionerRecipe:
    """How a conditioner learns to read."""

    steps: int = 600
    batch: int = 128
    rate: float = 1e-3
    seed: int = 3


@dataclass(frozen=True)
class CaptionBatch:
    """Captions, each with the layout of what it describes."""

    captions: Sequence[str]
    layouts: Sequence[Sequence[Region]]


class LayoutReader(nn.Module):
    """Predicts a normal distribution over an object's box from its label and the tokens of a caption."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.block = nn.TransformerDecoderLayer(
            width, heads, 4 * width, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
        )
        self.out = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, 8))

    def forward(
        self, labels: Tensor, label_mask: Tensor, tokens: Tensor, token_mask: Tensor
    ) -> tuple[Tensor, Tensor]:
        """labels [B,N,D], tokens [B,L,D], masks [B,N] and [B,L] -> means and log deviations [B,N,4]."""
        h = self.block(labels, tokens, tgt_key_padding_mask=~label_mask, memory_key_padding_mask=~token_mask)
        mean, log_deviation = self.out(h).chunk(2, dim=-1)
        return mean, log_deviation.clamp(-5.0, 2.0)


def layout_loss(conditioner: Conditioner, reader: LayoutReader, batch: CaptionBatch) -> Tensor:
    """Negative log likelihood of the boxes (x, y, width, height, as parts of the picture) given the captions.

    The mean over objects and numbers, without the constant; captions that leave a place open have a floor.
    """
    tokens, token_mask = conditioner.text_tokens(batch.captions)
    longest = max(1, *(len(layout) for layout in batch.layouts))
    label_mask = torch.zeros(len(batch.layouts), longest, dtype=torch.bool)
    boxes = torch.zeros(len(batch.layouts), longest, 4)
    labels: list[str] = []
    for row, layout in enumerate(batch.layouts):
        for column, region in enumerate(layout):
            x0, y0, x1, y1 = region.box
            boxes[row, column] = torch.tensor([(x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0])
            label_mask[row, column] = True
        labels += [region.label for region in layout] + [""] * (longest - len(layout))
    phrases = conditioner.phrases(labels).unflatten(0, label_mask.shape)
    label_mask, boxes = label_mask.to(tokens.device), boxes.to(tokens.device)
    mean, log_deviation = reader(phrases, label_mask, tokens, token_mask)
    errors = (mean.float() - boxes) * (-log_deviation.float()).exp()
    return (0.5 * errors.square() + log_deviation).mean(-1)[label_mask].mean()


def train_conditioner(
    conditioner: Conditioner,
    recipe: ConditionerRecipe,
    batches: Callable[[int], CaptionBatch],
    *,
    workspace: Path,
    device: torch.device,
    on_step: OnStep,
) -> Conditioner:
    """Train the text encoder from the checkpoint in `workspace`, or the weights given; return it (CPU, eval).

    Every layout must have an object. The box encoder only gets its word vectors from here.
    """
    conditioner = place(conditioner, device).train()
    config = conditioner.config.text
    torch.manual_seed(recipe.seed)
    reader = place(LayoutReader(config.width, config.heads), device).train()
    parameters = [*conditioner.text.parameters(), *reader.parameters()]
    optimizers = make_optimizers(conditioner.text, reader)
    state = TrainingState({"conditioner": conditioner, "reader": reader}, optimizers, {})
    checkpoint = workspace / "conditioner.safetensors"
    if checkpoint.exists():
        state.load(checkpoint)
    upcoming = prefetch(batches, state.step, recipe.steps)

    def train_step(step: int) -> dict[str, float]:
        with autocast(device):
            loss = layout_loss(conditioner, reader, next(upcoming))
        descend(loss, optimizers.values(), parameters)
        return {"loss": loss.item()}

    try:
        rate = LearningRate(recipe.rate, warm_up=100)
        fit(state, train_step, steps=recipe.steps, rate=rate, checkpoint=checkpoint, on_step=on_step)
    finally:
        upcoming.close()
    return conditioner.cpu().eval()
