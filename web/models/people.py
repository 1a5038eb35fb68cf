"""People: tokens, sessions, and the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from web.models.base import Cursor, Float, Form, Query, View

ScopeName = Literal["view", "run", "edit", "admin"]
TokenId = Annotated[str, Field(pattern=r"^[0-9a-f]{12}$", examples=["0123456789ab"])]
OWNER = r"^[\w.@+-][\w .@+-]*$"
Owner = Annotated[
    str,
    StringConstraints(min_length=1, max_length=100, pattern=OWNER),
    Field(description="Whose jobs and workflows they are: letters, digits, spaces, and . _ @ + -"),
]
MAX_DAYS = 36_500


class TokenForm(Form):
    """A token that is wanted."""

    owner: Owner
    scopes: list[ScopeName] = Field(min_length=1, max_length=4)
    name: Annotated[str, StringConstraints(max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""
    days: Annotated[Float, Field(gt=0, le=MAX_DAYS)] | None = Field(
        None, description="Days until it ends; without them it has no end."
    )


class TokenView(View):
    """A token, without its secret."""

    id: TokenId
    owner: str
    name: str
    scopes: list[ScopeName]
    created: datetime
    expires: datetime | None = None
    revoked: datetime | None = None
    last_used: datetime | None = Field(None, description="To about a minute.")
    usable: bool


class NewTokenView(TokenView):
    """A new token, with its text, which is told this once."""

    token: str


class TokensView(View):
    """Every token."""

    tokens: list[TokenView]


class SessionForm(Form):
    """The token that a session is begun with."""

    token: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class SessionView(View):
    """Who one is."""

    owner: str = Field(description="Empty for the person at this machine.")
    scopes: list[ScopeName]
    token: str = Field("", description="The id of the token that was shown, if one was.")


class AuditQuery(Query):
    """Which lines of the audit log."""

    limit: Annotated[int, Field(ge=1, le=1000)] = 100
    cursor: Cursor | None = None


class AuditEntry(View):
    """A change: who, with what, where from, what, of what, and how it came out."""

    number: int
    time: datetime
    owner: str = ""
    token: str = Field("", description="The id of the token that was shown, if one was.")
    address: str = ""
    operation: str = Field(description="The `operationId` of the address; `audit_gap`: lines were lost.")
    of: dict[str, str] = Field({}, description="The parts of the path.")
    made: str = Field("", description="The address of what was made.")
    outcome: int | None = Field(None, description="The status that was answered.")
    lost: int | None = Field(None, description="Of a gap: how many lines could not be written.")


class AuditPage(View):
    """Some lines of the audit log, newest first."""

    entries: list[AuditEntry]
    cursor: int | None = Field(None, description="Where the next page begins; none on the last.")
