"""The page about the server: every setting and every address is on a page, with what it is."""

from __future__ import annotations

import re
from pathlib import Path

from graph_engine.settings import Settings
from web.api.app import all_routes
from web.service.settings import ServerSettings

DOCS = Path(__file__).parents[2] / "docs"


def rows() -> list[str]:
    """The table of the settings that the server has besides the engine's."""
    found = []
    for name, field in ServerSettings.model_fields.items():
        if name in Settings.model_fields:
            continue
        default = "none" if field.default in ((), None, "") else f"{field.default}"
        found.append(f"| `{name}` | {default} | {field.description} |")
    return found


def test_the_page_lists_every_setting_with_its_default() -> None:
    page = (DOCS / "server.md").read_text()
    table = page[page.index("## Settings") :]
    assert re.findall(r"^\| `\w+` \|.*\|$", table, re.MULTILINE) == rows(), "\n".join(rows())


def addresses() -> list[str]:
    """The table of all addresses."""
    return [
        f"| {route.method} | `{route.path}` | {route.scope or 'none'} | {route.summary} |"
        for route in all_routes()
    ]


def test_a_page_lists_every_address_with_its_scope() -> None:
    page = (DOCS / "addresses.md").read_text()
    assert re.findall(r"^\| [A-Z]+ \| `.*\|$", page, re.MULTILINE) == addresses(), "\n".join(addresses())
