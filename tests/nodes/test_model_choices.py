"""What pickers of models offer: every model that the node can load, told by headers alone."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from graph_engine import Choice, Engine
from graph_engine.choices import offered
from latent_diffusion.bundle import file_digest
from nodes import model_choices, models
from nodes.load import load_autoencoder, load_bundle, load_conditioner, load_denoiser
from tests.resources.tiny_bundle import CLASSES, IMAGE_SIZE, LATENT_CHANNELS, MAX_TOKENS

KINDS = ("autoencoder", "denoiser", "conditioner", "planner", "recogniser")


def choices(engine: Engine, kind: str) -> dict[str, Choice]:
    name = "name" if kind == "bundle" else "file"
    return {one.value: one for one in offered(engine, f"core/load_{kind}", name).choices}


@pytest.fixture
def own(engine: Engine, bundles: Path) -> Path:
    """The models folder of the data folder, with a bundle, a single file, and what is no model."""
    folder = engine.data / "models"
    shutil.copytree(bundles / "emoji-scenes", folder / "mine")
    shutil.copy(bundles / "emoji-scenes" / "denoiser.safetensors", folder / "single.safetensors")
    (folder / "cut.safetensors").write_bytes((folder / "single.safetensors").read_bytes()[:100])
    (folder / "notes.safetensors").write_text("not a model")
    (folder / "broken").mkdir()
    (folder / "broken" / "bundle.json").write_text("{")
    shutil.copytree(folder / "mine", folder / "half")
    manifest = json.loads((folder / "half" / "bundle.json").read_text())
    del manifest["digests"]["denoiser"]
    (folder / "half" / "bundle.json").write_text(json.dumps(manifest))
    return folder


@pytest.mark.parametrize("kind", KINDS)
def test_the_parts_of_embedded_bundles_are_offered(engine: Engine, bundles: Path, kind: str) -> None:
    path = bundles / "emoji-scenes" / f"{kind}.safetensors"
    name = f"emoji-scenes/{kind}.safetensors"
    found = choices(engine, kind)
    assert list(found) == [name]
    details = found[name].details
    assert details["kind"] == kind
    assert details["bytes"] == path.stat().st_size
    assert details["digest"] == file_digest(path)


def test_the_details_are_those_of_the_configuration_and_the_weights(engine: Engine) -> None:
    from latent_diffusion.model_file import load_model
    from latent_diffusion.model_header import count_parameters

    (denoiser,) = choices(engine, "denoiser").values()
    assert denoiser.details["parameterization"] == "v"
    assert denoiser.details["routes"] == "channels, tokens"
    (conditioner,) = choices(engine, "conditioner").values()
    assert (conditioner.details["tokens"], conditioner.details["boxes"]) == (MAX_TOKENS, 4)
    assert conditioner.details["classes"] == CLASSES
    (autoencoder,) = choices(engine, "autoencoder").values()
    assert autoencoder.details["channels"] == LATENT_CHANNELS
    from latent_diffusion import bundle

    path = bundle.EMBEDDED / "emoji-scenes" / "autoencoder.safetensors"
    weights = load_model(path, "autoencoder").state_dict().values()
    assert autoencoder.details["parameters"] == sum(one.numel() for one in weights) == count_parameters(path)


def test_files_in_the_models_folder_are_offered_by_the_name_that_loads_them(
    engine: Engine, own: Path
) -> None:
    assert list(choices(engine, "denoiser")) == [
        "emoji-scenes/denoiser.safetensors",
        "half/denoiser.safetensors",
        "mine/denoiser.safetensors",
        "single.safetensors",
    ]
    run = engine.run_for_names()
    for name in choices(engine, "denoiser"):
        assert load_denoiser(name, run=run).name == name
    for name in choices(engine, "autoencoder"):
        assert load_autoencoder(name, run=run).name == name
    for name in choices(engine, "conditioner"):
        assert load_conditioner(name, run=run).name == name


def test_whole_bundles_are_offered_and_load(engine: Engine, own: Path) -> None:
    found = choices(engine, "bundle")
    assert list(found) == ["emoji-scenes", "mine"]
    assert found["mine"].details["image_size"] == IMAGE_SIZE
    assert found["mine"].details["parts"] == ", ".join(KINDS)
    assert found["mine"].details["bytes"] == sum(
        p.stat().st_size for p in (own / "mine").glob("*.safetensors")
    )
    run = engine.run_for_names()
    for name, choice in found.items():
        assert load_bundle(name, run=run).denoiser.name == f"{name}/denoiser.safetensors"
        assert choice.details["digest"] == models.bundle_digest(name, run)


def test_no_file_is_read_whole_and_a_digest_is_told_once_it_is_known(
    engine: Engine, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Path] = []
    monkeypatch.setattr(models, "file_digest", lambda path: read.append(path) or file_digest(path))
    assert "digest" not in choices(engine, "denoiser")["single.safetensors"].details
    assert read == []
    known = load_denoiser("single.safetensors", run=engine.run_for_names()).digest
    assert choices(engine, "denoiser")["single.safetensors"].details["digest"] == known
    assert len(read) == 1


def test_a_header_is_read_again_when_its_file_was_changed(
    engine: Engine, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    facts = model_choices._facts
    monkeypatch.setattr(model_choices, "_facts", lambda path: read.append(path.name) or facts(path))
    choices(engine, "denoiser")
    choices(engine, "denoiser")
    assert read.count("single.safetensors") == 1
    shutil.copy(own / "mine" / "planner.safetensors", own / "single.safetensors")
    assert "single.safetensors" not in choices(engine, "denoiser")
    assert "single.safetensors" in choices(engine, "planner")


@pytest.mark.parametrize("config", [{}, {"embed_dim": None}, {"conditioner": {"boxes": 1}}, {"routes": 3}])
@pytest.mark.parametrize("kind", [*KINDS, "unheard-of"])
def test_a_configuration_of_another_version_costs_only_its_details(
    kind: str, config: Any, tmp_path: Path
) -> None:
    import numpy as np
    from safetensors.numpy import save_file

    from latent_diffusion.model_header import HEADER

    meta = {HEADER: json.dumps({"format": 1, "kind": kind, "config": config})}
    save_file({"weight": np.zeros((2, 3), np.float32)}, tmp_path / "a.safetensors", meta)
    found = model_choices.ModelFacts().of(tmp_path / "a.safetensors")
    assert {name: found[name] for name in ("kind", "parameters")} == {"kind": kind, "parameters": 6}
