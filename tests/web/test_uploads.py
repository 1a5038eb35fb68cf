"""Uploads over HTTP: what comes is what is kept, and nothing that would be run."""

from __future__ import annotations

import http.client
import io
import socket
import threading
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from blake3 import blake3

from graph_engine.errors import DocumentError
from tests.web.conftest import Running, document
from tests.web.http import LIMIT, Http
from tests.web.pictures import opened, picture, png_bomb, turned
from web.service.jobs import Wanted
from web.service.person import Person
from web.service.uploads import Incoming, UnknownUpload, Upload

ADA = Person("ada", frozenset({"view", "run"}))
BOB = Person("bob", frozenset({"view", "run"}))
UPLOADS = "/api/v1/uploads"


def digest_of(data: bytes) -> str:
    return blake3(data).hexdigest()


def reads(reference: str) -> dict[str, Any]:
    """A document that reads an upload."""
    return document({"read": ("read_text", {"path": reference})}, outputs={"text": "read.text"}).as_json()


def sent(server: Running, person: Person, data: bytes, name: str = "file") -> Upload:
    """What a person sends, as the handler does it."""
    uploads = server.service.uploads
    incoming = uploads.begin()
    try:
        incoming.write(data)
        return uploads.keep(person, incoming, name)[0]
    finally:
        incoming.abandon()


def left_over(server: Running) -> list[Path]:
    """What is there of uploads that were not kept."""
    return list((server.service.data / "uploads" / ".arriving").glob("*"))


def test_a_file_is_kept_under_its_digest_and_a_document_can_name_it(http: Http) -> None:
    data = b"a panda on a swing"
    found = http.post(UPLOADS, data, X_File_Name="swing.txt").ok(201)
    assert found["digest"] == found["source"] == digest_of(data)
    assert (found["name"], found["media_type"], found["size"]) == ("swing.txt", "text/plain", len(data))
    assert (found["width"], found["oriented"]) == (None, False)
    read = http.get(f"{UPLOADS}/{found['digest']}")
    assert (read.status, read.body) == (200, data)
    job = http.post("/api/v1/jobs", {"document": reads(found["reference"])}).ok(202)
    assert http.ended(job["id"])["status"] == "done"


def test_the_same_file_again_is_not_new(http: Http) -> None:
    data = picture(size=(50, 30))
    address = f"{UPLOADS}/{digest_of(data)}"
    assert http.request("HEAD", address).status == 404
    first = http.request("PUT", address, data).ok(201)
    again = http.request("PUT", address, data).ok(200)
    assert first == again
    assert http.post(UPLOADS, data).ok(200)["digest"] == first["digest"]
    assert (first["media_type"], first["width"], first["height"]) == ("image/png", 50, 30)
    head = http.request("HEAD", address)
    assert (head.status, head.headers["Content-Length"], head.body) == (200, str(len(data)), b"")


def test_what_is_not_what_its_digest_says_is_refused_and_not_kept(shared_server: Running, http: Http) -> None:
    wrong = "0" * 64
    problem = http.request("PUT", f"{UPLOADS}/{wrong}", b"something else").refused(422, "wrong_digest")
    assert digest_of(b"something else") in problem["detail"]
    http.get(f"{UPLOADS}/{digest_of(b'something else')}").refused(404, "unknown_upload")
    assert not left_over(shared_server)


def test_a_picture_that_is_to_be_turned_is_kept_upright(http: Http) -> None:
    data = turned("JPEG", 6)
    address = f"{UPLOADS}/{digest_of(data)}"
    found = http.request("PUT", address, data).ok(201)
    assert found["oriented"] is True
    assert found["source"] == digest_of(data) != found["digest"]
    assert (found["width"], found["height"]) == (20, 40)
    kept = http.get(f"{UPLOADS}/{found['digest']}").body
    assert digest_of(kept) == found["digest"]
    assert opened(kept).size == (20, 40)
    assert not dict(opened(kept).getexif())
    assert http.request("PUT", address, data).ok(200) == found
    elsewhere = http.get(address)
    assert (elsewhere.status, elsewhere.headers["Location"]) == (308, f"{UPLOADS}/{found['digest']}")


