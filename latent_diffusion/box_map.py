"""tau_theta for boxes as a map beside the latent: every cell knows which box it is in, and where in it."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn


class BoxMapEncoder(nn.Module):
    """Boxes with labels to channels that are concatenated to the latent (paper section 4.3.1, `concat`).

    Attention has to work out, for each cell, how far into a box it lies; here it is told: from the label's
    vector and the cell's place within the box a small network makes the cell's channels. Boxes that share a
    cell are added up, and a cell in no box is zero.
    """

    def __init__(self, phrase_width: int, channels: int, width: int = 192, frequencies: int = 6) -> None:
        super().__init__()
        self.channels, self.frequencies = channels, frequencies
        self.phrase = nn.Linear(phrase_width, 2 * width)
        self.place = nn.Linear(8 * frequencies + 1, width)
        self.mlp = nn.Sequential(nn.SiLU(), nn.Linear(width, width), nn.SiLU(), nn.Linear(width, channels))

    def forward(self, phrases: Tensor, boxes: Tensor, mask: Tensor, size: tuple[int, int]) -> Tensor:
        """phrases [B,N,P], boxes [B,N,4] as parts of the picture, mask [B,N] -> [B,channels,*size]."""
        height, width = size
        place, coverage = self._places(boxes, height, width)  # [B,N,h,w,F], [B,N,h,w]
        image, box, row, column = ((coverage > 0) & mask[..., None, None]).nonzero(as_tuple=True)
        scale, shift = self.phrase(phrases)[image, box].chunk(2, dim=-1)
        cells = self.mlp(self.place(place[image, box, row, column]) * (1 + scale) + shift)
        flat = cells.new_zeros(len(boxes) * height * width, self.channels)
        flat = flat.index_add(0, (image * height + row) * width + column, cells)
        return flat.unflatten(0, (len(boxes), height, width)).permute(0, 3, 1, 2)

    def _places(self, boxes: Tensor, height: int, width: int) -> tuple[Tensor, Tensor]:
        """Return waves of each cell's place within a box and of the box's size, and how much it covers."""
        x0, y0, x1, y1 = (side[..., None] for side in boxes.unbind(-1))  # [B,N,1] each
        x, x_covered = _along(x0, x1, width)  # [B,N,w]
        y, y_covered = _along(y0, y1, height)
        coverage = y_covered[..., :, None] * x_covered[..., None, :]
        numbers = (
            x[..., None, :].expand_as(coverage),
            y[..., :, None].expand_as(coverage),
            (x1 - x0)[..., None].expand_as(coverage),
            (y1 - y0)[..., None].expand_as(coverage),
        )
        scale = 2.0 ** torch.arange(self.frequencies, device=boxes.device)
        angles = math.pi / 2 * torch.stack(numbers, dim=-1)[..., None] * scale  # [B,N,h,w,4,F]
        waves = torch.cat([angles.sin(), angles.cos()], dim=-1).flatten(-2)
        return torch.cat([waves, coverage[..., None]], dim=-1), coverage


def _along(start: Tensor, end: Tensor, cells: int) -> tuple[Tensor, Tensor]:
    """Return, along one axis, cells' middles as parts of a box [B,N,cells] and the parts of cells in it."""
    edges = torch.arange(cells + 1, device=start.device) / cells
    low, high = edges[:-1], edges[1:]
    covered = (torch.minimum(end, high) - torch.maximum(start, low)).clamp(min=0) * cells
    return ((low + high) / 2 - start) / (end - start).clamp(min=1e-6), covered
