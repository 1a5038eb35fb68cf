"""tau_theta for boxes, in two ways: discrete tokens (the paper's layout model) and continuous (GLIGEN)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from latent_diffusion.text_encoder import TextEncoder, TextEncoderConfig


class BoxEncoder(nn.Module):
    """One token a box from the mean of its label's word vectors and Fourier features of its corners.

    Li et al. 2023 (GLIGEN), equation 4: g = MLP(phrase, Fourier(box)), appended to the caption's tokens.
    """

    def __init__(self, phrase_width: int, width: int, frequencies: int = 8) -> None:
        super().__init__()
        self.frequencies = frequencies
        self.mlp = nn.Sequential(
            nn.Linear(phrase_width + 8 * frequencies, width),
            nn.SiLU(),
            nn.Linear(width, width),
            nn.SiLU(),
            nn.Linear(width, width),
        )
        self.norm = nn.LayerNorm(width)

    def forward(self, phrases: Tensor, boxes: Tensor) -> Tensor:
        """phrases [B,N,P], boxes [B,N,4] as parts of the picture -> tokens [B,N,width]."""
        scale = 100.0 ** (torch.arange(self.frequencies, device=boxes.device) / self.frequencies)
        angles = math.pi / 2 * boxes[..., None] * scale  # [B,N,4,F]
        fourier = torch.cat([angles.sin(), angles.cos()], dim=-1).flatten(2)
        return self.norm(self.mlp(torch.cat([phrases, fourier], dim=-1)))


@dataclass(frozen=True)
class BoxTokenizer:
    """Boxes as (class, top-left, bottom-right) triples over one vocabulary of classes and grid positions.

    The layout tokens of the paper's models (appendix E.2.1): 30 objects and the two corners of the crop are
    92 tokens of 8192; a grid of 90 x 90 positions shares the numbers with the classes, told apart by place.
    """

    vocabulary: int = 8192
    objects: int = 30

    @property
    def grid(self) -> int:
        """Positions along a side of the picture."""
        return math.isqrt(self.vocabulary)

    @property
    def pad(self) -> int:
        """The token of a place that no object fills."""
        return self.vocabulary - 1

    def position(self, x: float, y: float) -> int:
        """Return the token of a point, each coordinate in [0, 1]."""
        last = self.grid - 1
        return round(y * last) * self.grid + round(x * last)

    def point(self, token: int) -> tuple[float, float]:
        """Return the point that a position token stands for."""
        last = self.grid - 1
        return (token % self.grid) / last, (token // self.grid) / last

    def encode(
        self,
        classes: Sequence[int],
        boxes: Sequence[tuple[float, float, float, float]],
        crop: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0),
    ) -> list[int]:
        """Return 3 * objects + 2 tokens; boxes beyond the limit are left out, free places padded."""
        tokens: list[int] = []
        for index, (x0, y0, x1, y1) in list(zip(classes, boxes, strict=True))[: self.objects]:
            tokens += [index, self.position(x0, y0), self.position(x1, y1)]
        tokens += [self.pad] * (3 * self.objects - len(tokens))
        return [*tokens, self.position(*crop[:2]), self.position(*crop[2:])]


class DiscreteBoxEncoder(TextEncoder):
    """The paper's layout encoder: the text transformer over box tokens [B,92] (512 wide, 16 layers there)."""

    def __init__(self, tokenizer: BoxTokenizer | None = None, width: int = 512, layers: int = 16) -> None:
        tokenizer = tokenizer or BoxTokenizer()
        super().__init__(TextEncoderConfig(tokenizer.vocabulary, 3 * tokenizer.objects + 2, width, layers))
        self.tokenizer = tokenizer
