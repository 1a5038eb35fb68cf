"""What differs between two documents, in words and in parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from graph_engine.documents.document import Body, Definition, Document, Node, Part, link_of
from graph_engine.messages import shown

LEFT_OUT = "left out"


@dataclass(frozen=True)
class Difference:
    """One difference: a stable `code`, the place, what was there before and what is there after."""

    code: str
    message: str
    node: str = ""
    input: str = ""
    before: str = ""
    after: str = ""
    definition: str = ""

    def __str__(self) -> str:
        return self.message

    def as_dict(self) -> dict[str, str]:
        """The difference as plain JSON."""
        return asdict(self)


def diff(before: Document, after: Document) -> list[Difference]:
    """What one must do to `before` to get `after`, in the documents' order; an empty list: they say the same.

    A node that only has another id is told as renamed, and links to it as unchanged.
    """
    return list(_differences(before, after))


def _differences(before: Document, after: Document) -> Iterator[Difference]:
    for field in ("name", "description"):
        old, new = getattr(before, field), getattr(after, field)
        if old != new:
            yield Difference(field, f"The {field} {_became(old, new)}.", before=shown(old), after=shown(new))
    renamed = _renamed(before.nodes, after.nodes)
    yield from _bodies(before, after, renamed)
    yield from _definitions(before.definitions, after.definitions)
    yield from _lock(before, after)
    yield from _extra("the document", "", before, after)


def _bodies(before: Body, after: Body, renamed: Mapping[str, str]) -> Iterator[Difference]:
    for old_id, node in before.nodes.items():
        new_id = renamed.get(old_id, old_id)
        if new_id != old_id:
            message = f"Node '{old_id}' is now '{new_id}'."
            yield Difference("node_renamed", message, node=new_id, before=old_id, after=new_id)
        if new_id not in after.nodes:
            yield Difference("node_removed", f"Node '{old_id}' ({node.type}) was removed.", node=old_id)
        else:
            yield from _node(new_id, node, after.nodes[new_id], renamed)
    kept = {renamed.get(old_id, old_id) for old_id in before.nodes}
    for new_id, node in after.nodes.items():
        if new_id not in kept:
            inputs = ", ".join(f"{name} = {_value(value)}" for name, value in node.inputs.items())
            given = f" with {inputs}" if inputs else ""
            yield Difference("node_added", f"Node '{new_id}' ({node.type}) was added{given}.", node=new_id)
    whose = "The workflow's" if isinstance(after, Document) else "Its"
    for kind in ("input", "output"):
        old, new = (getattr(one.interface, f"{kind}s") for one in (before, after))
        yield from _ports(f"{whose} {kind}", kind, old, new, renamed)
    yield from _layout(before, after, renamed)


def _renamed(before: Mapping[str, Node], after: Mapping[str, Node]) -> dict[str, str]:
    """Old id to new id of nodes that differ in nothing else: one new node each, in the documents' order.

    A node can be told by its inputs only once the nodes that it links to are, so this goes on while it helps.
    """
    renamed: dict[str, str] = {}
    gone = [node_id for node_id in before if node_id not in after]
    new = [node_id for node_id in after if node_id not in before]
    found = True
    while found:
        found = False
        for old_id in [one for one in gone if one not in renamed]:
            wanted = _content(before[old_id], renamed)
            taken = set(renamed.values())
            match = next(
                (one for one in new if one not in taken and _content(after[one], {}) == wanted), None
            )
            if match is not None:
                renamed[old_id], found = match, True
    return renamed


def _content(node: Node, renamed: Mapping[str, str]) -> tuple[Any, ...]:
    inputs = {name: _moved(value, renamed) for name, value in node.inputs.items()}
    return node.type, node.version, node.title, node.mode, node.limits, inputs, node.model_extra or {}


def _moved(value: Any, renamed: Mapping[str, str]) -> Any:
    """An input's value with its links led to where the nodes are now."""
    link = link_of(value)
    if link is not None:
        return {"from": f"{renamed.get(link.node, link.node)}.{link.output}"}
    return [_moved(item, renamed) for item in value] if isinstance(value, list) else value


def _node(node_id: str, before: Node, after: Node, renamed: Mapping[str, str]) -> Iterator[Difference]:
    for field in ("type", "version", "title"):
        old, new = getattr(before, field), getattr(after, field)
        if old != new:
            message = f"Node '{node_id}': its {field} {_became(old, new)}."
            yield Difference(f"node_{field}", message, node_id, before=shown(old), after=shown(new))
    if before.mode != after.mode:
        yield _mode(node_id, before, after)
    for name in {**before.inputs, **after.inputs}:
        old = _value(_moved(before.inputs[name], renamed)) if name in before.inputs else LEFT_OUT
        new = _value(after.inputs[name]) if name in after.inputs else LEFT_OUT
        if old != new or _moved(before.inputs.get(name), renamed) != after.inputs.get(name):
            message = f"Node '{node_id}', input '{name}': {old} became {new}."
            yield Difference("input", message, node_id, name, old, new)
    limits = [{} if one.limits is None else one.limits.model_dump() for one in (before, after)]
    if limits[0] != limits[1]:
        message = f"Node '{node_id}': its limits {_became(*limits)}."
        yield Difference("node_limits", message, node_id, before=shown(limits[0]), after=shown(limits[1]))
    yield from _extra(f"node '{node_id}'", node_id, before, after)


