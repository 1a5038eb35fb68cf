"""DPM-Solver++ (2M): second order at one evaluation a step."""

from __future__ import annotations

import math
from itertools import pairwise

from torch import Tensor

from latent_diffusion.sampling.solver import Callback, Denoise, Draw, no_callback


def dpmpp_2m(
    denoise: Denoise, x: Tensor, sigmas: Tensor, draw: Draw, *, callback: Callback = no_callback
) -> Tensor:
    """Multistep on D in lambda = -ln sigma (Lu et al. 2022, Alg. 2); the first and last step of order 1."""
    previous: Tensor | None = None
    h_previous = math.nan
    for step, (sigma, sigma_next) in enumerate(pairwise(sigmas.tolist())):
        denoised = denoise(x, sigma)
        callback(step, len(sigmas) - 1, x, denoised)
        if sigma_next == 0:
            return denoised
        h = math.log(sigma / sigma_next)
        extrapolated = denoised
        if previous is not None:
            r = h_previous / h
            extrapolated = (1 + 1 / (2 * r)) * denoised - 1 / (2 * r) * previous
        x = sigma_next / sigma * x - math.expm1(-h) * extrapolated
        previous, h_previous = denoised, h
    return x
