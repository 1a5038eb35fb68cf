"""The testing kit: nodes, codecs and packs that keep the laws pass, and each broken law is named."""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Annotated, Any, TypeVar

import pytest
import toy_pack
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, field_serializer

from graph_engine import (
    Artifact,
    Cancelled,
    Codec,
    EngineError,
    FilePath,
    JsonCodec,
    Migration,
    NodeDeclarationError,
    Pack,
    Run,
    Seed,
    ValueType,
    node,
)
from graph_engine.testing import (
    CannotCheck,
    CodecLawBroken,
    LawBroken,
    NodeLawBroken,
    NodeTest,
    PackLawBroken,
    check_codec,
    check_node,
    check_pack,
)
from graph_engine.testing.altered import altered

BLOB = toy_pack.Blob(bytearray(b"content"))
T = TypeVar("T")


def broken_laws(function: Callable[..., Any], /, *packs: Pack, **inputs: Any) -> tuple[str, ...]:
    """The laws that a node breaks; every one is told with a way out."""
    with pytest.raises(NodeLawBroken) as caught:
        check_node(function, *packs, **inputs)
    assert all(one.message and one.way_out for one in caught.value.broken)
    assert all(law in str(caught.value) for law in caught.value.laws)
    return caught.value.laws


# Nodes that keep the laws


def test_a_checked_node_gives_what_it_gave() -> None:
    checked = check_node(toy_pack.add, a=2, b=3)
    assert checked.outputs == {"integer": 5}
    assert (checked.artifacts, checked.files, checked.progress, checked.previews) == ((), (), (), ())
    assert checked.seconds >= 0
    assert set(checked.laws) >= {"runs", "result", "deterministic", "cached", "key", "codec"}


def test_several_outputs_are_named() -> None:
    assert check_node(toy_pack.divide, a=7, b=2).outputs == {"quotient": 3, "remainder": 1}


@node(title="Join", category="toys")
def join(blobs: list[toy_pack.Blob], first: toy_pack.Blob | None = None) -> toy_pack.Blob:
    """One blob of all."""
    given = [first, *blobs] if first else blobs
    return toy_pack.Blob(bytearray(b"".join(one.data for one in given)))


@pytest.mark.parametrize(
    ("inputs", "size"),
    [
        ({"blobs": [BLOB, BLOB]}, 14),
        ({"blobs": BLOB}, 7),
        ({"blobs": [BLOB], "first": BLOB}, 14),
        ({"blobs": [BLOB], "first": None}, 7),
    ],
    ids=["list", "one for many", "optional", "nothing"],
)
def test_values_that_come_only_by_links_are_given_as_they_are(inputs: dict[str, Any], size: int) -> None:
    checked = check_node(join, toy_pack.pack, **inputs)
    assert len(checked.outputs["blob"].data) == size


@node(title="Same")
def same(thing: T) -> T:
    """The thing."""
    return thing


@pytest.mark.parametrize("thing", [BLOB, 3, "text", [1, 2], toy_pack.Point(1, 2)], ids=str)
def test_a_node_that_takes_anything_gets_the_value_itself(thing: Any) -> None:
    assert check_node(same, toy_pack.pack, thing=thing).outputs == {"value": thing}


def test_a_file_of_the_test_becomes_one_that_documents_may_read(tmp_path: Path) -> None:
    @node(title="Read")
    def read(path: Annotated[str, FilePath("text")], *, run: Run) -> str:
        """The text of a file."""
        return run.open_file(path).read_text()

    (tmp_path / "note.txt").write_text("hello")
    assert check_node(read, path=str(tmp_path / "note.txt")).outputs == {"text": "hello"}


@node(title="Save", kind="effect")
def save(text: str, *, run: Run) -> Artifact:
    """Keep a text."""
    return run.save_artifact("note.txt", text.encode(), "text/plain")


def test_artifacts_come_with_their_bytes() -> None:
    checked = check_node(save, text="hello")
    assert [one.name for one in checked.artifacts] == ["note.txt"]
    assert checked.files == (b"hello",)


@node(title="Count up")
def count_up(steps: int = 3) -> Generator[float, None, int]:
    """Count."""
    for step in range(steps):
        yield (step + 1) / steps
    return steps


