from dataclasses import replace
from pathlib import Path

import pytest
import torch

from latent_diffusion.conditioner import Conditioner
from latent_diffusion.regions import Region
from latent_diffusion.training.conditioner_training import (
    CaptionBatch,
    ConditionerRecipe,
    LayoutReader,
    layout_loss,
    train_conditioner,
)
from tests.resources.tiny_models import CPU, WIDTH, tiny_conditioner
from tests.resources.tiny_training import Stopped, assert_equal_states, ignore, stop_after

RECIPE = ConditionerRecipe(steps=4, batch=2, rate=0.05)
LEFT, RIGHT = (0.0, 0.3, 0.4, 0.7), (0.6, 0.3, 1.0, 0.7)


def sides(number: int = 0) -> CaptionBatch:
    """A cat and a dog, whose sides only the caption tells."""
    captions = ["a cat left of a dog", "a cat right of a dog"]
    layouts = [
        [Region("cat", LEFT), Region("dog", RIGHT)],
        [Region("cat", RIGHT), Region("dog", LEFT)],
    ]
    return CaptionBatch(captions, layouts)


def train(recipe: ConditionerRecipe, folder: Path, on_step=ignore) -> Conditioner:
    return train_conditioner(tiny_conditioner(), recipe, sides, workspace=folder, device=CPU, on_step=on_step)


def test_the_loss_falls_below_what_labels_alone_can_tell(tmp_path):
    losses = []
    train(
        replace(RECIPE, steps=150, rate=0.02), tmp_path, lambda step, total, loss: losses.append(loss["loss"])
    )
    # Blind to the caption, x is 0.2 or 0.8 by chance: half the numbers are known, but x cannot be.
    assert losses[-1] < losses[0] - 1.0


def test_a_stopped_training_goes_on_to_the_same_bits(tmp_path):
    train(RECIPE, tmp_path / "whole")
    with pytest.raises(Stopped):
        train(RECIPE, tmp_path / "parts", stop_after(2))
    train(RECIPE, tmp_path / "parts")
    assert_equal_states(*(tmp_path / name / "conditioner.safetensors" for name in ("whole", "parts")))


def test_boxes_beyond_a_layouts_own_do_not_count():
    torch.manual_seed(0)
    conditioner, reader = tiny_conditioner(), LayoutReader(WIDTH, 4).eval()
    one = CaptionBatch(["a cat"], [[Region("cat", LEFT)]])
    two = CaptionBatch(["a cat and a dog"], [[Region("cat", LEFT), Region("dog", RIGHT)]])
    both = CaptionBatch([*one.captions, *two.captions], [*one.layouts, *two.layouts])
    with torch.no_grad():
        parts = [layout_loss(conditioner, reader, batch).item() for batch in (one, two)]
        together = layout_loss(conditioner, reader, both).item()
    assert together == pytest.approx((parts[0] + 2 * parts[1]) / 3, abs=1e-5)
