"""The lock: which versions of packs and which models a document was made with, and what differs here.

Which inputs name a model, and which model goes by a name, is for the packs to say: the mark `ModelName` in an
input's annotation carries the function that tells. A node's fingerprint would not do: it may look at anything
outside, and it is no digest that another machine, or `b3sum`, would find again.

A lock names what all nodes use, so that muting one and taking that back changes nothing in it. What is not
here as it says counts only where it is needed: a bypassed or muted node does without its pack and its model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from graph_engine.checking.migrate import migrated
from graph_engine.checking.modes import resolved
from graph_engine.declaration.fields import ModelName
from graph_engine.declaration.run import Run
from graph_engine.declaration.sockets import NodeInput
from graph_engine.digest import is_digest
from graph_engine.documents.document import Document, Lock
from graph_engine.errors import EngineError
from graph_engine.files import UPLOAD_PREFIX
from graph_engine.messages import shown
from graph_engine.packs.catalogue import Catalogue

Code = Literal["pack_version", "pack_missing", "model_differs", "model_missing", "not_locked", "not_used"]
Digest = Callable[[str, Run], str]
_SHOWN = len(UPLOAD_PREFIX) + 4  # characters of a digest in a message


@dataclass(frozen=True)
class LockDifference:
    """One thing that is not here as the document's lock says, in words and in parts."""

    code: Code
    name: str
    message: str
    locked: str = ""
    here: str = ""

    def __str__(self) -> str:
        return self.message


class LockDiffers(EngineError):
    """The packs or models here are not those in the document's lock, and it was asked that they be."""

    def __init__(self, differences: list[LockDifference]) -> None:
        self.differences = tuple(differences)
        lines = "\n".join(f"  - {one}" for one in differences)
        super().__init__(
            f"What is here is not what the document was made with:\n{lines}\n"
            "Install what its lock names, or run it without --strict-lock."
        )


def locked(document: Document, catalogue: Catalogue, run: Run) -> Document:
    """The document with a lock of what its nodes use here; the same object if it has that one already.

    What is not here (a pack, a model) keeps the entry that it has.
    """
    packs, models = _used(document, catalogue)
    old = document.lock
    found = {name: _version(name, catalogue) or old.packs.get(name) for name in sorted(packs)}
    digests = {name: _digest(name, models[name], run)[0] or old.models.get(name) for name in sorted(models)}
    entries = {
        "packs": {name: version for name, version in found.items() if version},
        "models": {name: digest for name, digest in digests.items() if digest},
    }
    if entries == {"packs": old.packs, "models": old.models}:
        return document
    return document.with_fields(lock=old.with_fields(**entries))


def lock_differences(document: Document, catalogue: Catalogue, run: Run) -> list[LockDifference]:
    """What is not here as the lock says, of the packs and models that a run of the document needs.

    Only what the lock names is looked for: a document without a lock costs nothing.
    """
    if not document.lock.packs and not document.lock.models:
        return []
    present = migrated(document, catalogue).document
    packs, models = _used(resolved(present, catalogue).document, catalogue)
    found = [
        _pack_difference(name, document.lock, catalogue) for name in packs if name in document.lock.packs
    ]
    found += [
        _model_difference(name, digest, document.lock, run)
        for name, digest in models.items()
        if name in document.lock.models
    ]
    return [one for one in found if one is not None]


def models_needed(document: Document, catalogue: Catalogue) -> tuple[str, ...]:
    """The digests that the lock has for the models that a run of the document needs, each once, in order."""
    if not document.lock.models:
        return ()
    _, models = _used(resolved(document, catalogue).document, catalogue)
    return tuple(sorted({document.lock.models[name] for name in models if name in document.lock.models}))