def test_a_node_that_steps_is_cancelled_and_goes_on() -> None:
    checked = check_node(count_up)
    assert [one.done for one in checked.progress][-1] == 1.0
    assert set(checked.laws) >= {"cancel", "resume"}


@pytest.mark.parametrize("kind", ["later", "tick"])
def test_other_kinds_of_nodes_are_checked_as_what_they_are(kind: str) -> None:
    @node(title="Tick", kind="volatile")
    def tick() -> float:
        """The time."""
        return time.time()

    @node(title="Later", lane="io")
    async def later(a: int = 1) -> int:
        """One more."""
        return a + 1

    laws = check_node({"tick": tick, "later": later}[kind]).laws
    assert ("deterministic" in laws) == (kind == "later")


def test_a_node_without_outputs_is_run() -> None:
    @node(title="Quiet", kind="effect")
    def quiet(a: int = 1) -> None:
        """Nothing."""

    assert check_node(quiet).outputs == {}


def test_the_device_and_the_folders_are_chosen(tmp_path: Path) -> None:
    @node(title="Look", kind="effect")
    def look(path: Annotated[str, FilePath()], *, run: Run) -> str:
        """Device and file."""
        return run.device + run.open_file(path).read_text()

    (tmp_path / "a.txt").write_text("!")
    test = NodeTest(device="cuda:7", input_roots=(tmp_path,))
    assert test.check(look, path="a.txt").outputs == {"text": "cuda:7!"}


# Each law, and a node that breaks it


def test_a_declaration_that_can_not_be_read_is_told_alone() -> None:
    @node(title="Vague")
    def vague(a) -> int:  # type: ignore[no-untyped-def]
        """No annotation."""
        return 1

    @node(title="Bad default")
    def bad_default(a: Annotated[int, Field(ge=1)] = 0) -> int:
        """Its default is out of range."""
        return a

    assert broken_laws(vague, a=1) == ("declaration",)
    assert broken_laws(bad_default) == ("declaration",)


def test_a_result_that_no_pack_can_store_is_told_by_the_declaration() -> None:
    class Opaque:
        pass

    @node(title="Opaque")
    def opaque() -> Opaque:
        """Nothing that can be stored."""
        return Opaque()

    opaque.__annotations__["return"] = Opaque
    assert broken_laws(opaque) == ("declaration",)


def test_title_and_help_must_be_there() -> None:
    @node(title=" ")
    def bare(a: int = 1) -> int:
        return a

    assert broken_laws(bare) == ("title", "help")


class Doubled(BaseModel):
    value: int = 1

    @field_serializer("value")
    def _twice(self, value: int) -> int:
        return value * 2


def test_a_default_written_out_must_be_the_default() -> None:
    @node(title="Odd")
    def odd(doubled: Doubled = Doubled()) -> int:  # noqa: B008 (a pydantic model, as a pack would have it)
        """A class that does not read what it writes."""
        return doubled.value

    assert "defaults" in broken_laws(odd)


def test_a_node_that_raises_is_told_with_what_it_raised() -> None:
    with pytest.raises(NodeLawBroken, match="RuntimeError: the reason") as caught:
        check_node(toy_pack.fail, a=1)
    assert "runs" in caught.value.laws
    assert isinstance(caught.value.__cause__, EngineError)


def test_a_result_must_be_what_the_annotation_says() -> None:
    @node(title="Lie")
    def lie() -> int:
        """Not a number."""
        return "text"  # type: ignore[return-value]

    assert broken_laws(lie) == ("result",)


def test_inputs_must_not_change() -> None:
    @node(title="Spoil")
    def spoil(blob: toy_pack.Blob) -> int:
        """Change the blob."""
        blob.data[0] ^= 1
        return 1

    assert broken_laws(spoil, toy_pack.pack, blob=toy_pack.Blob(bytearray(b"x"))) == ("inputs_unchanged",)


