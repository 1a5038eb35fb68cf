"""A conditioning as the network's arguments at one moment of the sampling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from latent_diffusion.conditioning import Conditioning, ConditioningError, Patch


@dataclass(frozen=True, eq=False)
class NetworkInputs:
    """What goes into one network call beside the latent and t. Rows are images."""

    tokens: Tensor | None = None  # [B, L, D]
    mask: Tensor | None = None  # [B, L] bool; None: every token may be attended to
    channels: Tensor | None = None  # [B, C, h, w]
    vector: Tensor | None = None  # [B, V]
    patches: tuple[tuple[Patch, float], ...] = ()  # with their strengths


def merge(conditioning: Conditioning, progress: float, n: int) -> NetworkInputs:
    """The entries of a conditioning at `progress`, concatenated route by route, for n images.

    Tokens join on the token axis, channels and vectors on their feature axis (CompVis `crossattn`, `concat`,
    `adm`). Of an entry that does not hold, tokens fall away; channels and vector become zero, as their width
    is fixed.
    """
    entries = conditioning.batch_to(n).entries
    weights = [entry.strength if entry.is_active(progress) else 0.0 for entry in entries]
    weighted = list(zip(entries, weights, strict=True))
    attended = [(entry, weight) for entry, weight in weighted if entry.tokens is not None and weight]
    masked = any(entry.mask is not None for entry, _ in attended)
    return NetworkInputs(
        tokens=_join("tokens", [e.tokens * weight for e, weight in attended if e.tokens is not None]),
        mask=_join("mask", [_mask(e.tokens, e.mask) for e, _ in attended if e.tokens is not None])
        if masked
        else None,
        channels=_join("channels", [e.channels * weight for e, weight in weighted if e.channels is not None]),
        vector=_join("vector", [e.vector * weight for e, weight in weighted if e.vector is not None]),
        patches=tuple((patch, weight) for entry, weight in weighted if weight for patch in entry.patches),
    )


def stack(inputs: Sequence[NetworkInputs]) -> NetworkInputs:
    """Several inputs one below the other, for a single network call; their patches must be the same.

    Token sequences of different lengths are padded with zeros, which the mask hides.
    """
    tokens = [each.tokens for each in inputs if each.tokens is not None]
    length = max((part.shape[1] for part in tokens), default=0)
    masked = any(each.mask is not None for each in inputs) or any(part.shape[1] < length for part in tokens)
    masks = [_mask(each.tokens, each.mask) for each in inputs if each.tokens is not None]
    return NetworkInputs(
        tokens=_rows("tokens", [None if e.tokens is None else _pad(e.tokens, length) for e in inputs]),
        mask=torch.cat([F.pad(mask, (0, length - mask.shape[1])) for mask in masks]) if masked else None,
        channels=_rows("channels", [each.channels for each in inputs]),
        vector=_rows("vector", [each.vector for each in inputs]),
        patches=inputs[0].patches,
    )


def _mask(tokens: Tensor, mask: Tensor | None) -> Tensor:
    return (
        torch.ones(tokens.shape[:2], dtype=torch.bool, device=tokens.device) if mask is None else mask.bool()
    )


def _pad(tokens: Tensor, length: int) -> Tensor:
    return F.pad(tokens, (0, 0, 0, length - tokens.shape[1]))


def _join(route: str, parts: Sequence[Tensor]) -> Tensor | None:
    if len({(part.ndim, *part.shape[2:]) for part in parts}) > 1:
        raise ConditioningError(f"`{route}` of the shapes {_shapes(parts)} cannot be combined.")
    return torch.cat(list(parts), dim=1) if parts else None


def _rows(route: str, values: Sequence[Tensor | None]) -> Tensor | None:
    parts = [value for value in values if value is not None]
    if parts and len(parts) < len(values):
        raise ConditioningError(f"`{route}` is given for one side of the guidance and missing for the other.")
    if len({part.shape[1:] for part in parts}) > 1:
        raise ConditioningError(f"`{route}` of the shapes {_shapes(parts)} cannot go through one call.")
    return torch.cat(parts) if parts else None


def _shapes(parts: Sequence[Tensor]) -> str:
    return " and ".join(str(list(part.shape)) for part in parts)
