"""L_LDM, the objective of latent diffusion (Rombach et al. 2022, Eq. 2 and 3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from torch import Tensor

from latent_diffusion.parameterization import parameterization_named
from latent_diffusion.schedule import NoiseSchedule


def q_sample(x0: Tensor, t: Tensor, noise: Tensor, schedule: NoiseSchedule) -> Tensor:
    """x_t = sqrt(abar_t) x0 + sqrt(1 - abar_t) noise, for whole steps t [B] (Ho et al. 2020, Eq. 4)."""
    alpha, sigma = schedule.alpha_sigma(t)
    return _per_image(alpha, x0) * x0 + _per_image(sigma, x0) * noise


def ldm_loss(
    network: Callable[..., Tensor],
    x0: Tensor,
    t: Tensor,
    noise: Tensor,
    context_kwargs: Mapping[str, Any],
    schedule: NoiseSchedule,
    parameterization: str = "v",
    min_snr_gamma: float | None = 5.0,
) -> Tensor:
    """|target - network(x_t, t, conditioning)|^2 for each image: [B], float32, the mean over its elements.

    x0 and noise [B, C, h, w]; t [B] whole steps in 0..T-1. With `min_snr_gamma` an error of x0 counts
    min(SNR, gamma) (Hang et al. 2023, Eq. 6); None gives every step the weight 1, as the paper does.
    """
    predicts = parameterization_named(parameterization)
    alpha, sigma = schedule.alpha_sigma(t)  # [B] each
    x_t = q_sample(x0, t, noise, schedule)
    output = network(x_t, t.float(), **context_kwargs)
    target = predicts.target(x0.float(), noise.float(), _per_image(sigma / alpha, x0))
    loss = (target - output.float()).square().flatten(1).mean(1)  # [B]
    if min_snr_gamma is not None:
        snr = (alpha / sigma).square()
        loss = loss * snr.clamp(max=min_snr_gamma) / predicts.error_scale(snr)
    return loss


def _per_image(values: Tensor, like: Tensor) -> Tensor:
    return values.reshape(-1, *(1,) * (like.ndim - 1))  # [B] -> [B, 1, 1, 1]
