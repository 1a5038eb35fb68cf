"""The laws of packs: what the catalogue, documents, people and later versions need of one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from graph_engine.declaration.node import NodeType
from graph_engine.declaration.pack import Pack
from graph_engine.declaration.value_type import ValueType
from graph_engine.packs.catalogue import Catalogue, classes_in
from graph_engine.testing.laws import BrokenLaw, PackLawBroken
from graph_engine.testing.node_laws import declaration_laws

_SNAKE_CASE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_COLOUR = re.compile(r"#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})")


def check_pack(pack: Pack, /, *others: Pack) -> None:
    """Check a pack as a whole, without running a node. Raises `PackLawBroken`.

    `others` are packs that are not installed and whose value types it uses. The laws: `name`, `version`,
    `loads`, `declaration`, `title`, `help`, `defaults`, `category`, `migrations`, `renamed`, `value_type`,
    `colour` and `files`.
    """
    broken: list[BrokenLaw] = []
    try:
        catalogue = Catalogue.discover(packs=[*others, pack])
    except Exception as error:  # a package may raise anything when it is imported
        what = f"it could not be loaded ({type(error).__name__}: {error})."
        raise PackLawBroken(
            f"The pack '{pack.name}'", [BrokenLaw("loads", what, "Mend what its import does.")]
        ) from error
    for law in (_names, _loads, _nodes, _renamed, _values, _files):
        broken.extend(law(pack, catalogue))
    if broken:
        raise PackLawBroken(f"The pack '{pack.name}'", broken)


def _names(pack: Pack, catalogue: Catalogue) -> Iterator[BrokenLaw]:
    if not _SNAKE_CASE.fullmatch(pack.name):
        yield _name(f"the pack's name '{pack.name}'")
    if not pack.version.strip():
        yield BrokenLaw("version", "it has no version.", "Give it one: it is part of every node's key.")
    for name, declared in catalogue.node_types_of(pack.name).items():
        if not _SNAKE_CASE.fullmatch(declared.name):
            yield _name(f"the name of the node '{name}'")
        for socket in [*declared.inputs, *declared.outputs]:
            if not _SNAKE_CASE.fullmatch(socket):
                yield _name(f"'{socket}' of the node '{name}'")
    for name in catalogue.value_types_of(pack.name):
        if not _SNAKE_CASE.fullmatch(name.removeprefix(f"{pack.name}/")):
            yield _name(f"the name of the value type '{name}'")


def _name(what: str) -> BrokenLaw:
    way_out = "Write lower case words with `_` between them, as all names in documents are."
    return BrokenLaw("name", f"{what} is not in snake_case.", way_out)


def _loads(pack: Pack, catalogue: Catalogue) -> Iterator[BrokenLaw]:
    for fault in catalogue.faults:
        if fault.pack == pack.name:
            yield BrokenLaw("loads", f"{fault.where}: {fault.message.removesuffix('.')}.", fault.hint)


def _nodes(pack: Pack, catalogue: Catalogue) -> Iterator[BrokenLaw]:
    for name, declared in catalogue.node_types_of(pack.name).items():
        for one in declaration_laws(declared):
            yield BrokenLaw(one.law, f"node '{name}': {one.message}", one.way_out)
        if not declared.category.strip():
            way_out = 'Say where people find it: @node(category="image").'
            yield BrokenLaw("category", f"node '{name}' has no category.", way_out)
        yield from _migrations(name, declared)
        for socket in declared.inputs.values():
            unknown = [one for one in classes_in(socket.annotation) if not catalogue.stores(one)]
            if socket.adapter is None and unknown:
                cls = unknown[0].__name__
                text = f"node '{name}': '{socket.name}' takes {cls}, which no pack here registers."
                yield BrokenLaw("value_type", text, "Register a value type for it, or take another class.")


def _migrations(name: str, declared: NodeType) -> Iterator[BrokenLaw]:
    missing = [start for start in range(1, declared.version) if start not in declared.migrations]
    if missing:
        steps = ", ".join(f"{start} to {start + 1}" for start in missing)
        yield BrokenLaw(
            "migrations",
            f"node '{name}' is at version {declared.version} and says nothing of {steps}.",
            "Give `migrate` a step for each, an empty `Migration()` where nothing has to change.",
        )
    last = declared.migrations.get(declared.version - 1)
    if last is None:
        return
    for what, renamed, known in (
        ("input", last.inputs, declared.inputs),
        ("output", last.outputs, declared.outputs),
    ):
        for new in set(renamed.values()) - set(known):
            way_out = f"Rename to one of {', '.join(known) or 'none'}."
            text = f"node '{name}': its migration leads to the {what} '{new}', which it does not have."
            yield BrokenLaw("migrations", text, way_out)


def _renamed(pack: Pack, catalogue: Catalogue) -> Iterator[BrokenLaw]:
    names = {name.removeprefix(f"{pack.name}/") for name in catalogue.node_types_of(pack.name)}
    for old in pack.renamed:
        present = catalogue.renamed(f"{pack.name}/{old}").removeprefix(f"{pack.name}/")
        if old in names:
            text = f"'{old}' is renamed, and a node has that name."
            yield BrokenLaw("renamed", text, "A former name can not be used again: choose another.")
        elif present not in names:
            text = f"'{old}' leads to '{present}', and no node has that name."
            yield BrokenLaw("renamed", text, "Lead it to a node that there is.")


def _values(pack: Pack, catalogue: Catalogue) -> Iterator[BrokenLaw]:
    for name, one in catalogue.value_types_of(pack.name).items():
        yield from _value(name, one)


def _value(name: str, one: ValueType) -> Iterator[BrokenLaw]:
    if not _COLOUR.fullmatch(one.colour):
        text = f"the colour of the value type '{name}' is '{one.colour}'."
        yield BrokenLaw("colour", text, 'Write it in hex digits, as "#b48ead": links are drawn in it.')
    if not one.title.strip():
        yield BrokenLaw("title", f"the value type '{name}' has no title.", "Say what people call it.")


def _files(pack: Pack, catalogue: Catalogue) -> Iterator[BrokenLaw]:
    for suffix in (*pack.importers, *pack.about_importers):
        if not re.fullmatch(r"\.[a-z0-9]+", suffix):
            text = f"the importer for '{suffix}' is never asked."
            yield BrokenLaw("files", text, 'Name a suffix in lower case with its dot, as ".png".')
    for media_type in pack.exporters:
        if not re.fullmatch(r"[a-z]+/[a-z0-9.+-]+", media_type):
            text = f"the exporter for '{media_type}' is never asked."
            yield BrokenLaw("files", text, 'Name a media type, as "image/png".')
