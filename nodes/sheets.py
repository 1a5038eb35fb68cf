"""Sheets of pictures that show how far a training is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph_engine import Run
from nodes.previews import small_file

if TYPE_CHECKING:
    from torch import Tensor

    from latent_diffusion.autoencoder import Autoencoder
    from latent_diffusion.conditioner import Conditioner
    from latent_diffusion.emoji_scenes.dataset import Example
    from latent_diffusion.unet import UNet


def reconstructions(run: Run, images: Tensor, autoencoder: Autoencoder) -> bytes:
    """Show images [B,3,H,W] in [-1,1] above what the autoencoder makes of them; returns the PNG."""
    import torch

    from latent_diffusion.emoji_scenes.report import grid

    decoded = autoencoder.decode(autoencoder.encode(images))
    labels = ["scene"] * len(images) + ["reconstruction"] * len(images)
    return _shown(run, grid(torch.cat([images, decoded]), labels))


def samples(
    run: Run,
    autoencoder: Autoencoder,
    pixels: int,
    parameterization: str,
    examples: list[Example],
    unet: UNet,
    conditioner: Conditioner,
) -> bytes:
    """Show what the denoiser draws of scenes from captions alone, and with boxes; returns the PNG."""
    import torch

    from latent_diffusion.conditioning import Conditioning
    from latent_diffusion.denoiser import Denoiser
    from latent_diffusion.emoji_scenes.latents import layout
    from latent_diffusion.emoji_scenes.report import grid
    from latent_diffusion.sample import sample
    from latent_diffusion.schedule import NoiseSchedule

    config = unet.config
    z, size = config.out_channels, pixels // autoencoder.config.factor
    beside = config.in_channels - z
    denoiser = Denoiser(
        unet,
        NoiseSchedule.scaled_linear(),
        parameterization,
        z,
        concat_channels=beside,
        routes=frozenset({"tokens", "channels"}),
        null=Conditioning.of(channels=torch.zeros(1, beside, 1, 1)) if beside else Conditioning(),
    )
    shape = (len(examples), z, size, size)
    captions = [example.caption for example in examples]
    by_caption = conditioner.encode_text(captions)
    by_boxes = conditioner.encode_regions(
        [layout(example.scene.objects) for example in examples], (size, size)
    )
    nothing = conditioner.encode_text([""] * len(captions))
    pictures = [
        autoencoder.decode(
            sample(denoiser, shape, positive, nothing, steps=12, guidance=2.0).to(autoencoder.latent_mean)
        )
        for positive in (by_caption, by_caption + by_boxes)
    ]
    return _shown(run, grid(torch.cat(pictures), captions + [f"{text}, with boxes" for text in captions]))


def _shown(run: Run, sheet: bytes) -> bytes:
    run.preview(lambda: small_file(sheet, run.preview_size))
    return sheet
