"""What people meet most of what the engine says is known to the editor, which says it in other languages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from graph_engine.execution.keys import why_changed
from graph_engine.execution.plan import ALWAYS, EVICTED
from tests.web.http import Http

ENGLISH = Path(__file__).parents[2] / "web" / "canvas" / "src" / "i18n" / "en.json"
PARTS = {"type": "t", "version": 1, "implementation": "i", "inputs": {"a": "= 1", "b": "= 1"}}


def sentences() -> Iterator[re.Pattern[str]]:
    """The sentences of the editor, as `i18n/said.ts` reads them."""
    for key, words in json.loads(ENGLISH.read_text(encoding="utf-8")).items():
        if key.startswith("said."):
            yield re.compile(re.sub(r"\\\{(\w+)\\\}", ".+?", re.escape(words)))


def unknown(said: list[str]) -> list[str]:
    known = list(sentences())
    return [one for one in said if one and not any(sentence.fullmatch(one) for sentence in known)]


def test_faults_of_a_document(http: Http) -> None:
    nodes = {
        "missing": {"type": "toy/add", "version": 1, "inputs": {}},
        "range": {"type": "toy/add", "version": 1, "inputs": {"a": 1, "b": 9999}},
        "text": {"type": "toy/add", "version": 1, "inputs": {"a": "x"}},
        "gone": {"type": "other/thing", "version": 1, "inputs": {}},
        "late": {"type": "toy/add", "version": 7, "inputs": {"a": 1}},
        "extra": {"type": "toy/add", "version": 1, "inputs": {"a": 1, "c": 1}},
        "node": {"type": "toy/add", "version": 1, "inputs": {"a": {"from": "nowhere.integer"}}},
        "output": {"type": "toy/add", "version": 1, "inputs": {"a": {"from": "range.nothing"}}},
        "kind": {"type": "toy/add", "version": 1, "inputs": {"a": {"from": "word.text"}}},
        "word": {"type": "toy/text", "version": 1, "inputs": {"value": "x"}},
        "one": {"type": "toy/add", "version": 1, "inputs": {"a": {"from": "two.integer"}}},
        "two": {"type": "toy/add", "version": 1, "inputs": {"a": {"from": "one.integer"}}},
    }
    found = http.post("/api/v1/check", {"document": {"latentgraph": 1, "nodes": nodes}}).ok()["problems"]
    assert len(found) >= len(nodes) - 2
    assert unknown([text for one in found for text in (one["message"], one["hint"])]) == []


def test_why_a_node_runs() -> None:
    before = lambda **other: ("key", json.dumps({**PARTS, **other}))  # noqa: E731
    reasons = [
        why_changed(None, PARTS),
        why_changed(before(type="other"), PARTS),
        why_changed(before(implementation="other"), PARTS),
        why_changed(before(inputs={"a": "= 2", "b": "= 1"}), PARTS),
        why_changed(before(inputs={}), PARTS),
        why_changed(before(fingerprint="other"), PARTS),
        why_changed(before(), PARTS),
    ]
    assert len(set(reasons)) == len(reasons)
    assert unknown([*reasons, ALWAYS, EVICTED]) == []
