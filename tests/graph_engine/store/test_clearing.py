"""Clearing a part of the cache: what is in the scope goes, what anything else refers to stays."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import toy_pack
from hypothesis import given
from hypothesis import strategies as st

from graph_engine import Catalogue
from graph_engine.store.clearing import DAY, Scope
from graph_engine.store.content import ContentStore
from graph_engine.store.memo import Memo
from graph_engine.store.value_ref import ValueRef


@pytest.fixture
def store(tmp_path: Path, catalogue: Catalogue) -> ContentStore:
    return ContentStore(tmp_path, catalogue, memory_budget=1 << 20, disk_budget=1 << 20)


def put(store: ContentStore, key: str, node_type: str, number: int) -> ValueRef:
    value = toy_pack.Blob(bytearray([number]) * 5000)
    ref = store.refer(value)
    store.put(ref, value, 1.0)
    store.memo.put(key, node_type, Memo({"blob": ref}, (), 1.0))
    return ref


def test_a_type_is_forgotten_with_values_that_nothing_else_gave(store: ContentStore) -> None:
    own, shared = put(store, "a", "toy/make_blob", 1), put(store, "b", "toy/make_blob", 2)
    put(store, "c", "toy/same", 2)
    cleared = store.clear(Scope(types=("toy/make_blob",)))
    assert (cleared.computations, cleared.bytes) == (2, 5000)
    assert (store.holds(own), store.holds(shared)) == (False, True)
    assert [store.memo.get(key) is not None for key in "abc"] == [False, False, True]
    store.close()


def test_a_pack_is_a_pattern(store: ContentStore) -> None:
    put(store, "a", "toy/make_blob", 1)
    put(store, "b", "toys/other", 2)
    assert store.clear(Scope(types=("toy/*",))).computations == 1
    assert store.memo.get("b") is not None
    store.close()


def test_conditions_are_all_to_hold(store: ContentStore) -> None:
    for key, node_type in (("a", "toy/x"), ("b", "toy/y"), ("c", "toy/x")):
        put(store, key, node_type, ord(key))
    assert store.clear(Scope(types=("toy/x",), keys=frozenset("ab"))).computations == 1
    assert [store.memo.get(key) is not None for key in "abc"] == [False, True, True]
    store.close()


@given(
    st.integers(-(10**12), 10**12), st.integers(-(10**12), 10**12), st.floats(0, 1e9, allow_subnormal=False)
)
def test_age_is_a_matter_of_both_clocks_and_a_jump_makes_nothing_old(
    now: int, created: int, days: float
) -> None:
    old = Scope(older_than=days).covers("key", "toy/x", created, now)
    assert old == (now - created > days * DAY)
    if created >= now:
        assert not old


def test_only_what_is_old_is_forgotten(store: ContentStore, monkeypatch: pytest.MonkeyPatch) -> None:
    put(store, "old", "toy/x", 1)
    later = time.time() + 3 * DAY
    monkeypatch.setattr(time, "time", lambda: later)
    put(store, "new", "toy/x", 2)
    assert store.clear(Scope(older_than=2)).computations == 1
    assert store.memo.get("new") is not None
    monkeypatch.setattr(time, "time", lambda: 0.0)  # the clock jumped back
    assert store.clear(Scope(older_than=0)).computations == 0
    assert store.clear().computations == 1
    store.close()


def test_a_workspace_that_is_being_used_stays(store: ContentStore) -> None:
    used, left = store.workspace("used"), store.workspace("left")
    with store.locks.computing("used", lambda: None):
        store.clear()
        assert (used.exists(), left.exists()) == (True, False)
    store.clear()
    assert not used.exists()
    store.close()


def test_the_reason_why_a_node_runs_survives_clearing_its_type(store: ContentStore) -> None:
    put(store, "a", "toy/x", 1)
    store.memo.remember_parts("document", {"n": ("a", {"type": "toy/x"})})
    store.clear(Scope(types=("toy/x",)))
    assert store.memo.last_parts("document")["n"][0] == "a"
    store.clear()
    assert store.memo.last_parts("document") == {}
    store.close()


def test_clear_leaves_no_file_of_a_value(store: ContentStore, tmp_path: Path) -> None:
    put(store, "a", "toy/x", 1)
    (tmp_path / "ab").mkdir()
    (tmp_path / "ab" / "no value.blob").write_bytes(b"left by nobody knows whom")
    store.clear()
    assert list(store.disk.files()) == []
    store.close()
