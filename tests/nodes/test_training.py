"""Training as a workflow: tiny networks on small pictures, through the document that people run."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from graph_engine import Cancellation, Document, Engine, NodeFailed, Run, RunResult, load_document, set_inputs
from graph_engine.declaration import run as run_module
from graph_engine.events import Event, NodeProgress
from latent_diffusion.bundle import unpack_bundle
from latent_diffusion.emoji_scenes.compositor import EmojiFontMissing, find_font
from nodes.load import load_bundle
from nodes.models import load
from nodes.png_metadata import SIGNATURE
from nodes.scenes import compose_scenes
from nodes.training import train_autoencoder, train_denoiser
from tests.nodes.conftest import EXAMPLES

try:
    find_font()
except EmojiFontMissing as missing:
    pytest.skip(str(missing), allow_module_level=True)

SIZES = {f"{node}.size": 32 for node in ("scenes", "recogniser_scenes", "held_out")}
RECOGNISER = {"recogniser_steps": 2, "recogniser_batch": 2, "recogniser.width": 32}
AUTOENCODER = {
    "autoencoder_steps": 2,
    "autoencoder_batch": 2,
    "autoencoder.channels": 32,
    "autoencoder.channel_multipliers": [1],
    "autoencoder.latent_channels": 4,
}
CONDITIONER = {
    "conditioner.steps": 2,
    "conditioner.batch": 2,
    "conditioner.width": 32,
    "conditioner.layers": 1,
}
PLANNER = {"planner.steps": 2, "planner.batch": 2, "planner.width": 32, "planner.layers": 1}
DENOISER = {
    "denoiser_steps": 4,
    "denoiser_batch": 2,
    "latents": 64,
    "denoiser.channels": 32,
    "denoiser.channel_multipliers": [1],
    "denoiser.attention_downsampling": [1],
    "denoiser.context_width": 32,
    "denoiser.text_layers": 1,
}
TASKS = ("one_object", "two_objects", "boxes", "grid")
EVALUATION = {
    "reconstruction.count": 2,
    "plans.count": 2,
    **{f"{node}.{name}": 2 for node in TASKS for name in ("count", "steps")},
    "bundle.image_size": 32,
}
TINY = SIZES | RECOGNISER | AUTOENCODER | CONDITIONER | PLANNER | DENOISER | EVALUATION


def document() -> Document:
    return set_inputs(load_document(EXAMPLES / "train_emoji_scenes.json"), TINY)


def statuses(result: RunResult) -> dict[str, str]:
    return {node: report.status for node, report in result.nodes.items()}


def test_the_document_trains_packs_and_measures_and_does_nothing_twice(
    engine: Engine, tmp_path: Path
) -> None:
    first = engine.run(document()).raise_for_status()
    assert set(statuses(first).values()) == {"miss"}
    archive = engine.artifacts.path(first.outputs["bundle"])
    bundle = unpack_bundle(archive, tmp_path / "bundles")
    assert (bundle.name, bundle.image_size) == ("emoji-scenes", 32)
    assert sorted(bundle.digests) == ["autoencoder", "conditioner", "denoiser", "planner", "recogniser"]
    report = {one.name: engine.artifacts.path(one).read_bytes() for one in first.outputs["report"]}
    assert sorted(report) == ["evaluation.json", "evaluation.md", "evaluation.png"]
    assert [score["count"] for score in json.loads(report["evaluation.json"])] == [2, 2, 2, 2, 2, 4]
    assert len(report["evaluation.md"].splitlines()) == 2 + 6
    assert report["evaluation.png"].startswith(SIGNATURE)
    assert {"reconstructions.png", "samples.png", "grid.png"} <= {one.name for one in first.artifacts}

    second = engine.run(document()).raise_for_status()
    assert set(statuses(second).values()) == {"hit"}
    assert second.outputs["bundle"] == first.outputs["bundle"]
    assert zipfile.is_zipfile(archive)


def stop_denoiser(at: int, cancellation: Cancellation) -> Callable[[Event], None]:
    """Return a listener that asks for the end when `at` steps of the denoiser are finished."""

    def listener(event: Event) -> None:
        training = isinstance(event, NodeProgress) and event.node == "denoiser" and "loss" in event.note
        if training and event.done == at:
            cancellation.cancel()

    return listener


def test_a_cancelled_training_goes_on_from_its_checkpoint_to_the_same_model(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_module, "PROGRESS_SECONDS", 0.0)  # every step is told
    wanted = document().as_json()
    kept = ("scenes", "autoencoder", "conditioner", "denoiser")
    wanted["interface"]["outputs"] = {"model": {"node": "denoiser", "output": "denoiser"}}
    wanted["nodes"] = {name: wanted["nodes"][name] for name in kept}
    wanted["interface"]["inputs"] = {}
    training = Document.model_validate(wanted)
    cancellation = Cancellation()
    stopped = engine.run(training, cancellation=cancellation, listener=stop_denoiser(2, cancellation))
    assert stopped.status == "cancelled"
    assert statuses(stopped) == dict.fromkeys(kept[:-1], "miss") | {"denoiser": "cancelled"}
    assert len(list(engine.store.folder.glob("work/*/denoiser.safetensors"))) == 1

    steps: list[float] = []

    def listener(event: Event) -> None:
        if isinstance(event, NodeProgress):
            assert event.node == "denoiser"
            steps.append(event.done)

    resumed = engine.run(training, listener=listener).raise_for_status()
    assert statuses(resumed) == dict.fromkeys(kept[:-1], "hit") | {"denoiser": "miss"}
    assert steps == [4]  # no picture encoded again, three steps not done again
    assert list(engine.store.folder.glob("work/*")) == []
    with Engine(tmp_path / "elsewhere", catalogue=engine.catalogue, device="cpu") as other:
        whole = other.run(training).raise_for_status()
        assert whole.outputs["model"].digest == resumed.outputs["model"].digest


SMALL = {"steps": 2, "batch": 2, "rate": 1e-4}


def state(model: Any) -> dict[str, torch.Tensor]:
    module = load(model, Run())
    return {key: value.clone() for key, value in getattr(module, "network", module).state_dict().items()}


def moved(before: dict[str, torch.Tensor], after: dict[str, torch.Tensor]) -> set[str]:
    assert before.keys() == after.keys()
    # Files hold half precision: a weight has moved where it is not the rounding of what it was.
    return {key for key in before if not torch.equal(before[key].half(), after[key].half())}


def test_a_denoiser_and_its_conditioner_are_trained_further_and_stay_as_they_were() -> None:
    autoencoder, denoiser, conditioner = load_bundle("emoji-scenes")
    before = state(denoiser), state(conditioner)
    rate = {**SMALL, "rate": 1.0}  # the warm-up begins at a two-hundredth of it
    trained = train_denoiser(
        compose_scenes(size=32),
        autoencoder,
        latents=64,
        denoiser=denoiser,
        conditioner=conditioner,
        **rate,
        run=Run(),
    )
    for old, start, new in zip((denoiser, conditioner), before, trained, strict=True):
        assert moved(start, state(new))
        assert moved(start, state(old)) == set()
        module = load(old, Run())
        assert not any(p.requires_grad for p in getattr(module, "network", module).parameters())
    assert load(trained.denoiser, Run()).network.config == load(denoiser, Run()).network.config
    assert load(trained.denoiser, Run()).parameterization == load(denoiser, Run()).parameterization
    assert load(trained.conditioner, Run()).config == load(conditioner, Run()).config


def test_a_denoiser_without_its_conditioner_fails_with_the_way_out(engine: Engine) -> None:
    wanted = {
        "latentgraph": 1,
        "nodes": {
            "scenes": {"type": "core/compose_scenes", "inputs": {"size": 32}},
            "model": {"type": "core/load_bundle", "inputs": {}},
            "train": {
                "type": "core/train_denoiser",
                "inputs": {
                    "scenes": {"from": "scenes.scenes"},
                    "autoencoder": {"from": "model.autoencoder"},
                    "denoiser": {"from": "model.denoiser"},
                    "latents": 64,
                },
            },
        },
        "interface": {"inputs": {}, "outputs": {"out": {"node": "train", "output": "denoiser"}}},
    }
    result = engine.run(Document.model_validate(wanted))
    assert result.status == "failed"
    with pytest.raises(NodeFailed, match="connect the conditioner that was trained with it, or neither"):
        result.raise_for_status()


@pytest.mark.parametrize("train_encoder", [True, False])
def test_an_autoencoder_is_trained_further_under_the_latent_scale_it_has(train_encoder: bool) -> None:
    start = load_bundle("emoji-scenes").autoencoder
    before = state(start)
    trained = train_autoencoder(
        compose_scenes(size=32), start=start, train_encoder=train_encoder, **{**SMALL, "rate": 1.0}, run=Run()
    )
    after = moved(before, state(trained))
    parts = {key.split(".")[0] for key in after}
    decoding = {"decoder", "post_quant_conv"}
    assert parts == (decoding | {"encoder", "quant_conv"} if train_encoder else decoding)
    assert moved(before, state(start)) == set()
    assert not any(p.requires_grad for p in load(start, Run()).parameters())
