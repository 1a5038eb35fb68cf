import math

import pytest
import torch
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from latent_diffusion.metrics import MetricError, bootstrap_mean, box_iou, psnr, ssim

generator = torch.Generator().manual_seed(0)
A = torch.rand(2, 3, 24, 30, generator=generator)
B = (A + 0.1 * torch.randn(A.shape, generator=generator)).clamp(0, 1)


def test_psnr_equals_that_of_scikit_image():
    expected = [
        peak_signal_noise_ratio(a.numpy(), b.numpy(), data_range=1) for a, b in zip(A, B, strict=True)
    ]
    torch.testing.assert_close(psnr(A, B), torch.tensor(expected, dtype=torch.float64), rtol=1e-5, atol=0)


def test_psnr_does_not_depend_on_the_range_that_pictures_are_kept_in():
    torch.testing.assert_close(psnr(2 * A - 1, 2 * B - 1, data_range=2), psnr(A, B), rtol=1e-5, atol=0)


def test_psnr_of_equal_pictures_is_infinite():
    assert psnr(A, A).tolist() == [math.inf, math.inf]


def test_ssim_equals_that_of_scikit_image():
    expected = [
        structural_similarity(
            a.double().numpy(),
            b.double().numpy(),
            data_range=1,
            channel_axis=0,
            gaussian_weights=True,
            sigma=1.5,
            use_sample_covariance=False,
        )
        for a, b in zip(A, B, strict=True)
    ]
    torch.testing.assert_close(ssim(A, B), torch.tensor(expected, dtype=torch.float64), rtol=0, atol=1e-6)


def test_ssim_of_equal_pictures_is_1_and_symmetric():
    torch.testing.assert_close(ssim(A, A), torch.ones(2).double())
    torch.testing.assert_close(ssim(A, B), ssim(B, A))


def test_measures_of_unequal_or_tiny_pictures_are_refused():
    with pytest.raises(MetricError):
        psnr(A, B[:1])
    with pytest.raises(MetricError, match="11"):
        ssim(A[..., :10], B[..., :10])


def test_iou_of_known_boxes():
    a = torch.tensor([[0.0, 0.0, 2.0, 2.0], [0.0, 0.0, 1.0, 1.0]])
    b = torch.tensor([[0.0, 0.0, 2.0, 2.0], [1.0, 0.0, 3.0, 2.0], [5.0, 5.0, 6.0, 6.0]])
    expected = torch.tensor([[1.0, 1 / 3, 0.0], [0.25, 0.0, 0.0]])
    torch.testing.assert_close(box_iou(a, b), expected)


def test_iou_of_empty_boxes_is_0():
    assert float(box_iou(torch.zeros(1, 4), torch.zeros(1, 4))) == 0


def test_the_bootstrap_interval_of_a_proportion_is_near_the_normal_one():
    values = torch.cat([torch.ones(80), torch.zeros(20)])
    interval = bootstrap_mean(values)
    half = 1.96 * (0.8 * 0.2 / 100) ** 0.5
    assert interval.mean == pytest.approx(0.8)
    assert interval.low == pytest.approx(0.8 - half, abs=0.02)
    assert interval.high == pytest.approx(0.8 + half, abs=0.02)
    assert bootstrap_mean(values) == interval


def test_an_interval_of_nothing_is_refused():
    with pytest.raises(MetricError, match="at least one"):
        bootstrap_mean(torch.zeros(0))
