"""The denoising network: a time-conditional UNet with cross-attention (section 3.3; Dhariwal & Nichol 2021).

State-dict keys follow the published CompVis checkpoints (`input_blocks.1.0.in_layers.0.weight`, ...).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from latent_diffusion.modules.transformer import AttentionBlock, SpatialTransformer, zero_init


@dataclass(frozen=True)
class UNetConfig:
    """Shape of a UNet; `attention_downsampling` has the downsampling factors at which blocks attend."""

    in_channels: int = 4
    out_channels: int = 4
    model_channels: int = 320
    channel_mult: tuple[int, ...] = (1, 2, 4, 4)
    num_res_blocks: int = 2
    attention_downsampling: tuple[int, ...] = (4, 2, 1)
    heads: int = 8  # used where head_channels is 0
    head_channels: int = 0
    transformer_depth: int = 1
    context_width: int | None = 768  # None: unconditional self-attention blocks instead of transformers
    linear_projection: bool = False
    scale_shift_norm: bool = False
    resblock_updown: bool = False
    vector_width: int | None = None  # of a conditioning that is added to the time embedding
    attention_positions: bool = False  # add each cell's place in front of attention


def timestep_embedding(t: Tensor, width: int, max_period: float = 10_000.0) -> Tensor:
    """Return [B,width]: cosines, then sines, of t [B] at geometric frequencies (Vaswani et al. 2017)."""
    half = width // 2
    frequencies = torch.exp(-math.log(max_period) * torch.arange(half, device=t.device) / half)
    angles = t.float()[:, None] * frequencies
    return torch.cat([angles.cos(), angles.sin()], dim=-1)


class Downsample(nn.Module):
    """Halve height and width by a strided convolution."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.op = nn.Conv2d(channels, channels, 3, stride=2, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return self.op(x)


