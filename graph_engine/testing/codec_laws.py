"""The laws of codecs: what is written comes back with its digest; digest and size are what they must be."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from graph_engine.declaration.value_type import ValueType
from graph_engine.describe import describe
from graph_engine.testing.laws import BrokenLaw, CodecLawBroken


def check_codec(value_type: ValueType, *values: Any) -> None:
    """Check that values of a value type survive being stored. Raises `CodecLawBroken`.

    The laws: `class` (the values are of the value type's class), `digest` (text, the same each time), `size`
    (a whole number of bytes), `suffix`, `file` (`write` writes the one file it is given), `bytes` (`loads`
    reads what `dumps` gives), `round_trip` (what is read has the class and the digest of what was written)
    and `unchanged` (storing a value does not change it).
    """
    broken = [one for value in values for one in codec_laws(value_type, value)]
    if broken:
        raise CodecLawBroken(f"The codec of '{value_type.name}'", broken)


def codec_laws(value_type: ValueType, value: Any) -> list[BrokenLaw]:
    """The laws that a value type's codec breaks for one value."""
    if not isinstance(value, value_type.python_type):
        what = f"{describe(value)} is no {value_type.python_type.__name__}."
        return [BrokenLaw("class", what, "Give the value type that it is of, or another value.")]
    try:
        return list(_laws(value_type, value))
    except Exception as error:  # a codec may raise anything
        what = f"it raised {type(error).__name__}: {error}, for {describe(value)}."
        return [BrokenLaw("codec", what, "Let it store every value that its class can have.")]


def _laws(value_type: ValueType, value: Any) -> Iterator[BrokenLaw]:
    codec, shown = value_type.codec, describe(value)
    digest = codec.digest(value)
    if not isinstance(digest, str) or not digest:
        yield BrokenLaw("digest", f"`digest` gave {digest!r}.", "Return a hex digest of the content.")
        return
    if codec.digest(value) != digest:
        yield BrokenLaw(
            "digest",
            f"two digests of one {shown} differ.",
            "Digest the content alone: no address, time, random number or order of a set.",
        )
        return
    size = codec.size(value)
    if not isinstance(size, int) or isinstance(size, bool) or size < 0:
        yield BrokenLaw("size", f"`size` gave {size!r}.", "Return the bytes it takes, a whole number from 0.")
    suffix = codec.suffix
    if not (isinstance(suffix, str) and suffix.startswith(".") and suffix[1:] and suffix[1:].isalnum()):
        yield BrokenLaw("suffix", f"`suffix` is {suffix!r}.", 'Let it be a dot and letters, as ".bin".')
        return
    with tempfile.TemporaryDirectory(prefix="latentgraph-codec-") as folder:
        path = Path(folder) / f"value{suffix}"
        codec.write(value, path)
        written = sorted(one.name for one in Path(folder).iterdir())
        if written != [path.name]:
            what = f"`write` was given '{path.name}' and left {', '.join(written) or 'nothing'}."
            yield BrokenLaw("file", what, "Write one file, under the path that is given.")
        if path.is_file():
            yield from _same(
                "round_trip", "what `read` gives for what `write` wrote", value_type, value, path
            )
    data = codec.dumps(value)
    if not isinstance(data, bytes):
        yield BrokenLaw("bytes", f"`dumps` gave {describe(data)}.", "Return bytes.")
        return
    if codec.inline:
        try:
            data.decode()
        except UnicodeDecodeError:
            way_out = "Leave `inline` off: it is for text, which may lie inside a database or a list."
            yield BrokenLaw("bytes", "`dumps` of an inline codec is not UTF-8.", way_out)
    yield from _same("bytes", "what `loads` gives for what `dumps` gave", value_type, value, data)
    if codec.digest(value) != digest:
        yield BrokenLaw("unchanged", f"storing {shown} changed it.", "Let codecs leave the value as it is.")


def _same(
    law: str, what: str, value_type: ValueType, value: Any, stored: Path | bytes
) -> Iterator[BrokenLaw]:
    codec = value_type.codec
    back = codec.read(stored) if isinstance(stored, Path) else codec.loads(stored)
    if type(back) is not type(value):
        way_out = "Write what tells it apart, or register a value type for each class."
        yield BrokenLaw(law, f"{what} is {describe(back)}, and it was {describe(value)}.", way_out)
    elif codec.digest(back) != codec.digest(value):
        yield BrokenLaw(
            law,
            f"{what} has another digest, so that the store takes it for damaged: {describe(value)}.",
            "Write everything that the digest is of, exactly.",
        )
