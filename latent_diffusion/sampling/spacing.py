"""Grids of noise levels: which of the schedule's levels a sampler with n steps visits."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from latent_diffusion.schedule import NoiseSchedule

KARRAS_RHO = 7.0


class SpacingError(ValueError):
    """A grid of noise levels cannot be made as asked."""


def uniform(schedule: NoiseSchedule, n: int) -> Tensor:
    """t = 1, 1 + c, 1 + 2c, ... for c = T // n: the DDIM grid of the CompVis code ("leading" elsewhere)."""
    c = len(schedule) // n
    offset = 1 if 1 + (n - 1) * c < len(schedule) else 0
    return schedule.sigma(torch.arange(n - 1, -1, -1) * c + offset)


def linspace(schedule: NoiseSchedule, n: int) -> Tensor:
    """t evenly from T - 1 to 0, both included."""
    return schedule.sigma(torch.linspace(len(schedule) - 1, 0, n, dtype=torch.float64))


def trailing(schedule: NoiseSchedule, n: int) -> Tensor:
    """t = T - 1, T - 1 - T/n, ...: the grid that starts at the last step (Lin et al. 2024, table 2)."""
    steps = len(schedule) - torch.arange(n, dtype=torch.float64) * (len(schedule) / n)
    return schedule.sigma(steps.round() - 1)


def karras(schedule: NoiseSchedule, n: int) -> Tensor:
    """Even in sigma^(1/rho) from sigma_max to sigma_min, rho = 7 (Karras et al. 2022, Eq. 5)."""
    ramp = torch.linspace(0, 1, n, dtype=torch.float64)
    top, bottom = schedule.sigma_max ** (1 / KARRAS_RHO), schedule.sigma_min ** (1 / KARRAS_RHO)
    return (top + ramp * (bottom - top)) ** KARRAS_RHO


SPACINGS: dict[str, Callable[[NoiseSchedule, int], Tensor]] = {
    "karras": karras,
    "uniform": uniform,
    "linspace": linspace,
    "trailing": trailing,
}


def sigma_grid(schedule: NoiseSchedule, steps: int, spacing: str = "karras") -> Tensor:
    """sigma_0 > ... > sigma_{n-1} > 0 for n = `steps`: [n + 1], float64, on the CPU."""
    if spacing not in SPACINGS:
        raise SpacingError(f"no spacing is named {spacing!r}; there are: {', '.join(SPACINGS)}.")
    if not 1 <= steps <= len(schedule):
        raise SpacingError(
            f"this model was trained on {len(schedule)} steps; use 1 to that many, not {steps}."
        )
    return torch.cat([SPACINGS[spacing](schedule, steps), torch.zeros(1, dtype=torch.float64)])
