"""Models are found by name, checked, and found again by their content."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tiny_bundle

from graph_engine import Engine, NodeFailed, PathEscape, Run, run_document
from graph_engine.documents.document_io import parse_document
from latent_diffusion import bundle as bundle_module
from latent_diffusion.model_pool import ModelPool
from nodes import pack
from nodes.errors import DeviceUnknown, ModelMissing, NodeRefused
from nodes.load import (
    load_autoencoder,
    load_bundle,
    load_conditioner,
    load_denoiser,
    load_planner,
    load_recogniser,
)
from nodes.models import ModelDigests, device_of, load, model_path, save_trained


@pytest.fixture
def own(bundles: Path, tmp_path: Path) -> Path:
    """A copy of the tiny bundle as a user's own, in the folder that documents read from."""
    shutil.copytree(bundles / "emoji-scenes", tmp_path / "files" / "mine", dirs_exist_ok=True)
    return tmp_path / "files" / "mine"


def test_the_embedded_bundle_has_three_parts_by_digest() -> None:
    bundle = load_bundle("emoji-scenes")
    assert [part.kind for part in bundle] == ["autoencoder", "denoiser", "conditioner"]
    for part in bundle:
        assert model_path(part, Run()).name == f"{part.kind}.safetensors"
        assert part.bytes == model_path(part, Run()).stat().st_size


@pytest.mark.parametrize("function", [load_autoencoder, load_denoiser, load_conditioner, load_recogniser])
def test_each_part_loads_alone_from_the_bundle_or_its_file(
    function: Callable[..., Any], bundles: Path
) -> None:
    kind = function.__name__.removeprefix("load_")
    part = function(f"emoji-scenes/{kind}.safetensors")
    alone = function(str(bundles / "emoji-scenes" / f"{kind}.safetensors"))
    assert part.digest == alone.digest
    assert load(part, Run()) is not None


def test_an_unknown_bundle_has_a_hint() -> None:
    with pytest.raises(NodeRefused, match="no bundle `emoji-scene`; did you mean `emoji-scenes`"):
        load_bundle("emoji-scene")


def test_a_bundle_of_ones_own_lies_beside_the_document(own: Path, engine: Engine) -> None:
    result = run_document(document("mine"), engine=engine)
    assert result.outputs["denoiser"].name == "mine/denoiser.safetensors"


def test_another_bundle_file_is_noticed_by_the_manifest(own: Path, engine: Engine) -> None:
    before = run_document(document("mine"), engine=engine)
    tiny_bundle.write_tiny_bundle(own.parent, "mine", seed=1)
    after = run_document(document("mine"), engine=engine)
    assert after.nodes["model"].reason == "what it reads from outside changed"
    assert after.outputs["denoiser"].digest != before.outputs["denoiser"].digest


def test_a_lock_has_the_digest_of_each_bundle_and_each_model_file(own: Path, engine: Engine) -> None:
    raw = document("mine")
    raw["nodes"]["planner"] = {"type": "core/load_planner"}
    made = engine.locked(parse_document(raw))
    assert made.lock.packs == {"core": pack.version}
    assert set(made.lock.models) == {"mine", "emoji-scenes/planner.safetensors"}
    planner = load_planner("emoji-scenes/planner.safetensors")
    assert made.lock.models["emoji-scenes/planner.safetensors"] == f"blake3:{planner.digest}"
    assert engine.lock_differences(made) == []
    tiny_bundle.write_tiny_bundle(own.parent, "mine", seed=1)
    assert [one.code for one in engine.lock_differences(made)] == ["model_differs"]
    shutil.rmtree(own)
    assert [one.code for one in engine.lock_differences(made)] == ["model_missing"]


def test_a_bundle_does_not_leave_the_documents_folders(engine: Engine) -> None:
    with pytest.raises(NodeFailed, match="climbs out") as failed:
        run_document(document("../mine"), engine=engine)
    assert isinstance(failed.value.__cause__, PathEscape)


def test_a_bundle_file_that_was_cut_short_is_refused(own: Path, engine: Engine) -> None:
    file = own / "denoiser.safetensors"
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(NodeFailed, match=r"denoiser\.safetensors of the bundle 'mine' is cut short or was"):
        run_document(document("mine"), engine=engine)


def test_a_bundle_without_a_part_says_which(own: Path, engine: Engine) -> None:
    (own / "conditioner.safetensors").unlink()
    with pytest.raises(NodeFailed, match=r"it has no conditioner\.safetensors; install it again"):
        run_document(document("mine"), engine=engine)


def test_a_model_file_that_was_cut_short_is_refused(own: Path) -> None:
    file = own / "denoiser.safetensors"
    file.write_bytes(file.read_bytes()[:100])
    with pytest.raises(NodeRefused, match=r"denoiser\.safetensors cannot be read .* it may be cut short"):
        load_denoiser(str(file))


def test_a_model_of_another_kind_is_refused() -> None:
    with pytest.raises(NodeRefused, match="of kind conditioner, and one of kind denoiser is wanted"):
        load_denoiser("emoji-scenes/conditioner.safetensors")


def test_a_model_whose_file_moved_is_found_again_in_the_bundle(bundles: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.safetensors"
    shutil.copy(bundles / "emoji-scenes" / "denoiser.safetensors", copy)
    denoiser = load_denoiser(str(copy))
    copy.unlink()
    assert model_path(denoiser, Run()).parent.name == "emoji-scenes"


def test_a_model_that_is_nowhere_is_named(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    denoiser = load_denoiser(str(own / "denoiser.safetensors"))
    monkeypatch.setattr(bundle_module, "EMBEDDED", own / "nothing")
    assert model_path(denoiser, Run()).parent == own
    (own / "denoiser.safetensors").write_bytes(b"something else")
    with pytest.raises(ModelMissing, match=f"denoiser .*{denoiser.digest[:12]}"):
        model_path(denoiser, Run())


def test_a_trained_model_is_found_among_the_artifacts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from latent_diffusion.emoji_scenes.words import build_tokenizer
    from latent_diffusion.model_file import conditioner_header
    from nodes.values import ConditionerModel

    run = Run()
    network = tiny_bundle.tiny_conditioner(build_tokenizer())
    trained = save_trained(run, network, conditioner_header(network), ConditionerModel)
    monkeypatch.setattr(bundle_module, "EMBEDDED", tmp_path)
    assert model_path(trained, run).is_file()
    assert load(trained, run).config == network.config


def test_weights_are_loaded_once() -> None:
    run = Run()
    denoiser = load_bundle().denoiser
    assert load(denoiser, run) is load(denoiser, run)
    assert run.service(ModelPool) is run.service(ModelPool)
    assert run.service(ModelDigests) is run.service(ModelDigests)


@pytest.mark.parametrize("name", ["a gpu", "cuda:99"])
def test_an_unknown_device_says_what_there_is(name: str) -> None:
    with pytest.raises(DeviceUnknown, match=f"device '{name}'.*auto"):
        device_of(Run(), name)


def document(name: str) -> dict[str, Any]:
    return {
        "latentgraph": 1,
        "nodes": {"model": {"type": "core/load_bundle", "inputs": {"name": name}}},
        "interface": {"outputs": {"denoiser": {"node": "model", "output": "denoiser"}}},
    }