def _mode(node_id: str, before: Node, after: Node) -> Difference:
    words = {"bypass": "bypassed", "mute": "muted"}
    old, new = (one.left_out or ("" if one.mode is None else shown(one.mode)) for one in (before, after))
    said = f"is now {words.get(new, new)}" if new else f"is no longer {words.get(old, old)}"
    return Difference("node_mode", f"Node '{node_id}' {said}.", node_id, before=old, after=new)


def _ports(
    said: str, kind: str, before: Mapping[str, Part], after: Mapping[str, Part], renamed: Mapping[str, str]
) -> Iterator[Difference]:
    for name in {**before, **after}:
        old, new = (_port(ports.get(name), moved) for ports, moved in ((before, renamed), (after, {})))
        if old == new:
            continue
        place = f"{said} '{name}'"
        if not old:
            yield Difference(f"{kind}_added", f"{place} was added, to {_place(new, kind)}.", input=name)
        elif not new:
            yield Difference(f"{kind}_removed", f"{place} was removed.", input=name)
        else:
            for field in {**old, **new}:
                if old.get(field) != new.get(field):
                    words = _became(old.get(field, ""), new.get(field, ""))
                    yield Difference(f"{kind}_changed", f"{place}: its {field} {words}.", input=name)


def _port(port: Part | None, renamed: Mapping[str, str]) -> dict[str, Any]:
    if port is None:
        return {}
    said = port.model_dump(mode="json")
    for place in [said, *said.get("also", ())]:
        place["node"] = renamed.get(place["node"], place["node"])
    return said


def _place(port: Mapping[str, Any], kind: str) -> str:
    return f"'{port['node']}.{port[kind]}'"


def _definitions(before: Mapping[str, Definition], after: Mapping[str, Definition]) -> Iterator[Difference]:
    for name in {**before, **after}:
        if name not in before or name not in after:
            what = "added" if name in after else "removed"
            yield Difference("definition", f"The definition '{name}' was {what}.", definition=name)
            continue
        old, new = before[name], after[name]
        for field in ("title", "help"):
            was, became = getattr(old, field), getattr(new, field)
            if was != became:
                message = f"The {field} {_became(was, became)}."
                yield _inside(name, Difference(field, message, before=shown(was), after=shown(became)))
        for one in _bodies(old, new, _renamed(old.nodes, new.nodes)):
            yield _inside(name, one)
        yield from _extra(f"definition '{name}'", "", old, new)


def _inside(definition: str, one: Difference) -> Difference:
    message = f"In the definition '{definition}': {one.message}"
    return replace(one, message=message, definition=definition)


def _layout(before: Body, after: Body, renamed: Mapping[str, str]) -> Iterator[Difference]:
    old = {renamed.get(name, name): at for name, at in before.layout.get("positions", {}).items()}
    new = after.layout.get("positions", {})
    moved = sorted(name for name in old.keys() & new.keys() if old[name] != new[name])
    if moved:
        yield Difference("layout", f"On the canvas, {_count(moved, 'node was moved', 'nodes were moved')}.")
    rest = [
        {name: value for name, value in one.layout.items() if name != "positions"} for one in (before, after)
    ]
    for name in {**rest[0], **rest[1]}:
        if rest[0].get(name) != rest[1].get(name):
            yield Difference("layout", f"On the canvas, the {name} changed.")


def _lock(before: Document, after: Document) -> Iterator[Difference]:
    for kind, one in (("packs", "pack"), ("models", "model")):
        old, new = getattr(before.lock, kind), getattr(after.lock, kind)
        for name in {**old, **new}:
            if old.get(name) != new.get(name):
                was, now = old.get(name, LEFT_OUT), new.get(name, LEFT_OUT)
                message = f"The {one} '{name}' it was made with: {was} became {now}."
                yield Difference("lock", message, before=was, after=now)


def _extra(where: str, node: str, before: Part, after: Part) -> Iterator[Difference]:
    old, new = before.model_extra or {}, after.model_extra or {}
    for name in {**old, **new}:
        if old.get(name) != new.get(name):
            words = _became(old.get(name, LEFT_OUT), new.get(name, LEFT_OUT))
            yield Difference("extra_field", f"The field '{name}' of {where} {words}.", node=node)


def _value(value: Any) -> str:
    link = link_of(value)
    if link is not None:
        return f"the link from '{link}'"
    if isinstance(value, list) and any(map(link_of, value)):
        return f"[{', '.join(_value(item) for item in value)}]"
    return shown(value)


def _became(old: Any, new: Any) -> str:
    return f"{shown(old)} became {shown(new)}"


def _count(names: list[str], one: str, many: str) -> str:
    return f"1 {one} ('{names[0]}')" if len(names) == 1 else f"{len(names)} {many}"
