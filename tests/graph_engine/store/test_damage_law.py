"""The law of damage: whatever happens to the store's files, a run gives the right values."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import toy_pack
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_engine import Catalogue, Engine
from graph_engine.store.check import check_store
from tests.graph_engine.conftest import document, link

NODES: dict[str, Any] = {
    "n": ("number", {"value": 4}),
    "sum": ("add", {"a": link("n.integer"), "b": 3}),
    "point": ("point", {"x": 5}),
    "blob": ("make_blob", {"text": "abc", "size": 6000}),
    "halves": ("split", {"blob": link("blob.blob")}),
    "many": ("count_blobs", {"blobs": link("halves.blobs")}),
    "note": ("save_text", {"text": "kept"}),
    "parts": ("divide", {"a": link("sum.integer"), "b": 2}),
}
OUTPUTS = {
    "sum": "sum.integer",
    "point": "point.point",
    "halves": "halves.blobs",
    "many": "many.integer",
    "rest": "parts.remainder",
}
DATA = (b"abc0" * 6000)[:6000]
EXPECTED = {
    "sum": 7,
    "point": toy_pack.Point(5),
    "halves": [toy_pack.Blob(bytearray(DATA[:3000])), toy_pack.Blob(bytearray(DATA[3000:]))],
    "many": 2,
    "rest": 1,
}
CATALOGUE = Catalogue([toy_pack.pack])


@dataclass(frozen=True)
class Damage:
    """What happens to one file: which, where in it, and how."""

    file: float  # of all files, in order of their names
    place: float  # of the file's bytes
    how: str
    byte: int


places = st.floats(0, 1, exclude_max=True)
damages = st.builds(
    Damage,
    places,
    places,
    st.sampled_from(["flip", "flip", "truncate", "delete", "garbage"]),
    st.integers(1, 255),
)


def run(folder: Path, nodes: dict[str, Any] = NODES) -> dict[str, Any]:
    with Engine(folder, catalogue=CATALOGUE, device="cpu") as engine:
        result = engine.run(document(nodes, OUTPUTS)).raise_for_status()
        assert [artifact.name for artifact in result.artifacts] == ["note.txt"]
        return dict(result.outputs)


def apply(damage: Damage, store: Path) -> None:
    files = sorted(path for path in store.rglob("*") if path.is_file())
    if not files:
        return
    path = files[int(damage.file * len(files))]
    data = bytearray(path.read_bytes())
    place = int(damage.place * len(data))
    match damage.how:
        case "flip" if data:
            data[place] ^= damage.byte
            path.write_bytes(data)
        case "truncate":
            path.write_bytes(data[:place])
        case "delete":
            path.unlink()
        case "garbage":
            path.write_bytes(bytes([damage.byte]) * len(data))


def whole_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="latentgraph-test-"))
    assert run(folder) == EXPECTED
    return folder


@given(st.lists(damages, min_size=1, max_size=4), st.booleans())
@settings(max_examples=120, deadline=None)
def test_a_run_after_any_damage_gives_the_right_values(many: list[Damage], checked: bool) -> None:
    whole = whole_folder_once()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "data"
        shutil.copytree(whole, folder)
        for damage in many:
            apply(damage, folder / "store")
        if checked:
            repair(folder)
        assert run(folder) == EXPECTED
        assert run(folder) == EXPECTED
        edited = NODES | {"many": ("count_blobs", {"blobs": [link("blob.blob")]})}
        assert run(folder, edited) == EXPECTED | {"many": 1}


@given(st.lists(damages, min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_a_repaired_store_has_nothing_wrong(many: list[Damage]) -> None:
    whole = whole_folder_once()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "data"
        shutil.copytree(whole, folder)
        for damage in many:
            apply(damage, folder / "store")
        repair(folder)
        repair(folder)  # what the first had set aside is left over for the second
        with Engine(folder, catalogue=CATALOGUE) as engine:
            report = check_store(engine.store, engine.artifacts.folder, engine.files.uploads)
        assert report.healthy, report.findings


@given(places, st.integers(1, 255))
@settings(max_examples=150, deadline=None)
def test_a_flipped_byte_in_the_database_is_a_miss_at_worst(place: float, byte: int) -> None:
    whole = whole_folder_once()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "data"
        shutil.copytree(whole, folder)
        path = folder / "store" / "memo.sqlite"
        data = bytearray(path.read_bytes())
        data[int(place * len(data))] ^= byte
        path.write_bytes(data)
        assert run(folder) == EXPECTED


def repair(folder: Path) -> None:
    with Engine(folder, catalogue=CATALOGUE) as engine:
        check_store(engine.store, engine.artifacts.folder, engine.files.uploads, repair=True)


_WHOLE: list[Path] = []


def whole_folder_once() -> Path:
    if not _WHOLE:
        _WHOLE.append(whole_folder())
    return _WHOLE[0]


def teardown_module() -> None:
    while _WHOLE:
        shutil.rmtree(_WHOLE.pop())
