"""What a sampler is: a function that walks x down a grid of noise levels, asking for D on the way.

    sampler(denoise, x, sigmas, draw, *, callback, **options) -> x at sigmas[-1]

x is at sigmas[0] when it starts; sigmas [n + 1] fall, and may end with 0. Options are keyword arguments with
defaults. The callback comes once a step; what it raises ends the sampling.
"""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

Denoise = Callable[[Tensor, float], Tensor]  # D(x [B, C, h, w], sigma) -> the estimate of x0, like x
Draw = Callable[[], Tensor]  # fresh standard normal noise, like x
Callback = Callable[[int, int, Tensor, Tensor], None]  # (step from 0, steps, x before the step, denoised)
Sampler = Callable[..., Tensor]


def no_callback(step: int, steps: int, x: Tensor, denoised: Tensor) -> None:
    """The callback of whoever does not want to know."""


def ancestral_step(sigma: float, sigma_next: float, eta: float) -> tuple[float, float]:
    """(sigma_down, sigma_up): go down to sigma_down, add noise of sigma_up, and be at sigma_next.

    sigma_up^2 = eta^2 sigma'^2 (sigma^2 - sigma'^2) / sigma^2: Eq. 16 of Song et al. 2021 (DDIM) in sigma;
    eta = 1 is the posterior of DDPM.
    """
    sigma_up = min(sigma_next, eta * (sigma_next**2 * (sigma**2 - sigma_next**2) / sigma**2) ** 0.5)
    return (sigma_next**2 - sigma_up**2) ** 0.5, sigma_up
