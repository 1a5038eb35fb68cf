"""Batches for the second stage: latents from a bank, with captions and layouts of the same scenes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch

from latent_diffusion.emoji_scenes.dataset import EmojiScenes
from latent_diffusion.emoji_scenes.scenes import SceneObject, caption, in_order_of_mention
from latent_diffusion.regions import Region
from latent_diffusion.training.conditioner_training import CaptionBatch
from latent_diffusion.training.denoiser_training import LatentBatch

CAPTION_STREAM = 2  # sets the random source of captions apart from those of scenes


@dataclass(frozen=True)
class SceneLatents:
    """The scenes 0 ... len(bank) - 1 again and again, described in other words each time."""

    bank: np.ndarray  # [N,C,h,w] float16
    scenes: EmojiScenes

    def batch(self, step: int, size: int) -> LatentBatch:
        """Return batch number `step` of `size` images."""
        numbers = np.arange(step * size, (step + 1) * size)
        indices = numbers % len(self.bank)
        words = describe(self.scenes, zip(indices.tolist(), numbers.tolist(), strict=True))
        latents = torch.from_numpy(self.bank[indices].astype(np.float32))
        return LatentBatch(latents, words.captions, words.layouts)


def describe(scenes: EmojiScenes, numbered: Iterable[tuple[int, int]]) -> CaptionBatch:
    """Return captions and layouts of scenes, given as (scene, number); another number has other words.

    The boxes of a layout are in the order in which the caption names them.
    """
    captions, layouts = [], []
    for index, number in numbered:
        scene = scenes.scene(index)
        words = np.random.Generator(np.random.PCG64([scenes.seed, CAPTION_STREAM, number]))
        text = caption(scene, words)
        captions.append(text)
        layouts.append(layout(in_order_of_mention(scene, text)))
    return CaptionBatch(captions, layouts)


def layout(objects: Iterable[SceneObject]) -> list[Region]:
    """Return the boxes of a scene's objects with their labels."""
    return [
        Region(o.label, (max(0.0, o.box[0]), max(0.0, o.box[1]), min(1.0, o.box[2]), min(1.0, o.box[3])))
        for o in objects
    ]
