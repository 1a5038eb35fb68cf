"""tau_theta for text: a transformer on tokens, trained with the denoiser (paper section 3.3, appendix E.2.1).

State-dict keys follow the published checkpoints (`transformer.attn_layers.layers.0.1.to_q.weight`, ...).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True)
class TextEncoderConfig:
    """Shape of a text encoder; inner attention width is heads * head_channels, whatever the width."""

    vocabulary: int = 30_522
    max_tokens: int = 77
    width: int = 1280
    layers: int = 32
    heads: int = 8
    head_channels: int = 64


class SelfAttention(nn.Module):
    """Multi-head self-attention over tokens."""

    def __init__(self, width: int, heads: int, head_channels: int) -> None:
        super().__init__()
        self.heads = heads
        inner = heads * head_channels
        self.to_q = nn.Linear(width, inner, bias=False)
        self.to_k = nn.Linear(width, inner, bias=False)
        self.to_v = nn.Linear(width, inner, bias=False)
        self.to_out = nn.Linear(inner, width)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:  # [B,L,D], [B,L]
        q, k, v = (
            f(x).unflatten(-1, (self.heads, -1)).transpose(1, 2) for f in (self.to_q, self.to_k, self.to_v)
        )
        bias = None if mask is None else mask[:, None, None, :]
        return self.to_out(F.scaled_dot_product_attention(q, k, v, bias).transpose(1, 2).flatten(2))


class Mlp(nn.Module):
    """Linear to four times the width, GELU, linear back."""

    def __init__(self, width: int) -> None:
        super().__init__()
        # The published layout nests the first two and puts a dropout between; index 1 has no weights.
        self.net = nn.Sequential(
            nn.Sequential(nn.Linear(width, width * 4), nn.GELU()), nn.Identity(), nn.Linear(width * 4, width)
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x)


class AttentionLayers(nn.Module):
    """Pre-norm layers: attention at even indices, MLP at odd ones."""

    def __init__(self, config: TextEncoderConfig) -> None:
        super().__init__()
        self.layers = nn.ModuleList()
        for _ in range(config.layers):
            attention = SelfAttention(config.width, config.heads, config.head_channels)
            self.layers.append(nn.ModuleList([nn.LayerNorm(config.width), attention]))
            self.layers.append(nn.ModuleList([nn.LayerNorm(config.width), Mlp(config.width)]))

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        for pair in self.layers:
            norm, layer = pair.children()
            x = x + (layer(norm(x), mask) if isinstance(layer, SelfAttention) else layer(norm(x)))
        return x


class PositionEmbedding(nn.Module):
    """One learned vector a position."""

    def __init__(self, positions: int, width: int) -> None:
        super().__init__()
        self.emb = nn.Embedding(positions, width)


class TokenTransformer(nn.Module):
    """Token and position embeddings, attention layers, final norm."""

    def __init__(self, config: TextEncoderConfig) -> None:
        super().__init__()
        self.token_emb = nn.Embedding(config.vocabulary, config.width)
        self.pos_emb = PositionEmbedding(config.max_tokens, config.width)
        self.attn_layers = AttentionLayers(config)
        self.norm = nn.LayerNorm(config.width)
        nn.init.normal_(self.token_emb.weight, std=0.02)
        nn.init.normal_(self.pos_emb.emb.weight, std=0.02)

    def forward(self, ids: Tensor, mask: Tensor | None) -> Tensor:
        positions = torch.arange(ids.shape[1], device=ids.device)
        return self.norm(self.attn_layers(self.token_emb(ids) + self.pos_emb.emb(positions), mask))


class TextEncoder(nn.Module):
    """Token ids to a sequence of vectors for cross-attention."""

    def __init__(self, config: TextEncoderConfig) -> None:
        super().__init__()
        self.config = config
        self.transformer = TokenTransformer(config)

    def forward(self, ids: Tensor, mask: Tensor | None = None) -> Tensor:
        """ids [B,L] with L <= max_tokens, mask [B,L] (True: a real token) or None for all -> [B,L,width]."""
        return self.transformer(ids, mask)
