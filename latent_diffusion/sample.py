"""Sampling from beginning to end: noise, grid, guidance, sampler, and the known part of an image."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from latent_diffusion.conditioning import Conditioning
from latent_diffusion.denoiser import Denoiser, LatentShapeError
from latent_diffusion.guidance import Guidance, guided
from latent_diffusion.sampling import SAMPLERS
from latent_diffusion.sampling.noise import NoiseSource
from latent_diffusion.sampling.solver import Callback, Denoise, no_callback
from latent_diffusion.sampling.spacing import sigma_grid


class SamplingError(ValueError):
    """A sampling was asked for with settings that do not describe one."""


@torch.no_grad()
def sample(
    denoiser: Denoiser,
    shape: tuple[int, int, int, int],
    positive: Conditioning | None = None,
    negative: Conditioning | None = None,
    *,
    seed: int = 0,
    first_index: int = 0,
    steps: int = 20,
    guidance: float | Guidance = 5.0,
    sampler: str = "dpmpp_2m",
    spacing: str = "karras",
    sampler_options: Mapping[str, Any] | None = None,
    start: Tensor | None = None,
    strength: float = 1.0,
    mask: Tensor | None = None,
    callback: Callback = no_callback,
) -> Tensor:
    """Draw latents [B, C, h, w], float32 on the denoiser's device; image k is `first_index + k` of the seed.

    With `start` and `strength` below 1 the sampling begins with `start` under noise and runs only the last
    strength * steps steps (SDEdit, Meng et al. 2022). With `mask` [1 or B, 1, h, w] only what is under 1 is
    new: where it is 0 the result equals `start`. The callback may raise to end the sampling.
    """
    _check(denoiser, shape, sampler, sampler_options or {}, start, strength, mask)
    if isinstance(guidance, int | float):
        guidance = Guidance(float(guidance))
    device, dtype, n = denoiser.device, denoiser.dtype, shape[0]
    positive = (positive or Conditioning()).batch_to(n).to(device, dtype)
    negative = negative.batch_to(n).to(device, dtype) if negative is not None else None
    denoiser.check(positive + (negative or Conditioning()))
    known = torch.zeros(shape) if start is None else start
    known = known.to(device, torch.float32).expand(shape)
    kept = max(1, round(strength * steps)) if strength > 0 else 0
    sigmas = sigma_grid(denoiser.schedule, steps, spacing)[steps - kept :]
    if kept == 0:
        return known.clone()

    source = NoiseSource(seed, shape, device, first_index)
    noise = source.draw()
    sigma = float(sigmas[0])
    whole = kept == steps
    x = noise * (1 + sigma**2) ** 0.5 if whole else known + sigma * noise  # whole: x_T ~ N(0, I)
    denoise = guided(denoiser, positive, negative, guidance)
    if mask is not None:
        mask = mask.to(device, torch.float32)
        denoise = keeping(denoise, known, noise, mask)
    solve = SAMPLERS[sampler]
    x = solve(denoise, x, sigmas, source.draw, callback=callback, **(sampler_options or {}))
    return x if mask is None else torch.where(mask == 0, known, mask * x + (1 - mask) * known)


def keeping(denoise: Denoise, known: Tensor, noise: Tensor, mask: Tensor) -> Denoise:
    """D that sees the known latent, at the current noise level, where the mask is 0, and returns it there.

    The noise is the one that the sampling began with, so that the known part moves along one path.
    """

    def denoise_unknown(x: Tensor, sigma: float) -> Tensor:
        x = mask * x + (1 - mask) * (known + sigma * noise)
        return mask * denoise(x, sigma) + (1 - mask) * known

    return denoise_unknown


def _check(
    denoiser: Denoiser,
    shape: tuple[int, ...],
    sampler: str,
    options: Mapping[str, Any],
    start: Tensor | None,
    strength: float,
    mask: Tensor | None,
) -> None:
    if len(shape) != 4 or min(shape) < 1 or shape[1] != denoiser.latent_channels:
        raise LatentShapeError(
            f"this denoiser draws latents [B, {denoiser.latent_channels}, h, w]; asked for {list(shape)}."
        )
    if sampler not in SAMPLERS:
        raise SamplingError(f"no sampler is named {sampler!r}; there are: {', '.join(SAMPLERS)}.")
    known = inspect.signature(SAMPLERS[sampler]).parameters.values()
    names = {p.name for p in known if p.kind is p.KEYWORD_ONLY} - {"callback"}
    if set(options) - names:
        unknown, there = ", ".join(sorted(set(options) - names)), ", ".join(sorted(names)) or "none"
        raise SamplingError(f"the sampler {sampler!r} has no option {unknown}; its options: {there}.")
    if not 0 <= strength <= 1:
        raise SamplingError(f"strength lies between 0 (keep all) and 1 (all new); got {strength}.")
    if start is None and (strength < 1 or mask is not None):
        raise SamplingError("a strength below 1 or a mask needs a latent to start from: connect one.")
    if start is not None and (
        start.ndim != 4 or start.shape[1:] != shape[1:] or len(start) not in (1, shape[0])
    ):
        raise LatentShapeError(f"the latent to start from is {list(start.shape)}; it must be {list(shape)}.")
    if mask is not None and (
        mask.ndim != 4 or mask.shape[1:] != (1, *shape[2:]) or len(mask) not in (1, shape[0])
    ):
        wanted = [shape[0], 1, *shape[2:]]
        raise LatentShapeError(
            f"the latent mask is {list(mask.shape)}; it must be {wanted}: resize it to the latent."
        )
