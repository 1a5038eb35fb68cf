"""The built-in nodes in other languages: all of them, and nothing that is not there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from graph_engine.packs.listing import PackListing, installed_packs
from graph_engine.packs.texts import NodeText, SocketText

LANGUAGES = ("ko",)


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, PackListing]:
    packs = installed_packs(tmp_path_factory.mktemp("data") / "catalogue.json")
    return {pack.name: pack for pack in packs}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["core", "flow"])
class TestComplete:
    def test_every_name_is_there_and_no_other(
        self, listed: dict[str, PackListing], name: str, language: str
    ) -> None:
        pack = listed[name]
        texts = pack.texts[language]
        assert set(texts.nodes) == set(pack.nodes)
        assert set(texts.values) == set(pack.values)
        assert set(texts.categories) == {one["category"] for one in pack.nodes.values()}
        for node, said in texts.nodes.items():
            assert set(said.inputs) == set(pack.nodes[node]["inputs"]), node
            assert set(said.outputs) == set(pack.nodes[node]["outputs"]), node

    def test_whatever_is_said_is_said_in_full(
        self, listed: dict[str, PackListing], name: str, language: str
    ) -> None:
        for said, declared in pairs(listed[name], language):
            assert said.title, declared
            assert bool(said.help) == bool(declared.get("help")), declared

    def test_only_choices_that_there_are_have_names(
        self, listed: dict[str, PackListing], name: str, language: str
    ) -> None:
        for said, declared in pairs(listed[name], language):
            choices = getattr(said, "choices", {})
            assert not choices or set(choices) == set(declared["shape"]["of"]), declared


def pairs(pack: PackListing, language: str) -> Iterator[tuple[NodeText | SocketText, dict[str, Any]]]:
    """Each node, input and output of a pack, with what is said of it."""
    for name, said in pack.texts[language].nodes.items():
        declared = pack.nodes[name]
        yield said, declared
        yield from ((one, declared["inputs"][socket]) for socket, one in said.inputs.items())
        yield from ((one, declared["outputs"][socket]) for socket, one in said.outputs.items())


def test_korean_is_written_in_korean() -> None:
    root = Path(__file__).parents[2]
    for file in (root / "nodes/locales/ko.json", root / "graph_engine/flow/locales/ko.json"):
        for line in file.read_text("utf-8").splitlines():
            text = line.partition(": ")[2].strip('",')
            if text and '"title"' in line:
                assert any("가" <= sign <= "힣" for sign in text), line
