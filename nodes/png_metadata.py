"""The workflow inside a PNG, an iTXt chunk `latentgraph`, and what is said of its job, `latentgraph-run`.

Both are read and written by bytes, and no pixel is decoded.

PNG (ISO/IEC 15948): an 8-byte signature, then chunks of length, type, data and the CRC-32 of type and data.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from nodes.errors import NodeRefused

SIGNATURE = b"\x89PNG\r\n\x1a\n"
KEYWORD = b"latentgraph"
RUN_KEYWORD = b"latentgraph-run"
_OURS = (KEYWORD + b"\0", RUN_KEYWORD + b"\0")
MAX_WORKFLOW_BYTES = 16 * 1024 * 1024
MAX_CHUNKS = 100_000
_TEXT_CHUNKS = (b"tEXt", b"iTXt")


class PngDamaged(NodeRefused):
    """A file is no PNG, or ends or changes in the middle of one."""


def workflow_in_png(path: Path) -> dict[str, Any] | None:
    """The document that a PNG carries, or None. Raises `PngDamaged`."""
    return _carried(path, KEYWORD, "workflow")


def run_in_png(path: Path) -> dict[str, Any] | None:
    """What a PNG says of the job that made it, or None. Raises `PngDamaged`."""
    return _carried(path, RUN_KEYWORD, "account of its job")


def png_with_workflow(png: bytes, document: dict[str, Any], about: dict[str, Any] | None = None) -> bytes:
    """The same picture with the document in it, and what is said of its job, in place of older ones.

    Raises `PngDamaged`.
    """
    if not png.startswith(SIGNATURE):
        raise PngDamaged("the data is not a PNG file")
    parts, position = [SIGNATURE], len(SIGNATURE)
    while position < len(png):
        length = int.from_bytes(png[position : position + 4], "big")
        end = position + 12 + length
        kind = png[position + 4 : position + 8]
        if end > len(png) or len(kind) < 4:
            raise PngDamaged("the PNG is cut short")
        if not (kind in _TEXT_CHUNKS and png[position + 8 : end].startswith(_OURS)):
            parts.append(png[position:end])
        if kind == b"IHDR":  # the first chunk; text may stand anywhere after it
            parts.append(_text_chunk(KEYWORD, document))
            if about is not None:
                parts.append(_text_chunk(RUN_KEYWORD, about))
        position = end
    return b"".join(parts)


def _carried(path: Path, keyword: bytes, what: str) -> dict[str, Any] | None:
    with path.open("rb") as file:
        if file.read(len(SIGNATURE)) != SIGNATURE:
            raise PngDamaged(f"'{path.name}' is not a PNG file")
        for kind, length, start in _chunks(file):
            if kind not in _TEXT_CHUNKS or length > MAX_WORKFLOW_BYTES:
                continue
            file.seek(start)
            data, crc = file.read(length), file.read(4)
            if data.partition(b"\0")[0] != keyword:
                continue
            if zlib.crc32(kind + data).to_bytes(4, "big") != crc:
                raise PngDamaged(f"the {what} in it is damaged: its checksum does not match")
            return _object(kind, data, keyword, what)
    return None


def _chunks(file: IO[bytes]) -> Iterator[tuple[bytes, int, int]]:
    """Type, length and place of the data of each chunk up to IEND."""
    position = len(SIGNATURE)
    for _ in range(MAX_CHUNKS):
        file.seek(position)
        head = file.read(8)
        if len(head) < 8:
            raise PngDamaged("the PNG is cut short")
        length, kind = int.from_bytes(head[:4], "big"), head[4:]
        yield kind, length, position + 8
        if kind == b"IEND":
            return
        position += 12 + length
    raise PngDamaged(f"the PNG has more than {MAX_CHUNKS:,} chunks")


def _object(kind: bytes, data: bytes, keyword: bytes, what: str) -> dict[str, Any]:
    body = data[len(keyword) + 1 :]
    if kind == b"iTXt":
        compressed, rest = body[:1] == b"\1", body[2:]
        text = rest.split(b"\0", 2)[-1]  # language tag and translated keyword are before it
        if compressed:
            text = _decompressed(text, what)
    else:
        text = body.decode("latin-1").encode()
    name = keyword.decode()
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PngDamaged(f"what it carries under '{name}' is not JSON: {error}") from error
    if not isinstance(found, dict):
        raise PngDamaged(f"what it carries under '{name}' is not a JSON object")
    return found


def _decompressed(data: bytes, what: str) -> bytes:
    inflate = zlib.decompressobj()
    try:
        text = inflate.decompress(data, MAX_WORKFLOW_BYTES)
    except zlib.error as error:
        raise PngDamaged(f"the {what} in it is damaged: it can not be decompressed") from error
    if inflate.unconsumed_tail:
        raise PngDamaged(f"the {what} in it has more than {MAX_WORKFLOW_BYTES:,} bytes")
    return text


def _text_chunk(keyword: bytes, value: dict[str, Any]) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return _chunk(b"iTXt", keyword + b"\0\0\0\0\0" + text)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
