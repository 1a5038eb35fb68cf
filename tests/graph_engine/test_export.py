"""What goes into an exported file besides its bytes: the document, and an account of the job that made it."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from graph_engine import Artifact, Catalogue, Document, Engine, Pack
from graph_engine.export import about_job, exported, metadata, seeds, write_artifacts
from tests.graph_engine.conftest import document, link

PICTURE = document(
    {
        "b": ("make_blob", {"seed": 7}),
        "n": ("number", {"value": 4}),
        "s": ("save_toy", {"value": link("n.integer")}),
    },
    inputs={"value": "n.value", "linked": "s.value", "name": "s.name"},
)
JOB = {
    "id": "job-1",
    "owner": "ann",
    "submitted": 1.0,
    "started": 2.0,
    "finished": 3.5,
    "result": {
        "seconds": 1.25,
        "nodes": {"n": {"status": "hit", "seconds": 0.0}, "s": {"status": "miss", "seconds": 1.0}},
    },
}


def carrying(data: bytes, document: dict[str, Any], about: dict[str, Any] | None = None) -> bytes:
    return json.dumps({"data": data.decode(), "document": document, "about": about}).encode()


def plain(data: bytes, document: dict[str, Any]) -> bytes:
    return b"plain " + data


def read_about(path: Path) -> dict[str, Any] | None:
    found: dict[str, Any] | None = json.loads(path.read_bytes())["about"]
    return found


def read_document(path: Path) -> dict[str, Any] | None:
    found: dict[str, Any] = json.loads(path.read_bytes())["document"]
    return found


@pytest.fixture
def open_with(tmp_path: Path, catalogue: Catalogue) -> Iterator[Callable[..., Engine]]:
    opened: list[Engine] = []

    def begin(exporter: Callable[..., bytes]) -> Engine:
        pack = Pack(
            "exports",
            "1",
            exporters={"image/x": exporter},
            importers={".x": read_document},
            about_importers={".x": read_about},
        )
        packs = [catalogue.pack("toy"), pack]
        opened.append(
            Engine(tmp_path / "data", catalogue=Catalogue([one for one in packs if one]), device="cpu")
        )
        return opened[-1]

    yield begin
    for one in opened:
        one.close()


def saved(engine: Engine) -> Artifact:
    return engine.artifacts.save("a.x", b"pixels", "image/x")


def test_an_exporter_that_wants_the_account_gets_it_with_the_seeds(open_with: Callable[..., Engine]) -> None:
    engine = open_with(carrying)
    written = json.loads(exported(saved(engine), PICTURE, engine, {"job": "job-1"}))
    assert written["document"] == PICTURE.as_json()
    assert written["about"] == {"job": "job-1", "seeds": {"b.seed": 7}}


def test_seeds_that_are_said_already_stay(open_with: Callable[..., Engine]) -> None:
    engine = open_with(carrying)
    written = json.loads(exported(saved(engine), PICTURE, engine, {"seeds": {"mine": 1}}))
    assert written["about"] == {"seeds": {"mine": 1}}


def test_without_a_job_nothing_is_said_of_one(open_with: Callable[..., Engine]) -> None:
    engine = open_with(carrying)
    assert json.loads(exported(saved(engine), PICTURE, engine))["about"] is None


@pytest.mark.parametrize("exporter", [plain, max])
def test_an_exporter_that_takes_two_arguments_goes_on_working(
    open_with: Callable[..., Engine], exporter: Callable[..., bytes], caplog: pytest.LogCaptureFixture
) -> None:
    engine = open_with(exporter)
    with caplog.at_level(logging.WARNING):
        written = exported(saved(engine), PICTURE, engine, {"job": "job-1"})
    assert written == (b"plain pixels" if exporter is plain else b"pixels")
    assert ("without its workflow" in caplog.text) == (exporter is not plain)  # `max` can not compare the two


def test_the_account_of_a_job_says_what_made_it_and_not_who() -> None:
    locked = Document.model_validate(
        {**PICTURE.as_json(), "lock": {"packs": {"toy": "1.0"}, "models": {"small": "blake3:1"}}}
    )
    assert about_job(JOB, locked) == {
        "job": "job-1",
        "inputs": {"value": 4, "linked": {"from": "n.integer"}},
        "models": {"small": "blake3:1"},
        "versions": {"toy": "1.0"},
        "timings": {
            "submitted": 1.0,
            "started": 2.0,
            "finished": 3.5,
            "seconds": 1.25,
            "nodes": {"s": 1.0},
        },
    }


def test_seeds_in_definitions_are_found_and_those_that_a_link_gives_are_not(engine: Engine) -> None:
    inner = document({"b": ("make_blob", {}), "c": ("make_blob", {"seed": link("n.integer")})}).as_json()
    raw = {**PICTURE.as_json(), "definitions": {"part": {"nodes": inner["nodes"]}}}
    assert seeds(Document.model_validate(raw), engine) == {"b.seed": 7, "part/b.seed": 0}


def test_what_a_file_carries_is_read_again_and_damage_is_told(
    open_with: Callable[..., Engine], tmp_path: Path
) -> None:
    engine = open_with(carrying)
    (path,) = write_artifacts([saved(engine)], PICTURE, engine, tmp_path / "out", about_job(JOB, PICTURE))
    found = metadata(path, ".x", engine)
    assert found.document == PICTURE.as_json()
    assert found.about is not None
    assert (found.about["job"], found.problems) == ("job-1", ())
    assert metadata(path, ".other", engine).document is None
    path.write_bytes(b"{")
    assert [one.code for one in metadata(path, ".x", engine).problems] == ["damaged", "damaged"]
    deep = {"document": {}, "about": {"x": "y" * 1_000_001}}
    path.write_text(json.dumps(deep))
    assert [one.code for one in metadata(path, ".x", engine).problems] == ["too_long"]
