"""A file is what its bytes say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.web.pictures import picture
from web.service.media_types import ACTIVE, HEAD, UNKNOWN, sniff

SVG = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"])
def test_a_picture_is_known_by_its_first_bytes(kind: str) -> None:
    assert sniff(picture(kind)[:HEAD]) == f"image/{kind.lower()}"


@pytest.mark.parametrize(
    ("text", "media_type"),
    [
        (SVG, "image/svg+xml"),
        (f'<?xml version="1.0"?>\n<!-- a drawing -->\n{SVG}', "image/svg+xml"),
        ("<!DOCTYPE svg PUBLIC '-//W3C//DTD SVG 1.1//EN' ''><SVG onload=alert(1)>", "image/svg+xml"),
        ("<x:svg xmlns:x='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
        ("<!doctype html><p>", "text/html"),
        ("\n\n <HTML>", "text/html"),
        ("<!-- what? --><script>alert(1)</script>", "text/html"),
        ("<img src=x onerror=alert(1)>", "text/html"),
        ('<?xml version="1.0"?><note/>', "application/xml"),
        ("<note xmlns='urn:x'/>", "application/xml"),
        ("#!/bin/sh\nrm -rf /", "text/x-script"),
        ("<?php system($_GET[0]); ?>", "text/x-script"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_what_would_be_run_is_known_in_every_encoding(text: str, media_type: str, encoding: str) -> None:
    found = sniff(text.encode(encoding))
    if text.startswith("#!") and encoding in ("utf-16-le", "utf-16-be"):
        assert found == UNKNOWN  # no shell reads it either
    else:
        assert found == media_type


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        ("a cat < a dog", "text/plain"),
        ("<lora:cat:0.8> a cat", "text/plain"),
        ('{"latentgraph": 1}', "application/json"),
        ("naïve café ネコ", "text/plain"),
        ("BMW is no picture, and neither is this", "text/plain"),
    ],
)
def test_texts_are_texts(data: str, media_type: str) -> None:
    assert sniff(data.encode()) == media_type


def test_a_text_that_is_cut_in_the_middle_of_a_letter_is_a_text() -> None:
    assert sniff(("a" * (HEAD - 1) + "é" * 10).encode()[:HEAD]) == "text/plain"


def test_markup_with_a_letter_that_is_not_utf8_is_markup() -> None:
    assert sniff(SVG.encode().replace(b"alert", b"\xe9lert")) == "image/svg+xml"


@given(st.binary(max_size=300))
def test_any_bytes_have_some_kind(data: bytes) -> None:
    assert "/" in sniff(data)


@given(st.text(alphabet=" \t\r\n\f\ufeff", max_size=20), st.sampled_from([SVG, "<html>", "<script>"]))
def test_blanks_before_markup_hide_nothing(blanks: str, markup: str) -> None:
    assert sniff((blanks + markup).encode()) in ACTIVE
