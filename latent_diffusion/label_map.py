"""Maps of labels: which of a palette's colours each pixel of a picture is meant to have."""

from __future__ import annotations

import torch
from torch import Tensor

STRIP = 65_536  # pixels at a time, so that 256 distances of each are 64 MB


def nearest_colours(pixels: Tensor, palette: Tensor) -> Tensor:
    """pixels [3,H,W] and palette [N,3], both uint8 -> int16 [H,W]: at each pixel the nearest colour's index.

    By the squared distance of red, green and blue; of colours as near as each other, the first.
    """
    flat = pixels.flatten(1).T.int()  # [H W, 3]
    codes = (flat[:, 0] << 16) | (flat[:, 1] << 8) | flat[:, 2]
    found = torch.empty(len(flat), dtype=torch.int16)
    for begin in range(0, len(flat), STRIP):
        unique, where = codes[begin : begin + STRIP].unique(return_inverse=True)  # a painting has few colours
        colours = torch.stack([unique >> 16, (unique >> 8) & 255, unique & 255], 1)  # [U, 3]
        distances = _squared_distances(colours.float(), palette.float()).int()  # [U, N]
        ranked = distances * len(palette) + torch.arange(len(palette))  # argmin may take any of equal ones
        found[begin : begin + STRIP] = (ranked.amin(1) % len(palette)).to(torch.int16)[where]
    return found.view(pixels.shape[1:])


def _squared_distances(a: Tensor, b: Tensor) -> Tensor:
    """a [U,3] and b [N,3], whole numbers to 255 -> [U,N]; exact, as no sum is beyond 2^24."""
    return a.square().sum(1)[:, None] - 2 * (a @ b.T) + b.square().sum(1)
