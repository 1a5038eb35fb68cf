"""What the memo table knows of a task; for lazy inputs, along the inputs that it asked for one by one.

The memo under a task's key is either what it gave or the first lazy input that it asks for. With that input's
digest the key becomes the next one, and so on: a node is a hit without the inputs that it never asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from graph_engine.digest import digest_text
from graph_engine.documents.document import Link
from graph_engine.execution.compile import Task
from graph_engine.execution.keys import has_links, source_text
from graph_engine.store.memo import Memo, MemoTable
from graph_engine.store.value_ref import ValueRef


@dataclass(frozen=True)
class Asks:
    """The task would ask for these links next, and they are not known yet."""

    links: tuple[Link, ...]


@dataclass(frozen=True)
class Known:
    """What the task gave, under the last of its keys, and the lazy inputs that it asked for."""

    memo: Memo
    key: str
    asked: tuple[Link, ...] = ()


def recall(task: Task, key: str, memos: MemoTable, refs: Mapping[Link, ValueRef]) -> Known | Asks | None:
    """What a task gave, or what it asks for next, or None where nobody knows."""
    memo = memos.get(key)
    asked: list[Link] = []
    while memo is not None and memo.asks:
        source = task.inputs.get(memo.asks)
        if source is None:
            return None
        links = [one for one in (source if isinstance(source, tuple) else (source,)) if isinstance(one, Link)]
        unknown = tuple(link for link in links if link not in refs)
        if unknown:
            return Asks(unknown)
        asked += links
        key = key_after(key, memo.asks, source_text(source, refs))
        memo = memos.get(key)
    return None if memo is None else Known(memo, key, tuple(asked))


def key_after(key: str, name: str, source: str) -> str:
    """The key of a task that has got the lazy input `name`."""
    return digest_text(key, name, source)


def flight_key(task: Task, key: str) -> str:
    """What two computations share that are one and the same.

    Tasks with one key may still differ in what their lazy inputs lead to, so those count by their places.
    """
    if not task.declared.lazy:
        return key
    lazy = (source for name, source in task.inputs.items() if task.declared.inputs[name].lazy)
    return digest_text(key, *(str(source) for source in lazy if has_links(source)))
