"""The verbs of the cache: what it holds, pin and unpin, clear a part, check and repair."""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from graph_engine.documents.document import Document
from graph_engine.engine import Engine
from graph_engine.errors import EngineError
from graph_engine.execution.plan import Step
from graph_engine.store.check import check_store
from graph_engine.store.clearing import Scope
from graph_engine.store.database import DatabaseRefused
from graph_engine.store.report import Share, cache_report

TOP = 10  # types in a listing for people


class CacheUnusable(EngineError):
    """The cache's database can not be read or changed now."""


def cache(arguments: argparse.Namespace, engine: Engine, document: Document | None) -> int:
    """Do one of the verbs; `document` is the one of FILE, where one was given."""
    engine.store.need_database()
    try:
        return int(ACTIONS[arguments.action](arguments, engine, document))
    except DatabaseRefused as error:
        raise CacheUnusable(f"The cache in '{engine.store.folder}': {error}.") from error


def _info(arguments: argparse.Namespace, engine: Engine, document: Document | None) -> int:
    report = cache_report(engine.store, engine.artifacts.folder, engine.files.uploads)
    if arguments.json:
        _print_json({"data": str(engine.data), **report.as_dict()})
        return 0
    print(f"{engine.data}: {report.computations} computations, {report.disk.used:,} bytes of values.")
    for name, tier in (("memory", report.memory), ("disk", report.disk)):
        print(f"  {name}: {tier.values:,} values, {tier.used:,} of {tier.budget:,} bytes")
    print(f"  pinned: {report.pinned.files:,} values, {report.pinned.bytes:,} bytes")
    print(
        f"  interrupted computations: {report.interrupted.files:,} files, {report.interrupted.bytes:,} bytes"
    )
    _print_shares("by value type, on disk:", "values", report.value_types)
    _print_shares("by node type:", "computations", report.node_types)
    for name, folder in (("artifacts", report.artifacts), ("uploads", report.uploads)):
        print(f"  {name}: {folder.files:,} files, {folder.bytes:,} bytes; yours, nothing clears them")
    print(f"  `latentgraph cache clear` would free {report.freeable:,} bytes.")
    if report.trouble:
        print(report.trouble, file=sys.stderr)
    return 0


def _pin(arguments: argparse.Namespace, engine: Engine, document: Document | None) -> int:
    assert document is not None
    label = arguments.label or document.name or Path(arguments.file).stem
    steps = _chosen(arguments, engine, document)
    known = {step.node: step for step in steps if step.key and engine.store.memo.get(step.key) is not None}
    absent = {step.node: _why_not(step) for step in steps if step.node not in known}
    evicted = set(engine.store.pin((step.key for step in known.values()), label))
    absent |= {node: "its value is no longer on disk" for node, step in known.items() if step.key in evicted}
    pins = {pin.label: pin for pin in engine.store.pins.listing()}
    warning = engine.store.pins_too_large()
    if arguments.json:
        added = asdict(pins[label]) if label in pins else None
        _print_json({"label": label, "pin": added, "not_pinned": absent, "warning": warning})
        return 0
    if label in pins:
        pin = pins[label]
        print(f"Pinned {len(known) - len(evicted)} nodes of {len(steps)} as '{label}': {_taken(pin)}.")
    else:
        print(f"Nothing was pinned: none of {len(steps)} nodes has a value in the cache.")
    for node, reason in absent.items():
        print(f"  '{node}' is not pinned: {reason}.")
    if warning:
        print(warning, file=sys.stderr)
    return 0


def _unpin(arguments: argparse.Namespace, engine: Engine, document: Document | None) -> int:
    pin = engine.store.unpin(arguments.label)
    if arguments.json:
        _print_json({"unpinned": asdict(pin)})
    else:
        print(f"Unpinned '{pin.label}': {_taken(pin)} may be evicted again.")
    return 0


def _pins(arguments: argparse.Namespace, engine: Engine, document: Document | None) -> int:
    pins, warning = engine.store.pins.listing(), engine.store.pins_too_large()
    if arguments.json:
        _print_json({"pins": [asdict(pin) for pin in pins], "warning": warning})
        return 0
    for pin in pins:
        print(f"{pin.label}  {_taken(pin)}, since {_day(pin.created)}")
    if not pins:
        print("Nothing is pinned.", file=sys.stderr)
    if warning:
        print(warning, file=sys.stderr)
    return 0


def _clear(arguments: argparse.Namespace, engine: Engine, document: Document | None) -> int:
    keys = None
    unknown: list[str] = []
    if document is not None:
        steps = list(engine.plan(document))
        keys = frozenset(step.key for step in steps if step.key)
        unknown = [step.node for step in steps if not step.key]
    cleared = engine.store.clear(Scope(tuple(arguments.type), keys, arguments.older_than, arguments.pinned))
    if arguments.json:
        counts = {name: getattr(cleared, name) for name in ("computations", "bytes", "kept_pinned")}
        _print_json({**counts, "not_known": unknown})
        return 0
    print(f"Forgot {cleared.computations} computations and {cleared.bytes:,} bytes of values.")
    if cleared.kept_pinned:
        print(f"Kept {cleared.kept_pinned} that are pinned; --pinned forgets them too.")
    if unknown:
        print(f"Not known before a run, and so not looked for: {', '.join(unknown)}.")
    return 0


