"""The first stage: encoder E, decoder D and the regularisation between them (paper section 3.1, appendix G).

State-dict keys follow the published CompVis checkpoints (`encoder.down.0.block.0.conv1.weight`, ...).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from latent_diffusion.distribution import DiagonalGaussian
from latent_diffusion.modules.autoencoder_blocks import Downsample, Level, Middle, Upsample, group_norm
from latent_diffusion.vector_quantizer import VectorQuantizer

INITIAL_LOGVAR = -6.0


@dataclass(frozen=True)
class AutoencoderConfig:
    """Shape of a first stage; the downsampling factor is f = patch * 2^(len(ch_mult) - 1)."""

    ch: int = 128
    ch_mult: tuple[int, ...] = (1, 2, 4)
    num_res_blocks: int = 2
    z_channels: int = 3
    embed_dim: int = 3
    regularization: Literal["kl", "vq"] = "kl"
    codebook_size: int = 8192  # of VQ only
    attention_levels: tuple[int, ...] = ()
    mid_attention: bool = True
    patch: int = (
        1  # pixels are folded into channels by `patch` before the first convolution, and unfolded at the end
    )
    image_channels: int = 3

    @property
    def factor(self) -> int:
        """The downsampling factor f: pixels along a side of one latent cell."""
        return self.patch * 2 ** (len(self.ch_mult) - 1)


class Encoder(nn.Module):
    """Image [B,3,H,W] to features [B, z or 2z, H/f, W/f]."""

    def __init__(self, config: AutoencoderConfig) -> None:
        super().__init__()
        self.patch = config.patch
        widths = [config.ch * m for m in config.ch_mult]
        self.conv_in = nn.Conv2d(config.image_channels * config.patch**2, config.ch, 3, padding=1)
        self.down = nn.ModuleList()
        previous = config.ch
        for index, width in enumerate(widths):
            level = Level([previous] + [width] * config.num_res_blocks, index in config.attention_levels)
            if index < len(widths) - 1:
                level.downsample = Downsample(width)
            self.down.append(level)
            previous = width
        self.mid = Middle(previous, config.mid_attention)
        self.norm_out = group_norm(previous)
        moments = 2 if config.regularization == "kl" else 1
        self.conv_out = nn.Conv2d(previous, moments * config.z_channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        h = self.conv_in(F.pixel_unshuffle(x, self.patch))
        for level in self.down:
            h = level(h)
        return self.conv_out(F.silu(self.norm_out(self.mid(h))))


class Decoder(nn.Module):
    """Latent [B,z,h,w] to image [B,3,f*h,f*w]."""

    def __init__(self, config: AutoencoderConfig) -> None:
        super().__init__()
        self.patch = config.patch
        widths = [config.ch * m for m in config.ch_mult]
        previous = widths[-1]
        self.conv_in = nn.Conv2d(config.z_channels, previous, 3, padding=1)
        self.mid = Middle(previous, config.mid_attention)
        levels: list[Level] = []
        for index in reversed(range(len(widths))):
            level = Level(
                [previous] + [widths[index]] * (config.num_res_blocks + 1), index in config.attention_levels
            )
            if index > 0:
                level.upsample = Upsample(widths[index])
            levels.insert(0, level)  # published keys count the levels from the output side
            previous = widths[index]
        self.up = nn.ModuleList(levels)
        self.norm_out = group_norm(previous)
        self.conv_out = nn.Conv2d(previous, config.image_channels * config.patch**2, 3, padding=1)

    def forward(self, z: Tensor) -> Tensor:
        h = self.mid(self.conv_in(z))
        for level in reversed(self.up):
            h = level(h)
        return F.pixel_shuffle(self.conv_out(F.silu(self.norm_out(h))), self.patch)


class Autoencoder(nn.Module):
    """E and D with KL or VQ regularisation. Images are in [-1, 1].

    The latent that a denoiser sees is scaled: z = (latent - mean) / std, component by component (paper
    appendix G, with one number per channel), so that it has about unit variance.
    """

    latent_mean: Tensor  # [1,C,1,1]
    latent_std: Tensor  # [1,C,1,1]

    def __init__(self, config: AutoencoderConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)
        moments = 2 if config.regularization == "kl" else 1
        self.quant_conv = nn.Conv2d(moments * config.z_channels, moments * config.embed_dim, 1)
        self.post_quant_conv = nn.Conv2d(config.embed_dim, config.z_channels, 1)
        if config.regularization == "vq":
            self.quantize = VectorQuantizer(config.codebook_size, config.embed_dim)
        else:  # a posterior as wide as the prior would drown the first thousands of steps in noise
            with torch.no_grad():
                self.quant_conv.get_parameter("bias")[config.embed_dim :] = INITIAL_LOGVAR
        self.register_buffer("latent_mean", torch.zeros(1, config.embed_dim, 1, 1))
        self.register_buffer("latent_std", torch.ones(1, config.embed_dim, 1, 1))

    def posterior(self, image: Tensor) -> DiagonalGaussian:
        """Return q(z | image) of a KL autoencoder, unscaled."""
        return DiagonalGaussian.from_moments(self.quant_conv(self.encoder(image)))

    def encode(self, image: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Encode [B,3,H,W] in [-1,1] to scaled latents [B,C,H/f,W/f]: the mean, or with a generator a sample.

        A VQ autoencoder gives the latent before quantisation, as the paper's denoisers are trained on.
        """
        if self.config.regularization == "vq":
            latent = self.quant_conv(self.encoder(image))
        else:
            posterior = self.posterior(image)
            latent = posterior.mode() if generator is None else posterior.sample(generator)
        return (latent - self.latent_mean) / self.latent_std

    def decode(self, z: Tensor) -> Tensor:
        """Decode scaled latents [B,C,h,w] to images [B,3,f*h,f*w], about [-1,1]."""
        latent = z * self.latent_std + self.latent_mean
        if self.config.regularization == "vq":
            latent = self.quantize(latent).latent
        return self.decode_unscaled(latent)

    def decode_unscaled(self, latent: Tensor) -> Tensor:
        """Decode a latent as the regularisation leaves it."""
        return self.decoder(self.post_quant_conv(latent))

    @torch.no_grad()
    def set_latent_scale(self, latents: Tensor) -> None:
        """Take mean and standard deviation of each channel from unscaled latents [N,C,h,w]."""
        self.latent_mean.copy_(latents.mean(dim=(0, 2, 3), keepdim=True))
        self.latent_std.copy_(latents.std(dim=(0, 2, 3), keepdim=True))
