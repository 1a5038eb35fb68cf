"""Artifacts over HTTP: unchanging bytes for those whose jobs made them, and how they were made."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from blake3 import blake3
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_engine.artifact import Artifact
from graph_engine.digest import digest_content
from tests.web.conftest import Running, document
from tests.web.http import Http, Reply
from tests.web.pictures import opened, picture, turned
from web.api.files import disposition
from web.service.artifacts import UnknownArtifact
from web.service.jobs import Wanted
from web.service.person import Person
from web.service.pictures import Pictures
from web.service.thumbnails import Thumbnails

ADA = Person("ada", frozenset({"view", "run"}))
BOB = Person("bob", frozenset({"view", "run"}))
ARTIFACTS = "/api/v1/artifacts"
TEXT = "0123456789"


def saves(text: str = TEXT, name: str = "note.txt") -> dict[str, Any]:
    """A document that saves a text."""
    return document({"save": ("save_text", {"text": text, "name": name})}).as_json()


def paints(size: int = 200, seed: int = 5) -> dict[str, Any]:
    """A document that saves a picture."""
    return document({"paint": ("paint", {"size": size, "seed": seed})}).as_json()


def saved(http: Http, raw: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The job that ran a document, and the artifact that it saved."""
    job = http.post("/api/v1/jobs", {"document": raw}).ok(202)["id"]
    ended = http.ended(job)
    assert ended["status"] == "done", ended
    return job, ended["artifacts"][0]


@pytest.fixture
def note(http: Http) -> str:
    """The address of a saved text of ten digits."""
    return f"{ARTIFACTS}/{saved(http, saves())[1]['digest']}"


def test_an_artifact_is_read_as_it_is_stored_and_never_changes(http: Http) -> None:
    _, artifact = saved(http, saves())
    read = http.get(f"{ARTIFACTS}/{artifact['digest']}")
    assert read.body == TEXT.encode()
    assert blake3(read.body).hexdigest() == artifact["digest"]
    assert read.headers["ETag"] == f'"{artifact["digest"]}"'
    assert read.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert read.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert read.headers["Content-Disposition"] == 'inline; filename="note.txt"'
    assert read.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert read.headers["X-Content-Type-Options"] == "nosniff"
    assert read.headers["X-Request-Id"]


def test_the_head_of_an_artifact_says_how_large_it_is(note: str, http: Http) -> None:
    head, read = http.request("HEAD", note), http.get(note)
    assert (head.status, head.body) == (200, b"")
    for name in ("Content-Length", "ETag", "Content-Type"):
        assert head.headers[name] == read.headers[name]


@pytest.mark.parametrize("tags", ['"{}"', 'W/"{}"', '"other", "{}"', "*"])
def test_a_client_that_has_it_is_told_so(tags: str, note: str, http: Http) -> None:
    read = http.get(note, If_None_Match=tags.format(note.rpartition("/")[2]))
    assert (read.status, read.body) == (304, b"")
    assert read.headers["ETag"] == f'"{note.rpartition("/")[2]}"'
    assert http.get(note, If_None_Match='"other"').status == 200


@pytest.mark.parametrize(
    ("wanted", "part"),
    [
        ("bytes=0-0", "0"),
        ("bytes=2-4", "234"),
        ("bytes=7-", "789"),
        ("bytes=7-99", "789"),
        ("bytes=-3", "789"),
        ("bytes=-99", TEXT),
        ("BYTES=2-4", "234"),
    ],
)
def test_a_part_of_it_can_be_read(wanted: str, part: str, note: str, http: Http) -> None:
    read = http.get(note, Range=wanted)
    assert read.body.decode() == part
    if part != TEXT:
        begin = TEXT.index(part)
        assert read.status == 206
        assert read.headers["Content-Range"] == f"bytes {begin}-{begin + len(part) - 1}/10"


@pytest.mark.parametrize("wanted", ["bytes=10-", "bytes=99-100", "bytes=-0"])
def test_a_part_that_there_is_not_is_refused_with_how_much_there_is(
    wanted: str, note: str, http: Http
) -> None:
    read = http.get(note, Range=wanted)
    read.refused(416, "no_such_part")
    assert read.headers["Content-Range"] == "bytes */10"


@pytest.mark.parametrize(
    "wanted",
    [
        "bytes=0-1,4-5",
        "bytes=5-2",
        "bytes=-",
        "bytes",
        "lines=1-2",
        "bytes=a-b",
        "bytes=٣-٤",
        "bytes=1-2-3",
        "",
    ],
)
def test_a_range_that_is_nonsense_or_several_gives_all_of_it(wanted: str, note: str, http: Http) -> None:
    read = http.request("GET", note, headers={"Range": wanted.encode().decode("latin-1")})
    assert (read.status, read.body) == (200, TEXT.encode())


