"""Latents without a picture, and which part of a latent is to be drawn anew."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from graph_engine import Run, node
from nodes.errors import SizeMismatch, refusals
from nodes.models import load
from nodes.values import AutoencoderModel, Latent, Mask

Side = Annotated[int, Field(ge=8, le=4096)]


@node(title="Empty latent", category="latent")
def empty_latent(
    autoencoder: AutoencoderModel,
    width: Side = 128,
    height: Side = 128,
    batch: Annotated[int, Field(ge=1, le=256)] = 1,
    *,
    run: Run,
) -> Latent:
    """Latents for pictures of this size, in the form of this autoencoder's, to be sampled from noise."""
    import torch

    config = load(autoencoder, run).config
    if width % config.factor or height % config.factor:
        raise SizeMismatch(
            f"pictures of {width} x {height} pixels have no latent of this autoencoder: width and height "
            f"must be multiples of {config.factor}."
        )
    shape = (batch, config.embed_dim, height // config.factor, width // config.factor)
    return Latent(torch.zeros(shape), config.factor)


@node(title="Repeat latent", category="latent")
def repeat_latent(latent: Latent, count: Annotated[int, Field(ge=1, le=256)] = 1) -> Latent:
    """The latents `count` times over, to draw several variants of them at once."""
    mask = latent.mask if latent.mask is None or len(latent.mask) == 1 else latent.mask.repeat(count, 1, 1, 1)
    return Latent(latent.samples.repeat(count, 1, 1, 1), latent.factor, mask)


@node(title="Set latent mask", category="latent")
def set_latent_mask(latent: Latent, mask: Mask) -> Latent:
    """The latent, of which a sampling draws anew only what the mask covers, and keeps the rest."""
    from latent_diffusion import masks

    if (mask.width, mask.height) != (latent.width, latent.height):
        raise SizeMismatch(
            f"the mask is {mask.width} x {mask.height} pixels, and the latent is of pictures of "
            f"{latent.width} x {latent.height}: put `resize_mask` between them."
        )
    if len(mask.values) not in (1, len(latent.samples)):
        raise SizeMismatch(
            f"there are {len(mask.values)} masks for {len(latent.samples)} latents: give 1, or as many."
        )
    with refusals():
        return Latent(latent.samples, latent.factor, masks.to_latent(mask.values, *latent.samples.shape[2:]))
