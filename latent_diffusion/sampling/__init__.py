"""Samplers by name. A new one is a file with a function, and a line here."""

from __future__ import annotations

from latent_diffusion.sampling.ddim import ddim
from latent_diffusion.sampling.ddpm import ddpm
from latent_diffusion.sampling.dpmpp_2m import dpmpp_2m
from latent_diffusion.sampling.euler import euler
from latent_diffusion.sampling.heun import heun
from latent_diffusion.sampling.plms import plms
from latent_diffusion.sampling.solver import Sampler

SAMPLERS: dict[str, Sampler] = {
    "ddim": ddim,
    "ddpm": ddpm,
    "dpmpp_2m": dpmpp_2m,
    "euler": euler,
    "heun": heun,
    "plms": plms,
}
