"""Documents that the tests open, and the document as the page has it: seen where it is sent to be checked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Page, Request


def toy(kind: str, **inputs: Any) -> dict[str, Any]:
    """A node of the toy pack."""
    return {"type": f"toy/{kind}", "version": 1, "inputs": inputs}


def call(definition: str, **inputs: Any) -> dict[str, Any]:
    """A node that uses a definition."""
    return {"type": "flow/call", "version": 1, "inputs": {"body": definition, **inputs}}


def of(output: str) -> dict[str, str]:
    """A link from `node.output`."""
    return {"from": output}


def double() -> dict[str, Any]:
    """A definition with a port that leads to two inputs, and an output."""
    return {
        "title": "Double it",
        "nodes": {"plus": toy("plus"), "more": toy("add", a=of("plus.integer"), b=0)},
        "interface": {
            "inputs": {"a": {"node": "plus", "input": "a", "also": [{"node": "plus", "input": "b"}]}},
            "outputs": {"sum": {"node": "more", "output": "integer"}},
        },
        "layout": {"positions": {"plus": [0, 0], "more": [300, 0]}},
    }


def inputs_of(request: Request, node: str) -> dict[str, Any]:
    """What a document that is sent to be checked says for the inputs of a node."""
    nodes: dict[str, Any] = json.loads(request.post_data or "{}")["document"]["nodes"]
    found: dict[str, Any] = nodes[node].get("inputs", {})
    return found


@contextmanager
def becomes(page: Page, node: str, holds: Callable[[dict[str, Any]], object]) -> Iterator[None]:
    """Wait, after what is done in the block, until the inputs of a node are as they are to be."""

    def fits(request: Request) -> bool:
        return request.url.endswith("/api/v1/check") and bool(holds(inputs_of(request, node)))

    with page.expect_request(fits):
        yield
