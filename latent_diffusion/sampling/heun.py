"""Heun's method on the probability flow ODE."""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor

from latent_diffusion.sampling.solver import Callback, Denoise, Draw, no_callback


def heun(
    denoise: Denoise, x: Tensor, sigmas: Tensor, draw: Draw, *, callback: Callback = no_callback
) -> Tensor:
    """Heun's second order: two evaluations a step, one in the step to 0 (Karras et al. 2022, Alg. 1)."""
    for step, (sigma, sigma_next) in enumerate(pairwise(sigmas.tolist())):
        denoised = denoise(x, sigma)
        callback(step, len(sigmas) - 1, x, denoised)
        d = (x - denoised) / sigma
        x_next = x + d * (sigma_next - sigma)
        if sigma_next > 0:
            d_next = (x_next - denoise(x_next, sigma_next)) / sigma_next
            x_next = x + (d + d_next) / 2 * (sigma_next - sigma)
        x = x_next
    return x
