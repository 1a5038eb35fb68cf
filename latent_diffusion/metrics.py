"""Measures of pictures and of boxes, each with its interval."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

SSIM_WINDOW, SSIM_SIGMA = 11, 1.5
SSIM_K1, SSIM_K2 = 0.01, 0.03


class MetricError(ValueError):
    """A measure was asked of values that it is not defined for."""


class Interval(NamedTuple):
    """A mean with its confidence interval."""

    mean: float
    low: float
    high: float


def psnr(a: Tensor, b: Tensor, data_range: float = 1.0) -> Tensor:
    """Peak signal-to-noise ratio of each picture in dB: [B] for [B, C, H, W]; infinite for equal ones."""
    _same_shape(a, b)
    mse = (a.double() - b.double()).square().flatten(1).mean(1)
    return 10 * torch.log10(data_range**2 / mse)


def ssim(a: Tensor, b: Tensor, data_range: float = 1.0) -> Tensor:
    """Structural similarity of each picture: [B] for [B, C, H, W] (Wang et al. 2004, Eq. 13).

    Gaussian window of 11, sigma 1.5; the mean over channels and over the places where the window fits.
    """
    _same_shape(a, b)
    if min(a.shape[-2:]) < SSIM_WINDOW:
        raise MetricError(f"SSIM needs pictures of at least {SSIM_WINDOW} pixels; got {list(a.shape[-2:])}.")
    a, b = a.double(), b.double()
    mu_a, mu_b = _window_mean(a), _window_mean(b)
    var_a = _window_mean(a * a) - mu_a**2
    var_b = _window_mean(b * b) - mu_b**2
    covariance = _window_mean(a * b) - mu_a * mu_b
    c1, c2 = (SSIM_K1 * data_range) ** 2, (SSIM_K2 * data_range) ** 2
    luminance = (2 * mu_a * mu_b + c1) / (mu_a**2 + mu_b**2 + c1)
    structure = (2 * covariance + c2) / (var_a + var_b + c2)
    return (luminance * structure).flatten(1).mean(1)


def box_iou(a: Tensor, b: Tensor) -> Tensor:
    """Intersection over union of every pair: [N, M] for boxes [N, 4] and [M, 4] as (x0, y0, x1, y1)."""
    top_left = torch.maximum(a[:, None, :2], b[None, :, :2])  # [N, M, 2]
    bottom_right = torch.minimum(a[:, None, 2:], b[None, :, 2:])
    intersection = (bottom_right - top_left).clamp(min=0).prod(-1)
    area_a = (a[:, 2:] - a[:, :2]).clamp(min=0).prod(-1)
    area_b = (b[:, 2:] - b[:, :2]).clamp(min=0).prod(-1)
    union = area_a[:, None] + area_b[None, :] - intersection
    return intersection / union.clamp(min=torch.finfo(union.dtype).tiny)


def bootstrap_mean(
    values: Tensor, confidence: float = 0.95, resamples: int = 2000, seed: int = 0
) -> Interval:
    """The mean of values [N] with its percentile bootstrap interval (Efron 1979)."""
    if values.ndim != 1 or len(values) == 0:
        raise MetricError(f"an interval needs at least one value in a list [N]; got {list(values.shape)}.")
    values = values.double().cpu()
    generator = torch.Generator().manual_seed(seed)
    picks = torch.randint(len(values), (resamples, len(values)), generator=generator)
    means = values[picks].mean(1)  # [resamples]
    tail = (1 - confidence) / 2
    low, high = torch.quantile(means, torch.tensor([tail, 1 - tail], dtype=torch.float64)).tolist()
    return Interval(float(values.mean()), low, high)


def _window_mean(x: Tensor) -> Tensor:
    offsets = torch.arange(SSIM_WINDOW, dtype=x.dtype, device=x.device) - SSIM_WINDOW // 2
    kernel = torch.exp(-0.5 * (offsets / SSIM_SIGMA) ** 2)
    kernel = kernel / kernel.sum()
    planes = x.flatten(0, 1)[:, None]  # [B * C, 1, H, W]
    planes = F.conv2d(F.conv2d(planes, kernel.view(1, 1, 1, -1)), kernel.view(1, 1, -1, 1))
    return planes.reshape(*x.shape[:2], *planes.shape[-2:])  # [B, C, H - 10, W - 10]


def _same_shape(a: Tensor, b: Tensor) -> None:
    if a.shape != b.shape or a.ndim != 4:
        raise MetricError(
            f"two equal shapes [B, C, H, W] are compared; got {list(a.shape)}, {list(b.shape)}."
        )
