"""Euler's method on the probability flow ODE."""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor

from latent_diffusion.sampling.solver import Callback, Denoise, Draw, no_callback


def euler(
    denoise: Denoise, x: Tensor, sigmas: Tensor, draw: Draw, *, callback: Callback = no_callback
) -> Tensor:
    """Euler's method on dx/dsigma = (x - D) / sigma (Karras et al. 2022, Alg. 1 without the second order)."""
    for step, (sigma, sigma_next) in enumerate(pairwise(sigmas.tolist())):
        denoised = denoise(x, sigma)
        callback(step, len(sigmas) - 1, x, denoised)
        d = (x - denoised) / sigma
        x = x + d * (sigma_next - sigma)
    return x
