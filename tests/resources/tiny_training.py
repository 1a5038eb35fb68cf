"""Tiny data and helpers for training tests; every batch is a function of its number, as in the real data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor

from latent_diffusion.regions import Region
from latent_diffusion.training.denoiser_training import LatentBatch

CAPTIONS = ("a red apple", "two cats", "a dog above a blue car")
BOX = (0.25, 0.25, 0.75, 0.75)


class Stopped(Exception):
    """What a test raises to stop a training."""


def pictures(number: int, batch: int = 2, size: int = 32) -> Tensor:
    """Discs of a colour on a ground of another: uint8 [B,size,size,3]."""
    generator = torch.Generator().manual_seed(number)
    grid = torch.linspace(-1, 1, size)
    disc = (grid[:, None].square() + grid.square() < 0.4)[None, ..., None]
    colours = torch.randint(256, (2, batch, 1, 1, 3), generator=generator)
    return torch.where(disc, colours[0], colours[1]).to(torch.uint8)


def labelled_pictures(
    number: int,
) -> tuple[Tensor, list[list[tuple[int, tuple[float, float, float, float]]]]]:
    """The same discs, each an object of class 0 or 1 in its box."""
    return pictures(number), [[(number % 2, BOX)], [(1, BOX)]]


def latents(number: int) -> LatentBatch:
    """Two latents [2,4,8,8] with captions and layouts of one and two boxes."""
    noise = torch.randn(2, 4, 8, 8, generator=torch.Generator().manual_seed(number))
    captions = [CAPTIONS[(number + row) % len(CAPTIONS)] for row in range(2)]
    layouts = [[Region("cat", BOX)], [Region("red apple", BOX), Region("dog", (0.0, 0.0, 0.5, 0.5))]]
    return LatentBatch(noise, captions, layouts)


def ignore(step: int, steps: int, losses: dict[str, float]) -> None:
    """Take note of nothing."""


def stop_after(last: int) -> Callable[[int, int, dict[str, float]], None]:
    """Return an `on_step` that raises `Stopped` when `last` steps are finished."""

    def on_step(step: int, steps: int, losses: dict[str, float]) -> None:
        if step == last:
            raise Stopped

    return on_step


def assert_equal_states(a: Path, b: Path) -> None:
    """Compare two checkpoints tensor by tensor, bit by bit."""
    first, second = load_file(a), load_file(b)
    assert first.keys() == second.keys()
    different = [key for key in first if not torch.equal(first[key], second[key])]
    assert not different, f"{len(different)} of {len(first)} tensors differ: {different[:5]}"