def test_a_part_is_only_of_the_content_that_the_client_began_with(note: str, http: Http) -> None:
    tag = f'"{note.rpartition("/")[2]}"'
    assert http.get(note, Range="bytes=2-4", If_Range=tag).body == b"234"
    assert http.get(note, Range="bytes=2-4", If_Range='"other"').body == TEXT.encode()


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_parts_of_a_file_are_those_of_its_bytes(shared_server: Running, data: st.DataObject) -> None:
    http = shared_server.http
    content = bytes(range(256)) * 5000  # several pieces, and one that is not full
    digest = http.post("/api/v1/uploads", content).json["digest"]
    first = data.draw(st.integers(0, len(content) - 1))
    last = data.draw(st.integers(first, len(content) + 10))
    read = http.get(f"/api/v1/uploads/{digest}", Range=f"bytes={first}-{last}")
    assert read.body == content[first : last + 1]


def test_what_a_browser_would_run_is_saved_not_shown(http: Http) -> None:
    html = saves("<script>alert(1)</script>", "page.html")
    _, artifact = saved(http, html)
    read = http.get(f"{ARTIFACTS}/{artifact['digest']}")
    assert read.headers["Content-Type"].startswith("text/plain")  # as the node said, and nosniff
    assert disposition("page.html", shown=False) == 'attachment; filename="page.html"'
    _, toy = saved(http, document({"save": ("save_toy", {"value": 3})}).as_json())
    shown = http.get(f"{ARTIFACTS}/{toy['digest']}").headers
    assert shown["Content-Disposition"] == 'attachment; filename="picture.toy"'


@given(st.text(max_size=200))
def test_any_name_makes_one_plain_header(name: str) -> None:
    header = disposition(name, shown=True)
    assert header.isascii()
    assert header.isprintable()
    assert header.count('"') == 2


def test_a_picture_has_small_ones(http: Http) -> None:
    _, artifact = saved(http, paints())
    address = f"{ARTIFACTS}/{artifact['digest']}/thumbnail"
    small = http.get(f"{address}?size=100")
    assert opened(small.body).size == (100, 100)
    assert http.get(f"{address}?size=100", If_None_Match=small.headers["ETag"]).status == 304
    assert http.get(f"{address}?size=64").headers["ETag"] != small.headers["ETag"]
    http.get(f"{address}?size=8.5").refused(422)


def test_what_is_no_picture_has_no_small_one(note: str, http: Http) -> None:
    assert "text/plain" in http.get(f"{note}/thumbnail").refused(404, "no_picture")["detail"]


def test_an_artifact_of_a_job_carries_its_making(http: Http) -> None:
    job, artifact = saved(http, document({"save": ("save_toy", {"value": 4})}).as_json())
    address = f"/api/v1/jobs/{job}/artifacts/{artifact['digest']}"
    whole = http.get(address)
    assert whole.body.startswith(b"TOY{")
    carried = json.loads(whole.body[3:])
    assert carried["nodes"]["save"]["inputs"]["value"] == 4
    assert carried["lock"]["packs"]
    stored = http.get(f"{address}?metadata=strip")
    assert (stored.body, stored.headers["ETag"]) == (b"4", f'"{artifact["digest"]}"')
    assert whole.headers["ETag"] != stored.headers["ETag"]
    assert http.get(address, If_None_Match=whole.headers["ETag"]).status == 304
    assert http.get(address, Range="bytes=0-2").body == b"TOY"
    http.get(f"{address}?metadata=some").refused(422, "invalid_query")


def test_a_picture_that_was_sent_is_read_by_the_built_in_nodes_and_comes_back_with_its_making(
    serving: Callable[..., Running],
) -> None:
    http = serving().http
    sent = http.post("/api/v1/uploads", turned("JPEG", 6)).ok(201)
    nodes = {
        "load": {"type": "core/load_image", "version": 1, "inputs": {"file": sent["reference"]}},
        "save": {"type": "core/save_image", "version": 1, "inputs": {"image": {"from": "load.image"}}},
    }
    job, artifact = saved(http, {"latentgraph": 1, "nodes": nodes})
    whole = opened(http.get(f"/api/v1/jobs/{job}/artifacts/{artifact['digest']}").body)
    assert whole.size == (20, 40)
    assert json.loads(whole.info["latentgraph"])["nodes"] == nodes
    made = http.get(f"{ARTIFACTS}/{artifact['digest']}/metadata").ok()
    assert json.loads(whole.info["latentgraph-run"]) == made["about"]
    assert "latentgraph" not in opened(http.get(f"{ARTIFACTS}/{artifact['digest']}").body).info
    assert opened(http.get(f"{ARTIFACTS}/{artifact['digest']}/thumbnail").body).size == (20, 40)


