"""PLMS: the pseudo linear multistep method of PNDM."""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor

from latent_diffusion.sampling.solver import Callback, Denoise, Draw, no_callback

ADAMS_BASHFORTH = {  # weights of the newest and the earlier epsilons
    1: (1.0,),
    2: (3 / 2, -1 / 2),
    3: (23 / 12, -16 / 12, 5 / 12),
    4: (55 / 24, -59 / 24, 37 / 24, -9 / 24),
}


def plms(
    denoise: Denoise, x: Tensor, sigmas: Tensor, draw: Draw, *, callback: Callback = no_callback
) -> Tensor:
    """Adams-Bashforth on epsilon in the DDIM step (Liu et al. 2022, Eq. 9 and 12); first step as Heun's."""
    epsilons: list[Tensor] = []  # newest first, at most four
    for step, (sigma, sigma_next) in enumerate(pairwise(sigmas.tolist())):
        denoised = denoise(x, sigma)
        callback(step, len(sigmas) - 1, x, denoised)
        epsilons = [(x - denoised) / sigma, *epsilons[:3]]
        weights = ADAMS_BASHFORTH[len(epsilons)]
        epsilon = sum((w * e for w, e in zip(weights, epsilons, strict=True)), start=x.new_zeros(()))
        if step == 0 and sigma_next > 0:
            x_next = x + epsilon * (sigma_next - sigma)
            epsilon = (epsilon + (x_next - denoise(x_next, sigma_next)) / sigma_next) / 2
        x = x + epsilon * (sigma_next - sigma)
    return x
