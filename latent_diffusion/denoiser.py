"""The denoiser D(x; sigma, conditioning): a network, its noise schedule and what it predicts."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from latent_diffusion.conditioning import Conditioning, ConditioningError, Patch
from latent_diffusion.network_inputs import NetworkInputs, merge, stack
from latent_diffusion.parameterization import parameterization_named
from latent_diffusion.schedule import NoiseSchedule

NOTHING = Conditioning()


class IgnoredConditioningError(ConditioningError):
    """A conditioning uses a route that the denoiser has no entrance for."""


class LatentShapeError(ValueError):
    """A latent does not have the shape that is needed here."""


@dataclass(frozen=True, eq=False)
class Denoiser:
    """Estimates x0 from x = x0 + sigma * noise. Immutable; weights are shared and never edited.

    The network is called as network(x_t [B, C, h, w], t [B], context=, context_mask=, y=), with None for
    what is missing.
    """

    network: nn.Module
    schedule: NoiseSchedule
    parameterization: str = "epsilon"
    latent_channels: int = 4
    concat_channels: int = 0  # what the network takes beside the latent, by the route `channels`
    routes: frozenset[str] = frozenset({"tokens"})
    null: Conditioning = NOTHING  # what training showed when it dropped the conditioning; channels as 1 x 1
    patches: tuple[tuple[Patch, float], ...] = ()  # with strengths, the first outermost

    @property
    def device(self) -> torch.device:
        """Where the network's weights are."""
        return next((weight.device for weight in self.network.parameters()), torch.device("cpu"))

    @property
    def dtype(self) -> torch.dtype:
        """What the network computes in."""
        return next((weight.dtype for weight in self.network.parameters()), torch.float32)

    def patched(self, patch: Patch, strength: float = 1.0) -> Denoiser:
        """This denoiser with one patch more."""
        return replace(self, patches=(*self.patches, (patch, strength)))

    def progress(self, sigma: float) -> float:
        """How far the sampling is at sigma: 0 at sigma_max, 1 at sigma_min and below, linear in t."""
        return 1 - float(self.schedule.timestep(sigma)) / (len(self.schedule) - 1)

    def check(self, conditioning: Conditioning) -> None:
        """Raise IgnoredConditioningError where a route would have no effect."""
        ignored = conditioning.routes() - self.routes
        if ignored:
            known = ", ".join(sorted(self.routes)) or "none, it is unconditional"
            raise IgnoredConditioningError(
                f"this denoiser would ignore the conditioning's {', '.join(sorted(ignored))}; "
                f"the routes that it understands: {known}. Use an encoder made for this model, or a model "
                "made for this input."
            )

    def denoise(self, x: Tensor, sigma: float, conditioning: Conditioning | None = None) -> Tensor:
        """D(x; sigma) for x = x0 + sigma * noise, float32 [B, C, h, w]; None conditioning means `null`."""
        return self.denoise_each(x, sigma, (conditioning or NOTHING,))[0]

    def denoise_each(
        self, x: Tensor, sigma: float, conditionings: Sequence[Conditioning]
    ) -> tuple[Tensor, ...]:
        """D(x; sigma) under each conditioning, in one network call where their patches allow it."""
        inputs = [self._inputs(x, sigma, conditioning) for conditioning in conditionings]
        if all(each.patches == inputs[0].patches for each in inputs):
            x_rows = x.repeat(len(inputs), 1, 1, 1)  # [len * B, C, h, w]
            return self._call(x_rows, sigma, stack(inputs)).chunk(len(inputs))
        return tuple(self._call(x, sigma, each) for each in inputs)

    def _inputs(self, x: Tensor, sigma: float, conditioning: Conditioning) -> NetworkInputs:
        self.check(conditioning)
        progress = self.progress(sigma)
        given = merge(conditioning.to(self.device, self.dtype), progress, len(x))
        null = merge(self.null.to(self.device, self.dtype), progress, len(x))
        if given.tokens is None:
            given = replace(given, tokens=null.tokens, mask=null.mask)
        if given.vector is None:
            given = replace(given, vector=null.vector)
        if given.channels is None and null.channels is not None:
            given = replace(given, channels=null.channels.expand(-1, -1, *x.shape[-2:]))
        channels = 0 if given.channels is None else given.channels.shape[1]
        if channels != self.concat_channels:
            raise ConditioningError(
                f"this denoiser takes {self.concat_channels} channels beside the latent; the conditioning "
                f"has {channels}. Connect the input that the model was made for (an image, a mask, a map)."
            )
        if given.channels is not None and given.channels.shape[-2:] != x.shape[-2:]:
            size, latent = list(given.channels.shape[-2:]), list(x.shape[-2:])
            raise ConditioningError(
                f"the conditioning's channels are {size}, the latent {latent}: resize one."
            )
        return given

    def _call(self, x: Tensor, sigma: float, inputs: NetworkInputs) -> Tensor:
        if x.ndim != 4 or x.shape[1] != self.latent_channels:
            raise LatentShapeError(
                f"this denoiser works on latents [B, {self.latent_channels}, h, w]; got {list(x.shape)}."
            )
        predicts = parameterization_named(self.parameterization)
        x_in = (predicts.c_in(sigma) * x).to(self.device, self.dtype)
        if inputs.channels is not None:
            x_in = torch.cat([x_in, inputs.channels], dim=1)
        t = torch.full((len(x),), float(self.schedule.timestep(sigma)), device=self.device)
        with ExitStack() as patched:
            for patch, strength in (*self.patches, *inputs.patches):
                patched.enter_context(patch.applied(self.network, strength))
            output = self.network(x_in, t, context=inputs.tokens, context_mask=inputs.mask, y=inputs.vector)
        return predicts.denoised(output.to(x.device, torch.float32), x.float(), sigma)
