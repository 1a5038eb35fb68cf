"""Pins: what eviction never takes, and clearing only when it is told so."""

from __future__ import annotations

from pathlib import Path

import pytest
import toy_pack

from graph_engine import Catalogue
from graph_engine.store.clearing import Scope
from graph_engine.store.content import ContentStore
from graph_engine.store.memo import Memo
from graph_engine.store.pins import UnknownPin
from graph_engine.store.value_ref import ValueRef


def blob(number: int, size: int = 1000) -> toy_pack.Blob:
    return toy_pack.Blob(bytearray([number]) * size)


def put(store: ContentStore, number: int, seconds: float = 1.0) -> ValueRef:
    ref = store.refer(blob(number))
    store.put(ref, blob(number), seconds)
    store.memo.put(f"key {number}", "toy/make_blob", Memo({"blob": ref}, (), seconds))
    return ref


@pytest.fixture
def store(tmp_path: Path, catalogue: Catalogue) -> ContentStore:
    return ContentStore(tmp_path, catalogue, memory_budget=0, disk_budget=10_000)


def test_eviction_takes_everything_but_what_is_pinned(store: ContentStore) -> None:
    cheap = put(store, 0, seconds=0.0)
    assert store.pin(["key 0"], "mine") == []
    for number in range(1, 40):
        put(store, number, seconds=9.0)
    assert store.holds(cheap)
    assert store.get(cheap) == blob(0)
    assert store.disk.measure() <= 10_000
    (pin,) = store.pins.listing()
    assert (pin.label, pin.computations, pin.values, pin.bytes) == ("mine", 1, 1, 1000)
    store.close()


def test_after_unpinning_a_value_can_be_evicted_again(store: ContentStore) -> None:
    cheap = put(store, 0, seconds=0.0)
    store.pin([cheap.digest], "mine")
    assert store.unpin("mine").values == 1
    for number in range(1, 40):
        put(store, number, seconds=9.0)
    assert not store.holds(cheap)
    with pytest.raises(UnknownPin, match="Nothing is pinned"):
        store.unpin("mine")
    store.close()


def test_what_is_not_on_disk_can_not_be_pinned_and_is_told(store: ContentStore) -> None:
    gone = put(store, 0)
    store.clear()
    assert store.pin(["key 0", gone.digest], "mine") == ["key 0", gone.digest]
    lost = put(store, 1)
    for path in store.disk.files():
        path.unlink()
    assert store.pin([lost.digest], "mine") == [lost.digest]
    assert store.pins.listing() == []
    store.close()


def test_a_value_with_two_labels_stays_until_the_last_is_gone(store: ContentStore) -> None:
    ref = put(store, 0)
    store.pin(["key 0"], "one")
    store.pin([ref.digest], "two")
    assert store.disk.pinned() == (1, 1000)
    store.unpin("one")
    assert store.clear().kept_pinned == 0  # the computation is not pinned any longer, its value is
    assert store.holds(ref)
    store.unpin("two")
    store.clear()
    assert not store.holds(ref)
    store.close()


def test_pins_beyond_the_budget_are_told_and_nothing_crashes(tmp_path: Path, catalogue: Catalogue) -> None:
    large = ContentStore(tmp_path, catalogue, 0, 10_000)
    refs = [put(large, number) for number in range(8)]
    large.pin([f"key {number}" for number in range(8)], "all")
    large.close()
    small = ContentStore(tmp_path, catalogue, 0, 5_000)
    assert "8 pinned values take 8,000 of the 5,000 bytes" in small.pins_too_large()
    other = put(small, 50)
    assert not small.holds(other)
    assert "pinned values take" in small.trouble
    assert [small.get(ref) for ref in refs] == [blob(number) for number in range(8)]
    small.close()


def test_without_pins_nothing_is_too_large(tmp_path: Path, catalogue: Catalogue) -> None:
    store = ContentStore(tmp_path, catalogue, 0, 0)
    put(store, 1)
    assert (store.pins_too_large(), store.trouble) == ("", "")
    store.close()


def test_clear_keeps_pinned_values_unless_it_is_told_so(store: ContentStore) -> None:
    kept, lost = put(store, 0), put(store, 1)
    store.pin(["key 0"], "mine")
    cleared = store.clear()
    assert (cleared.computations, cleared.bytes, cleared.kept_pinned) == (1, 1000, 1)
    assert (store.holds(kept), store.holds(lost)) == (True, False)
    assert store.memo.get("key 0") is not None
    cleared = store.clear(Scope(pinned=True))
    assert (cleared.computations, cleared.bytes, cleared.kept_pinned) == (1, 1000, 0)
    assert not store.holds(kept)
    assert store.pins.listing() == []
    store.close()


def test_pins_survive_a_restart(tmp_path: Path, catalogue: Catalogue, store: ContentStore) -> None:
    put(store, 0)
    store.pin(["key 0"], "mine")
    store.close()
    again = ContentStore(tmp_path, catalogue, 0, 10_000)
    assert [pin.label for pin in again.pins.listing()] == ["mine"]
    again.close()