class Upsample(nn.Module):
    """Double height and width: nearest neighbour, then a convolution."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(F.interpolate(x, scale_factor=2.0, mode="nearest"))


class ResBlock(nn.Module):
    """Two convolutions with the time embedding between them; may change the width or the resolution."""

    def __init__(
        self, channels: int, emb_width: int, out_channels: int, scale_shift: bool, resample: str = ""
    ) -> None:
        super().__init__()
        self.scale_shift, self.resample = scale_shift, resample
        self.in_layers = nn.Sequential(
            nn.GroupNorm(32, channels), nn.SiLU(), nn.Conv2d(channels, out_channels, 3, padding=1)
        )
        self.emb_layers = nn.Sequential(
            nn.SiLU(), nn.Linear(emb_width, out_channels * (2 if scale_shift else 1))
        )
        self.out_layers = nn.Sequential(
            nn.GroupNorm(32, out_channels),
            nn.SiLU(),
            nn.Identity(),
            nn.Conv2d(out_channels, out_channels, 3, padding=1),
        )
        zero_init(self.out_layers[3])
        self.skip_connection = (
            nn.Identity() if channels == out_channels else nn.Conv2d(channels, out_channels, 1)
        )

    def forward(self, x: Tensor, emb: Tensor) -> Tensor:  # [B,Cin,h,w], [B,E] -> [B,Cout,h',w']
        norm, activation, conv = self.in_layers
        h = self._resampled(activation(norm(x)))
        x = self._resampled(x)
        h = conv(h)
        shift = self.emb_layers(emb)[:, :, None, None]
        norm, activation, dropout, conv = self.out_layers
        if self.scale_shift:
            scale, shift = shift.chunk(2, dim=1)
            h = norm(h) * (1 + scale) + shift
        else:
            h = norm(h + shift)
        return self.skip_connection(x) + conv(dropout(activation(h)))

    def _resampled(self, x: Tensor) -> Tensor:
        if self.resample == "down":
            return F.avg_pool2d(x, 2)
        if self.resample == "up":
            return F.interpolate(x, scale_factor=2.0, mode="nearest")
        return x


class Stage(nn.Sequential):
    """Layers of one entry of `input_blocks` or `output_blocks`, each given the arguments that it takes."""

    def forward(  # type: ignore[override]
        self, x: Tensor, emb: Tensor, context: Tensor | None, mask: Tensor | None
    ) -> Tensor:
        for layer in self:
            if isinstance(layer, ResBlock):
                x = layer(x, emb)
            elif isinstance(layer, SpatialTransformer):
                x = layer(x, context, mask)
            else:
                x = layer(x)
        return x


class UNet(nn.Module):
    """epsilon_theta(z_t, t, tau(y)): predicts what its parameterization says from a noisy latent."""

    def __init__(self, config: UNetConfig) -> None:
        super().__init__()
        self.config = config
        ch = config.model_channels
        emb = ch * 4
        self.time_embed = nn.Sequential(nn.Linear(ch, emb), nn.SiLU(), nn.Linear(emb, emb))
        if config.vector_width is not None:
            vector_mlp = nn.Sequential(nn.Linear(config.vector_width, emb), nn.SiLU(), nn.Linear(emb, emb))
            self.label_emb = nn.Sequential(vector_mlp)
        self.input_blocks = nn.ModuleList([Stage(nn.Conv2d(config.in_channels, ch, 3, padding=1))])
        skips, width, factor = [ch], ch, 1
        for level, mult in enumerate(config.channel_mult):
            for _ in range(config.num_res_blocks):
                self.input_blocks.append(Stage(*self._res_and_attention(width, ch * mult, factor)))
                width = ch * mult
                skips.append(width)
            if level < len(config.channel_mult) - 1:
                down = self._res(width, width, "down") if config.resblock_updown else Downsample(width)
                self.input_blocks.append(Stage(down))
                skips.append(width)
                factor *= 2
        self.middle_block = Stage(self._res(width, width), self._attention(width), self._res(width, width))
        self.output_blocks = nn.ModuleList()
        for level, mult in reversed(list(enumerate(config.channel_mult))):
            for index in range(config.num_res_blocks + 1):
                layers = self._res_and_attention(width + skips.pop(), ch * mult, factor)
                width = ch * mult
                if level > 0 and index == config.num_res_blocks:
                    layers.append(
                        self._res(width, width, "up") if config.resblock_updown else Upsample(width)
                    )
                    factor //= 2
                self.output_blocks.append(Stage(*layers))
        self.out = nn.Sequential(
            nn.GroupNorm(32, width), nn.SiLU(), nn.Conv2d(width, config.out_channels, 3, padding=1)
        )
        zero_init(self.out[2])

    def _res(self, width: int, out: int, resample: str = "") -> ResBlock:
        return ResBlock(width, self.config.model_channels * 4, out, self.config.scale_shift_norm, resample)

    def _attention(self, width: int) -> nn.Module:
        config = self.config
        heads = width // config.head_channels if config.head_channels else config.heads
        if config.context_width is None:
            return AttentionBlock(width, heads)
        return SpatialTransformer(
            width,
            heads,
            width // heads,
            config.transformer_depth,
            config.context_width,
            config.linear_projection,
            config.attention_positions,
        )

    def _res_and_attention(self, width: int, out: int, factor: int) -> list[nn.Module]:
        layers: list[nn.Module] = [self._res(width, out)]
        if factor in self.config.attention_downsampling:
            layers.append(self._attention(out))
        return layers

    def forward(
        self,
        x: Tensor,
        t: Tensor,
        context: Tensor | None = None,
        context_mask: Tensor | None = None,
        y: Tensor | None = None,
    ) -> Tensor:
        """x [B,C,h,w] noisy latents, t [B] timesteps, context [B,L,D] tokens, y [B,V] -> [B,Cout,h,w].

        `context_mask` [B,L] is true where a token may be attended to; none: everywhere.
        """
        emb = self.time_embed(timestep_embedding(t, self.config.model_channels).to(x.dtype))
        if y is not None:
            emb = emb + self.label_emb(y.to(x.dtype))
        skips = []
        for stage in self.input_blocks:
            x = stage(x, emb, context, context_mask)
            skips.append(x)
        x = self.middle_block(x, emb, context, context_mask)
        for stage in self.output_blocks:
            x = stage(torch.cat([x, skips.pop()], dim=1), emb, context, context_mask)
        return self.out(x)
