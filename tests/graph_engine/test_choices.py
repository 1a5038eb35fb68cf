"""What a picker offers: what the pack says there is, found by words, within bounds."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import pytest

from graph_engine import Catalogue, Choice, Choices, Engine, Pack, Run, node
from graph_engine.choices import LONGEST, LONGEST_PICTURE, MOST, MOST_DETAILS, offered
from graph_engine.errors import EngineError


def values(engine: Engine, query: str = "", **more: Any) -> list[str]:
    return [one.value for one in offered(engine, "toy/basket", "fruit", query, **more).choices]


def test_all_choices_come_in_the_packs_order_with_what_is_known_of_them(engine: Engine) -> None:
    found = offered(engine, "toy/basket", "fruit")
    assert found.choices[1] == Choice("banana", "Banana", {"colour": "yellow"})
    assert [one.value for one in found.choices] == ["apple", "banana", "cherry"]
    assert (found.more, found.problems) == (False, ())


def test_what_is_there_is_looked_for_each_time(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "files" / "pear.fruit").touch()
    assert values(engine)[3:] == ["pear.fruit"]
    (tmp_path / "files" / "pear.fruit").unlink()
    assert values(engine)[3:] == []


@pytest.mark.parametrize(
    ("query", "found"),
    [("an", ["banana"]), ("RED", ["apple", "cherry"]), ("red che", ["cherry"]), ("red banana", []), (" ", 3)],
)
def test_every_word_of_a_query_is_in_the_value_the_title_or_a_detail(
    engine: Engine, query: str, found: Any
) -> None:
    assert values(engine, query) == found or len(values(engine, query)) == found


def test_more_than_is_wanted_is_said(engine: Engine) -> None:
    assert offered(engine, "toy/basket", "fruit", limit=2).more
    assert values(engine, limit=2) == ["apple", "banana"]
    assert not offered(engine, "toy/basket", "fruit", limit=3).more


def test_the_items_of_a_list_are_offered_too(engine: Engine) -> None:
    assert offered(engine, "toy/basket", "more").choices == offered(engine, "toy/basket", "fruit").choices


@pytest.mark.parametrize(
    ("place", "code", "hint"),
    [
        (("toy/baskt", "fruit"), "unknown_node", "'toy/basket'"),
        (("toi/basket", "fruit"), "unknown_node", "not installed"),
        (("toy/basket", "friut"), "extra_input", "'fruit'"),
        (("toy/label", "text"), "no_choices", "schema"),
    ],
)
def test_what_has_no_choices_is_a_problem_with_the_way_out(
    engine: Engine, place: tuple[str, str], code: str, hint: str
) -> None:
    found = offered(engine, *place)
    (problem,) = found.problems
    assert problem.code == code
    assert hint in problem.hint
    assert found.choices == ()


def test_a_schema_says_that_there_are_choices_and_they_refuse_nothing(catalogue: Catalogue) -> None:
    declared = catalogue.node_type("toy/basket")
    assert declared is not None
    schemas = {name: one.schema or {} for name, one in declared.inputs.items()}
    assert {name: one.get("x-choices") for name, one in schemas.items()} == {"fruit": True, "more": True}
    assert declared.inputs["fruit"].literal("no fruit")[0] == "no fruit"


def offering(found: Callable[[Run], Any], tmp_path: Path) -> Engine:
    """An engine over one node whose input `value` offers what a function gives."""

    def pick(value):  # type: ignore[no-untyped-def]
        return value

    pick.__annotations__ = {"value": Annotated[str, Choices(found)], "return": str}
    pack = Pack("own", "1", [node()(pick)])
    return Engine(tmp_path / "own", catalogue=Catalogue([pack]))


def test_what_a_pack_offers_without_end_is_cut(tmp_path: Path) -> None:
    def endless(run: Run) -> Any:
        number = 0
        while True:
            number += 1
            yield Choice(f"{number}", "t" * 9999, {f"{n}": "d" * 9999 for n in range(99)})

    with offering(endless, tmp_path) as engine:
        found = offered(engine, "own/pick", "value")
        assert len(found.choices) == MOST
        assert found.more
        (first, *_) = found.choices
        assert len(first.title) == LONGEST
        assert len(first.details) == MOST_DETAILS
        assert set(map(len, map(str, first.details.values()))) == {LONGEST}
        assert offered(engine, "own/pick", "value", "nothing like it").choices == ()


@pytest.mark.parametrize(
    "picture",
    ["https://example.com/spy.png", "javascript:alert(1)", "data:image/png;base64," + "A" * LONGEST_PICTURE],
)
def test_a_picture_that_is_no_small_data_address_is_left_out(tmp_path: Path, picture: str) -> None:
    small = "data:image/png;base64,iVBORw0="
    with offering(lambda run: [Choice("a", picture=picture), Choice("b", picture=small)], tmp_path) as engine:
        assert [one.picture for one in offered(engine, "own/pick", "value").choices] == ["", small]


def test_what_is_no_choice_is_the_packs_fault(tmp_path: Path) -> None:
    with (
        offering(lambda run: ["a"], tmp_path) as engine,
        pytest.raises(EngineError, match=r"own/pick\.value"),
    ):
        offered(engine, "own/pick", "value")


def test_names_of_files_stay_in_their_folders(engine: Engine, tmp_path: Path) -> None:
    files = tmp_path / "files"
    (files / "a" / "b").mkdir(parents=True)
    (files / ".hidden").mkdir()
    (tmp_path / "outside").mkdir()
    for path in ("z.fruit", "a/b/y.fruit", "a/b/y.txt", ".hidden/x.fruit", "../outside/w.fruit"):
        (files / path).touch()
    (files / "a" / "circle").symlink_to(files / "a", target_is_directory=True)
    (files / "way-out").symlink_to(tmp_path / "outside", target_is_directory=True)
    (files / "out.fruit").symlink_to(tmp_path / "outside" / "w.fruit")
    (files / "same.fruit").symlink_to(files / "z.fruit")
    assert engine.run_for_names().file_names(".fruit") == ["a/b/y.fruit", "same.fruit", "z.fruit"]
    for name in engine.run_for_names().file_names(".fruit"):
        assert engine.files.open(name).is_file()


def test_only_so_many_entries_are_looked_at(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(20):
        (tmp_path / "files" / f"{number:02}.fruit").touch()
    monkeypatch.setattr(sys.modules["graph_engine.files"], "MOST_ENTRIES", 7)
    assert len(engine.run_for_names().file_names(".fruit")) == 7
