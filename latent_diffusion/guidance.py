"""Classifier-free guidance (Ho & Salimans 2021): e_u + s (e_c - e_u), here on D: the same."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from latent_diffusion.conditioning import Conditioning, ConditioningEntry, ConditioningError
from latent_diffusion.denoiser import Denoiser
from latent_diffusion.sampling.solver import Denoise


class MissingNegativeError(ConditioningError):
    """Guidance is asked for, and there is nothing to guide away from."""


@dataclass(frozen=True)
class Guidance:
    """How strongly, and in which part of the sampling (0 to 1), the conditioning is exaggerated."""

    scale: float = 5.0  # s; 1 is the plain conditional model, and costs half
    start: float = 0.0  # outside start..end s is 1 (Kynkaanniemi et al. 2024)
    end: float = 1.0
    rescale: float = 0.0  # phi of Lin et al. 2024, section 3.4; 0.7 suits zero-terminal-SNR models

    def is_active(self, progress: float) -> bool:
        """Whether the unconditional side has to be computed at `progress`."""
        return self.scale != 1 and self.start <= progress <= self.end


def guided(
    denoiser: Denoiser, positive: Conditioning, negative: Conditioning | None, guidance: Guidance
) -> Denoise:
    """D(x, sigma) under guidance: one network call on [negative, positive], or on the positive side alone.

    A missing negative is the denoiser's `null`. Channels that training never dropped stay on both sides (an
    inpainting model sees its image always): a negative without takes the positive's.
    """
    kept = {"channels"} - denoiser.null.routes()
    droppable = positive.routes() - kept
    if negative is None and not droppable:
        return lambda x, sigma: denoiser.denoise(x, sigma, positive)  # nothing to exaggerate
    unconditional = negative or Conditioning()
    missing = droppable - {"patches"} - unconditional.routes() - denoiser.null.routes()
    if guidance.scale != 1 and missing:
        raise MissingNegativeError(
            f"guidance {guidance.scale:g} needs {' and '.join(sorted(missing))} to guide away from: connect "
            "a negative conditioning (an empty prompt will do), or set guidance to 1."
        )
    if kept - unconditional.routes():
        unconditional += _channels(positive)

    def denoise(x: Tensor, sigma: float) -> Tensor:
        if not guidance.is_active(denoiser.progress(sigma)):
            return denoiser.denoise(x, sigma, positive)
        denoised_u, denoised_c = denoiser.denoise_each(x, sigma, (unconditional, positive))
        denoised = denoised_u + guidance.scale * (denoised_c - denoised_u)
        return rescaled(denoised, denoised_c, guidance.rescale) if guidance.rescale else denoised

    return denoise


def rescaled(guided_latent: Tensor, conditional: Tensor, phi: float) -> Tensor:
    """The guided latent with each image's deviation moved by phi to the conditional's (Lin, Eq. 15)."""
    axes = tuple(range(1, conditional.ndim))
    ratio = conditional.std(axes, keepdim=True) / guided_latent.std(axes, keepdim=True)
    return guided_latent * (phi * ratio + (1 - phi))


def _channels(conditioning: Conditioning) -> Conditioning:
    return Conditioning(
        tuple(
            ConditioningEntry(channels=e.channels, strength=e.strength, start=e.start, end=e.end)
            for e in conditioning.entries
            if e.channels is not None
        )
    )
