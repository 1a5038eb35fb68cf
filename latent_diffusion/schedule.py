"""The noise schedule: how much signal is left at each of the T training steps.

Symbols: beta_t, abar_t = prod(1 - beta) (`alphas_cumprod`), and sigma_t = sqrt((1 - abar_t) / abar_t), the
noise level of the same process written as x = x0 + sigma * noise (Karras et al. 2022, section 2).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import torch
from torch import Tensor

COSINE_OFFSET = 0.008  # s of Nichol & Dhariwal 2021, Eq. 17
COSINE_BETA_LIMIT = 0.999  # same paper: keeps the last steps from becoming singular
TERMINAL_ALPHA_CUMPROD = 4.8973451890853435e-08  # stands for zero: sigma 4518.8


class ScheduleError(ValueError):
    """A noise schedule was asked for with values that do not describe one."""


@dataclass(frozen=True, eq=False)
class NoiseSchedule:
    """abar_t for t = 0..T-1: float64, on the CPU, falling within (0, 1)."""

    alphas_cumprod: Tensor  # [T]
    _tables: dict[torch.device, tuple[Tensor, Tensor]] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        abar = self.alphas_cumprod.detach().to("cpu", torch.float64)
        if abar.ndim != 1 or len(abar) < 2:
            raise ScheduleError(f"alphas_cumprod must have the shape [T], T >= 2; got {list(abar.shape)}.")
        if not bool(((abar > 0) & (abar < 1)).all()) or bool((abar.diff() > 0).any()):
            raise ScheduleError(
                "alphas_cumprod must lie within (0, 1) and never rise: "
                f"got {abar.min():.4g} to {abar.max():.4g}. Check the betas, or the file they were read from."
            )
        object.__setattr__(self, "alphas_cumprod", abar)

    @classmethod
    def from_alphas_cumprod(cls, alphas_cumprod: Tensor) -> NoiseSchedule:
        """The schedule that a checkpoint stores in its buffer `alphas_cumprod` [T]."""
        return cls(alphas_cumprod)

    @classmethod
    def from_betas(cls, betas: Tensor) -> NoiseSchedule:
        """abar_t = prod_{s<=t} (1 - beta_s), for betas [T] in (0, 1) (Ho et al. 2020, Eq. 4)."""
        return cls((1.0 - betas.double()).cumprod(0))

    @classmethod
    def scaled_linear(
        cls, beta_start: float = 0.00085, beta_end: float = 0.012, steps: int = 1000
    ) -> NoiseSchedule:
        """Linear in sqrt(beta): the latent diffusion schedule, which the paper's code names "linear"."""
        _check_betas(beta_start, beta_end, steps)
        sqrt_betas = torch.linspace(math.sqrt(beta_start), math.sqrt(beta_end), steps, dtype=torch.float64)
        return cls.from_betas(sqrt_betas**2)

    @classmethod
    def linear(cls, beta_start: float = 1e-4, beta_end: float = 0.02, steps: int = 1000) -> NoiseSchedule:
        """Linear in beta (Ho et al. 2020, section 4)."""
        _check_betas(beta_start, beta_end, steps)
        return cls.from_betas(torch.linspace(beta_start, beta_end, steps, dtype=torch.float64))

    @classmethod
    def cosine(cls, steps: int = 1000) -> NoiseSchedule:
        """abar_t = cos^2((t/T + s)/(1 + s) pi/2), betas at most 0.999 (Nichol & Dhariwal 2021, Eq. 17)."""
        _check_betas(0.5, 0.5, steps)
        edge = torch.arange(steps + 1, dtype=torch.float64) / steps  # [T+1]
        abar = torch.cos((edge + COSINE_OFFSET) / (1 + COSINE_OFFSET) * math.pi / 2) ** 2
        return cls.from_betas((1 - abar[1:] / abar[:-1]).clamp(max=COSINE_BETA_LIMIT))

    def zero_terminal_snr(self) -> NoiseSchedule:
        """Shift and scale sqrt(abar): abar_0 stays, the last step holds no signal (Lin et al. 2024, Alg. 1).

        The last abar is 4.9e-8, not 0, so that sigma stays finite. Train with v and sample by `trailing`.
        """
        root = self.alphas_cumprod.sqrt()
        rescaled = (root - root[-1]) * root[0] / (root[0] - root[-1])
        return NoiseSchedule((rescaled**2).clamp(min=TERMINAL_ALPHA_CUMPROD))

    def __len__(self) -> int:
        """T, the number of training steps."""
        return len(self.alphas_cumprod)

    @property
    def sigmas(self) -> Tensor:
        """sigma_t at every training step, rising: [T] float64."""
        return ((1 - self.alphas_cumprod) / self.alphas_cumprod).sqrt()

    @property
    def sigma_min(self) -> float:
        """sigma at t = 0."""
        return float(self.sigmas[0])

    @property
    def sigma_max(self) -> float:
        """sigma at t = T-1."""
        return float(self.sigmas[-1])

    def sigma(self, t: Tensor | float) -> Tensor:
        """sigma(t) for any t, fractional too: linear in ln sigma, float64; else the nearest end."""
        log_sigmas = self.sigmas.log()
        t = torch.as_tensor(t, dtype=torch.float64, device="cpu").clamp(0, len(self) - 1)
        low = t.floor().long().clamp(max=len(self) - 2)
        return torch.lerp(log_sigmas[low], log_sigmas[low + 1], t - low).exp()

    def timestep(self, sigma: Tensor | float) -> Tensor:
        """t(sigma), fractional, float64: the inverse of `sigma(t)`; outside its range the nearest end."""
        log_sigmas = self.sigmas.log()
        log_sigma = torch.as_tensor(sigma, dtype=torch.float64, device="cpu").log()
        low = (torch.searchsorted(log_sigmas, log_sigma) - 1).clamp(0, len(self) - 2)
        gap = (log_sigmas[low + 1] - log_sigmas[low]).clamp(min=torch.finfo(torch.float64).tiny)
        return low + ((log_sigma - log_sigmas[low]) / gap).clamp(0, 1)

    def alpha_sigma(self, t: Tensor) -> tuple[Tensor, Tensor]:
        """(sqrt(abar_t), sqrt(1 - abar_t)) of q(x_t|x_0) at whole steps t [B]: float32 [B] on its device."""
        if t.device not in self._tables:
            alphas, sigmas = self.alphas_cumprod.sqrt(), (1 - self.alphas_cumprod).sqrt()
            self._tables[t.device] = alphas.to(t.device, torch.float32), sigmas.to(t.device, torch.float32)
        alphas, sigmas = self._tables[t.device]
        return alphas[t], sigmas[t]


def _check_betas(beta_start: float, beta_end: float, steps: int) -> None:
    if not (0 < beta_start <= beta_end < 1) or steps < 2:
        raise ScheduleError(
            "a noise schedule needs 0 < beta_start <= beta_end < 1 and at least 2 steps; "
            f"got beta_start={beta_start}, beta_end={beta_end}, steps={steps}."
        )
