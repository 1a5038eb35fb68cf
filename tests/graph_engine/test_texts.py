"""What packs say in other languages: found, limited, and reported where it is wrong."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from graph_engine.packs.listing import PackListing, installed_packs, languages_of, texts_in
from graph_engine.packs.pack_files import MOST_FILES
from graph_engine.packs.texts import MOST_BYTES
from tests.graph_engine.test_listing import forget
from tests.resources.plugins import write_plugin, write_single_file

KOREAN = {
    "nodes": {
        "acme/work": {
            "title": "일",
            "help": "하나씩 셉니다.",
            "inputs": {"count": {"title": "개수"}},
            "outputs": {"integer": {"title": "수"}},
        }
    },
    "categories": {"acme": "에크미"},
}


@pytest.fixture
def plugins(tmp_path: Path) -> Path:
    """A plugins folder with the pack `acme`."""
    write_plugin(tmp_path / "plugins", "acme")
    return tmp_path / "plugins"


def write(plugins: Path, content: Any, language: str = "ko", pack: str = "acme") -> Path:
    folder = plugins / pack / "locales"
    folder.mkdir(exist_ok=True)
    file = folder / f"{language}.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return file


def listed(plugins: Path) -> list[PackListing]:
    packs = installed_packs(plugins.parent / "catalogue.json", (plugins,))
    return [pack for pack in packs if pack.origin.get("folder", "").startswith(str(plugins))]


def said(plugins: Path, language: str = "ko") -> Any:
    return texts_in(listed(plugins), language)


def fault(plugins: Path) -> str:
    (pack,) = listed(plugins)
    (found,) = pack.faults
    assert pack.nodes, "the pack works all the same"
    assert pack.texts == {}
    return str(found)


def test_texts_are_given_as_they_were_written(plugins: Path) -> None:
    write(plugins, KOREAN)
    assert said(plugins) == {**KOREAN, "values": {}}
    assert languages_of(listed(plugins)) == ["ko"]
    assert said(plugins, "fr") is None


def test_a_file_that_comes_changes_or_goes_is_noticed(plugins: Path) -> None:
    assert said(plugins) is None
    file = write(plugins, KOREAN)
    assert said(plugins)["categories"] == {"acme": "에크미"}
    file = write(plugins, {"categories": {"acme": "새로운"}})
    os.utime(file, ns=(0, 1))
    assert said(plugins)["categories"] == {"acme": "새로운"}
    file.unlink()
    assert said(plugins) is None


def test_an_installed_pack_has_them_in_its_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = tmp_path / "site"
    write_plugin(
        site, "stubtold_pack", init='from graph_engine import Pack\npack = Pack("stubtold", "1.0")\n'
    )
    write(site, {"categories": {"acme": "에크미"}}, pack="stubtold_pack")
    about = site / "stubtold-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: stubtold\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[latentgraph.packs]\nstubtold = stubtold_pack:pack\n")
    monkeypatch.syspath_prepend(str(site))
    packs = {one.name: one for one in installed_packs(tmp_path / "catalogue.json")}
    forget()
    assert packs["stubtold"].texts["ko"].categories == {"acme": "에크미"}


def test_a_pack_of_one_file_has_none(tmp_path: Path) -> None:
    write_single_file(tmp_path / "plugins", "single")
    (tmp_path / "plugins" / "locales").mkdir()
    (tmp_path / "plugins" / "locales" / "ko.json").write_text("{}")
    assert all(pack.texts == {} for pack in listed(tmp_path / "plugins"))


def test_texts_of_several_packs_are_put_together(plugins: Path) -> None:
    write_plugin(plugins, "bolt")
    write(plugins, KOREAN)
    write(
        plugins,
        {"nodes": {"bolt/work": {"title": "볼트"}}, "categories": {"acme": "다른", "b": "비"}},
        pack="bolt",
    )
    found = said(plugins)
    assert set(found["nodes"]) == {"acme/work", "bolt/work"}
    assert found["categories"] == {"acme": "에크미", "b": "비"}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "EOF"),
        ("[]", "object"),
        ("[" * 100_000, "recursion"),
        ('{"nodes": {"acme/work": {"titel": "x"}}}', "nodes.acme/work.titel"),
        ('{"nodes": {"acme/work": {"title": 3}}}', "nodes.acme/work.title"),
        ('{"categories": {"a": ""}}', "categories.a"),
        (json.dumps({"categories": {"a": "x" * 10_001}}), "categories.a"),
        (json.dumps({"categories": {"a": "x" * MOST_BYTES}}), "1,048,576 are allowed"),
        (
            '{"nodes": {"core/load_image": {"title": "x"}}}',
            "'core/load_image', which is not of the pack 'acme'",
        ),
        ('{"values": {"artifact": "x"}}', "'artifact', which is not of the pack 'acme'"),
    ],
)
def test_a_file_that_is_wrong_is_left_out_with_the_reason(plugins: Path, content: str, told: str) -> None:
    file = write(plugins, content)
    message = fault(plugins)
    assert told in message
    assert str(file) in message


def test_bytes_that_are_no_text_are_reported(plugins: Path) -> None:
    write(plugins, KOREAN).write_bytes(b'{"categories": {"a": "\xff"}}')
    assert "is no file of texts" in fault(plugins)


def test_a_name_that_is_no_language_is_reported(plugins: Path) -> None:
    write(plugins, KOREAN, language="Korean language")
    assert "its name is no language" in fault(plugins)


def test_a_link_out_of_the_pack_is_not_followed(plugins: Path) -> None:
    file = write(plugins, KOREAN)
    outside = file.rename(plugins.parent / "secret.json")
    file.symlink_to(outside)
    assert "leads out of the pack's folder" in fault(plugins)


def test_what_is_no_file_is_not_read(plugins: Path) -> None:
    file = write(plugins, KOREAN)
    file.unlink()
    os.mkfifo(file)  # reading it would wait for ever
    assert "it is no file" in fault(plugins)


def test_a_pack_has_so_many_languages_at_most(plugins: Path) -> None:
    for number in range(MOST_FILES + 5):
        write(plugins, "{}", language=f"en-x{number:03}")
    (pack,) = listed(plugins)
    assert len(pack.texts) == MOST_FILES
