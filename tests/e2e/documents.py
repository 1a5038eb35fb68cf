"""The document as the page has it, seen where the page sends it to be checked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Page, Request


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
