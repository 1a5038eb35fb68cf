"""What the network predicts, and how the denoised latent D follows from it.

Everything is written in sigma, the noise level of x = x0 + sigma * noise. A network trained on the
variance-preserving x_t = sqrt(abar) x0 + sqrt(1 - abar) noise sees the same latent times
c_in = sqrt(abar) = 1 / sqrt(sigma^2 + 1). A further prediction (flow matching, say) is one more class and
one more entry of `PARAMETERIZATIONS`.
"""

from __future__ import annotations

from typing import Protocol

from torch import Tensor

Level = float | Tensor  # one noise level, or one an image as [B, 1, 1, 1]


class UnknownParameterizationError(ValueError):
    """A network is said to predict something that is not known here."""


class Parameterization(Protocol):
    """What a network predicts. Stateless; works on floats and on tensors of noise levels alike."""

    def c_in(self, sigma: Level) -> Level:
        """The factor on x = x0 + sigma * noise that gives the network's input."""

    def target(self, x0: Tensor, noise: Tensor, sigma: Level) -> Tensor:
        """What the network shall return for x0 and noise [B, C, h, w] at noise levels [B, 1, 1, 1]."""

    def denoised(self, output: Tensor, x: Tensor, sigma: Level) -> Tensor:
        """D(x; sigma), the estimate of x0, from the network's output at x = x0 + sigma * noise."""

    def error_scale(self, snr: Tensor) -> Tensor:
        """k with |target - output|^2 = k |x0 - D|^2, for snr = 1 / sigma^2: what a loss weight divides by."""


class VariancePreserving:
    """Shared by what is trained on x_t = sqrt(abar) x0 + sqrt(1 - abar) noise."""

    def c_in(self, sigma: Level) -> Level:
        return (sigma**2 + 1) ** -0.5


class Epsilon(VariancePreserving):
    """The noise itself (Ho et al. 2020, Eq. 12; Rombach et al. 2022, Eq. 1)."""

    def target(self, x0: Tensor, noise: Tensor, sigma: Level) -> Tensor:
        return noise

    def denoised(self, output: Tensor, x: Tensor, sigma: Level) -> Tensor:
        return x - sigma * output

    def error_scale(self, snr: Tensor) -> Tensor:
        return snr


class Velocity(VariancePreserving):
    """v = sqrt(abar) noise - sqrt(1 - abar) x0 (Salimans & Ho 2022, appendix D)."""

    def target(self, x0: Tensor, noise: Tensor, sigma: Level) -> Tensor:
        return (noise - sigma * x0) * self.c_in(sigma)

    def denoised(self, output: Tensor, x: Tensor, sigma: Level) -> Tensor:
        c = self.c_in(sigma)
        return x * c**2 - (sigma * c) * output

    def error_scale(self, snr: Tensor) -> Tensor:
        return snr + 1


PARAMETERIZATIONS: dict[str, Parameterization] = {"epsilon": Epsilon(), "v": Velocity()}


def parameterization_named(name: str) -> Parameterization:
    """The parameterization of that name; an unknown name lists the known ones."""
    if name not in PARAMETERIZATIONS:
        known = ", ".join(PARAMETERIZATIONS)
        raise UnknownParameterizationError(f"nothing named {name!r} can be predicted; it is one of: {known}.")
    return PARAMETERIZATIONS[name]