def lock_gaps(document: Document, catalogue: Catalogue, run: Run) -> list[LockDifference]:
    """What the document uses and its lock does not name, and what its lock names and it does not use."""
    packs, models = _used(document, catalogue)
    found = []
    for kind, used, names in (("pack", packs, document.lock.packs), ("model", models, document.lock.models)):
        for name in (one for one in used if one not in names):
            why_not = _digest(name, models[name], run)[1] if kind == "model" else ""
            missing = f" It is missing here. {why_not}" if why_not else ""
            message = f"The lock says nothing of the {kind} '{name}'.{missing}"
            found.append(LockDifference("not_locked", name, message))
        for name in (one for one in names if one not in used):
            message = f"The lock names the {kind} '{name}', which no node uses."
            found.append(LockDifference("not_used", name, message, names[name]))
    return found


def _used(document: Document, catalogue: Catalogue) -> tuple[dict[str, None], dict[str, Digest]]:
    """The packs that nodes of the document use, and the models that they name, in the document's order."""
    packs: dict[str, None] = {}
    models: dict[str, Digest] = {}
    for type_name, inputs in _uses(migrated(document, catalogue).document):
        pack, slash, _ = type_name.partition("/")
        if slash:
            packs[pack] = None
        declared = catalogue.node_type(type_name)
        for wanted in declared.inputs.values() if declared else ():
            digest = _names_model(wanted)
            value = inputs.get(wanted.name, wanted.default)
            if digest is not None and isinstance(value, str) and value:
                models.setdefault(value, digest)
    return packs, models


def _uses(document: Document) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Type and inputs of each node of the document and of what it defines."""
    for node in document.nodes.values():
        yield node.type, node.inputs
    if document.definitions:
        yield from _uses_within(document.as_json()["definitions"])


def _uses_within(definitions: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for one in _values(definitions):
        if not isinstance(one, dict):
            continue
        for node in _values(one.get("nodes")):
            if isinstance(node, dict) and isinstance(node.get("type"), str):
                inputs = node.get("inputs")
                yield node["type"], inputs if isinstance(inputs, dict) else {}
        yield from _uses_within(one.get("definitions"))


def _values(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else []


def _names_model(wanted: NodeInput) -> Digest | None:
    return next((mark.digest for mark in wanted.marks if isinstance(mark, ModelName)), None)


def _digest(name: str, digest: Digest, run: Run) -> tuple[str, str]:
    """The reference of the model that goes by this name here, or why there is none."""
    try:
        if name.startswith(UPLOAD_PREFIX):  # named by its content: the file need only be there
            run.open_file(name)
            return name, ""
        found = digest(name, run)
    except Exception as error:  # a pack's function may raise anything; the document opens all the same
        return "", str(error) or type(error).__name__
    if not isinstance(found, str) or not is_digest(found):
        return "", f"Its pack gives {shown(found)}, which is no digest."
    return UPLOAD_PREFIX + found, ""


def _version(name: str, catalogue: Catalogue) -> str:
    pack = catalogue.pack(name)
    return pack.version if pack else ""


def _pack_difference(name: str, lock: Lock, catalogue: Catalogue) -> LockDifference | None:
    then, here = lock.packs[name], _version(name, catalogue)
    if not here:
        faults = [fault.message for fault in catalogue.faults if fault.pack == name]
        what = f"can not be loaded here: {faults[0]}" if faults else "is not installed"
        message = f"The document was made with {name} {then}, and the pack '{name}' {what}."
        return LockDifference("pack_missing", name, message, then)
    if here == then:
        return None
    message = f"The document was made with {name} {then}, here is {here}."
    return LockDifference("pack_version", name, message, then, here)


def _model_difference(name: str, digest: Digest, lock: Lock, run: Run) -> LockDifference | None:
    then = lock.models[name]
    here, why_not = _digest(name, digest, run)
    if not here:
        message = f"The model '{name}' is missing. {why_not}"
        return LockDifference("model_missing", name, message, then)
    if here == then:
        return None
    message = (
        f"The model '{name}' is another one here ({then[:_SHOWN]}… in the document, {here[:_SHOWN]}… here)."
    )
    return LockDifference("model_differs", name, message, then, here)