def test_the_same_inputs_must_give_the_same_values() -> None:
    counter = itertools.count()

    @node(title="Count")
    def count(a: int = 1) -> int:
        """Another number each time."""
        return next(counter)

    @node(title="Save a count", kind="effect")
    def save_count(*, run: Run) -> None:
        """Another file each time."""
        run.save_artifact("count.txt", str(next(counter)).encode(), "text/plain")

    assert broken_laws(count) == ("deterministic",)
    assert broken_laws(save_count) == ("deterministic",)


def test_a_node_that_fails_the_second_time_is_told() -> None:
    counter = itertools.count()

    @node(title="Once")
    def once() -> int:
        """Works once."""
        if next(counter):
            raise RuntimeError("used up")
        return 1

    assert broken_laws(once) == ("deterministic",)


def test_a_fingerprint_that_never_rests_is_told() -> None:
    counter = itertools.count()

    @node(title="Restless", kind="external", fingerprint=lambda: next(counter))
    def restless() -> int:
        """One."""
        return 1

    assert broken_laws(restless) == ("cached",)


class Hidden(BaseModel):
    shown: int = 1
    strength: Annotated[float, Field(exclude=True)] = 1.0


def test_what_matters_must_be_in_the_key() -> None:
    @node(title="Forgetful")
    def forgetful(options: Hidden) -> float:
        """Depends on what its key does not hold."""
        return options.strength

    assert "key" in broken_laws(forgetful, options={"shown": 1, "strength": 0.5})


def test_a_node_that_goes_on_when_it_is_cancelled_is_told() -> None:
    @node(title="Stubborn")
    def stubborn(*, run: Run) -> int:
        """Catches what should end it."""
        for step in range(3):
            try:
                run.progress(step + 1, 3)
            except Cancelled:
                continue
        return 3

    assert broken_laws(stubborn) == ("cancel",)


def test_a_node_that_shows_previews_and_never_asks_is_told() -> None:
    @node(title="Deaf")
    def deaf(*, run: Run) -> int:
        """Shows its steps and asks nothing."""
        for _ in range(2):
            run.preview(b"picture")
            run._last_preview = float("-inf")  # as if a while had passed
        return 1

    assert broken_laws(deaf) == ("cancel",)


def test_a_cleanup_that_fails_when_it_is_cancelled_is_told() -> None:
    @node(title="Clumsy")
    def clumsy(*, run: Run) -> int:
        """Raises something else when it is cancelled."""
        try:
            run.progress(1, 2)
            run.progress(2, 2)
        except Cancelled:
            raise RuntimeError("no such file") from None
        return 1

    assert broken_laws(clumsy) == ("cancel",)


def test_an_interruption_must_not_be_seen_in_the_result() -> None:
    @node(title="Steps of this run")
    def steps(*, run: Run) -> int:
        """Counts only the steps since it was interrupted."""
        place = run.workspace() / "done"
        first = int(place.read_text()) if place.exists() else 0
        for step in range(first, 3):
            place.write_text(str(step + 1))
            run.progress(step + 1, 3)
        return 3 - first

    assert broken_laws(steps) == ("resume",)


class Grid:
    """A class that JSON can not say."""

    def __init__(self, cells: bytes) -> None:
        self.cells = cells


class GridCodec(Codec[Grid]):
    """Keeps the laws; the toys below break one each."""

    suffix = ".grid"

    def digest(self, value: Grid) -> str:
        return value.cells.hex() + "-"

    def write(self, value: Grid, path: Path) -> None:
        path.write_bytes(value.cells)

    def read(self, path: Path) -> Grid:
        return Grid(path.read_bytes())


class Short(GridCodec):
    def write(self, value: Grid, path: Path) -> None:
        path.write_bytes(value.cells[:-1])


class Restless(GridCodec):
    def digest(self, value: Grid) -> str:
        return str(time.perf_counter_ns())


class Wordless(GridCodec):
    def digest(self, value: Grid) -> str:
        return None  # type: ignore[return-value]


class Weightless(GridCodec):
    def size(self, value: Grid) -> int:
        return len(value.cells) / 2  # type: ignore[return-value]


class Elsewhere(GridCodec):
    def write(self, value: Grid, path: Path) -> None:
        super().write(value, path)
        path.with_suffix(".more").write_text("more")


class Other(GridCodec):
    def read(self, path: Path) -> Grid:
        return path.read_bytes()  # type: ignore[return-value]


