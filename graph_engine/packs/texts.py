"""What a pack says in other languages: `locales/LANGUAGE.json` in its folder, read without importing it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from graph_engine.declaration.pack import PackFault
from graph_engine.packs.pack_files import PackFile, files_in, pack_file, unreadable

FOLDER = "locales"
LANGUAGE = r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}"
MOST_BYTES = 1024 * 1024  # of one file
MOST_FAULTS = 3  # that are told of one file

Text = Annotated[str, StringConstraints(min_length=1, max_length=10_000)]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SocketText(_Form):
    """An input or an output; `choices` are what its choices are called."""

    title: Text | None = None
    help: Text | None = None
    choices: Mapping[str, Text] = Field(default_factory=dict)


class NodeText(_Form):
    """A node type with its inputs and outputs by name."""

    title: Text | None = None
    help: Text | None = None
    inputs: Mapping[str, SocketText] = Field(default_factory=dict)
    outputs: Mapping[str, SocketText] = Field(default_factory=dict)


class Texts(_Form):
    """Node types by `pack/name`, value types by `pack/word`, categories. What is left out stays as it is."""

    nodes: Mapping[str, NodeText] = Field(default_factory=dict)
    values: Mapping[str, Text] = Field(default_factory=dict)
    categories: Mapping[str, Text] = Field(default_factory=dict)


def read_texts(pack: str, folder: Path | None) -> tuple[dict[str, Texts], list[PackFault]]:
    """The texts in a pack's folder by language, and what is wrong with files there, which are left out."""
    found: dict[str, Texts] = {}
    faults: list[PackFault] = []
    if folder is None:
        return found, faults
    for file in files_in(folder / FOLDER, ".json"):
        language = file.stem
        if re.fullmatch(LANGUAGE, language):
            read = _read_file(pack, file, folder)
        else:
            read = "its name is no language: call it as `ko.json` or `pt-BR.json` are called."
        if isinstance(read, Texts):
            found[language] = read
        else:
            faults.append(PackFault(pack, str(file), read))
    return found, faults


def merged(texts: Iterable[Texts]) -> dict[str, dict[str, Any]]:
    """Those of several packs as plain JSON. Of two that call one category differently the first counts."""
    found: dict[str, dict[str, Any]] = {"nodes": {}, "values": {}, "categories": {}}
    for one in texts:
        for kind, said in one.model_dump(mode="json", exclude_defaults=True).items():
            found[kind] = {**said, **found[kind]}
    return found


def _read_file(pack: str, path: Path, folder: Path) -> Texts | str:
    """The texts in a file, or why it has none."""
    file = pack_file(path, folder, MOST_BYTES)
    return file if isinstance(file, str) else _parsed(pack, file)


@lru_cache(maxsize=1024)
def _parsed(pack: str, file: PackFile) -> Texts | str:
    """What `_read_file` gives, once for each state of a file."""
    try:
        texts = Texts.model_validate_json(file.read())
    except OSError as error:
        return unreadable(error)
    except ValidationError as error:
        errors = error.errors(include_url=False)[:MOST_FAULTS]
        said = [": ".join(filter(None, (".".join(map(str, one["loc"])), one["msg"]))) for one in errors]
        return f"it is no file of texts: {'; '.join(said)}. docs/packs.md says what is in one."
    others = [name for name in (*texts.nodes, *texts.values) if not _is_own(pack, name)]
    if others:
        return f"it speaks of '{others[0]}', which is not of the pack '{pack}': take that out."
    return texts


def _is_own(pack: str, name: str) -> bool:
    return name.startswith(f"{pack}/") or (pack == "flow" and "/" not in name)
