"""DDIM: the deterministic sampler, and all that lies between it and DDPM."""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor

from latent_diffusion.sampling.solver import Callback, Denoise, Draw, ancestral_step, no_callback


def ddim(
    denoise: Denoise,
    x: Tensor,
    sigmas: Tensor,
    draw: Draw,
    *,
    eta: float = 0.0,
    callback: Callback = no_callback,
) -> Tensor:
    """x' = D + sigma_down epsilon + sigma_up z (Song et al. 2021, Eq. 12 divided by sqrt(abar')).

    With eta = 0 this is Euler's method in sigma; with eta = 1 it is DDPM on the same grid.
    """
    for step, (sigma, sigma_next) in enumerate(pairwise(sigmas.tolist())):
        denoised = denoise(x, sigma)
        callback(step, len(sigmas) - 1, x, denoised)
        sigma_down, sigma_up = ancestral_step(sigma, sigma_next, eta)
        epsilon = (x - denoised) / sigma
        x = denoised + sigma_down * epsilon
        if sigma_up > 0:
            x = x + sigma_up * draw()
    return x
