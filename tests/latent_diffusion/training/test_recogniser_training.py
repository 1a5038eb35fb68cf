from dataclasses import replace
from pathlib import Path

import pytest
import torch

from latent_diffusion.recogniser import Recogniser, RecogniserConfig, detection_loss
from latent_diffusion.training.precision import images_to_tensor
from latent_diffusion.training.recogniser_training import RecogniserRecipe, labels_of, train_recogniser
from tests.resources.tiny_models import CPU
from tests.resources.tiny_training import (
    BOX,
    Stopped,
    assert_equal_states,
    ignore,
    labelled_pictures,
    stop_after,
)

CONFIG = RecogniserConfig(("disc", "ball"), width=16, blocks=1)
RECIPE = RecogniserRecipe(steps=5, batch=2, rate=0.1)  # the warm-up keeps the first steps' rates small


def train(recipe: RecogniserRecipe, folder: Path, on_step=ignore) -> Recogniser:
    return train_recogniser(CONFIG, recipe, labelled_pictures, workspace=folder, device=CPU, on_step=on_step)


@pytest.mark.parametrize("stop", [1, 3])
def test_a_stopped_training_goes_on_to_the_same_bits(tmp_path, stop):
    whole = train(RECIPE, tmp_path / "whole")
    with pytest.raises(Stopped):
        train(RECIPE, tmp_path / "parts", stop_after(stop))
    parts = train(RECIPE, tmp_path / "parts")
    assert_equal_states(*(tmp_path / name / "recogniser.safetensors" for name in ("whole", "parts")))
    for (key, value), other in zip(whole.state_dict().items(), parts.state_dict().values(), strict=True):
        assert torch.equal(value, other), key


def test_the_loss_falls(tmp_path):
    pictures, labels = labelled_pictures(1)

    def loss(recogniser: Recogniser) -> float:
        with torch.no_grad():
            return detection_loss(*recogniser(images_to_tensor(pictures, CPU)), labels).item()

    torch.manual_seed(RECIPE.seed)
    before = loss(Recogniser(CONFIG))
    trained = train(replace(RECIPE, steps=20), tmp_path)
    assert not trained.training
    assert loss(trained) < 0.8 * before


def test_labels_are_numbers_in_the_order_of_the_names():
    assert labels_of(["apple", "cat"], [("cat", BOX), ("apple", BOX)]) == [(1, BOX), (0, BOX)]
