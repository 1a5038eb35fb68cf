import numpy as np
import torch

from latent_diffusion.emoji_scenes.dataset import EmojiScenes, pictures


def test_an_example_is_the_same_at_every_call(compositor):
    first, again = (EmojiScenes(compositor, seed=3).example(12) for _ in range(2))
    assert (first.scene, first.caption) == (again.scene, again.caption)
    assert (first.picture == again.picture).all()


def test_a_batch_is_the_next_scenes_whatever_came_before(compositor):
    scenes = EmojiScenes(compositor)
    batch = scenes.batch(2, 3)
    assert [e.caption for e in batch] == [scenes.example(index).caption for index in (6, 7, 8)]


def test_the_scene_alone_is_that_of_the_example(compositor):
    scenes = EmojiScenes(compositor, split="held_out", objects=2)
    assert scenes.scene(4) == scenes.example(4).scene


def test_the_number_of_objects_may_be_given(compositor):
    scenes = EmojiScenes(compositor, objects=1)
    assert {len(scenes.scene(index).objects) for index in range(20)} == {1}


def test_pictures_are_stacked_as_bytes(compositor):
    batch = EmojiScenes(compositor).batch(0, 2)
    stacked = pictures(batch)
    assert (stacked.shape, stacked.dtype) == ((2, 64, 64, 3), torch.uint8)
    assert (stacked[1].numpy() == np.asarray(batch[1].picture)).all()
