"""Batches of emoji scenes, each a function of its number: nothing is stored and training goes on anywhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from latent_diffusion.emoji_scenes.compositor import Compositor
from latent_diffusion.emoji_scenes.scenes import Scene, Split, caption, draw_scene, scene_generator


@dataclass(frozen=True)
class Example:
    """One scene with its caption and picture (uint8 [size,size,3])."""

    scene: Scene
    caption: str
    picture: np.ndarray


@dataclass(frozen=True)
class EmojiScenes:
    """The data set: scenes number 0, 1, 2, ... of a split, for a seed."""

    compositor: Compositor
    seed: int = 0
    split: Split = "train"
    objects: int = 0  # in each scene; 0: one to four

    def scene(self, index: int) -> Scene:
        """Return what is in scene `index`, without drawing it."""
        rng = scene_generator(self.seed, self.split, index)
        return draw_scene(rng, self.compositor.aspects, self.split, self.objects)

    def example(self, index: int) -> Example:
        """Return scene `index`, the same at every call."""
        rng = scene_generator(self.seed, self.split, index)
        scene = draw_scene(rng, self.compositor.aspects, self.split, self.objects)
        return Example(scene, caption(scene, rng), self.compositor.render(scene))

    def batch(self, number: int, size: int) -> list[Example]:
        """Return scenes number * size ... number * size + size - 1."""
        return self.range(number * size, size)

    def range(self, first: int, count: int) -> list[Example]:
        """Return `count` scenes from number `first`."""
        return [self.example(index) for index in range(first, first + count)]


def pictures(examples: list[Example]) -> Tensor:
    """Stack the pictures of examples: uint8 [B,size,size,3]."""
    return torch.from_numpy(np.stack([e.picture for e in examples]))