def test_how_an_artifact_was_made_is_told(http: Http) -> None:
    raw = paints(seed=77)
    raw["interface"] = {"inputs": {"edge": {"node": "paint", "input": "size"}}, "outputs": {}}
    job, artifact = saved(http, raw)
    for address in (
        f"{ARTIFACTS}/{artifact['digest']}/metadata",
        f"/api/v1/jobs/{job}/artifacts/{artifact['digest']}/metadata",
    ):
        found = http.get(address).ok()
        assert found["artifact"] == artifact["digest"]
        assert found["document"]["nodes"]["paint"]["inputs"] == {"size": 200, "seed": 77}
        about = found["about"]
        assert about["job"] == job
        assert about["inputs"] == {"edge": 200}
        assert about["seeds"] == {"paint.seed": 77}
        assert about["versions"]
        assert about["models"] == {}
        assert about["timings"]["seconds"] >= 0


def test_an_artifact_of_another_job_is_not_this_jobs(http: Http) -> None:
    one, artifact = saved(http, saves("one"))
    other, _ = saved(http, saves("other"))
    assert http.get(f"/api/v1/jobs/{one}/artifacts/{artifact['digest']}").status == 200
    http.get(f"/api/v1/jobs/{other}/artifacts/{artifact['digest']}").refused(404, "unknown_artifact")
    missing = "job-" + "0" * 16
    http.get(f"/api/v1/jobs/{missing}/artifacts/{artifact['digest']}").refused(404, "unknown_job")


@pytest.mark.parametrize("end", ["", "/thumbnail", "/metadata"])
def test_what_there_is_not_is_not_found(end: str, http: Http) -> None:
    http.get(f"{ARTIFACTS}/{'0' * 64}{end}").refused(404, "unknown_artifact")
    for odd in ("..%2f..%2fjobs.sqlite", "0" * 63, "A" * 64):
        http.get(f"{ARTIFACTS}/{odd}{end}").refused(404)


def test_an_artifact_whose_file_was_deleted_is_gone_and_says_how_to_have_it_again(
    serving: Callable[..., Running],
) -> None:
    server = serving()
    job, artifact = saved(server.http, saves())
    path = next((server.service.data / "artifacts").glob(f"??/{artifact['digest']}*"))
    path.unlink()
    for address in (
        f"{ARTIFACTS}/{artifact['digest']}",
        f"{ARTIFACTS}/{artifact['digest']}/thumbnail",
        f"/api/v1/jobs/{job}/artifacts/{artifact['digest']}",
    ):
        assert "retried" in server.http.get(address).refused(410, "artifact_gone")["detail"]
    server.http.post(f"/api/v1/jobs/{job}/retry").ok()
    server.http.ended(job)
    assert server.http.get(f"{ARTIFACTS}/{artifact['digest']}").body == TEXT.encode()


def test_with_its_job_an_artifact_and_its_small_pictures_go(serving: Callable[..., Running]) -> None:
    server = serving()
    http, data = server.http, server.service.data
    job, artifact = saved(http, paints())
    http.get(f"{ARTIFACTS}/{artifact['digest']}/thumbnail")
    assert list(data.glob(f"thumbnails/??/{artifact['digest']}*"))
    assert http.delete(f"/api/v1/jobs/{job}?artifacts=true").status == 204
    http.get(f"{ARTIFACTS}/{artifact['digest']}").refused(404, "unknown_artifact")
    assert not list(data.glob(f"*/??/{artifact['digest']}*"))


def test_artifacts_are_listed_once_newest_first_in_pages_and_by_what_they_are(
    serving: Callable[..., Running],
) -> None:
    server = serving()
    http = server.http
    made = [saved(http, saves(f"text {number}", f"note {number}.txt")) for number in range(4)]
    made.append(saved(http, paints()))
    again, _ = saved(http, saves("text 0", "note 0.txt"))  # the same artifact, of a newer job
    expected = [(again, made[0][1]["digest"])]
    expected += [(job, artifact["digest"]) for job, artifact in reversed(made[1:])]
    listed: list[tuple[str, str]] = []
    page: dict[str, Any] = {"cursor": ""}
    while page["cursor"] is not None:
        more = f"&cursor={page['cursor']}" if page["cursor"] else ""
        page = http.get(f"{ARTIFACTS}?limit=2{more}").ok()
        listed += [(one["job"], one["digest"]) for one in page["artifacts"]]
    assert listed == expected
    names = lambda query: [one["name"] for one in http.get(f"{ARTIFACTS}?{query}").ok()["artifacts"]]  # noqa: E731
    assert names("media_type=image/*") == ["picture.png"]
    assert names("media_type=image/png") == ["picture.png"]
    assert names("media_type=image") == []
    assert names("search=note%203") == ["note 3.txt"]
    assert names("search=%25") == []
    assert names("search=TEXT%203") == ["note 3.txt"]  # what a node was given: a prompt, say
    assert names(f"job={made[0][0]}") == ["note 0.txt"]
    http.get(f"{ARTIFACTS}?job=job-{'0' * 16}").refused(404, "unknown_job")
    for odd in ("limit=0", "cursor=5", f"cursor=0.{'0' * 64}", "job=../x", "size=1"):
        http.get(f"{ARTIFACTS}?{odd}").refused(422, "invalid_query")


