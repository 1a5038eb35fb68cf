"""Every example document is valid, runs to a picture, and computes nothing twice."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from graph_engine import Catalogue, Document, Engine, RunResult, check, load_document, set_inputs
from nodes.image_file import read_image
from nodes.png_metadata import png_with_workflow
from tests.nodes.conftest import EXAMPLES

PICTURES = ("text_to_image", "boxes_to_image", "image_to_image", "inpaint", "unconditional")
QUICK = {"steps": 2}


def example(name: str) -> Document:
    return load_document(EXAMPLES / f"{name}.json")


def statuses(result: RunResult) -> dict[str, str]:
    return {node: report.status for node, report in result.raise_for_status().nodes.items()}


def computed(result: RunResult) -> set[str]:
    return {node for node, status in statuses(result).items() if status == "miss"}


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_an_example_has_no_problems_and_every_node_has_a_place(path: Path, catalogue: Catalogue) -> None:
    document = load_document(path)
    assert check(document, catalogue) == []
    assert set(document.layout["positions"]) == set(document.nodes)
    assert all(port.title for port in document.interface.inputs.values())


@pytest.mark.parametrize("name", PICTURES)
def test_an_example_runs_to_a_saved_picture(name: str, engine: Engine) -> None:
    result = engine.run(set_inputs(example(name), QUICK)).raise_for_status()
    image = result.outputs["image"]
    assert image.pixels.shape[1:] == (3, 128, 128)
    assert len(result.artifacts) == len(image.pixels)
    saved = read_image(engine.artifacts.path(result.artifacts[0]), "picture")
    assert torch.equal(saved.pixels, (image.pixels[:1] * 255).round() / 255)


def test_a_second_run_computes_nothing_also_in_a_new_process_of_the_engine(engine: Engine) -> None:
    document = set_inputs(example("text_to_image"), QUICK)
    first = engine.run(document)
    assert computed(first) == set(document.nodes)
    with Engine(engine.data, catalogue=engine.catalogue, device="cpu") as later:
        assert later.plan(document).nothing_to_do
        second = later.run(document)
        assert computed(second) == set()
        assert torch.equal(second.outputs["image"].pixels, first.outputs["image"].pixels)


def test_another_prompt_runs_its_encoding_and_what_follows(engine: Engine) -> None:
    document = set_inputs(example("text_to_image"), QUICK)
    before = engine.run(document).raise_for_status()
    after = engine.run(set_inputs(document, {"prompt": "two cats"}))
    assert computed(after) == {"prompt", "plan", "text", "boxes", "positive", "sample", "decode", "save"}
    assert not torch.equal(before.outputs["image"].pixels, after.outputs["image"].pixels)


def test_another_seed_plans_and_samples_anew_and_encodes_no_text(engine: Engine) -> None:
    document = set_inputs(example("text_to_image"), QUICK)
    before = engine.run(document).raise_for_status()
    after = engine.run(set_inputs(document, {"seed": 7}))
    assert computed(after) >= {"seed", "plan", "sample", "decode", "save"}
    assert statuses(after)["text"] == "hit"
    assert not torch.equal(before.outputs["image"].pixels, after.outputs["image"].pixels)


def test_a_file_name_or_a_title_computes_nothing_but_the_file(engine: Engine) -> None:
    document = set_inputs(example("text_to_image"), QUICK)
    engine.run(document).raise_for_status()
    assert computed(engine.run(set_inputs(document, {"name": "other"}))) == {"save"}


def test_a_picture_carries_its_workflow_and_gives_the_same_bits_again(engine: Engine, tmp_path: Path) -> None:
    document = set_inputs(example("boxes_to_image"), {**QUICK, "seed": 5, "prompt": "ein Bär, 猫"})
    first = engine.run(document).raise_for_status()
    picture = tmp_path / "picture.png"
    saved = engine.artifacts.path(first.artifacts[0]).read_bytes()
    picture.write_bytes(png_with_workflow(saved, document.as_json()))
    with Engine(tmp_path / "elsewhere", catalogue=engine.catalogue, device="cpu") as other:
        again = other.load(picture)
        assert again == document
        second = other.run(again).raise_for_status()
        assert torch.equal(second.outputs["image"].pixels, first.outputs["image"].pixels)
        assert second.artifacts[0].digest == first.artifacts[0].digest


def test_every_picture_of_a_batch_is_the_one_that_it_would_be_alone(engine: Engine) -> None:
    document = set_inputs(example("text_to_image"), {**QUICK, "batch": 3})
    many = engine.run(document).raise_for_status()
    alone = engine.run(set_inputs(document, {"batch": 1})).raise_for_status()
    assert len({artifact.digest for artifact in many.artifacts}) == 3
    assert [artifact.name for artifact in many.artifacts][1] == "text_to_image-2.png"
    torch.testing.assert_close(many.outputs["image"].pixels[:1], alone.outputs["image"].pixels)


def test_inpainting_leaves_what_is_outside_the_mask_as_the_autoencoder_gives_it(engine: Engine) -> None:
    document = set_inputs(example("inpaint"), QUICK)
    wanted = document.as_json()
    for name, node, output in (
        ("kept", "kept", "image"),
        ("mask", "mask", "mask"),
        ("new", "sample", "latent"),
    ):
        wanted["interface"]["outputs"][name] = {"node": node, "output": output}
    outputs = engine.run(Document.model_validate(wanted)).raise_for_status().outputs
    outside = (outputs["mask"].values == 0).expand_as(outputs["image"].pixels)
    assert 0 < outside.float().mean() < 1
    assert torch.equal(outputs["image"].pixels[outside], outputs["kept"].pixels[outside])
    assert not torch.equal(outputs["image"].pixels[~outside], outputs["kept"].pixels[~outside])


def test_at_strength_zero_the_image_stays(engine: Engine) -> None:
    document = set_inputs(example("image_to_image"), {**QUICK, "strength": 0.0})
    wanted = document.as_json()
    wanted["nodes"]["kept"] = {
        "type": "core/decode_latent",
        "inputs": {"autoencoder": {"from": "model.autoencoder"}, "latent": {"from": "encode.latent"}},
    }
    wanted["interface"]["outputs"]["kept"] = {"node": "kept", "output": "image"}
    outputs = engine.run(Document.model_validate(wanted)).raise_for_status().outputs
    assert torch.equal(outputs["image"].pixels, outputs["kept"].pixels)
