"""Train a layout planner on captions and the layouts of the same scenes; no picture is needed for that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F

from latent_diffusion.layout_planner import IGNORED, LayoutPlanner
from latent_diffusion.placement import place
from latent_diffusion.training.conditioner_training import CaptionBatch
from latent_diffusion.training.loop import LearningRate, OnStep, fit
from latent_diffusion.training.optimizers import descend, make_optimizers
from latent_diffusion.training.precision import autocast
from latent_diffusion.training.prefetch import prefetch
from latent_diffusion.training.state import TrainingState


@dataclass(frozen=True)
class PlannerRecipe:
    """How a layout planner is trained."""

    steps: int = 1_600
    batch: int = 64
    rate: float = 2e-3


def train_planner(
    planner: LayoutPlanner,
    recipe: PlannerRecipe,
    batches: Callable[[int], CaptionBatch],
    *,
    workspace: Path,
    device: torch.device,
    on_step: OnStep,
) -> LayoutPlanner:
    """Train from the checkpoint in `workspace`, or the weights given; return the planner (CPU, eval).

    The loss is the mean cross-entropy of the layout's tokens, in nats.
    """
    planner = place(planner, device).train()
    optimizers = make_optimizers(planner)
    state = TrainingState({"planner": planner}, optimizers)
    checkpoint = workspace / "planner.safetensors"
    if checkpoint.exists():
        state.load(checkpoint)
    upcoming = prefetch(batches, state.step, recipe.steps)

    def train_step(step: int) -> dict[str, float]:
        batch = next(upcoming)
        ids, targets = planner.sentences(batch.captions, batch.layouts)
        with autocast(device):
            logits = planner(ids)
        loss = F.cross_entropy(logits.float().flatten(0, 1), targets.flatten(), ignore_index=IGNORED)
        descend(loss, optimizers.values(), planner.parameters())
        return {"loss": loss.item()}

    try:
        rate = LearningRate(recipe.rate, warm_up=100)
        fit(state, train_step, steps=recipe.steps, rate=rate, checkpoint=checkpoint, on_step=on_step)
    finally:
        upcoming.close()
    return planner.cpu().eval()