@pytest.mark.parametrize(
    ("data", "name", "media_type"),
    [
        (
            b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
            "a.png",
            "image/svg+xml",
        ),
        (b"<!doctype html><script>alert(1)</script>", "notes.txt", "text/html"),
        (b"<?xml version='1.0'?><a/>", "a.json", "application/xml"),
        (b"#!/bin/sh\necho", "a.jpg", "text/x-script"),
    ],
)
def test_what_would_be_run_is_refused_whatever_it_is_called(
    data: bytes, name: str, media_type: str, shared_server: Running, http: Http
) -> None:
    reply = http.post(UPLOADS, data, X_File_Name=name, Content_Type="image/png")
    problem = reply.refused(415, "kind_refused")
    assert media_type in problem["detail"]
    assert "Convert it" in problem["detail"]
    assert not left_over(shared_server)


def test_a_picture_of_too_many_pixels_is_refused(shared_server: Running, http: Http) -> None:
    bomb = png_bomb(12_000, 12_000)
    assert len(bomb) < 100_000
    problem = http.post(UPLOADS, bomb).refused(422, "picture_too_large")
    assert "12,000 x 12,000" in problem["detail"]
    assert "100,000,000" in problem["detail"]
    http.get(f"{UPLOADS}/{digest_of(bomb)}").refused(404)
    assert not left_over(shared_server)


@pytest.mark.parametrize("data", [picture(size=(90, 90))[:-60], b"\x89PNG\r\n\x1a\n", b"GIF89a<script>"])
def test_a_picture_that_is_damaged_is_refused(data: bytes, shared_server: Running, http: Http) -> None:
    problem = http.post(UPLOADS, data).refused(422, "picture_damaged")
    assert "Save it again" in problem["detail"]
    assert "/" not in problem["detail"]  # no folder of the server's machine
    assert not left_over(shared_server)


def test_an_archive_is_what_it_is_and_is_never_opened(http: Http) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(50_000_000))
    found = http.post(UPLOADS, packed.getvalue(), X_File_Name="cat.png").ok(201)
    assert (found["media_type"], found["width"]) == ("application/zip", None)
    read = http.get(f"{UPLOADS}/{found['digest']}")
    assert read.headers["Content-Disposition"] == 'attachment; filename="cat.png"'
    http.get(f"{UPLOADS}/{found['digest']}/thumbnail").refused(404, "no_picture")


def test_a_text_called_a_picture_is_a_text(http: Http) -> None:
    found = http.post(UPLOADS, b"no picture at all", X_File_Name="cat.png").ok(201)
    assert found["media_type"] == "text/plain"


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ada\\cat.png", "cat.png"),
        ("%2e%2e%2fcat.png", "cat.png"),
        ("cat%0d%0aSet-Cookie: a=b.png", "cat_Set-Cookie_ a=b.png"),
        ("cat%E2%80%AEgnp.exe", "catgnp.exe"),
        ("cat%00.png", "cat_.png"),
        ("%C2%85cat.png", "_cat.png"),
        ("%E7%8C%AB.png", "猫.png"),
        ("..", "artifact"),
    ],
)
def test_a_name_leads_nowhere_and_reads_as_it_is(given: str, name: str, http: Http) -> None:
    data = f"named {given}".encode()
    found = http.post(UPLOADS, data, X_File_Name=given).ok(201)
    assert found["name"] == name
    shown = http.get(f"{UPLOADS}/{found['digest']}").headers["Content-Disposition"]
    assert shown.isascii()
    assert shown.isprintable()
    assert "Set-Cookie" not in http.get(f"{UPLOADS}/{found['digest']}").headers


def test_a_file_that_is_too_large_is_refused_and_not_kept(serving: Callable[..., Running]) -> None:
    server = serving(upload_limit=1000)
    assert server.http.post(UPLOADS, bytes(1000)).ok(201)["media_type"] == "application/octet-stream"
    server.http.post(UPLOADS, bytes(1001)).refused(413, "body_too_large")
    connection = http.client.HTTPConnection(server.http.host, server.http.port, timeout=LIMIT)
    connection.request("POST", UPLOADS, iter([bytes(600)] * 5), encode_chunked=True)  # says no length
    assert connection.getresponse().status == 413
    connection.close()
    assert not left_over(server)


def test_nothing_is_no_file(http: Http) -> None:
    http.post(UPLOADS, b"").refused(400, "no_body")


