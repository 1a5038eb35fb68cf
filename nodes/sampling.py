"""Sampling: from noise, or from a latent under noise, to a latent that the denoiser believes in."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from graph_engine import Run, Seed, node
from latent_diffusion.conditioning import Conditioning
from nodes.errors import ConditioningMissing, SizeMismatch, refusals
from nodes.models import load
from nodes.previews import false_colours
from nodes.values import DenoiserModel, Latent

if TYPE_CHECKING:
    from torch import Tensor

    from latent_diffusion.denoiser import Denoiser

SamplerName = Literal["dpmpp_2m", "euler", "heun", "ddim", "ddpm", "plms"]
SpacingName = Literal["karras", "uniform", "linspace", "trailing"]


@node(title="Sample latents", category="sampling", lane="device")
def sample_latents(
    denoiser: DenoiserModel,
    latent: Latent,
    positive: Conditioning | None = None,
    negative: Conditioning | None = None,
    seed: Annotated[int, Seed()] = 0,
    steps: Annotated[int, Field(ge=1, le=1000)] = 20,
    guidance: Annotated[float, Field(ge=0, le=30)] = 5.0,
    sampler: SamplerName = "dpmpp_2m",
    spacing: SpacingName = "karras",
    strength: Annotated[float, Field(ge=0, le=1)] = 1.0,
    eta: Annotated[float, Field(ge=0, le=1)] = 0.0,
    *,
    run: Run,
) -> Latent:
    """Draw latents from the denoiser, starting from noise or from `latent`.

    `strength` below 1 keeps something of the latent; its mask, if it has one, says what is drawn anew.
    `guidance` above 1 exaggerates `positive` against `negative`. `eta` is the noise that ddim adds back.
    """
    from latent_diffusion.sample import sample

    model = load(denoiser, run)
    given = model.null.routes() | (positive.routes() if positive else set())
    if "tokens" in model.routes - given:
        raise ConditioningMissing(
            "this denoiser attends to tokens, and none are connected to `positive`: connect encode_text "
            "(an empty text will do) or encode_regions."
        )

    check_size(model, latent)

    def tell(step: int, steps: int, x: Tensor, denoised: Tensor) -> None:
        run.progress(step + 1, steps)
        run.preview(partial(false_colours, denoised, run.preview_size))

    batch, channels, height, width = latent.samples.shape
    with refusals():
        samples = sample(
            model,
            (batch, channels, height, width),
            positive,
            negative,
            seed=seed,
            steps=steps,
            guidance=guidance,
            sampler=sampler,
            spacing=spacing,
            sampler_options={"eta": eta} if eta else None,
            start=latent.samples,
            strength=strength,
            mask=latent.mask,
            callback=tell,
        )
    return Latent(samples.cpu().contiguous(), latent.factor)


def check_size(denoiser: Denoiser, latent: Latent) -> None:
    """Raise `SizeMismatch` where the network can not halve the latent as often as it does."""
    from latent_diffusion.unet import UNet

    if not isinstance(denoiser.network, UNet):
        return
    cells = 2 ** (len(denoiser.network.config.channel_mult) - 1)
    side = cells * latent.factor
    if latent.width % side or latent.height % side:
        raise SizeMismatch(
            f"the latent is of pictures of {latent.width} x {latent.height} pixels, and this denoiser needs "
            f"multiples of {side}: give such a width and height, or resize or crop the picture first."
        )