def test_of_anothers_artifacts_nothing_is_said(serving: Callable[..., Running]) -> None:
    server = serving()
    service = server.service
    raw = document({"save": ("save_text", {"text": "a secret"})}).dumps()
    job = service.jobs.submit(ADA, raw, Wanted({}, {})).id
    service.runs.wake()
    digest = server.http.ended(job)["artifacts"][0]["digest"]
    assert service.artifacts.get(ADA, digest)[1] == job
    with pytest.raises(UnknownArtifact):
        service.artifacts.get(BOB, digest)
    everything: dict[str, Any] = {"media_type": "", "job": "", "search": ""}
    assert not service.artifacts.page(BOB, 10, None, **everything)[0]
    assert [one.job for one in service.artifacts.page(ADA, 10, None, **everything)[0]] == [job]
    mine = service.jobs.submit(BOB, raw, Wanted({}, {})).id
    service.runs.wake()
    server.http.ended(mine)
    assert service.artifacts.get(BOB, digest)[1] == mine  # the same bytes, made by an own job


def test_small_pictures_are_kept_within_their_budget(tmp_path: Path) -> None:
    pictures = Pictures(1_000_000)
    try:
        source = tmp_path / "picture.png"
        source.write_bytes(picture(size=(300, 300)))
        size = len(pictures.thumbnail(source, "image/png", 64))
        folder = tmp_path / "thumbnails"
        small = Thumbnails(folder, 3 * size, pictures)
        digests = [digest_content(bytes([number])) for number in range(5)]
        for digest in digests[:3]:
            small.make(digest, source, "picture", 64)
        assert small.kept(digests[0], 64)  # used again, so it stays longer than the next
        for digest in digests[3:]:
            small.make(digest, source, "picture", 64)
        kept = {path.name[:64] for path in folder.glob("??/*")}
        assert kept == {digests[0], digests[3], digests[4]}
        again = Thumbnails(folder, 2 * size, pictures)
        again.make(digests[1], source, "picture", 64)
        assert len(list(folder.glob("??/*"))) == 2
        again.delete(digests[1])
        assert not list(folder.glob(f"??/{digests[1]}*"))
    finally:
        pictures.close()


def test_a_picture_that_a_node_saved_too_large_has_no_small_one(serving: Callable[..., Running]) -> None:
    server = serving(pixel_limit=10_000)
    _, artifact = saved(server.http, paints(size=200))
    problem = server.http.get(f"{ARTIFACTS}/{artifact['digest']}/thumbnail").refused(422, "picture_too_large")
    assert "200 x 200" in problem["detail"]
    assert server.http.get(f"{ARTIFACTS}/{artifact['digest']}").status == 200


def test_a_preview_is_as_small_as_its_reader_wants_it(http: Http) -> None:
    raw = document({"paint": ("paint", {"pictures": 2, "size": 300, "seed": 901})}).as_json()
    job, _ = saved(http, raw)

    def preview(size: int | None) -> Reply:
        return http.get(f"/api/v1/jobs/{job}/preview" + (f"?size={size}" if size else ""))

    assert opened(preview(None).body).size == (300, 300)
    small = preview(50)
    assert small.headers["Content-Type"] == "image/png"
    assert opened(small.body).size == (50, 50)
    assert preview(50).body == small.body
    assert preview(4096).body == preview(None).body
    assert small.headers["ETag"] != preview(None).headers["ETag"]


def test_large_files_are_sent_in_pieces_to_many_at_once(http: Http) -> None:

    content = bytes(8 << 20) + b"the end"
    digest = http.post("/api/v1/uploads", content).json["digest"]
    with ThreadPoolExecutor(8) as threads:
        found = threads.map(lambda _: http.get(f"/api/v1/uploads/{digest}").body == content, range(16))
        assert all(found)


def test_deleting_an_artifact_twice_is_no_error(shared_server: Running) -> None:
    shared_server.service.artifacts.delete(Artifact("1" * 64, "note.txt", "text/plain", 3))
