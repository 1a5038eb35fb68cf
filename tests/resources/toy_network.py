"""A tiny network with every entrance that a denoiser's network has."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class ToyNetwork(nn.Module):
    """conv(x) + attended tokens + vector, scaled by t. `calls` remembers the batch size of every call."""

    def __init__(self, in_channels: int = 4, out_channels: int = 4, width: int = 6, vector: int = 3) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(0)
        self.conv = nn.Conv2d(in_channels, out_channels, 3, padding=1)
        self.to_score = nn.Linear(width, 1)
        self.to_value = nn.Linear(width, out_channels)
        self.to_shift = nn.Linear(vector, out_channels)
        for weight in self.parameters():
            nn.init.normal_(weight, std=0.2, generator=generator)
        self.calls: list[int] = []

    def forward(
        self,
        x: Tensor,
        t: Tensor,
        context: Tensor | None = None,
        context_mask: Tensor | None = None,
        y: Tensor | None = None,
    ) -> Tensor:
        self.calls.append(len(x))
        h = self.conv(x) + 1e-3 * t.view(-1, 1, 1, 1).to(x)
        if context is not None:
            score = self.to_score(context)  # [B, L, 1]
            if context_mask is not None:
                score = score.masked_fill(~context_mask[..., None], -torch.inf)
            attended = (score.softmax(1) * self.to_value(context)).sum(1)
            h = h + attended[..., None, None]
        if y is not None:
            h = h + self.to_shift(y)[..., None, None]
        return h
