"""The desk over the built-in nodes: it answers about pictures and models, and never imports torch."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from graph_engine.artifact_folder import ArtifactFolder
from graph_engine.documents.document_io import loads_document
from graph_engine.files import Files
from graph_engine.settings import Settings
from graph_engine.workers.local import LocalWorkers
from tests.nodes.conftest import EXAMPLES

TEXT = (EXAMPLES / "text_to_image.json").read_text("utf-8")


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[LocalWorkers]:
    with LocalWorkers(Settings(data=tmp_path, device="cpu"), desk=True) as workers:
        yield workers


def test_a_picture_carries_its_workflow_and_its_job_and_both_are_read_again(
    workers: LocalWorkers, tmp_path: Path
) -> None:
    file = io.BytesIO()
    Image.new("RGB", (5, 3)).save(file, "PNG")
    kept = ArtifactFolder(tmp_path / "artifacts")
    stored = kept.save("picture.png", file.getvalue(), "image/png")
    exported = workers.export(stored, TEXT, {"job": "job-1"})
    found = workers.metadata(kept.save("again.png", exported, "image/png"))
    assert found["document"] == json.loads(TEXT)
    assert found["about"] == {"seeds": {"seed.seed": 0}, "job": "job-1"}
    assert found["problems"] == []
    (tmp_path / "given").write_bytes(exported)
    upload = Files((), tmp_path / "uploads").upload(tmp_path / "given")
    assert json.loads(workers.read(upload, ".png")["document"]) == json.loads(TEXT)
    assert workers.metadata(stored) == {"problems": [], "document": None, "about": None}


def test_a_picture_that_is_damaged_or_carries_nothing_is_said(workers: LocalWorkers, tmp_path: Path) -> None:
    (tmp_path / "given").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(3))
    upload = Files((), tmp_path / "uploads").upload(tmp_path / "given")
    (problem,) = workers.read(upload, ".png")["problems"]
    assert problem["code"] == "no_workflow"
    assert "cut short" in problem["message"]
    assert [one["code"] for one in workers.metadata(upload, ".png")["problems"]] == ["damaged", "damaged"]


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_every_example_is_described_with_types_and_values(workers: LocalWorkers, path: Path) -> None:
    found = workers.interface(path.read_text("utf-8"))
    assert found["problems"] == []
    assert all(one["schema"] for one in found["inputs"].values())


@pytest.mark.skipif(sys.platform != "linux", reason="what a process has loaded is read from /proc")
def test_the_desk_never_imports_torch(workers: LocalWorkers) -> None:
    ready = workers.prepare(TEXT, inputs={"seed": 7}, texts={"prompt": "a red apple"})
    assert ready["problems"] == []
    assert loads_document(ready["document"]).nodes["seed"].inputs == {"seed": 7}
    assert len(ready["models"]) == 2
    assert workers.plan(TEXT)["steps"]
    assert workers.interface(TEXT)["inputs"]["steps"]["schema"]["maximum"] == 1000
    assert (
        workers.choices("core/load_denoiser", "file", "emoji")["choices"][0]["details"]["kind"] == "denoiser"
    )
    assert workers.choices("core/load_bundle", "name")["choices"][0]["value"] == "emoji-scenes"
    assert workers.measure(TEXT, "prompt", "text", "a red apple")["measure"]["count"] == 3
    assert workers.desk is not None
    assert "torch" not in Path(f"/proc/{workers.desk.pid}/maps").read_text()
