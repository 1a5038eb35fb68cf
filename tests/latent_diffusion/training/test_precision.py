import torch
from torch import nn

from latent_diffusion.training.precision import autocast, images_to_tensor, place
from tests.resources.tiny_models import CPU


def test_bytes_become_numbers_from_minus_one_to_one():
    pictures = torch.tensor([0, 255, 51], dtype=torch.uint8).view(1, 1, 1, 3)
    torch.testing.assert_close(images_to_tensor(pictures, CPU).flatten(), torch.tensor([-1.0, 1.0, -0.6]))


def test_channels_come_first_in_shape_and_last_in_memory():
    images = images_to_tensor(torch.zeros(2, 4, 6, 3, dtype=torch.uint8), CPU)
    assert images.shape == (2, 3, 4, 6)
    assert images.is_contiguous(memory_format=torch.channels_last)
    assert place(nn.Conv2d(3, 4, 3), CPU).weight.is_contiguous(memory_format=torch.channels_last)


def test_a_cpu_computes_in_full_precision():
    with autocast(CPU):
        assert nn.Linear(2, 2)(torch.zeros(1, 2)).dtype == torch.float32
