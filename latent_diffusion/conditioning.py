"""What a denoiser is conditioned on, by the routes of the paper (Rombach et al. 2022, section 3.3).

`tokens` are attended to (cross-attention), `channels` are concatenated to the latent, `vector` is added to
the time embedding, and `patches` are whatever must reach inside the network. Whoever makes a conditioning
(text, boxes, a class, an image) fills routes; the denoiser knows nothing of where they came from.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # a plan or a cached run needs the value types, and no torch
    import torch
    from torch import Tensor, nn

ROUTES = ("tokens", "channels", "vector", "patches")


class ConditioningError(ValueError):
    """A conditioning does not fit together, or not to the batch or the denoiser that it is used with."""


class Patch(Protocol):
    """Something that reaches inside the network for one call, and leaves its weights as they were."""

    name: str

    def applied(self, network: nn.Module, strength: float) -> AbstractContextManager[None]:
        """Within this context the network behaves as patched; after it, as before."""


@dataclass(frozen=True, eq=False)
class ConditioningEntry:
    """One source's routes, with its strength and the part of the sampling, from 0 to 1, in which it holds."""

    tokens: Tensor | None = None  # [B, L, D]
    mask: Tensor | None = None  # [B, L] bool, true where a token may be attended to; None: everywhere
    channels: Tensor | None = None  # [B, C, h, w], at the latent's size
    vector: Tensor | None = None  # [B, V]
    patches: tuple[Patch, ...] = ()
    strength: float = 1.0  # multiplies tokens, channels and vector, and is handed to the patches
    start: float = 0.0
    end: float = 1.0

    def __post_init__(self) -> None:
        for name, axes in (("tokens", "BLD"), ("mask", "BL"), ("channels", "BChw"), ("vector", "BV")):
            value = getattr(self, name)
            if value is not None and value.ndim != len(axes):
                shape = ", ".join(axes)
                raise ConditioningError(f"`{name}` must have the shape [{shape}]; got {list(value.shape)}.")
        if self.mask is not None and (self.tokens is None or self.mask.shape != self.tokens.shape[:2]):
            tokens = "no tokens" if self.tokens is None else f"tokens {list(self.tokens.shape)}"
            raise ConditioningError(f"`mask` {list(self.mask.shape)} must cover the tokens: {tokens}.")
        sizes = {len(value) for value in (self.tokens, self.channels, self.vector) if value is not None}
        if len(sizes - {1}) > 1:
            raise ConditioningError(f"the routes of one entry have different batch sizes: {sorted(sizes)}.")
        if not 0 <= self.start <= self.end <= 1:
            raise ConditioningError(f"0 <= start <= end <= 1 must hold; got {self.start} to {self.end}.")

    def routes(self) -> set[str]:
        """The routes that this entry uses."""
        tensors = {route for route in ("tokens", "channels", "vector") if getattr(self, route) is not None}
        return tensors | ({"patches"} if self.patches else set())

    def is_active(self, progress: float) -> bool:
        """Whether it holds at `progress`, from 0 (noise) to 1 (clean); `end` is excluded below 1."""
        ended = progress >= self.end and self.end < 1
        return self.strength != 0 and self.start <= progress and not ended

    def to(self, device: torch.device | str, dtype: torch.dtype) -> ConditioningEntry:
        """The same on a device, its numbers in a dtype (the mask stays bool)."""
        return self._map(lambda value: value.to(device, dtype if value.is_floating_point() else value.dtype))

    def batch_to(self, n: int) -> ConditioningEntry:
        """The same for n images: one row serves all, n rows stay."""

        def expand(value: Tensor) -> Tensor:
            if len(value) not in (1, n):
                raise ConditioningError(
                    f"a conditioning of {len(value)} rows cannot serve {n} images; give it 1 row, or {n}."
                )
            return value.expand(n, *value.shape[1:])

        return self._map(expand)

    def _map(self, function: Callable[[Tensor], Tensor]) -> ConditioningEntry:
        return replace(
            self,
            tokens=None if self.tokens is None else function(self.tokens),
            mask=None if self.mask is None else function(self.mask),
            channels=None if self.channels is None else function(self.channels),
            vector=None if self.vector is None else function(self.vector),
        )


@dataclass(frozen=True, eq=False)
class Conditioning:
    """Entries that hold together; none at all means that nothing is given. `a + b` combines two."""

    entries: tuple[ConditioningEntry, ...] = ()

    @classmethod
    def of(
        cls,
        tokens: Tensor | None = None,
        mask: Tensor | None = None,
        channels: Tensor | None = None,
        vector: Tensor | None = None,
        patches: tuple[Patch, ...] = (),
    ) -> Conditioning:
        """One entry: tokens [B, L, D], mask [B, L], channels [B, C, h, w], vector [B, V]."""
        return cls((ConditioningEntry(tokens, mask, channels, vector, patches),))

    def __add__(self, other: Conditioning) -> Conditioning:
        return Conditioning(self.entries + other.entries)

    def weighted(self, strength: float) -> Conditioning:
        """The same with every strength multiplied."""
        return self._map(lambda entry: replace(entry, strength=entry.strength * strength))

    def during(self, start: float, end: float) -> Conditioning:
        """The same, holding only from `start` to `end` of the sampling (0 to 1)."""
        return self._map(lambda entry: replace(entry, start=start, end=end))

    def to(self, device: torch.device | str, dtype: torch.dtype) -> Conditioning:
        """The same on a device, its numbers in a dtype."""
        return self._map(lambda entry: entry.to(device, dtype))

    def batch_to(self, n: int) -> Conditioning:
        """The same for n images."""
        return self._map(lambda entry: entry.batch_to(n))

    def routes(self) -> set[str]:
        """The routes that any entry uses."""
        return set[str]().union(*(entry.routes() for entry in self.entries))

    def is_active(self, progress: float) -> bool:
        """Whether any entry holds at `progress`."""
        return any(entry.is_active(progress) for entry in self.entries)

    def _map(self, function: Callable[[ConditioningEntry], ConditioningEntry]) -> Conditioning:
        return Conditioning(tuple(function(entry) for entry in self.entries))
