import json
import os
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from latent_diffusion.model_file import (
    ModelFileError,
    ModelHeader,
    autoencoder_header,
    conditioner_header,
    denoiser_header,
    load_model,
    read_header,
    recogniser_header,
    save_model,
)
from tests.resources.tiny_models import WIDTH, tiny_autoencoder, tiny_conditioner, tiny_recogniser, tiny_unet

IMAGES = torch.rand(1, 3, 16, 16, generator=torch.Generator().manual_seed(0)) * 2 - 1


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A good file with an autoencoder."""
    autoencoder = tiny_autoencoder()
    save_model(tmp_path / "autoencoder.safetensors", autoencoder, autoencoder_header(autoencoder))
    return tmp_path / "autoencoder.safetensors"


def rewrite_header(path: Path, change) -> None:
    meta = {"format": 1, "kind": "autoencoder", "config": {}} | {"config": read_header(path).config}
    save_file(load_file(path), path, {"latentgraph": json.dumps(change(meta))})


@pytest.mark.parametrize("regularization", ["kl", "vq"])
def test_an_autoencoder_comes_back_with_its_latent_scale(tmp_path, regularization):
    autoencoder = tiny_autoencoder(regularization=regularization)
    autoencoder.set_latent_scale(autoencoder.encode(IMAGES))
    path = tmp_path / "a.safetensors"
    save_model(path, autoencoder, autoencoder_header(autoencoder), torch.float32)
    loaded = load_model(path, "autoencoder")
    assert loaded.config == autoencoder.config
    with torch.no_grad():
        assert torch.equal(loaded.encode(IMAGES), autoencoder.encode(IMAGES))
        z = autoencoder.encode(IMAGES)
        assert torch.equal(loaded.decode(z), autoencoder.decode(z))


def test_a_denoiser_comes_back_with_schedule_parameterization_and_routes(tmp_path):
    unet = tiny_unet()
    path = tmp_path / "d.safetensors"
    header = denoiser_header(unet, "v", frozenset({"tokens"}), betas=(0.0015, 0.0195))
    save_model(path, unet, header, torch.float32)
    denoiser = load_model(path, "denoiser")
    assert (denoiser.parameterization, denoiser.routes, denoiser.latent_channels) == ("v", {"tokens"}, 4)
    assert float(denoiser.schedule.sigma(999)) == pytest.approx(83.8, abs=0.1)  # as published for these betas
    x, t = torch.randn(1, 4, 8, 8, generator=torch.Generator().manual_seed(1)), torch.tensor([400.0])
    context = torch.randn(1, 3, WIDTH, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        assert torch.equal(denoiser.network(x, t, context), unet(x, t, context))


def test_a_conditioner_comes_back_with_its_tokenizer(tmp_path):
    conditioner = tiny_conditioner(classes=3)
    path = tmp_path / "c.safetensors"
    save_model(path, conditioner, conditioner_header(conditioner), torch.float32)
    loaded = load_model(path, "conditioner")
    assert loaded.config == conditioner.config
    text = ["a red apple left of two cats"]
    assert torch.equal(
        loaded.encode_text(text).entries[0].tokens, conditioner.encode_text(text).entries[0].tokens
    )


def test_a_recogniser_comes_back_with_its_classes(tmp_path):
    recogniser = tiny_recogniser(("apple", "cat"))
    path = tmp_path / "r.safetensors"
    save_model(path, recogniser, recogniser_header(recogniser), torch.float32)
    loaded = load_model(path, "recogniser")
    assert loaded.config == recogniser.config
    with torch.no_grad():
        assert torch.equal(loaded(IMAGES)[0], recogniser(IMAGES)[0])


def test_weights_are_kept_in_half_precision_and_loaded_in_full(file):
    assert {value.dtype for value in load_file(file).values()} == {torch.float16}
    autoencoder, loaded = tiny_autoencoder(), load_model(file, "autoencoder")
    for (key, value), (other, kept) in zip(
        autoencoder.state_dict().items(), loaded.state_dict().items(), strict=True
    ):
        assert key == other
        assert torch.equal(kept, value.half().float())


def test_a_loaded_network_is_for_use_and_not_for_training(file):
    loaded = load_model(file, "autoencoder")
    assert not loaded.training
    assert not any(parameter.requires_grad for parameter in loaded.parameters())


def test_the_header_is_read_without_the_weights(file):
    whole = file.read_bytes()
    length = int.from_bytes(whole[:8], "little")
    header = json.loads(whole[8 : 8 + length])
    size = 2**36  # 64 GiB that only the file's length speaks of
    header = {
        "__metadata__": header["__metadata__"],
        "big": {"dtype": "U8", "shape": [size], "data_offsets": [0, size]},
    }
    encoded = json.dumps(header).encode()
    file.write_bytes(len(encoded).to_bytes(8, "little") + encoded)
    os.truncate(file, 8 + len(encoded) + size)
    header = read_header(file)
    assert (header.kind, header.config["ch"]) == ("autoencoder", 32)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ModelFileError, match=r"no model file nowhere.safetensors; fetch or train it"):
        read_header(tmp_path / "nowhere.safetensors")


@pytest.mark.parametrize(
    "kept", [0, 5, 200, -10], ids=["empty", "no header", "half a header", "half a weight"]
)
def test_a_file_cut_short_is_named(file, kept):
    file.write_bytes(file.read_bytes()[:kept])
    with pytest.raises(
        ModelFileError, match=r"autoencoder.safetensors cannot be read .* fetch or train it again"
    ):
        load_model(file, "autoencoder")


def test_a_file_of_another_kind_is_refused(file):
    with pytest.raises(
        ModelFileError, match=r"kind `autoencoder`, and `denoiser` is wanted; connect the right model"
    ):
        load_model(file, "denoiser")


def test_a_foreign_safetensors_file_is_refused(tmp_path):
    save_file({"weight": torch.zeros(2)}, tmp_path / "foreign.safetensors")
    with pytest.raises(ModelFileError, match=r"without Latent Graph's header; convert it first"):
        read_header(tmp_path / "foreign.safetensors")


def test_a_newer_format_asks_for_an_update(file):
    rewrite_header(file, lambda meta: meta | {"format": 2})
    with pytest.raises(ModelFileError, match=r"is of model format 2, and this version reads up to 1; update"):
        read_header(file)


@pytest.mark.parametrize(
    "change", [lambda meta: [1], lambda meta: {"format": 1}, lambda meta: meta | {"config": 3}]
)
def test_a_damaged_header_is_named(file, change):
    rewrite_header(file, change)
    with pytest.raises(ModelFileError, match=r"the header of autoencoder.safetensors is damaged"):
        read_header(file)


@pytest.mark.parametrize(
    "change",
    [
        lambda config: config | {"ch": 64},
        lambda config: config | {"surprise": 1},
        lambda config: config | {"ch": "x"},
    ],
    ids=["other shapes", "an unknown field", "a wrong type"],
)
def test_a_header_that_does_not_fit_the_weights_is_refused(file, change):
    rewrite_header(file, lambda meta: meta | {"config": change(meta["config"])})
    with pytest.raises(ModelFileError, match="does not fit the autoencoder that its header describes"):
        load_model(file, "autoencoder")


def test_a_save_that_fails_leaves_the_old_file_and_nothing_else(file):
    before = file.read_bytes()
    with pytest.raises(TypeError):
        save_model(file, tiny_autoencoder(), ModelHeader("autoencoder", {"not": {"json"}}))
    shared = tiny_autoencoder()
    shared.register_buffer("twice", shared.latent_mean)
    with pytest.raises(RuntimeError):
        save_model(file, shared, autoencoder_header(shared), torch.float32)
    assert file.read_bytes() == before
    assert list(file.parent.iterdir()) == [file]
