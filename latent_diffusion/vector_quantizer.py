"""The VQ regularisation of the first stage: each latent vector becomes the nearest codebook entry."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor, nn


class Quantized(NamedTuple):
    """A quantized latent, what the quantization costs in training, and the entries chosen."""

    latent: Tensor  # [B, D, h, w]
    loss: Tensor  # scalar
    indices: Tensor  # [B, h, w]


class VectorQuantizer(nn.Module):
    """Nearest codebook entry with a straight-through gradient (van den Oord et al. 2017, Eq. 3).

    `legacy` keeps the order of the released first stages, whose beta weighs the codebook term instead of the
    commitment. Checkpoint key: `embedding.weight` [entries, dimension].
    """

    def __init__(self, entries: int, dimension: int, beta: float = 0.25, legacy: bool = False) -> None:
        super().__init__()
        self.beta = beta
        self.legacy = legacy
        self.embedding = nn.Embedding(entries, dimension)
        nn.init.uniform_(self.embedding.weight, -1 / entries, 1 / entries)

    def forward(self, z: Tensor) -> Quantized:
        """z [B, D, h, w] -> its quantization; the gradient of the latent passes to z unchanged."""
        flat = z.permute(0, 2, 3, 1).flatten(0, 2)  # [B h w, D]
        codebook = self.embedding.weight  # [entries, D]
        distances = codebook.square().sum(1) - 2 * flat @ codebook.T  # |z - e|^2 - |z|^2: [B h w, entries]
        indices = distances.argmin(1).view(z.shape[0], *z.shape[2:])  # [B, h, w]
        z_q = self.lookup(indices)
        to_codebook = (z_q - z.detach()).square().mean()
        commitment = (z_q.detach() - z).square().mean()
        full, weighted = (commitment, to_codebook) if self.legacy else (to_codebook, commitment)
        return Quantized(z + (z_q - z).detach(), full + self.beta * weighted, indices)

    def lookup(self, indices: Tensor) -> Tensor:
        """The codebook's entries at indices [B, h, w]: [B, D, h, w]."""
        entries: Tensor = self.embedding(indices)  # [B, h, w, D]
        return entries.movedim(-1, 1).contiguous()
