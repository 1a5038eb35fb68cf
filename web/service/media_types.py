"""What a file is, by its first bytes: never by its name, and never by what its sender says."""

from __future__ import annotations

import codecs
import re

HEAD = 64 * 1024  # bytes that are looked at
UNKNOWN = "application/octet-stream"

PICTURES = frozenset(
    {"image/png", "image/jpeg", "image/webp", "image/gif", "image/bmp", "image/tiff", "image/avif"}
)
"""Pictures that can be measured and shown small."""

ACTIVE = frozenset({"image/svg+xml", "text/html", "application/xml", "text/x-script"})
"""What a browser, or a shell, would run."""

SHOWN = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif", "text/plain", "application/json"})
"""What a browser may show in its place; everything else it is to save."""

_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"II+\0", "image/tiff"),
    (b"MM\0+", "image/tiff"),
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"%PDF-", "application/pdf"),
)

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_SVG = re.compile(r"<(?:[\w.-]+:)?svg[\s>/]", re.IGNORECASE)
_HTML = re.compile(
    r"(?:<!--.*?-->\s*)*<(?:!doctype\s+html|/?(?:html|head|script|iframe|h1|div|font|table|a|style|title|b|body"
    r"|br|p|img|object|embed|form|input|link|meta|base|video|audio|math|template)\b)",
    re.IGNORECASE | re.DOTALL,
)
_SCRIPT = re.compile(r"#!\s*/|<\?(?:php|=)|<%", re.IGNORECASE)
_XML = re.compile(r"<\?xml|<!doctype|<!--|<!\[CDATA\[|<[\w.:-]+[^>]*\sxmlns", re.IGNORECASE)


def sniff(head: bytes) -> str:
    """The media type of a file that begins with these bytes, `HEAD` of them where there are so many."""
    for magic, media_type in _MAGIC:
        if head.startswith(magic) and not (magic == b"BM" and not _is_bmp(head)):
            return media_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp" and {b"avif", b"avis"} & {head[8:12], *_brands(head)}:
        return "image/avif"
    text = _text(head)
    return UNKNOWN if text is None else _kind_of_text(text)


def _is_bmp(head: bytes) -> bool:
    """Two letters are too little: the header after them has a size that only BMP has."""
    return int.from_bytes(head[14:18], "little") in (12, 16, 40, 52, 56, 64, 108, 124)


def _brands(head: bytes) -> list[bytes]:
    """The brands that an ISO media file says it is compatible with."""
    end = min(int.from_bytes(head[:4], "big"), len(head), 256)
    return [head[at : at + 4] for at in range(16, end, 4)]


def _text(head: bytes) -> str | None:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return head[len(mark) :].decode(encoding, "replace")
    if b"\0" in head:
        return _without_mark(head)
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(head, final=len(head) < HEAD)
    except UnicodeDecodeError:
        # in another encoding it may be markup still, of which ASCII is all that counts
        text = head.decode("latin-1")
        return text if _kind_of_text(text) in ACTIVE else None


def _without_mark(head: bytes) -> str | None:
    """UTF-16 and UTF-32 without a mark, which an XML reader tells by the zeros around a `<`."""
    text = head.replace(b"\0", b"").decode("latin-1")
    return text if text.lstrip().startswith("<") and _kind_of_text(text) in ACTIVE else None


def _kind_of_text(text: str) -> str:
    text = text.lstrip("\ufeff \t\r\n\f\v")
    if _SCRIPT.match(text):
        return "text/x-script"
    if text.startswith("<"):
        if _SVG.search(text):
            return "image/svg+xml"
        if _HTML.match(text):
            return "text/html"
        if _XML.match(text):
            return "application/xml"
    return "application/json" if text.startswith(("{", "[")) else "text/plain"
