"""Paths of nodes that run inside others: `faces[2]/sample` is `sample` in the third body of `faces`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

_LAST_ITEM = re.compile(r"\[(\d+)\]$")


def around(path: str) -> Iterator[str]:
    """The nodes that a node runs inside, the nearest first."""
    while (cut := path.rfind("/")) >= 0:
        path = _LAST_ITEM.sub("", path[:cut])
        yield path


def shown_path(path: str, titles: Mapping[str, str]) -> str:
    """A path for people: the title of what it begins with, and items counted from 1."""
    first, slash, rest = path.partition("/")
    node, bracket, item = first.partition("[")
    title = titles.get(node.partition("#")[0], node)
    if bracket:
        title += f" {int(item.rstrip(']')) + 1}"
    return f"{title} / {shown_path(rest, {})}" if slash else title
