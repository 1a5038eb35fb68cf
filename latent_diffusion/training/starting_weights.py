"""Weights to go on training from: copies, as what the model pool gives out is shared and never changed."""

from __future__ import annotations

import copy
from typing import TypeVar

import torch
from torch import nn

from latent_diffusion.conditioner import Conditioner
from latent_diffusion.denoiser import Denoiser
from latent_diffusion.schedule import NoiseSchedule
from latent_diffusion.unet import UNet

M = TypeVar("M", bound=nn.Module)


class StartingWeightsError(ValueError):
    """Weights that a training cannot go on from."""


def trainable_copy(module: M) -> M:
    """Return a copy of a network with every weight free to move; the network itself stays as it is."""
    return copy.deepcopy(module).requires_grad_(True)


def networks_to_continue(
    denoiser: Denoiser | None, conditioner: Conditioner | None, latent_channels: int
) -> tuple[UNet | None, Conditioner | None]:
    """Return trainable copies of the networks of a second stage, None for each that is to be new.

    A conditioner alone has learnt to read and gets a new denoiser. Raises `StartingWeightsError` where a
    denoiser comes without its conditioner, or where they do not fit each other, latents of
    `latent_channels` channels, or the noise schedule of training.
    """
    if conditioner is not None and not conditioner.config.boxes:
        raise StartingWeightsError(
            "training shows captions and boxes, and this conditioner has no box encoder; "
            "connect one that has, or start from nothing."
        )
    if denoiser is None:
        return None, None if conditioner is None else trainable_copy(conditioner)
    if conditioner is None:
        raise StartingWeightsError(
            "training goes on from a denoiser and its conditioner together, and only the denoiser is given; "
            "connect the conditioner that was trained with it, or neither, to start from nothing."
        )
    unet = denoiser.network
    if not isinstance(unet, UNet):
        raise StartingWeightsError(
            f"training goes on from a UNet, and this denoiser is a {type(unet).__name__}."
        )
    channels = (unet.config.in_channels, unet.config.out_channels)
    beside = conditioner.config.map_channels
    if channels != (latent_channels + beside, latent_channels):
        raise StartingWeightsError(
            f"the denoiser takes {channels[0]} channels and gives {channels[1]}, the latents of the "
            f"autoencoder have {latent_channels} and the conditioner's map of boxes {beside}; connect the "
            "autoencoder and the conditioner that the denoiser was trained with."
        )
    widths = (unet.config.context_width, conditioner.config.text.width)
    if widths[0] != widths[1]:
        raise StartingWeightsError(
            f"the denoiser attends to tokens of width {widths[0]}, and the conditioner makes them "
            f"{widths[1]} wide; connect the conditioner that was trained with it."
        )
    if not torch.equal(denoiser.schedule.alphas_cumprod, NoiseSchedule.scaled_linear().alphas_cumprod):
        raise StartingWeightsError(
            "the denoiser was trained on another noise schedule than training uses (scaled linear, "
            "0.00085 to 0.012); start from nothing."
        )
    return trainable_copy(unet), trainable_copy(conditioner)
