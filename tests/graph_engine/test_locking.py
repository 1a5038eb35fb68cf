"""A document says which packs and models it was made with, and what is another one here is said in words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import pytest
import toy_pack
from hypothesis import given
from hypothesis import strategies as st

from graph_engine import (
    Catalogue,
    Document,
    DocumentError,
    Engine,
    Migration,
    ModelName,
    Pack,
    Run,
    load_document,
    node,
)
from graph_engine.checking.locking import LockDiffers, lock_differences, lock_gaps, locked
from graph_engine.digest import digest_content
from graph_engine.documents.document_file import DocumentUnwritable, save_document
from graph_engine.documents.document_io import parse_document
from tests.graph_engine.conftest import document, link

SMALL, LARGE = b"four", b"a larger one"

given_digest: dict[str, Any] = {}


def odd_digest(name: str, run: Run) -> str:
    given: str = given_digest["is"]
    return given


def name_digest(name: str, run: Run) -> str:
    return digest_content(name.encode())


@node()
def read_odd(name: Annotated[str, ModelName(odd_digest)] = "m") -> int:
    return 0


@node(version=2, migrate={1: Migration(inputs={"model": "name"})})
def read_renamed(name: Annotated[str, ModelName(name_digest)] = "") -> int:
    return 0


ODD = Catalogue([Pack("odd", "2", [read_odd, read_renamed])])


def reference(data: bytes) -> str:
    return f"blake3:{digest_content(data)}"


def put(engine: Engine, name: str, data: bytes) -> None:
    (engine.files.roots[0] / f"{name}.model").write_bytes(data)


def weighing(*names: str, **more: Any) -> Document:
    return document(
        {f"n{index}": ("weigh", {"name": name}) for index, name in enumerate(names)},
        {f"o{index}": f"n{index}.integer" for index in range(len(names))},
        **more,
    )


def gaps(engine: Engine, one: Document) -> list[str]:
    return [str(gap) for gap in lock_gaps(one, engine.catalogue, engine.run_for_names())]


def test_the_lock_names_every_pack_and_every_model_with_its_digest(engine: Engine) -> None:
    put(engine, "small", SMALL)
    put(engine, "large", LARGE)
    made = engine.locked(weighing("small", "large"))
    assert made.lock.packs == {"toy": "1.0"}
    assert made.lock.models == {"large": reference(LARGE), "small": reference(SMALL)}
    assert engine.lock_differences(made) == []
    assert gaps(engine, made) == []


def test_a_default_names_a_model_too(engine: Engine) -> None:
    put(engine, "small", SMALL)
    made = engine.locked(document({"n": ("weigh", {})}, {"o": "n.integer"}))
    assert made.lock.models == {"small": reference(SMALL)}


def test_a_model_that_comes_by_a_link_is_named_by_the_node_it_comes_from(engine: Engine) -> None:
    one = document(
        {"text": ("same", {"thing": "small"}), "n": ("weigh", {"name": link("text.value")})},
        {"o": "n.integer"},
    )
    assert engine.locked(one).lock.models == {}


def test_a_document_that_is_locked_already_is_the_same_object(engine: Engine) -> None:
    put(engine, "small", SMALL)
    once = engine.locked(weighing("small"))
    assert engine.locked(once) is once


def test_locking_changes_nothing_but_the_lock(engine: Engine) -> None:
    put(engine, "small", SMALL)
    raw = weighing("small", lock={"by": "hand", "packs": {"gone": "3"}}, stranger=[1.5, "ü"]).as_json()
    after = engine.locked(Document.model_validate(raw)).as_json()
    assert after.pop("lock") == {
        "by": "hand",
        "packs": {"toy": "1.0"},
        "models": {"small": reference(SMALL)},
    }
    del raw["lock"]
    assert json.dumps(after) == json.dumps(raw)


def test_nothing_of_the_lock_reaches_a_key(engine: Engine) -> None:
    put(engine, "small", SMALL)
    one = weighing("small")
    engine.run(one).raise_for_status()
    assert engine.plan(engine.locked(one)).nothing_to_do
    assert engine.plan(weighing("small", lock={"packs": {"toy": "0.1"}})).nothing_to_do


def test_another_version_another_model_and_what_is_missing_are_said_in_words(engine: Engine) -> None:
    put(engine, "large", LARGE)
    one = weighing(
        "large",
        "small",
        lock={
            "packs": {"toy": "0.9", "acme": "2.1"},
            "models": {"large": reference(SMALL), "small": reference(SMALL)},
        },
    ).as_json()
    one["nodes"]["x"] = {"type": "acme/x"}
    found = engine.lock_differences(Document.model_validate(one))
    assert [difference.code for difference in found] == [
        "pack_version",
        "pack_missing",
        "model_differs",
        "model_missing",
    ]
    then, here = reference(SMALL)[:11], reference(LARGE)[:11]
    assert [str(difference) for difference in found][:3] == [
        "The document was made with toy 0.9, here is 1.0.",
        "The document was made with acme 2.1, and the pack 'acme' is not installed.",
        f"The model 'large' is another one here ({then}… in the document, {here}… here).",
    ]
    assert str(found[3]).startswith("The model 'small' is missing. There is no file 'small.model'")
    assert "--strict-lock" in str(LockDiffers(found))


def test_a_pack_that_can_not_be_loaded_says_why(tmp_path: Path) -> None:
    plugins = tmp_path / "plugins"
    plugins.mkdir()
    (plugins / "acme.py").write_text("1 / 0")
    broken = Catalogue.discover(plugins)
    one = Document.model_validate(
        {"latentgraph": 1, "nodes": {"x": {"type": "acme/x"}}, "lock": {"packs": {"acme": "1"}}}
    )
    (found,) = lock_differences(one, broken, Run())
    assert found.code == "pack_missing"
    assert "can not be loaded here: ZeroDivisionError" in str(found)


def test_what_is_not_here_keeps_its_entry(engine: Engine) -> None:
    raw = weighing("small", lock={"packs": {"acme": "2.1"}, "models": {"small": reference(LARGE)}}).as_json()
    raw["nodes"]["x"] = {"type": "acme/x"}
    made = engine.locked(Document.model_validate(raw))
    assert made.lock.packs == {"acme": "2.1", "toy": "1.0"}
    assert made.lock.models == {"small": reference(LARGE)}


def test_gaps_are_what_the_lock_does_not_name_and_what_nothing_uses(engine: Engine) -> None:
    put(engine, "small", SMALL)
    one = weighing("small", "gone", lock={"packs": {"acme": "1"}, "models": {"old": "x"}})
    said = gaps(engine, one)
    assert said[:3] == [
        "The lock says nothing of the pack 'toy'.",
        "The lock names the pack 'acme', which no node uses.",
        "The lock says nothing of the model 'small'.",
    ]
    assert said[3].startswith(
        "The lock says nothing of the model 'gone'. It is missing here. There is no file"
    )
    assert said[4] == "The lock names the model 'old', which no node uses."


def test_a_document_without_a_lock_costs_no_look_at_a_model(engine: Engine) -> None:
    put(engine, "small", SMALL)
    assert engine.lock_differences(weighing("small")) == []
    assert toy_pack.calls["model_digest"] == 0


def test_a_model_named_by_its_content_is_its_own_digest(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "some.model").write_bytes(SMALL)
    uploaded = engine.files.upload(tmp_path / "some.model")
    made = engine.locked(weighing(uploaded))
    assert made.lock.models == {uploaded: uploaded} == {reference(SMALL): reference(SMALL)}
    assert toy_pack.calls["model_digest"] == 0
    elsewhere = weighing(reference(LARGE), lock={"models": {reference(LARGE): reference(LARGE)}})
    assert [one.code for one in engine.lock_differences(elsewhere)] == ["model_missing"]


@pytest.mark.parametrize("wrong", ["", "abc", None, 7, "g" * 64, Path()])
def test_a_pack_that_gives_no_digest_locks_nothing_and_is_said(wrong: Any, monkeypatch: Any) -> None:
    monkeypatch.setitem(given_digest, "is", wrong)
    one = Document.model_validate({"latentgraph": 1, "nodes": {"n": {"type": "odd/read_odd"}}})
    assert locked(one, ODD, Run()).lock.models == {}
    assert [gap.code for gap in lock_gaps(one, ODD, Run())] == ["not_locked", "not_locked"]
    assert "which is no digest" in str(lock_gaps(one, ODD, Run())[1])


def test_nodes_of_definitions_count_also_of_those_inside_them(engine: Engine) -> None:
    put(engine, "small", SMALL)
    put(engine, "large", LARGE)
    body = {
        "nodes": {"w": {"type": "toy/weigh", "inputs": {"name": "large"}}},
        "definitions": {"inner": {"nodes": {"a": {"type": "acme/x", "inputs": {}}}}},
    }
    one = weighing("small", definitions={"body": body}, lock={"packs": {"acme": "1"}})
    made = engine.locked(one)
    assert made.lock.packs == {"acme": "1", "toy": "1.0"}
    assert set(made.lock.models) == {"small", "large"}


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text("abc/", max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["nodes", "type", "inputs", "definitions", "a"]), inner, max_size=4)
    ),
)


@given(st.dictionaries(st.text("ab", min_size=1, max_size=2), anything, max_size=3))
def test_whatever_definitions_hold_a_document_can_be_locked_once(definitions: dict[str, Any]) -> None:
    """The law: locking never fails, and locking what is locked changes nothing."""
    catalogue = Catalogue([toy_pack.pack])
    raw = {"latentgraph": 1, "nodes": {"n": {"type": "toy/number"}}, "definitions": definitions}
    try:
        before = parse_document(raw)
    except DocumentError:  # what definitions may hold is for the document's form to say
        return
    once = locked(before, catalogue, Run())
    assert locked(once, catalogue, Run()) is once
    assert once.as_json()["definitions"] == definitions
    assert lock_differences(once, catalogue, Run()) == []


def test_a_model_is_looked_for_by_the_name_that_a_migration_gives_it() -> None:
    raw = {
        "latentgraph": 1,
        "nodes": {"n": {"type": "odd/read_renamed", "version": 1, "inputs": {"model": "m"}}},
    }
    made = locked(Document.model_validate(raw), ODD, Run())
    assert made.lock.models == {"m": reference(b"m")}
    assert made.nodes["n"].version == 1


def test_a_file_that_can_not_be_written_stays_as_it_was(tmp_path: Path) -> None:
    folder = tmp_path / "a_folder"
    folder.mkdir()
    with pytest.raises(DocumentUnwritable, match="it is as it was"):
        save_document(document({}), folder)
    assert list(tmp_path.iterdir()) == [folder]


def test_a_file_is_written_through_its_link_and_keeps_its_permissions(tmp_path: Path) -> None:
    (tmp_path / "real.json").write_text("{}")
    (tmp_path / "real.json").chmod(0o600)
    (tmp_path / "link.json").symlink_to("real.json")
    save_document(document({"n": ("number", {})}), tmp_path / "link.json")
    assert (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "real.json").stat().st_mode & 0o777 == 0o600
    assert load_document(tmp_path / "real.json") == document({"n": ("number", {})})
