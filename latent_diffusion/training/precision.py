"""In which number format training computes."""

from __future__ import annotations

from contextlib import AbstractContextManager

import torch
from torch import Tensor


def autocast(device: torch.device) -> AbstractContextManager[None]:
    """bf16 autocast on a GPU, and on a CPU that multiplies bf16 in hardware; else fp32."""
    enabled = device.type == "cuda" or (device.type == "cpu" and cpu_multiplies_bf16())
    return torch.autocast(device.type, torch.bfloat16, enabled=enabled)


def cpu_multiplies_bf16() -> bool:
    """Whether this machine's CPU has AVX-512 or AMX instructions for bf16."""
    capabilities: dict[str, bool] = getattr(torch.cpu, "get_capabilities", dict)()
    return any(capabilities.get(name, False) for name in ("avx512_bf16", "amx_bf16"))


def images_to_tensor(pictures: Tensor, device: torch.device) -> Tensor:
    """Turn uint8 [B,H,W,3] into float [B,3,H,W] in [-1,1]."""
    return pictures.to(device).permute(0, 3, 1, 2).contiguous().float().div_(127.5).sub_(1.0)