def test_an_upload_that_is_cut_off_leaves_nothing_behind(shared_server: Running, http: Http) -> None:
    data = bytes(3 << 20)
    with socket.create_connection((http.host, http.port), LIMIT) as connection:
        head = f"POST {UPLOADS} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {2 * len(data)}\r\n\r\n"
        connection.sendall(head.encode() + data)
        _until(lambda: any(path.stat().st_size for path in left_over(shared_server)))
    _until(lambda: not left_over(shared_server))
    http.get(f"{UPLOADS}/{digest_of(data)}").refused(404)


def test_what_a_killed_server_left_behind_is_gone_at_the_next_start(serving: Callable[..., Running]) -> None:
    server = serving()
    server.close()
    part = server.service.data / "uploads" / ".arriving" / "0123"
    part.parent.mkdir(parents=True, exist_ok=True)
    part.write_bytes(b"half of it")
    assert not left_over(serving())


def test_the_same_file_sent_many_times_at_once_is_kept_once(shared_server: Running, http: Http) -> None:
    data = picture(size=(333, 77))
    with ThreadPoolExecutor(8) as threads:
        replies = list(threads.map(lambda _: http.post(UPLOADS, data), range(8)))
    assert sorted(reply.status for reply in replies) == [200] * 7 + [201]
    assert len({reply.body for reply in replies}) == 1
    assert http.get(f"{UPLOADS}/{digest_of(data)}").body == data
    assert not left_over(shared_server)


