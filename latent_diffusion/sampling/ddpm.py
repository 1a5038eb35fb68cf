"""DDPM: ancestral sampling from the posterior of the forward process."""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor

from latent_diffusion.sampling.solver import Callback, Denoise, Draw, no_callback


def ddpm(
    denoise: Denoise, x: Tensor, sigmas: Tensor, draw: Draw, *, callback: Callback = no_callback
) -> Tensor:
    """x' ~ q(x' | x, x0 = D), with the posterior variance beta~ (Ho et al. 2020, Eq. 6 and 7) on any grid.

    Written on x_t = x / sqrt(1 + sigma^2), the variance-preserving latent that the paper's symbols belong to.
    """
    for step, (sigma, sigma_next) in enumerate(pairwise(sigmas.tolist())):
        denoised = denoise(x, sigma)
        callback(step, len(sigmas) - 1, x, denoised)
        abar, abar_next = 1 / (1 + sigma**2), 1 / (1 + sigma_next**2)
        alpha = abar / abar_next  # of the step from x' to x
        x_t = abar**0.5 * x
        mean = (abar_next**0.5 * (1 - alpha) * denoised + alpha**0.5 * (1 - abar_next) * x_t) / (1 - abar)
        variance = (1 - abar_next) / (1 - abar) * (1 - alpha)
        if sigma_next > 0:
            mean = mean + variance**0.5 * draw()
        x = mean / abar_next**0.5
    return x
