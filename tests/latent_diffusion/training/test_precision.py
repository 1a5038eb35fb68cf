import pytest
import torch
from torch import nn

from latent_diffusion.training.precision import autocast, images_to_tensor
from tests.resources.tiny_models import CPU


def test_bytes_become_numbers_from_minus_one_to_one():
    pictures = torch.tensor([0, 255, 51], dtype=torch.uint8).view(1, 1, 1, 3)
    torch.testing.assert_close(images_to_tensor(pictures, CPU).flatten(), torch.tensor([-1.0, 1.0, -0.6]))


def test_channels_come_first():
    images = images_to_tensor(torch.zeros(2, 4, 6, 3, dtype=torch.uint8), CPU)
    assert images.shape == (2, 3, 4, 6)
    assert images.is_contiguous()


@pytest.mark.parametrize(
    ("capabilities", "dtype"),
    [
        ({"avx512_bf16": True, "amx_bf16": False}, torch.bfloat16),
        ({"avx512_bf16": False, "amx_bf16": True}, torch.bfloat16),
        ({"avx512_bf16": False}, torch.float32),
    ],
)
def test_a_cpu_computes_in_bf16_where_it_has_instructions_for_that(monkeypatch, capabilities, dtype):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities, raising=False)
    with autocast(CPU):
        assert nn.Linear(2, 2)(torch.zeros(1, 2)).dtype == dtype


def test_a_torch_that_cannot_tell_computes_in_full_precision(monkeypatch):
    monkeypatch.delattr(torch.cpu, "get_capabilities", raising=False)
    with autocast(CPU):
        assert nn.Linear(2, 2)(torch.zeros(1, 2)).dtype == torch.float32