def test_a_full_disk_is_said_and_nothing_is_kept(
    serving: Callable[..., Running], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("only Linux has a disk that is always full")
    server = serving()

    def begin() -> Incoming:
        (tmp_path / "full").symlink_to("/dev/full")
        return Incoming(tmp_path / "full")

    monkeypatch.setattr(server.service.uploads, "begin", begin)
    for data in (bytes(100), bytes(3 << 20)):
        problem = server.http.post(UPLOADS, data).refused(507, "disk_full")
        assert "cache clear" in problem["detail"]
        assert not (tmp_path / "full").is_symlink()
    monkeypatch.undo()
    server.http.post(UPLOADS, bytes(100)).ok(201)


def test_ones_own_uploads_are_listed_newest_first_and_in_pages(serving: Callable[..., Running]) -> None:
    server = serving()
    digests = [server.http.post(UPLOADS, b"file %d" % number).ok(201)["digest"] for number in range(5)]
    sent(server, ADA, b"another's")
    listed: list[str] = []
    page = server.http.get(f"{UPLOADS}?limit=2").ok()
    while True:
        listed += [one["digest"] for one in page["uploads"]]
        if page["cursor"] is None:
            break
        page = server.http.get(f"{UPLOADS}?limit=2&cursor={page['cursor']}").ok()
    assert listed == digests[::-1]
    assert len(server.service.uploads.page(ADA, 10, None)[0]) == 1


def test_small_pictures_are_made_kept_and_told_by_their_tag(http: Http) -> None:
    digest = http.post(UPLOADS, picture(size=(600, 300))).ok(201)["digest"]
    address = f"{UPLOADS}/{digest}/thumbnail?size=128"
    small = http.get(address)
    assert small.headers["Content-Type"] == "image/webp"
    assert opened(small.body).size == (128, 64)
    assert http.get(address).body == small.body
    assert http.get(address, If_None_Match=small.headers["ETag"]).status == 304
    for size in ("63", "1025", "many"):
        http.get(f"{UPLOADS}/{digest}/thumbnail?size={size}").refused(422, "invalid_query")


def test_an_upload_can_be_deleted_and_sent_again(http: Http) -> None:
    data = picture(size=(61, 61))
    digest = http.post(UPLOADS, data).ok(201)["digest"]
    assert http.get(f"{UPLOADS}/{digest}/thumbnail").status == 200
    assert http.delete(f"{UPLOADS}/{digest}").status == 204
    http.get(f"{UPLOADS}/{digest}").refused(404, "unknown_upload")
    http.get(f"{UPLOADS}/{digest}/thumbnail").refused(404, "unknown_upload")
    http.delete(f"{UPLOADS}/{digest}").refused(404, "unknown_upload")
    assert http.post(UPLOADS, data).ok(201)["digest"] == digest


def test_an_upload_that_a_waiting_job_needs_is_not_deleted(http: Http) -> None:
    found = http.post(UPLOADS, b"needed soon").ok(201)
    http.post("/api/v1/queue", {"paused": True}).ok()
    try:
        job = http.post("/api/v1/jobs", {"document": reads(found["reference"])}).ok(202)["id"]
        problem = http.delete(f"{UPLOADS}/{found['digest']}").refused(409, "upload_in_use")
        assert job in problem["detail"]
        http.post(f"/api/v1/jobs/{job}/cancel").ok()
        assert http.delete(f"{UPLOADS}/{found['digest']}").status == 204
    finally:
        http.post("/api/v1/queue", {"paused": False}).ok()


def test_of_anothers_uploads_nothing_is_said(serving: Callable[..., Running]) -> None:
    server = serving()
    uploads = server.service.uploads
    theirs = sent(server, ADA, b"a secret")
    for act in (uploads.get, uploads.delete):
        with pytest.raises(UnknownUpload):
            act(BOB, theirs.digest)
    assert uploads.get(ADA, theirs.digest) == theirs
    sent(server, BOB, b"a secret")  # who has the bytes may name them
    assert uploads.get(BOB, theirs.digest).owner == "bob"
    uploads.delete(ADA, theirs.digest)
    assert uploads.path(uploads.get(BOB, theirs.digest)).read_bytes() == b"a secret"
    uploads.delete(BOB, theirs.digest)
    assert not uploads.path(theirs).exists()


def test_a_document_may_only_name_uploads_that_its_owner_has(serving: Callable[..., Running]) -> None:
    server = serving()
    theirs = sent(server, ADA, b"a secret")

    def submit(person: Person, **how: Any) -> str:
        given = {"inputs": {}, "texts": {}, **how}
        raw = document(
            {"read": ("read_text", {"path": theirs.reference if not how else "x"})},
            inputs={"path": "read.path"},
            outputs={"text": "read.text"},
        )
        return server.service.jobs.submit(person, raw.dumps(), Wanted(**given)).id

    assert submit(ADA)
    for how in (
        {},
        {"inputs": {"path": theirs.reference}},
        {"texts": {"path": theirs.reference}},
        {"sweep": {"table": {"path": [theirs.reference]}, "how": "product"}},
    ):
        with pytest.raises(DocumentError) as caught:
            submit(BOB, **how)
        problem = caught.value.problems[0]
        assert problem.code == "unknown_upload"
        assert theirs.digest[:12] in problem.message
        assert problem.input == "path"
    server.service.uploads.grant(BOB, [theirs.digest], "ada")
    assert submit(BOB)


def test_a_document_that_names_what_was_turned_is_told_what_to_name(http: Http) -> None:
    data = turned("JPEG", 3)
    found = http.post(UPLOADS, data).ok(201)
    size = document(
        {"size": ("file_size", {"path": f"blake3:{found['source']}"})}, outputs={"n": "size.integer"}
    )
    fault = http.post("/api/v1/jobs", {"document": size.as_json()}).refused(422)["problems"][0]
    assert (fault["node"], fault["input"]) == ("size", "path")


def test_a_file_in_a_folder_that_documents_may_read_needs_no_upload(
    serving: Callable[..., Running], tmp_path: Path
) -> None:
    folder = tmp_path / "inputs"
    folder.mkdir()
    (folder / "note.txt").write_text("found")
    server = serving(input_roots=(folder,))
    job = server.service.jobs.submit(
        ADA,
        document({"read": ("read_text", {"path": "note.txt"})}, outputs={"text": "read.text"}).dumps(),
        Wanted({}, {}),
    )
    assert job.owner == "ada"


def test_an_upload_survives_a_restart(serving: Callable[..., Running]) -> None:
    server = serving()
    digest = server.http.post(UPLOADS, b"to stay", X_File_Name="stay.txt").ok(201)["digest"]
    server.close()
    again = serving()
    assert again.http.get(f"{UPLOADS}/{digest}").body == b"to stay"
    assert again.http.get(UPLOADS).ok()["uploads"][0]["name"] == "stay.txt"


def test_the_server_answers_others_while_files_come_slowly(shared_server: Running, http: Http) -> None:
    connections = []
    for _ in range(20):
        connection = socket.create_connection((http.host, http.port), LIMIT)
        head = f"POST {UPLOADS} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n"
        connection.sendall(head.encode() + b"some")
        connections.append(connection)
    _until(lambda: len(left_over(shared_server)) == 20)
    http.get("/healthz").ok()
    http.post(UPLOADS, b"quick").ok(201)
    for connection in connections:
        connection.close()
    _until(lambda: not left_over(shared_server))


def _until(so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LIMIT
    while not so():
        assert time.monotonic() < deadline
        threading.Event().wait(0.01)
