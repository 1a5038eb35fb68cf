"""Where noise comes from: one CPU generator an image, so that an image does not depend on its batch."""

from __future__ import annotations

import hashlib

import torch
from torch import Tensor

SEED_LIMIT = 2**64


class SeedError(ValueError):
    """A seed is not one that a generator takes."""


class NoiseSource:
    """Standard normal noise, float32 from the CPU, for images first_index, first_index + 1, ... of a seed.

    Image 0 uses the seed itself, as a single image does in diffusers; the others seeds derived from it.
    """

    def __init__(
        self, seed: int, shape: tuple[int, ...], device: torch.device | str = "cpu", first_index: int = 0
    ) -> None:
        """`shape` is that of the batch, [B, C, h, w]."""
        count, *self._image_shape = shape
        self._device = torch.device(device)
        self._generators = [
            torch.Generator("cpu").manual_seed(image_seed(seed, first_index + k)) for k in range(count)
        ]

    def draw(self) -> Tensor:
        """The next noise of each image: [B, C, h, w]."""
        noise = [torch.randn(self._image_shape, generator=generator) for generator in self._generators]
        return torch.stack(noise).to(self._device)


def image_seed(seed: int, index: int) -> int:
    """The seed of image `index`: itself for 0, else a hash, so that batches of near seeds share nothing."""
    if not 0 <= seed < SEED_LIMIT or index < 0:
        raise SeedError(
            f"a seed is a whole number from 0 to 2^64 - 1 and an index not negative; got {seed}, {index}."
        )
    if index == 0:
        return seed
    return int.from_bytes(hashlib.blake2b(f"{seed}/{index}".encode(), digest_size=8).digest(), "big")