def _check(arguments: argparse.Namespace, engine: Engine, document: Document | None) -> int:
    report = check_store(engine.store, engine.artifacts.folder, engine.files.uploads, repair=arguments.repair)
    if arguments.json:
        _print_json({**asdict(report), "healthy": report.healthy})
    else:
        for finding in report.findings:
            print(finding)
        looked = f"{report.values} values and {report.computations} computations"
        print(f"Looked at {looked}: {'all is well' if report.healthy else 'something is wrong'}.")
        if not report.healthy and not arguments.repair:
            print("`latentgraph cache check --repair` drops what is wrong; a run computes it again.")
    return 0 if report.healthy else 1


ACTIONS: dict[str, Callable[[argparse.Namespace, Engine, Document | None], int]] = {
    "info": _info,
    "pin": _pin,
    "unpin": _unpin,
    "pins": _pins,
    "clear": _clear,
    "check": _check,
}


def add_options(
    parser: argparse.ArgumentParser, document_options: Callable[[argparse.ArgumentParser], None]
) -> None:
    """Declare the verbs of `cache` and their options."""
    actions = parser.add_subparsers(required=True, dest="action", metavar="what")

    def action(name: str, text: str) -> argparse.ArgumentParser:
        one = actions.add_parser(name, help=text, description=text)
        # SUPPRESS: an option that is not given here leaves alone what was given before the verb.
        one.add_argument(
            "--data", type=Path, metavar="DIR", default=argparse.SUPPRESS, help="the data folder"
        )
        one.add_argument(
            "--json", action="store_true", default=argparse.SUPPRESS, help="print one JSON object on stdout"
        )
        return one

    action("info", "Say what the cache holds and what it takes.")
    pin = action("pin", "Keep what a workflow's nodes gave from ever being evicted.")
    document_options(pin)
    pin.add_argument("--only", action="append", default=[], metavar="NAME", help="this output or node only")
    pin.add_argument("--label", metavar="L", help="to unpin it by; the workflow's name if not given")
    unpin = action("unpin", "Let what was pinned be evicted again.")
    unpin.add_argument("label", metavar="LABEL")
    action("pins", "List what is pinned.")
    clear = action("clear", "Forget what can be computed again: everything, or what the options say.")
    clear.add_argument(
        "--type", action="append", default=[], metavar="PACK/NODE", help="of this node type, or PACK/*"
    )
    clear.add_argument("--file", type=Path, metavar="FILE", help="of this workflow's nodes")
    clear.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="set its input")
    clear.add_argument("--older-than", type=_days, metavar="DAYS", help="computed longer ago")
    clear.add_argument("--pinned", action="store_true", help="also what is pinned")
    clear.set_defaults(set_file=[])
    check = action("check", "Check every row and file of the cache.")
    check.add_argument("--repair", action="store_true", help="drop what is wrong")


def _chosen(arguments: argparse.Namespace, engine: Engine, document: Document) -> list[Step]:
    """The steps of the nodes that were named, with those inside them, or of all nodes."""
    plan = engine.plan(document, arguments.only or None)
    steps = [step for step in plan if step.status not in ("bypassed", "muted")]
    if not arguments.only:
        return steps
    outputs = document.interface.outputs
    nodes = {name if name in document.nodes else outputs[name].node for name in arguments.only}
    inside = tuple(f"{node}{mark}" for node in nodes for mark in "/[")
    return [step for step in steps if step.node in nodes or step.node.startswith(inside)]


def _why_not(step: Step) -> str:
    if step.status == "unknown":
        return "nodes before it have not been computed"
    return "it has not been computed" if step.key else step.reason


def _taken(pin: Any) -> str:
    return f"{pin.computations} computations, {pin.values} values, {pin.bytes:,} bytes"


def _print_shares(title: str, unit: str, shares: tuple[Share, ...]) -> None:
    if not shares:
        return
    print(f"  {title}")
    for one in shares[:TOP]:
        again = f"{one.seconds:,.1f} s to compute again"
        print(f"    {one.name}: {one.count:,} {unit}, {one.bytes:,} bytes, {again}")
    if len(shares) > TOP:
        print(f"    and {len(shares) - TOP} more; --json lists all")


def _day(seconds: float) -> str:
    try:
        return datetime.fromtimestamp(seconds).strftime("%Y-%m-%d %H:%M")
    except (ValueError, OverflowError, OSError):  # a clock that was far off
        return "an unknown day"


def _days(text: str) -> float:
    number = float(text)
    if not math.isfinite(number) or number < 0:
        raise argparse.ArgumentTypeError("0 at least")
    return number


def _print_json(value: dict[str, Any]) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))
