"""The latents of many pictures, encoded once and kept in a file, so that the second stage runs no encoder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from latent_diffusion.autoencoder import Autoencoder
from latent_diffusion.placement import place
from latent_diffusion.training.precision import autocast, images_to_tensor
from latent_diffusion.training.prefetch import prefetch

BATCH = 64


class LatentBankError(ValueError):
    """A bank that is empty, damaged, or of other latents than are wanted."""


def build_latent_bank(
    autoencoder: Autoencoder,
    pictures: Callable[[int], Tensor],
    count: int,
    path: Path,
    *,
    device: torch.device,
    on_step: Callable[[int, int], None],
) -> np.ndarray:
    """Encode batches 0, 1, ... of `BATCH` pictures each to `path` (float16 [count,C,h,w], scaled) and map it.

    A bank that was stopped goes on at the last fiftieth batch; `count` is rounded up to whole batches.
    Raises `LatentBankError` where `count` is not positive or the file there holds other latents.
    """
    if count < 1:
        raise LatentBankError(f"a latent bank holds at least one picture, and {count} are asked for.")
    batches = -(-count // BATCH)
    partial, marker = path.with_suffix(".partial.npy"), path.with_suffix(".finished")
    first = int(marker.read_text()) if marker.exists() and partial.exists() else 0
    if path.exists() or first:
        config = autoencoder.config
        height, width = (side // config.factor for side in pictures(0).shape[1:3])
        shape = (batches * BATCH, config.embed_dim, height, width)
        if path.exists():
            return _map(path, shape, "r")
    path.parent.mkdir(parents=True, exist_ok=True)
    place(autoencoder, device)
    bank = _map(partial, shape, "r+") if first else None
    for number, batch in enumerate(prefetch(pictures, first, batches), start=first):
        with torch.no_grad(), autocast(device):
            latents = autoencoder.encode(images_to_tensor(batch, device)).cpu().to(torch.float16).numpy()
        if bank is None:
            bank = np.lib.format.open_memmap(partial, "w+", np.float16, (batches * BATCH, *latents.shape[1:]))
        bank[number * BATCH : (number + 1) * BATCH] = latents
        if number % 50 == 49:
            bank.flush()
            marker.write_text(str(number + 1))
        on_step(number + 1, batches)
    assert bank is not None, "a bank has at least one batch"
    bank.flush()
    partial.replace(path)
    marker.unlink(missing_ok=True)
    return np.load(path, mmap_mode="r", allow_pickle=False)


def _map(path: Path, shape: tuple[int, ...], mode: Literal["r", "r+"]) -> np.memmap:
    way_out = "delete the file to encode the pictures again, or use another folder."
    try:
        bank: np.memmap = np.load(path, mmap_mode=mode, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise LatentBankError(f"the latent bank {path} is damaged ({error}); {way_out}") from error
    if bank.shape != shape or bank.dtype != np.float16:
        raise LatentBankError(
            f"the latent bank {path} is {bank.dtype} {list(bank.shape)}, and float16 {list(shape)} "
            f"is wanted; {way_out}"
        )
    return bank


@torch.no_grad()
def measure_latent_scale(autoencoder: Autoencoder, images: Tensor) -> None:
    """Set the autoencoder's latent mean and standard deviation from images [N,3,H,W] (paper appendix G)."""
    if autoencoder.config.regularization == "vq":
        latents = autoencoder.quant_conv(autoencoder.encoder(images))
    else:
        latents = autoencoder.posterior(images).mode()
    autoencoder.set_latent_scale(latents)
