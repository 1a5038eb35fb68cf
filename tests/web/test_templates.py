"""Templates: the examples that ship, and those of plugin packs, ready to copy and to run."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from graph_engine.documents.document_io import parse_document
from tests.web.conftest import Running, two_nodes
from tests.web.http import Http
from tests.web.test_library import BEN
from web.service.library.errors import UnknownTemplate
from web.service.library.templates import Templates, kept_by, shipped_examples

TEMPLATES = "/api/v1/templates"


def plugin_with(folder: Path, **documents: Any) -> Path:
    """A plugins folder with a pack that has templates."""
    place = folder / "plugins" / "paint" / "templates"
    place.mkdir(parents=True)
    (place.parent / "__init__.py").write_text(
        "raise RuntimeError('nobody imports a pack for its templates')\n"
    )
    for name, document in documents.items():
        (place / f"{name}.json").write_text(document if isinstance(document, str) else json.dumps(document))
    return folder / "plugins"


def _said(raw: dict[str, Any]) -> set[str]:
    """What a document says to people."""
    found = [raw.get("name"), raw.get("description")]
    for body in (raw, *raw.get("definitions", {}).values()):
        interface, layout = body.get("interface", {}), body.get("layout", {})
        titled = [body, *body["nodes"].values()]
        titled += [one for side in ("inputs", "outputs") for one in interface.get(side, {}).values()]
        titled += [*layout.get("frames", []), *layout.get("notes", [])]
        objects = [one for one in titled if isinstance(one, dict)]
        found += [one.get(field) for one in objects for field in ("title", "help", "text")]
    return {one for one in found if one}


class TestFinding:
    def test_every_example_that_ships_is_a_template(self) -> None:
        folder = shipped_examples()
        assert folder is not None
        found = {one.id for one in Templates(()).all()}
        assert found == {file.stem for file in folder.glob("*.json")}
        assert "text_to_image" in found

    def test_examples_are_found_inside_an_installed_package(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        inside = tmp_path / "web" / "examples"
        inside.mkdir(parents=True)
        monkeypatch.setattr("web.service.library.templates.PLACES", (tmp_path / "examples", inside))
        assert shipped_examples() == inside

    def test_the_wheel_has_the_examples_where_they_are_looked_for(self) -> None:
        import tomllib

        project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
        wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
        assert wheel["force-include"]["examples"] == "web/examples"

    def test_a_plugin_pack_offers_its_templates_without_being_imported(self, tmp_path: Path) -> None:
        plugins = plugin_with(tmp_path, wash={**two_nodes(), "name": "Wash"}, damaged="{", other=[1])
        found = Templates([plugins], tmp_path).all()
        assert [(one.id, one.pack, one.document.name) for one in found] == [("paint.wash", "paint", "Wash")]

    def test_a_template_that_changed_is_read_again(self, tmp_path: Path) -> None:
        file = tmp_path / "one.json"
        file.write_text(json.dumps({**two_nodes(), "name": "Before"}))
        templates = Templates((), tmp_path)
        assert templates.get("one").document.name == "Before"
        file.write_text(json.dumps({**two_nodes(), "name": "Afterwards"}))
        assert templates.get("one").document.name == "Afterwards"
        file.unlink()
        with pytest.raises(UnknownTemplate):
            templates.get("one")

    def test_every_phrase_of_the_examples_is_there_in_each_language_and_no_other(self) -> None:
        templates = Templates(())
        folder = shipped_examples()
        assert folder is not None
        said = {text for one in templates.all() for text in _said(one.document.as_json())}
        languages = sorted((folder / "locales").glob("*.json"))
        assert "ko" in [file.stem for file in languages]
        for file in languages:
            phrases = json.loads(file.read_text(encoding="utf-8"))
            assert set(phrases) == said, file.name

    def test_a_template_says_to_people_what_it_says_in_their_language(self) -> None:
        plain, korean = (Templates(()).get("text_to_image", language) for language in ("", "ko"))
        assert korean.document.name == "텍스트로 이미지 만들기"
        assert korean.document.nodes["sample"].title == "샘플링"
        assert korean.document.interface.inputs["prompt"].title == "프롬프트"
        assert korean.document.nodes["sample"].inputs == plain.document.nodes["sample"].inputs
        assert Templates(()).get("text_to_image", "fr") == plain

    def test_words_inside_definitions_frames_and_notes_are_said_too_and_values_are_not(
        self, tmp_path: Path
    ) -> None:
        inside = {"title": "One", "help": "One", "nodes": {"a": {"type": "toy/number", "title": "One"}}}
        layout = {"frames": [{"title": "One"}, 3], "notes": [{"text": "One"}]}
        document = {**two_nodes(), "name": "Two", "definitions": {"One": inside}, "layout": layout}
        document["nodes"]["more"] = {"type": "toy/show", "inputs": {"value": "One"}}
        (tmp_path / "one.json").write_text(json.dumps(document))
        (tmp_path / "locales").mkdir()
        (tmp_path / "locales" / "de.json").write_text('{"One": "Eins"}')
        (tmp_path / "locales" / "fr.json").write_text("{")
        raw = Templates((), tmp_path).get("one", "de").document.as_json()
        assert _said(raw) == {"Two", "Eins"}
        assert raw["nodes"]["more"]["inputs"] == {"value": "One"}
        assert list(raw["definitions"]) == ["One"]
        assert _said(Templates((), tmp_path).get("one", "fr").document.as_json()) == {"Two", "One"}

    def test_those_with_a_picture_come_first(self, tmp_path: Path) -> None:
        (tmp_path / "media").mkdir()
        (tmp_path / "media" / "later.png").write_bytes(b"picture")
        for name in ("early", "later"):
            (tmp_path / f"{name}.json").write_text(json.dumps({**two_nodes(), "name": name}))
        assert [one.id for one in Templates((), tmp_path).all()] == ["later", "early"]

    def test_the_nearest_name_is_told(self) -> None:
        with pytest.raises(UnknownTemplate, match="Did you mean 'text_to_image'"):
            Templates(()).get("text_to_imag")

    def test_a_picture_beside_a_template_stands_for_it(self, tmp_path: Path) -> None:
        (tmp_path / "media").mkdir()
        (tmp_path / "media" / "one.png").write_bytes(b"picture")
        for name in ("one", "two"):
            (tmp_path / f"{name}.json").write_text(json.dumps(two_nodes()))
        templates = Templates((), tmp_path)
        assert templates.get("one").thumbnail == tmp_path / "media" / "one.png"
        assert templates.get("two").thumbnail is None


class TestFilesBesideATemplate:
    def document(self, file: str) -> dict[str, Any]:
        return {"latentgraph": 1, "nodes": {"a": {"type": "toy/read_file", "inputs": {"file": file}}}}

    def test_they_are_named_by_their_digests(self, tmp_path: Path) -> None:
        folder = tmp_path / "templates"
        (folder / "media").mkdir(parents=True)
        (folder / "media" / "scene.png").write_bytes(b"scene")
        (folder / "one.json").write_text(json.dumps(self.document("media/scene.png")))
        templates = Templates((), folder)
        document = templates.document(templates.get("one"), lambda file: f"kept {file.read_text()}")
        assert document == self.document("kept scene")
        assert templates.get("one").document.nodes["a"].inputs == {"file": "media/scene.png"}

    @pytest.mark.parametrize(
        "name", ["media/../secret", "secret", "/etc/hostname", "media/none", "media/link"]
    )
    def test_nothing_else_is_taken_in(self, tmp_path: Path, name: str) -> None:
        folder = tmp_path / "templates"
        (folder / "media").mkdir(parents=True)
        (tmp_path / "secret").write_text("outside")
        (folder / "secret").write_text("inside")
        (folder / "media" / "link").symlink_to(tmp_path / "secret")
        (folder / "one.json").write_text(json.dumps(self.document(name)))
        templates = Templates((), folder)
        assert templates.document(templates.get("one"), lambda file: "kept") == self.document(name)


class TestOverHttp:
    def test_they_are_listed_with_what_they_take(self, http: Http) -> None:
        found = {one["id"]: one for one in http.get(TEMPLATES).ok()["templates"]}
        one = found["text_to_image"]
        assert one["name"] == "Text to image"
        assert "prompt" in [port["name"] for port in one["inputs"]]

    def test_a_template_is_read_and_copied(self, http: Http) -> None:
        read = http.get(f"{TEMPLATES}/image_to_image").ok()
        assert read["document"]["nodes"]["image"]["inputs"]["file"].startswith("blake3:")
        copy = http.post(f"{TEMPLATES}/image_to_image/copy", {"name": "Mine"}).ok(201)
        assert (copy["name"], copy["document"]) == ("Mine", read["document"])
        assert parse_document(copy["document"]).name == "Image to image"

    def test_whoever_reads_a_template_may_use_its_files(self, shared_server: Running) -> None:
        service = shared_server.service
        template = service.templates.get("image_to_image")
        keep = partial(kept_by, service.uploads, BEN)
        first, again = (service.templates.document(template, keep) for _ in range(2))
        assert first == again
        reference = first["nodes"]["image"]["inputs"]["file"]
        assert service.uploads.get(BEN, reference.removeprefix("blake3:")).name == "scene.png"

    def test_what_is_none_is_refused(self, http: Http) -> None:
        http.get(f"{TEMPLATES}/nothing").refused(404, "unknown_template")
        http.get(f"{TEMPLATES}/..%2F..%2Fpyproject").refused(404, "not_found")
        http.post(f"{TEMPLATES}/nothing/runs", {}).refused(404, "unknown_template")

    def test_every_template_here_has_a_picture(self, http: Http) -> None:
        for one in http.get(TEMPLATES).ok()["templates"]:
            assert http.get(f"{TEMPLATES}/{one['id']}/thumbnail").status == 200, one["id"]

    def test_a_template_whose_packs_are_missing_is_refused_with_every_problem(self, http: Http) -> None:
        refused = http.post(f"{TEMPLATES}/text_to_image/runs", {"inputs": {"promt": "x"}})
        assert refused.refused(422, "invalid_document")["problems"]
