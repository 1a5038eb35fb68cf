"""Data whose optimal denoiser has a closed form: each element is drawn from N(m, s^2) or N(-m, s^2)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from latent_diffusion.schedule import NoiseSchedule


@dataclass(frozen=True)
class TwoGaussians:
    """With m = 0 a plain Gaussian, for which the probability flow ODE has an exact solution."""

    m: float = 1.0
    s: float = 0.5

    def denoise(self, x: Tensor, sigma: float) -> Tensor:
        """E[x0 | x0 + sigma * noise = x]."""
        total = self.s**2 + sigma**2
        return (self.s**2 * x + sigma**2 * self.m * torch.tanh(self.m * x / total)) / total

    def epsilon(self, x_t: Tensor, sigma: float) -> Tensor:
        """What a perfect epsilon network answers to the variance-preserving x_t = x / sqrt(1 + sigma^2)."""
        x = x_t * (1 + sigma**2) ** 0.5
        return (x - self.denoise(x, sigma)) / sigma

    def flow(self, x: Tensor, sigma: float, sigma_next: float) -> Tensor:
        """The exact solution of the ODE at sigma_next, for m = 0."""
        assert self.m == 0
        return x * ((self.s**2 + sigma_next**2) / (self.s**2 + sigma**2)) ** 0.5


class PerfectNetwork(nn.Module):
    """The optimal network of that data, for epsilon or v. It has no weights and takes no conditioning."""

    def __init__(
        self, data: TwoGaussians, schedule: NoiseSchedule, parameterization: str = "epsilon"
    ) -> None:
        super().__init__()
        self.data, self.schedule, self.parameterization = data, schedule, parameterization

    def forward(
        self,
        x: Tensor,
        t: Tensor,
        context: Tensor | None = None,
        context_mask: Tensor | None = None,
        y: Tensor | None = None,
    ) -> Tensor:
        sigma = float(self.schedule.sigma(t[0].item()))
        epsilon = self.data.epsilon(x, sigma)
        if self.parameterization == "epsilon":
            return epsilon
        alpha = (1 + sigma**2) ** -0.5
        x0 = (x - alpha * sigma * epsilon) / alpha
        return alpha * epsilon - alpha * sigma * x0