class Binary(GridCodec):
    inline = True


class Nameless(GridCodec):
    suffix = "grid"


class Refusing(GridCodec):
    def write(self, value: Grid, path: Path) -> None:
        raise OSError("no")


CODECS = {
    Short: "round_trip",
    Restless: "digest",
    Wordless: "digest",
    Weightless: "size",
    Elsewhere: "file",
    Other: "round_trip",
    Binary: "bytes",
    Nameless: "suffix",
    Refusing: "codec",
}


@pytest.mark.parametrize("codec", CODECS, ids=lambda one: one.__name__)
def test_each_law_of_codecs_is_told(codec: type[GridCodec]) -> None:
    value_type = ValueType("x/grid", codec=codec, python_type=Grid)
    with pytest.raises(CodecLawBroken) as caught:
        check_codec(value_type, Grid(b"\xff\xfe"))
    assert CODECS[codec] in caught.value.laws
    assert all(one.way_out for one in caught.value.broken)


def test_a_codec_that_changes_what_it_stores_is_told() -> None:
    class Spoiling(toy_pack.BlobCodec):
        def write(self, value: toy_pack.Blob, path: Path) -> None:
            super().write(value, path)
            value.data.append(0)

    with pytest.raises(CodecLawBroken) as caught:
        check_codec(
            ValueType("x/blob", codec=Spoiling, python_type=toy_pack.Blob), toy_pack.Blob(bytearray())
        )
    assert caught.value.laws


def test_codecs_that_keep_the_laws_pass() -> None:
    check_codec(ValueType("x/grid", codec=GridCodec), Grid(b""), Grid(b"\xff"))
    check_codec(
        ValueType("x/point", codec=JsonCodec(toy_pack.Point), python_type=toy_pack.Point), toy_pack.Point(1)
    )
    with pytest.raises(CodecLawBroken, match="class"):
        check_codec(ValueType("x/grid", codec=GridCodec), 3)


@pytest.mark.parametrize("codec", [Short, Weightless, Refusing], ids=lambda one: one.__name__)
def test_a_node_answers_for_the_codecs_of_what_it_gives(codec: type[GridCodec]) -> None:
    @node(title="Grid")
    def grid() -> Grid:
        """A grid."""
        return Grid(b"ab")

    pack = Pack("grids", "1", values=[ValueType("grids/grid", codec=codec, python_type=Grid)])
    assert "codec" in broken_laws(grid, pack)


# Tests that are wrong themselves


@pytest.mark.parametrize(
    ("function", "inputs", "said"),
    [
        (toy_pack.add, {"a": 1, "c": 2}, "'add' has no input 'c'"),
        (toy_pack.add, {}, "'add' needs a"),
        (toy_pack.add, {"a": "one"}, "takes whole number"),
        (toy_pack.add, {"a": 1, "b": 5000}, "less than or equal to 1000"),
        (toy_pack.measure, {"blob": 3}, "takes Blob, not 3"),
    ],
    ids=["unknown", "missing", "wrong literal", "out of range", "wrong value"],
)
def test_a_test_with_wrong_inputs_says_so(
    function: Callable[..., Any], inputs: dict[str, Any], said: str
) -> None:
    with pytest.raises(CannotCheck, match=re.escape(said)):
        check_node(function, toy_pack.pack, **inputs)


def test_a_function_that_is_no_node_says_so() -> None:
    with pytest.raises(NodeDeclarationError, match="no @node decorator"):
        check_node(lambda: 1)


def test_an_input_of_an_unknown_class_names_the_way_out() -> None:
    @node(title="Take")
    def take(grid: Grid) -> int:
        """One."""
        return 1

    take.__annotations__["grid"] = Grid
    with pytest.raises(LawBroken, match="check_node"):
        check_node(take, grid=Grid(b""))


# Packs


def test_packs_that_keep_the_laws_pass() -> None:
    good = Pack(
        "good",
        "1.0",
        [categorised()],
        values=[ValueType("good/grid", "Grid", "#4af", GridCodec)],
        renamed={"former": "work"},
        importers={".png": lambda path: None},
        exporters={"image/png": lambda data, document: data},
    )
    check_pack(good)


