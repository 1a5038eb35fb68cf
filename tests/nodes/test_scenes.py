"""The data set as nodes: scenes are described, and drawn when somebody looks."""

from __future__ import annotations

import pytest
import torch

from graph_engine import Run
from latent_diffusion.emoji_scenes.compositor import EmojiFontMissing, find_font
from nodes.scenes import Scenes, compose_scenes, data_set, scene_pictures

try:
    find_font()
except EmojiFontMissing as missing:
    pytest.skip(str(missing), allow_module_level=True)


def test_composing_describes_a_data_set() -> None:
    assert compose_scenes(seed=3, split="held_out", objects=2, size=64) == Scenes(3, "held_out", 2, 64)


def test_pictures_come_with_their_captions_and_are_always_the_same() -> None:
    scenes = compose_scenes(seed=3, size=32)
    image, captions = scene_pictures(scenes, first=2, count=3)
    assert image.pixels.shape == (3, 3, 32, 32)
    assert 0 <= image.pixels.min() < image.pixels.max() <= 1
    assert captions == [data_set(scenes, Run()).example(index).caption for index in (2, 3, 4)]
    later, _ = scene_pictures(scenes, first=4, count=1)
    assert torch.equal(later.pixels[0], image.pixels[2])


def test_a_task_may_ask_for_another_number_of_objects() -> None:
    source = data_set(compose_scenes(objects=3, size=32), Run(), objects=1)
    assert {len(source.scene(index).objects) for index in range(8)} == {1}
