"""The editor as it is served: a page with its own policy, assets that are kept for a year, and its digest."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.conftest import running
from tests.web.http import Http
from web.api.pages.editor import read_editor

SCRIPT = "/* a script that is long enough to be worth packing */\n" * 20
PAGE = '<!doctype html>\n<html><head><script type="module" src="/assets/a-1.js"></script></head></html>\n'


def build(folder: Path, script: str = SCRIPT) -> Path:
    """A built client of two files."""
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text(PAGE)
    (folder / "assets" / "a-1.js").write_text(script)
    (folder / "assets" / "a-1.png").write_bytes(bytes(64))
    (folder / "secret.txt").write_text("not for anybody")
    return folder


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Http]:
    folder = tmp_path_factory.mktemp("editor")
    with running(folder / "data", built=build(folder / "dist")) as server:
        yield server.http


def test_the_page_may_run_scripts_of_this_server_only_and_no_inline_ones(served: Http) -> None:
    answer = served.get("/")
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert answer.headers["Cache-Control"] == "no-cache"
    assert b'src="/assets/a-1.js"' in answer.body


def test_the_nonce_of_styles_is_another_in_every_answer_and_the_page_knows_it(served: Http) -> None:
    nonces = set()
    for _ in range(2):
        answer = served.get("/")
        found = re.search(r"'nonce-([\w-]+)'", answer.headers["Content-Security-Policy"])
        assert found
        assert f'<meta property="csp-nonce" nonce="{found[1]}">'.encode() in answer.body
        nonces.add(found[1])
    assert len(nonces) == 2


def test_the_page_and_the_answers_of_the_api_name_the_same_client(served: Http) -> None:
    digest = served.get("/api/v1/server").headers["X-Latentgraph-Client"]
    assert f'<meta name="latentgraph-client" content="{digest}">'.encode() in served.get("/").body
    assert served.get("/api/v1/none").headers["X-Latentgraph-Client"] == digest


def digest_of(folder: Path) -> str:
    editor = read_editor(folder)
    assert editor is not None
    return editor.digest


def test_another_script_is_another_client(tmp_path: Path) -> None:
    one, same, other = (
        digest_of(build(tmp_path / name, script))
        for name, script in (("a", SCRIPT), ("b", SCRIPT), ("c", SCRIPT + " "))
    )
    assert one == same != other


def test_assets_are_kept_for_a_year_and_come_packed_to_those_who_unpack(served: Http) -> None:
    plain = served.get("/assets/a-1.js")
    packed = served.get("/assets/a-1.js", Accept_Encoding="br, gzip;q=0.8")
    assert plain.body == gzip.decompress(packed.body) == SCRIPT.encode()
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in served.get("/assets/a-1.js", Accept_Encoding="gzip;q=0").headers
    assert plain.headers["ETag"] != packed.headers["ETag"]
    for answer in (plain, packed):
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_an_asset_that_is_there_already_is_not_sent_again(served: Http) -> None:
    tag = served.get("/assets/a-1.png").headers["ETag"]
    answer = served.get("/assets/a-1.png", If_None_Match=tag)
    assert (answer.status, answer.body) == (304, b"")


@pytest.mark.parametrize(
    "path",
    ["/assets/none.js", "/assets/..%2fsecret.txt", "/assets/%2e%2e%2findex.html", "/secret.txt", "/assets/"],
)
def test_nothing_else_of_the_folder_is_served(served: Http, path: str) -> None:
    served.get(path).refused(404, "not_found")


def test_without_a_built_client_there_is_a_page_that_says_how_to_build_it(http: Http) -> None:
    answer = http.get("/")
    assert answer.status == 200
    assert b"pip install -e ." in answer.body
    assert "X-Latentgraph-Client" not in http.get("/api/v1/server").headers


def test_the_pages_of_the_api_are_beside_the_editor(served: Http) -> None:
    answer = served.get("/docs")
    assert answer.status == 200
    assert b'href="/"' in answer.body
