from pathlib import Path

import pytest

from latent_diffusion.bundle import file_digest
from latent_diffusion.model_file import ModelFileError, autoencoder_header, denoiser_header, save_model
from latent_diffusion.model_pool import ModelPool
from tests.resources.tiny_models import CPU, tiny_autoencoder, tiny_unet


@pytest.fixture
def paths(tmp_path: Path) -> tuple[Path, Path]:
    """The files of an autoencoder and a denoiser."""
    autoencoder, unet = tiny_autoencoder(), tiny_unet()
    save_model(tmp_path / "a.safetensors", autoencoder, autoencoder_header(autoencoder))
    save_model(tmp_path / "d.safetensors", unet, denoiser_header(unet, "v", frozenset({"tokens"})))
    return tmp_path / "a.safetensors", tmp_path / "d.safetensors"


def load(pool: ModelPool, path: Path, kind: str) -> object:
    return pool.load(path, file_digest(path), kind, CPU)


def test_a_model_is_loaded_once(paths):
    pool = ModelPool()
    first = load(pool, paths[0], "autoencoder")
    assert load(pool, paths[0], "autoencoder") is first


def test_the_content_counts_and_not_the_path(paths):
    pool = ModelPool()
    first = load(pool, paths[0], "autoencoder")
    copy = paths[0].with_name("copy.safetensors")
    copy.write_bytes(paths[0].read_bytes())
    assert load(pool, copy, "autoencoder") is first


def test_a_loaded_file_is_not_given_out_as_another_kind(paths):
    pool = ModelPool()
    load(pool, paths[0], "autoencoder")
    with pytest.raises(ModelFileError, match="kind `autoencoder`, and `denoiser` is wanted"):
        load(pool, paths[0], "denoiser")


def test_over_the_budget_the_model_unused_for_longest_goes(paths):
    pool = ModelPool(budget=1)
    autoencoder = load(pool, paths[0], "autoencoder")
    denoiser = load(pool, paths[1], "denoiser")
    assert load(pool, paths[1], "denoiser") is denoiser
    assert load(pool, paths[0], "autoencoder") is not autoencoder


def test_within_the_budget_both_stay(paths):
    pool = ModelPool()
    autoencoder, denoiser = load(pool, paths[0], "autoencoder"), load(pool, paths[1], "denoiser")
    assert load(pool, paths[0], "autoencoder") is autoencoder
    assert load(pool, paths[1], "denoiser") is denoiser


def test_the_report_names_the_models_by_digest(paths):
    pool = ModelPool(budget=10**6)
    assert pool.report() == {"models": [], "bytes": 0, "budget": 10**6}
    load(pool, paths[0], "autoencoder")
    report = pool.report()
    assert report["models"] == [file_digest(paths[0])]
    assert report["bytes"] > 0


def test_weights_lie_channel_by_channel_on_a_cpu(paths):
    autoencoder = load(ModelPool(), paths[0], "autoencoder")
    assert autoencoder.encoder.conv_in.weight.is_contiguous()
