"""The library: what is kept stays, nobody overwrites what they did not see, others see nothing of it."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from graph_engine.digest import digest_content
from graph_engine.documents.document import Document
from graph_engine.errors import DocumentError
from tests.web.conftest import Running, document, two_nodes
from tests.web.http import Http
from web.service.library.errors import (
    LibraryUnusable,
    UnknownWorkflow,
    WorkflowChanged,
    WorkflowDeleted,
)
from web.service.library.file import MIGRATIONS, LibraryFile
from web.service.library.library import ANY, Changes, Library
from web.service.person import LOCAL, Person

WORKFLOWS = "/api/v1/workflows"
ANN = Person("ann", frozenset({"view", "run", "edit"}))
BEN = Person("ben", frozenset({"view", "run", "edit"}))


@pytest.fixture
def library(tmp_path: Path) -> Any:
    file = LibraryFile(tmp_path / "library.sqlite")
    yield Library(file)
    file.close()


def named(name: str, **more: Any) -> dict[str, Any]:
    return {"latentgraph": 1, "name": name, "nodes": {}, **more}


def picture(colour: str = "red") -> bytes:
    """A PNG, wider than it is high."""
    made = BytesIO()
    Image.new("RGB", (800, 400), colour).save(made, "PNG")
    return made.getvalue()


def sent(http: Http, data: bytes) -> str:
    """The digest of an upload of these bytes."""
    headers = {"Content-Type": "application/octet-stream"}
    answer = http.request("POST", "/api/v1/uploads", data, headers)
    assert answer.status in (200, 201), answer.body
    return str(answer.json["digest"])


def put(http: Http, workflow: str, document: Any, etag: str | None, **more: Any) -> Any:
    headers = {} if etag is None else {"If-Match": etag}
    return http.request("PUT", f"{WORKFLOWS}/{workflow}", {"document": document, **more}, headers)


def patch(http: Http, workflow: str, etag: str, **changes: Any) -> Any:
    return http.request("PATCH", f"{WORKFLOWS}/{workflow}", changes, {"If-Match": etag})


class TestKeeping:
    def test_every_version_is_kept_word_for_word(self, library: Library) -> None:
        first = {"latentgraph": 1, "zeta": [1.0, "é"], "nodes": {"b": {"type": "gone/away", "x": None}}}
        stored = library.create(ANN, first)
        library.save(ANN, stored.workflow.id, {ANY}, named("Second"))
        kept = library.read(ANN, stored.workflow.id, 1)
        assert kept.text == Document.model_validate(first).dumps()
        assert list(kept.document) == ["latentgraph", "zeta", "nodes"]
        assert library.read(ANN, stored.workflow.id).version.number == 2

    def test_the_same_document_makes_no_new_version(self, library: Library) -> None:
        stored = library.create(ANN, named("One"))
        again = library.save(ANN, stored.workflow.id, {stored.workflow.tag}, named("One"))
        assert (again.workflow, again.version) == (stored.workflow, stored.version)

    def test_of_two_who_saw_the_same_one_wins_and_the_other_is_told(self, library: Library) -> None:
        stored = library.create(ANN, named("One"))
        tag, told, done = stored.workflow.tag, list[WorkflowChanged](), list[int]()

        def change(number: int) -> None:
            try:
                library.save(ANN, stored.workflow.id, {tag}, named(f"By {number}"))
                done.append(number)
            except WorkflowChanged as error:
                told.append(error)

        threads = [threading.Thread(target=change, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(done) == 1
        assert len(told) == 7
        assert {error.version for error in told} == {2}
        assert library.read(ANN, stored.workflow.id).document["name"] == f"By {done[0]}"

    def test_a_name_that_was_given_stays_and_a_documents_own_follows_it(self, library: Library) -> None:
        given_name = library.create(ANN, named("One"), name="Mine").workflow.id
        followed = library.create(ANN, named("One")).workflow.id
        for workflow in (given_name, followed):
            library.save(ANN, workflow, {ANY}, named("Two"))
        assert library.get(ANN, given_name).name == "Mine"
        assert library.get(ANN, followed).name == "Two"

    def test_a_nameless_document_has_a_name_in_lists(self, library: Library) -> None:
        assert library.create(ANN, named("")).workflow.name == "Untitled"
        assert library.create(ANN, named("a\tb\x00\nc")).workflow.name == "a b c"

    def test_going_back_makes_a_new_version_and_loses_none(self, library: Library) -> None:
        workflow = library.create(ANN, named("One")).workflow.id
        library.save(ANN, workflow, {ANY}, named("Two"))
        library.go_back(ANN, workflow, 1, {ANY})
        versions, cursor = library.versions(ANN, workflow, 10)
        assert [(one.number, one.name) for one in versions] == [(3, "One"), (2, "Two"), (1, "One")]
        assert cursor is None

    def test_half_characters_are_refused(self, library: Library) -> None:
        with pytest.raises(DocumentError, match="half of a character"):
            library.create(ANN, named("\ud800"))

    def test_what_is_in_the_bin_is_not_changed(self, library: Library) -> None:
        workflow = library.create(ANN, named("One")).workflow.id
        library.delete(ANN, workflow)
        with pytest.raises(WorkflowDeleted, match="restore it first"):
            library.save(ANN, workflow, {ANY}, named("Two"))
        assert library.page(ANN, 10).workflows == ()
        assert [one.id for one in library.page(ANN, 10, deleted=True).workflows] == [workflow]
        library.restore(ANN, workflow)
        assert library.read(ANN, workflow).document["name"] == "One"

    def test_of_what_is_deleted_for_good_nothing_stays(self, library: Library, tmp_path: Path) -> None:
        workflow = library.create(ANN, named("One")).workflow.id
        library.delete(ANN, workflow, forever=True)
        with pytest.raises(UnknownWorkflow):
            library.get(ANN, workflow)
        with pytest.raises(UnknownWorkflow):
            library.versions(ANN, workflow, 10)

    def test_what_is_anothers_is_not_there(self, library: Library) -> None:
        workflow = library.create(ANN, named("One")).workflow.id
        for act in (
            lambda: library.read(BEN, workflow),
            lambda: library.save(BEN, workflow, {ANY}, named("Two")),
            lambda: library.change(BEN, workflow, {ANY}, Changes(name="Two")),
            lambda: library.delete(BEN, workflow, forever=True),
            lambda: library.go_back(BEN, workflow, 1, {ANY}),
            lambda: library.diff(BEN, workflow, 1, 1),
        ):
            with pytest.raises(UnknownWorkflow, match="no workflow"):
                act()
        assert library.page(BEN, 10, owner="ann").workflows == ()
        assert library.get(LOCAL, workflow).owner == "ann"

    def test_a_library_of_a_newer_version_is_left_alone(self, tmp_path: Path) -> None:
        path = tmp_path / "library.sqlite"
        LibraryFile(path).close()
        with sqlite3.connect(path) as connection:
            connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
        connection.close()
        with pytest.raises(LibraryUnusable, match="newer version"):
            LibraryFile(path)


class TestFinding:
    @pytest.mark.parametrize(
        ("search", "found"),
        [
            ("STRASSE", True),  # the same without case
            ("straße", True),
            ("고양이", True),
            ("inside", True),  # a text of a node
            ("sampler", True),  # a node's id
            ("nodes", False),  # a word of the form, which is in every document
            ("100%", True),
            ("1_0", False),
            ("absent", False),
        ],
    )
    def test_texts_are_found_in_names_tags_and_documents(
        self, library: Library, search: str, found: bool
    ) -> None:
        document = named("Straße", nodes={"sampler": {"type": "toy/x", "inputs": {"t": "inside 100%"}}})
        library.create(ANN, document, tags=["고양이"])
        assert bool(library.page(ANN, 10, search=search).workflows) is found

    def test_letters_are_found_however_they_are_composed(self, library: Library) -> None:
        library.create(ANN, named("e\u0301tude"))
        assert library.page(ANN, 10, search="\u00e9TUDE").workflows

    def test_all_tags_that_are_asked_for_must_be_there(self, library: Library) -> None:
        library.create(ANN, named("One"), tags=["Red", "red", "Big"])
        assert library.page(ANN, 10).workflows[0].tags == ("Red", "Big")
        assert library.page(ANN, 10, tags=["RED", "big"]).workflows
        assert not library.page(ANN, 10, tags=["red", "small"]).workflows

    @given(changes=st.lists(st.integers(0, 4), max_size=12), limit=st.integers(1, 4))
    def test_pages_together_are_every_workflow_once_the_last_changed_first(
        self, tmp_path_factory: pytest.TempPathFactory, changes: list[int], limit: int
    ) -> None:
        file = LibraryFile(tmp_path_factory.mktemp("library") / "library.sqlite")
        try:
            library = Library(file)
            order = [library.create(ANN, named(str(number))).workflow.id for number in range(5)]
            workflows = list(order)
            for step, number in enumerate(changes):
                library.change(ANN, workflows[number], {ANY}, Changes(name=f"step {step}"))
                order.remove(workflows[number])
                order.append(workflows[number])
            found: list[str] = []
            cursor = None
            while True:
                page = library.page(ANN, limit, cursor)
                found += [one.id for one in page.workflows]
                cursor = page.cursor
                if cursor is None:
                    break
            assert found == order[::-1]
        finally:
            file.close()


class TestOverHttp:
    def test_a_workflow_is_kept_read_and_changed(self, http: Http) -> None:
        made = http.post(WORKFLOWS, {"document": two_nodes(), "name": "Sum", "tags": ["toys"]})
        view = made.ok(201)
        assert made.headers["Location"] == f"{WORKFLOWS}/{view['id']}"
        assert made.headers["ETag"] == view["etag"]
        assert (view["name"], view["tags"], view["version"], view["problems"]) == ("Sum", ["toys"], 1, [])
        read = http.get(f"{WORKFLOWS}/{view['id']}")
        assert read.ok()["document"] == two_nodes()
        assert http.get(f"{WORKFLOWS}/{view['id']}", If_None_Match=view["etag"]).status == 304
        saved = put(http, view["id"], two_nodes(5), view["etag"], note="Five.")
        assert saved.ok()["shown"]["note"] == "Five."
        assert saved.json["version"] == 2
        assert saved.headers["ETag"] != view["etag"]
        differences = http.get(f"{WORKFLOWS}/{view['id']}/versions/1/diff/2").ok()["differences"]
        assert [one["node"] for one in differences] == ["one"]
        assert http.get(f"{WORKFLOWS}/{view['id']}/versions/1").ok()["document"] == two_nodes()
        assert [one["number"] for one in http.get(f"{WORKFLOWS}/{view['id']}/versions").ok()["versions"]] == [
            2,
            1,
        ]

    def test_without_if_match_nothing_is_changed(self, http: Http) -> None:
        view = http.post(WORKFLOWS, {"document": two_nodes()}).ok(201)
        assert "If-Match" in put(http, view["id"], two_nodes(2), None).refused(428, "no_if_match")["detail"]
        assert http.get(f"{WORKFLOWS}/{view['id']}").ok()["version"] == 1

    def test_whoever_is_late_learns_what_there_is(self, http: Http) -> None:
        view = http.post(WORKFLOWS, {"document": two_nodes()}).ok(201)
        faster = put(http, view["id"], two_nodes(2), view["etag"]).ok()
        late = put(http, view["id"], two_nodes(3), view["etag"])
        problem = late.refused(412, "workflow_changed")
        assert (problem["version"], problem["etag"], late.headers["ETag"]) == (
            2,
            faster["etag"],
            faster["etag"],
        )
        patch(http, view["id"], view["etag"], name="Late").refused(412, "workflow_changed")
        put(http, view["id"], two_nodes(3), f"W/{faster['etag']}").refused(412)
        put(http, view["id"], two_nodes(3), "no quotes").refused(400, "bad_header")

    def test_a_document_that_does_not_fit_is_kept_whole_and_its_problems_named(self, http: Http) -> None:
        document = {
            "latentgraph": 1,
            "nodes": {"a": {"type": "other/unknown", "inputs": {"x": [None]}, "own": 1}},
        }
        view = http.post(WORKFLOWS, {"document": document}).ok(201)
        assert {one["node"] for one in view["problems"]} == {"a"}
        assert http.get(f"{WORKFLOWS}/{view['id']}").ok()["document"] == document
        assert http.get(f"{WORKFLOWS}/{view['id']}?check=true").ok()["problems"] == view["problems"]

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"document": two_nodes(), "upload": f"blake3:{'0' * 64}"},
            {"document": {"nodes": {}}},
            {"document": {"latentgraph": 1, "nodes": {"a b": {"type": "toy/number"}}}},
            {"document": two_nodes(), "name": "a\x00b"},
            {"document": two_nodes(), "name": "  "},
            {"document": two_nodes(), "tags": [1]},
            {"document": two_nodes(), "tags": ["a"] * 51},
            {"document": two_nodes(), "unknown": 1},
            {"upload": "blake3:zz"},
        ],
    )
    def test_a_wrong_form_is_refused_with_its_faults(self, http: Http, body: Any) -> None:
        assert http.post(WORKFLOWS, body).refused(422)["problems"]

    def test_half_of_a_character_is_no_text_and_refused_before_it_is_looked_at(self, http: Http) -> None:
        http.post(WORKFLOWS, {"document": two_nodes(), "name": "\ud800"}).refused(400, "not_text")

    def test_a_file_that_carries_a_workflow_is_taken_in(self, http: Http) -> None:
        document = f"blake3:{sent(http, json.dumps(two_nodes(7)).encode())}"
        assert http.post(WORKFLOWS, {"upload": document}).ok(201)["document"] == two_nodes(7)
        plain = f"blake3:{sent(http, picture())}"
        assert http.post(WORKFLOWS, {"upload": plain}).refused(422)["detail"]
        words = f"blake3:{sent(http, b'no workflow')}"
        assert http.post(WORKFLOWS, {"upload": words}).refused(422, "invalid_document")["problems"]
        http.post(WORKFLOWS, {"upload": f"blake3:{'0' * 64}"}).refused(404, "unknown_upload")

    def test_the_bin_gives_back_what_was_put_into_it(self, http: Http) -> None:
        view = http.post(WORKFLOWS, {"document": two_nodes(), "tags": ["to the bin"]}).ok(201)
        at = f"{WORKFLOWS}/{view['id']}"
        assert http.delete(at).status == http.delete(at).status == 204
        assert http.get(f"{WORKFLOWS}?tag=to%20the%20bin").ok()["workflows"] == []
        assert http.get(f"{WORKFLOWS}?tag=to%20the%20bin&bin=true").ok()["workflows"][0]["deleted"]
        http.post(f"{at}/runs", {}).refused(409, "workflow_deleted")
        assert http.post(f"{at}/restore").ok()["deleted"] is None
        assert http.get(f"{WORKFLOWS}?tag=to%20the%20bin").ok()["workflows"]
        assert http.delete(f"{at}?forever=true").status == 204
        http.get(at).refused(404, "unknown_workflow")

    def test_an_export_is_a_file_with_the_documents_bytes(self, http: Http) -> None:
        view = http.post(WORKFLOWS, {"document": two_nodes(), "name": 'Äpfel "rot"/고양이'}).ok(201)
        exported = http.get(f"{WORKFLOWS}/{view['id']}/export")
        assert exported.body.decode() == Document.model_validate(two_nodes()).dumps()
        disposition = exported.headers["Content-Disposition"]
        assert disposition.startswith('attachment; filename="_pfel _rot_____.json"')
        assert "filename*=UTF-8''%C3%84pfel%20_rot__%EA%B3%A0" in disposition
        locked = http.get(f"{WORKFLOWS}/{view['id']}/export?lock=true").ok()
        assert "toy" in locked["lock"]["packs"]
        assert {**locked, "lock": None} == {**two_nodes(), "lock": None}

    def test_what_does_not_fit_the_packs_can_not_be_locked(self, http: Http) -> None:
        document = {"latentgraph": 1, "nodes": {"a": {"type": "other/unknown"}}}
        view = http.post(WORKFLOWS, {"document": document}).ok(201)
        refused = http.get(f"{WORKFLOWS}/{view['id']}/export?lock=true").refused(422, "invalid_document")
        assert refused["problems"][0]["node"] == "a"

    def test_a_large_workflow_in_any_language_is_kept(self, http: Http) -> None:
        nodes = {f"n{number}": {"type": "toy/number", "version": 1} for number in range(10_000)}
        document = {"latentgraph": 1, "name": "그래프 مخطط", "nodes": nodes}
        view = http.post(WORKFLOWS, {"document": document}).ok(201)
        assert (view["name"], view["shown"]["nodes"]) == ("그래프 مخطط", 10_000)
        assert http.get(f"{WORKFLOWS}/{view['id']}").ok()["document"] == document

    def test_a_stored_workflow_runs_with_nothing_but_its_inputs(self, http: Http) -> None:
        view = http.post(WORKFLOWS, {"document": two_nodes(), "name": "Runs"}).ok(201)
        put(http, view["id"], two_nodes(9), view["etag"]).ok()
        runs = f"{WORKFLOWS}/{view['id']}/runs"
        job = http.post(f"{runs}?version=1", {"inputs": {"value": 41}}).ok(202)
        assert (job["workflow"], job["workflow_version"], job["inputs"]) == (view["id"], 1, {"value": 41})
        assert http.ended(job["id"])["status"] == "done"
        assert http.post(runs, {}).ok(202)["inputs"] == {"value": 9}
        found = http.get(f"/api/v1/jobs?workflow={view['id']}").ok()["jobs"]
        assert [one["workflow_version"] for one in found] == [2, 1]
        refused = http.post(runs, {"inputs": {"valeu": 1}}).refused(422, "invalid_document")
        assert "value" in refused["problems"][0]["hint"]
        http.post(f"{runs}?version=3", {}).refused(404, "unknown_workflow")
        http.post(runs, {"document": two_nodes()}).refused(422, "invalid_body")

    def test_the_models_of_a_workflow_that_was_run_are_told_and_found(
        self, shared_server: Running, http: Http
    ) -> None:
        folder = shared_server.service.data / "models"
        folder.mkdir(exist_ok=True)
        (folder / "small.model").write_bytes(b"weights")
        weighs = document({"model": ("weigh", {})}, outputs={"bytes": "model.integer"}).as_json()
        view = http.post(WORKFLOWS, {"document": weighs}).ok(201)
        job = http.post(f"{WORKFLOWS}/{view['id']}/runs", {}).ok(202)
        assert job["models"] == ["blake3:" + digest_content(b"weights")]
        assert [one["id"] for one in http.get(f"/api/v1/jobs?model={job['models'][0]}").ok()["jobs"]] == [
            job["id"]
        ]

    def test_only_a_picture_that_is_here_becomes_a_thumbnail(self, http: Http) -> None:
        digests = [sent(http, data) for data in (picture(), b"only words")]
        view = http.post(WORKFLOWS, {"document": two_nodes()}).ok(201)
        at = f"{WORKFLOWS}/{view['id']}"
        patch(http, view["id"], "*", thumbnail=digests[1]).refused(422, "no_thumbnail")
        patch(http, view["id"], "*", thumbnail="f" * 64).refused(422, "no_thumbnail")
        http.get(f"{at}/thumbnail").refused(404, "no_thumbnail")
        changed = patch(http, view["id"], "*", thumbnail=digests[0], tags=["seen"]).ok()
        assert changed["thumbnail"] == f"{at}/thumbnail"
        shown = http.get(f"{at}/thumbnail")
        assert shown.headers["Content-Type"] == "image/webp"
        assert Image.open(BytesIO(shown.body)).size == (512, 256)
        assert http.get(f"{at}/thumbnail", If_None_Match=shown.headers["ETag"]).status == 304
        assert patch(http, view["id"], "*", name="No picture").ok()["thumbnail"]
        assert patch(http, view["id"], "*", thumbnail=None).ok()["thumbnail"] is None

    def test_the_library_survives_a_restart(self, serving: Callable[..., Running]) -> None:
        server = serving()
        view = server.http.post(WORKFLOWS, {"document": two_nodes(), "tags": ["kept"]}).ok(201)
        server.close()
        again = serving().http.get(f"{WORKFLOWS}/{view['id']}").ok()
        assert {**again, "problems": []} == view
