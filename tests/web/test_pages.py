"""The pages: static files of our own, which load nothing from elsewhere and run nothing that is inline."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from tests.web.http import Http
from web.api.pages import FOLDER, PAGES, POLICY
from web.api.pages.static_file import MEDIA_TYPES

FILES = {file.name: file for file in FOLDER.iterdir() if file.suffix in MEDIA_TYPES}


class Parts(HTMLParser):
    """What a page loads, and what of it a policy would forbid."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.inline: list[str] = []
        self._script = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.inline += [name for name in given if name == "style" or name.startswith("on")]
        self.inline += [tag] if tag == "style" or (tag == "script" and "src" not in given) else []
        if tag in ("script", "img"):
            self.loads.append(given["src"] or "")
        elif tag == "link":
            self.loads.append(given["href"] or "")
        elif tag == "a":
            self.links.append(given["href"] or "")


def pages() -> list[tuple[str, Parts]]:
    return [(path, Parts(FILES[name].read_text())) for path, name in PAGES.items()]


class TestFiles:
    @pytest.mark.parametrize(("path", "parts"), pages())
    def test_a_page_loads_only_files_that_are_here(self, path: str, parts: Parts) -> None:
        assert parts.loads
        for one in parts.loads:
            assert one.removeprefix("/docs/") in FILES, one

    @pytest.mark.parametrize(("path", "parts"), pages())
    def test_nothing_is_inline(self, path: str, parts: Parts) -> None:
        assert parts.inline == []

    @pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".js")])
    def test_scripts_import_only_files_that_are_here_and_write_no_markup(self, name: str) -> None:
        text = FILES[name].read_text()
        for one in re.findall(r'from "([^"]+)"', text):
            assert one.removeprefix("./") in FILES
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|https?://", text
        )

    @pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".css")])
    def test_styles_load_nothing(self, name: str) -> None:
        assert not re.search(r"@import|url\(", FILES[name].read_text())

    def test_what_a_script_looks_for_is_on_its_page(self) -> None:
        for page, scripts in (
            ("reference.html", ("reference.js", "try.js")),
            ("index.html", ("index.js",)),
        ):
            ids = set(re.findall(r'id="([^"]+)"', FILES[page].read_text()))
            for script in scripts:
                assert set(re.findall(r'getElementById\("([^"]+)"\)', FILES[script].read_text())) <= ids

    def test_the_policy_lets_nothing_in_from_elsewhere(self) -> None:
        assert "unsafe" not in POLICY
        assert "http" not in POLICY
        assert "default-src 'none'" in POLICY


class TestOverHttp:
    @pytest.mark.parametrize("path", [*PAGES, "/docs/page.css", "/docs/reference.js", "/docs/icon.svg"])
    def test_they_are_served_with_their_policy(self, http: Http, path: str) -> None:
        answer = http.get(path)
        assert answer.status == 200
        assert answer.headers["Content-Security-Policy"] == POLICY
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert http.get(path, If_None_Match=answer.headers["ETag"]).status == 304

    def test_every_link_of_a_page_leads_somewhere(self, http: Http) -> None:
        for path, parts in pages():
            for link in parts.links:
                if not link.startswith("#"):
                    assert http.get(link).status == 200, (path, link)

    @pytest.mark.parametrize(
        "path", ["/docs/__init__.py", "/docs/..%2f..%2fapp.py", "/docs/reference.html", "/docs/none.js"]
    )
    def test_nothing_else_is_served(self, http: Http, path: str) -> None:
        http.get(path).refused(404, "not_found")