def categorised(**more: Any) -> Callable[..., Any]:
    @node(**{"title": "Work", "category": "toys", **more})
    def work(count: int = 1) -> int:
        """Count on."""
        return count

    return work


def wanting(grid: Grid) -> int:
    """One."""
    return 1


wanting.__annotations__["grid"] = Grid


def named(name: str) -> Callable[..., Any]:
    def work(count: int = 1) -> int:
        """Count on."""
        return count

    work.__name__ = name
    return node(title="Work", category="toys")(work)


PACKS: dict[str, tuple[str, Callable[[], Pack]]] = {
    "a name in capitals": ("name", lambda: Pack("Good", "1", [categorised()])),
    "a node in capitals": ("name", lambda: Pack("good", "1", [named("doWork")])),
    "a value type in capitals": (
        "name",
        lambda: Pack("good", "1", values=[ValueType("good/Grid", codec=GridCodec)]),
    ),
    "no version": ("version", lambda: Pack("good", " ", [categorised()])),
    "two nodes of one name": ("loads", lambda: Pack("good", "1", [categorised(), categorised()])),
    "a value type of another pack": (
        "loads",
        lambda: Pack("good", "1", values=[ValueType("core/grid", codec=GridCodec)]),
    ),
    "a class of another pack": (
        "loads",
        lambda: Pack("good", "1", values=[ValueType("good/int", codec=JsonCodec(int), python_type=int)]),
    ),
    "a package that is not there": ("loads", lambda: Pack.from_package("good", "1", "no_such_package_here")),
    "no help": ("help", lambda: Pack("good", "1", [toy_pack.total])),
    "no category": ("category", lambda: Pack("good", "1", [categorised(category="")])),
    "a gap between versions": (
        "migrations",
        lambda: Pack("good", "1", [categorised(version=3, migrate={2: Migration()})]),
    ),
    "a migration to nowhere": (
        "migrations",
        lambda: Pack("good", "1", [categorised(version=2, migrate=Migration(inputs={"n": "number"}))]),
    ),
    "a former name that leads nowhere": (
        "renamed",
        lambda: Pack("good", "1", [categorised()], renamed={"former": "wrok"}),
    ),
    "a former name that is in use": (
        "renamed",
        lambda: Pack("good", "1", [categorised()], renamed={"work": "work"}),
    ),
    "a colour in words": (
        "colour",
        lambda: Pack("good", "1", values=[ValueType("good/grid", "Grid", "blue", GridCodec)]),
    ),
    "a class that nobody registers": (
        "value_type",
        lambda: Pack("good", "1", [node(title="Want", category="toys")(wanting)]),
    ),
    "an importer without a dot": (
        "files",
        lambda: Pack("good", "1", [categorised()], importers={"png": lambda path: None}),
    ),
}


@pytest.mark.parametrize("case", PACKS)
def test_each_law_of_packs_is_told(case: str) -> None:
    law, make = PACKS[case]
    with pytest.raises(PackLawBroken) as caught:
        check_pack(make())
    assert caught.value.laws == (law,)
    assert law in str(caught.value)


def test_a_class_of_a_pack_that_is_not_installed_is_known_when_that_is_given() -> None:
    grids = Pack("grids", "1", values=[ValueType("grids/grid", codec=GridCodec)])
    check_pack(Pack("good", "1", [node(title="Want", category="toys")(wanting)]), grids)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@given(json_values)
def test_other_literals_are_others(raw: Any) -> None:
    assert all(one != raw for one in altered(raw))


def test_other_literals_differ_in_one_thing() -> None:
    raw = {"a": [1, 0.5], "b": "x", "c": True, "d": None}
    others = list(altered(raw))
    assert {**raw, "a": [2, 0.5]} in others
    assert {**raw, "c": False} in others
    assert "two" in altered("one", {"enum": ["one", "two"]})


def test_seeds_and_ranges_are_followed() -> None:
    @node(title="Draw")
    def draw(seed: Annotated[int, Seed()] = 0, part: Annotated[float, Field(ge=0, le=1)] = 1.0) -> float:
        """A number for a seed."""
        return seed * part

    assert "key" in check_node(draw, seed=3).laws
