from pathlib import Path

import pytest

from latent_diffusion.layout_planner import LayoutPlanner
from latent_diffusion.regions import Region
from latent_diffusion.training.conditioner_training import CaptionBatch
from latent_diffusion.training.planner_training import PlannerRecipe, train_planner
from tests.resources.tiny_models import CPU, tiny_planner
from tests.resources.tiny_training import Stopped, assert_equal_states, ignore, stop_after

LEFT, RIGHT = (0.0, 0.25, 0.4375, 0.6875), (0.5, 0.25, 0.9375, 0.6875)


def sides(number: int) -> CaptionBatch:
    """A cat and a dog, whose sides only the caption tells."""
    captions = ["a cat left of a dog", "a cat right of a dog"]
    layouts = [
        [Region("cat", LEFT), Region("dog", RIGHT)],
        [Region("cat", RIGHT), Region("dog", LEFT)],
    ]
    return CaptionBatch(captions, layouts)


def train(recipe: PlannerRecipe, folder: Path, on_step=ignore) -> LayoutPlanner:
    return train_planner(tiny_planner(), recipe, sides, workspace=folder, device=CPU, on_step=on_step)


def test_it_learns_to_put_things_where_the_caption_says(tmp_path):
    planner = train(PlannerRecipe(steps=150, batch=2, rate=0.02), tmp_path)
    for caption, layout in zip(sides(0).captions, sides(0).layouts, strict=True):
        (planned,) = planner.plan([caption], seed=5)
        assert [region.label for region in planned] == ["cat", "dog"]
        for region, wanted in zip(planned, layout, strict=True):
            assert region.box == pytest.approx(wanted.box, abs=1 / 16)


def test_a_stopped_training_goes_on_to_the_same_bits(tmp_path):
    recipe = PlannerRecipe(steps=4, batch=2, rate=0.02)
    train(recipe, tmp_path / "whole")
    with pytest.raises(Stopped):
        train(recipe, tmp_path / "parts", stop_after(2))
    train(recipe, tmp_path / "parts")
    assert_equal_states(*(tmp_path / name / "planner.safetensors" for name in ("whole", "parts")))
