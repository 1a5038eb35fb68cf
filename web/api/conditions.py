"""Conditions: what a client says that it saw, so that nobody overwrites what they did not see."""

from __future__ import annotations

import re

from web.api.problems import Refused
from web.api.routing import Call
from web.service.library.errors import WorkflowChanged
from web.service.library.library import ANY
from web.service.library.workflow import Workflow

IF_MATCH = "If-Match"
IF_NONE_MATCH = "If-None-Match"
EXPECTED = {IF_MATCH: "The `etag` of what was read, or `*`. Without it nothing is changed: 428."}
PERHAPS_EXPECTED = {IF_MATCH: "The `etag` of what was read, or `*`; without it, whatever there is."}
PREVIOUS = {IF_NONE_MATCH: "The `etag` of what the client has."}
_TAG = re.compile(r'(?:W/)?"([\x21\x23-\x7e]*)"')


def expected(call: Call) -> set[str]:
    """What the client saw. Raises `Refused` where it does not say."""
    tags = tags_in(call, IF_MATCH)
    if tags is None:
        raise Refused(
            428,
            "no_if_match",
            f"Say what you saw: the header '{IF_MATCH}' takes the workflow's `etag`, "
            "so that what somebody else did meanwhile is not overwritten.",
        )
    return tags


def tags_in(call: Call, header: str, *, weak: bool = False) -> set[str] | None:
    """The tags in a header, or None where there is none. A weak one proves nothing about what is changed."""
    text = call.request.headers.get(header)
    if text is None:
        return None
    if text.strip() == ANY:
        return {ANY}
    found = set()
    for part in text.split(","):
        tag = _TAG.fullmatch(part.strip())
        if tag is None:
            raise Refused(400, "bad_header", f"'{header}' takes tags in quotes, like \"1.1\", or *.")
        if weak or not part.strip().startswith("W/"):
            found.add(tag[1])
    return found


def conflict(error: WorkflowChanged) -> Refused:
    """The refusal that says what there is now."""
    tag = f'"{error.tag}"'
    return Refused(
        412,
        "workflow_changed",
        str(error),
        headers={"ETag": tag},
        version=error.version,
        etag=tag,
    )


def tag_headers(workflow: Workflow) -> dict[str, str]:
    """The headers with which a client can say later what it saw."""
    return {"ETag": f'"{workflow.tag}"', "Cache-Control": "private, no-cache"}
