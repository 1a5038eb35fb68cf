"""Transformer blocks of the denoiser; attribute names are the keys of the published CompVis checkpoints."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def zero_init(layer: nn.Module) -> None:
    """Set a layer's weights and biases to zero, so that the block it ends starts as the identity."""
    for parameter in layer.parameters():
        nn.init.zeros_(parameter)


class GEGLU(nn.Module):
    """value * gelu(gate), both projected from x (Shazeer 2020)."""

    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.proj = nn.Linear(width, inner * 2)

    def forward(self, x: Tensor) -> Tensor:
        value, gate = self.proj(x).chunk(2, dim=-1)
        return value * F.gelu(gate)


class FeedForward(nn.Module):
    """GEGLU to `multiplier` times the width, and back."""

    def __init__(self, width: int, multiplier: int = 4) -> None:
        super().__init__()
        # Index 1 is the dropout of the published layout; it has no weights.
        self.net = nn.Sequential(
            GEGLU(width, width * multiplier), nn.Identity(), nn.Linear(width * multiplier, width)
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x)


class CrossAttention(nn.Module):
    """softmax(Q K^T / sqrt(d)) V; Q from x, K and V from the context, or from x without one (section 3.3)."""

    def __init__(self, width: int, context_width: int | None, heads: int, head_width: int) -> None:
        super().__init__()
        inner = heads * head_width
        self.heads = heads
        self.to_q = nn.Linear(width, inner, bias=False)
        self.to_k = nn.Linear(context_width or width, inner, bias=False)
        self.to_v = nn.Linear(context_width or width, inner, bias=False)
        self.to_out = nn.Sequential(nn.Linear(inner, width), nn.Identity())

    def forward(self, x: Tensor, context: Tensor | None = None, mask: Tensor | None = None) -> Tensor:
        """x [B,N,C], context [B,L,D], mask [B,L] (True: may be attended) -> [B,N,C]."""
        context = x if context is None else context
        q, k, v = (
            f(y).unflatten(-1, (self.heads, -1)).transpose(1, 2)  # [B,heads,N,d]
            for f, y in ((self.to_q, x), (self.to_k, context), (self.to_v, context))
        )
        bias = None if mask is None else mask[:, None, None, :]
        return self.to_out(F.scaled_dot_product_attention(q, k, v, bias).transpose(1, 2).flatten(2))


class BasicTransformerBlock(nn.Module):
    """Self-attention, cross-attention and feed-forward, each with a norm before and a residual."""

    def __init__(self, width: int, heads: int, head_width: int, context_width: int | None) -> None:
        super().__init__()
        self.attn1 = CrossAttention(width, None, heads, head_width)
        self.ff = FeedForward(width)
        self.attn2 = CrossAttention(width, context_width, heads, head_width)
        self.norm1 = nn.LayerNorm(width)
        self.norm2 = nn.LayerNorm(width)
        self.norm3 = nn.LayerNorm(width)

    def forward(self, x: Tensor, context: Tensor | None, mask: Tensor | None) -> Tensor:
        x = x + self.attn1(self.norm1(x))
        x = x + self.attn2(self.norm2(x), context, mask)
        return x + self.ff(self.norm3(x))


def position_grid(height: int, width: int, channels: int) -> Tensor:
    """Return [height * width, channels]: sines and cosines of y, then of x, of every cell's centre.

    Coordinates are parts of the picture, as those of boxes are, and go from half a turn a picture to eight:
    the vectors of a place are much the same at every resolution.
    """
    quarter = channels // 4
    frequencies = math.pi * 16.0 ** torch.linspace(0, 1, quarter)
    waves = []
    for cells in (height, width):
        angles = (torch.arange(cells) + 0.5)[:, None] / cells * frequencies
        waves.append(torch.cat([angles.sin(), angles.cos()], dim=1))  # [cells, channels / 2]
    rows, columns = waves
    grid = torch.cat([rows[:, None].expand(-1, width, -1), columns.expand(height, -1, -1)], dim=-1)
    return F.pad(grid.flatten(0, 1), (0, channels - 4 * quarter))


class SpatialTransformer(nn.Module):
    """Transformer blocks over the positions of a feature map, with a residual around all of them.

    With `positions` each cell's place is added to it, so that a query can look for what belongs there; the
    published networks leave that to the borders' padding.
    """

    def __init__(
        self,
        channels: int,
        heads: int,
        head_width: int,
        depth: int,
        context_width: int | None,
        linear_projection: bool,
        positions: bool = False,
    ) -> None:
        super().__init__()
        inner = heads * head_width
        self.linear_projection, self.positions = linear_projection, positions
        self.norm = nn.GroupNorm(32, channels, eps=1e-6)
        self.proj_in = nn.Linear(channels, inner) if linear_projection else nn.Conv2d(channels, inner, 1)
        self.transformer_blocks = nn.ModuleList(
            BasicTransformerBlock(inner, heads, head_width, context_width) for _ in range(depth)
        )
        self.proj_out = nn.Linear(inner, channels) if linear_projection else nn.Conv2d(inner, channels, 1)
        zero_init(self.proj_out)

    def forward(self, x: Tensor, context: Tensor | None, mask: Tensor | None) -> Tensor:
        """x [B,C,h,w], context [B,L,D], mask [B,L] -> [B,C,h,w]."""
        height, width = x.shape[-2:]
        h = self.norm(x)
        h = h if self.linear_projection else self.proj_in(h)
        h = h.permute(0, 2, 3, 1).flatten(1, 2)  # [B,hw,C]
        h = self.proj_in(h) if self.linear_projection else h
        if self.positions:
            h = h + position_grid(height, width, h.shape[-1]).to(h)
        for block in self.transformer_blocks:
            h = block(h, context, mask)
        h = self.proj_out(h) if self.linear_projection else h
        h = h.unflatten(1, (height, width)).permute(0, 3, 1, 2)  # [B,C,h,w]
        return x + (h if self.linear_projection else self.proj_out(h))


class AttentionBlock(nn.Module):
    """Self-attention of the unconditional models; `qkv` rows are head-major: [heads, 3, head width]."""

    def __init__(self, channels: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm = nn.GroupNorm(32, channels)
        self.qkv = nn.Conv1d(channels, channels * 3, 1)
        self.proj_out = nn.Conv1d(channels, channels, 1)
        zero_init(self.proj_out)

    def forward(self, x: Tensor) -> Tensor:  # [B,C,h,w]
        qkv = self.qkv(self.norm(x).flatten(2)).unflatten(1, (self.heads, 3, -1))  # [B,heads,3,d,hw]
        q, k, v = (part.transpose(-1, -2) for part in qkv.unbind(2))  # [B,heads,hw,d]
        h = F.scaled_dot_product_attention(q, k, v).transpose(-1, -2).flatten(1, 2)  # [B,C,hw]
        return x + self.proj_out(h).unflatten(2, x.shape[-2:])
