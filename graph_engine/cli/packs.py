"""The command `packs`: which packs there are, from where, what they offer, what is wrong with them."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from graph_engine.packs.listing import PackListing, installed_packs
from graph_engine.settings import Settings


def listed(arguments: argparse.Namespace) -> list[PackListing]:
    """The packs that the settings lead to; imports only those that changed since they were listed last."""
    settings = Settings.given(data=arguments.data)
    return installed_packs(settings.data.expanduser() / "catalogue.json", settings.plugin_folders)


def pack_json(pack: PackListing) -> dict[str, Any]:
    """What `packs --json` prints for one pack."""
    return {
        "name": pack.name,
        "version": pack.version,
        "origin": pack.origin,
        "nodes": sorted(pack.nodes),
        "values": sorted(pack.values),
        "languages": sorted(pack.texts),
        "controls": sorted(pack.controls),
        "faults": [asdict(fault) for fault in pack.faults],
    }


def pack_lines(packs: Sequence[PackListing]) -> Iterable[str]:
    """The packs as aligned lines."""
    rows = [
        (
            pack.name,
            pack.version or "-",
            _count(len(pack.nodes), "node type"),
            _count(len(pack.values), "value type"),
            _count(len(pack.faults), "fault") if pack.faults else "",
            _where(pack),
        )
        for pack in packs
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(5)] if rows else []
    for row in rows:
        cells = [f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False) if width]
        yield "  ".join([*cells, row[-1]]).rstrip()


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _where(pack: PackListing) -> str:
    if "folder" in pack.origin:
        return pack.origin["folder"]
    return " ".join(pack.origin.values())
