"""Keys: what a computation is a function of, as one digest; and which part of it changed."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping
from typing import Any

from graph_engine.declaration.run import Run
from graph_engine.digest import canonical_json, digest_text
from graph_engine.documents.document import Link
from graph_engine.execution.compile import Given, Source, Task
from graph_engine.files import Files
from graph_engine.store.value_ref import ValueRef

Parts = dict[str, Any]
LoadValue = Callable[[Link], Any]
_LONG = 100


class Keys:
    """Makes the keys of tasks whose linked values are known by reference.

    A `FilePath` literal counts as the content it leads to, so that an edited file is a changed input.
    """

    def __init__(self, files: Files) -> None:
        self._files = files

    def parts(
        self, task: Task, refs: Mapping[Link, ValueRef], load: LoadValue, make_run: Callable[[], Run]
    ) -> Parts:
        """Everything the key of `task` is made of; an external node's fingerprint is asked for."""
        declared = task.declared
        lazy = declared.lazy  # what comes by a link to a lazy input counts when it is asked for
        parts: Parts = {
            "type": task.type_name,
            "version": declared.version,
            "implementation": task.implementation,
            "inputs": {
                name: self._source(task, name, source, refs)
                for name, source in task.inputs.items()
                if not (lazy and declared.inputs[name].lazy and has_links(source))
            },
        }
        if declared.fingerprint is not None:
            parts["fingerprint"] = digest_text(repr(_fingerprint(task, declared.fingerprint, load, make_run)))
        return parts

    def _source(self, task: Task, name: str, source: Source, refs: Mapping[Link, ValueRef]) -> str:
        wanted = task.declared.inputs[name]
        if wanted.names_files:
            if isinstance(source, Given):
                return self._file_text(source.value) or source_text(source, refs)
            if isinstance(source, tuple):
                return canonical_json([self._source(task, name, one, refs) for one in source])
        return source_text(source, refs)

    def _file_text(self, value: Any) -> str:
        """What stands for a path, or a list of paths, in a key; nothing where a path leads nowhere."""
        if isinstance(value, list):
            texts = [self._file_text(one) for one in value]
            return canonical_json(texts) if all(texts) and texts else ""
        reference = self._files.reference(value) if isinstance(value, str) and value else None
        return "" if reference is None else f"file {reference}"


def source_text(source: Source, refs: Mapping[Link, ValueRef]) -> str:
    """An input's part of a key: the digest of a linked value, or a literal."""
    if isinstance(source, Link):
        return refs[source].digest
    if isinstance(source, tuple):
        return canonical_json([source_text(item, refs) for item in source])
    return _literal_text(source)


def has_links(source: Source) -> bool:
    """Whether an input, or an item of it, comes by a link."""
    return isinstance(source, Link) or (
        isinstance(source, tuple) and any(isinstance(one, Link) for one in source)
    )


def _literal_text(source: Given) -> str:
    text = source.canonical
    return f"= {text}" if len(text) <= _LONG else f"= blake3:{digest_text(text)}"


def key_of(parts: Parts) -> str:
    """The digest of the parts."""
    return digest_text(canonical_json(parts))


def values_of(source: Source, load: LoadValue) -> Any:
    """The Python value an input's source stands for."""
    if isinstance(source, Given):
        return source.fresh()
    if isinstance(source, Link):
        return load(source)
    return [values_of(item, load) for item in source]


def why_changed(last: tuple[str, str] | None, parts: Parts) -> str:
    """Why a key is not the one the node had last time, in a few words."""
    if last is None:
        return "it has not run before"
    before = json.loads(last[1])
    if before["type"] != parts["type"] or before["version"] != parts["version"]:
        return "the node's type or version changed"
    if before["implementation"] != parts["implementation"]:
        return "the node's code or its pack's version changed"
    old, new = before["inputs"], parts["inputs"]
    changed = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    if changed:
        names = ", ".join(f"'{name}'" for name in sorted(changed))
        return f"input {names} changed" if len(changed) == 1 else f"inputs {names} changed"
    if before.get("fingerprint") != parts.get("fingerprint"):
        return "what it reads from outside changed"
    return "its result is not in the cache"


def _fingerprint(
    task: Task, fingerprint: Callable[..., Any], load: LoadValue, make_run: Callable[[], Run]
) -> Any:
    parameters = inspect.signature(fingerprint).parameters
    takes_all = any(one.kind is inspect.Parameter.VAR_KEYWORD for one in parameters.values())
    arguments = {
        name: values_of(source, load)
        for name, source in task.inputs.items()
        if takes_all or name in parameters
    }
    if takes_all or "run" in parameters:
        arguments["run"] = make_run()
    return fingerprint(**arguments)
