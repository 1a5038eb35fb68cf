"""People: tokens, the session of a browser, and the audit log."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import get_args

from web.api.guard import let_in, person_of
from web.api.routing import PERSON, Call, Reply, Routes
from web.models.people import (
    AuditPage,
    AuditQuery,
    NewTokenView,
    ScopeName,
    SessionForm,
    SessionView,
    TokenForm,
    TokensView,
    TokenView,
)
from web.service.people.sessions import SESSION_DAYS
from web.service.people.tokens import DAY, Token
from web.service.person import Person
from web.service.views import moment

routes = Routes("people")


@routes.add("GET", "/api/v1/tokens", scope="admin", answers={200: TokensView})
async def list_tokens(call: Call) -> Reply:
    """List the tokens, without their secrets."""
    tokens = await call.service.call(call.service.people.tokens.all)
    return Reply(TokensView(tokens=[token_view(one) for one in tokens]))


@routes.add(
    "POST", "/api/v1/tokens", scope="admin", body=TokenForm, answers={201: NewTokenView}, refusals=(409,)
)
async def create_token(call: Call) -> Reply:
    """Make a token.

    Its text is in this answer and nowhere else: only a hash of it is kept.
    """
    form: TokenForm = call.body
    token, text = await call.service.call(
        call.service.people.tokens.create, form.owner, form.scopes, form.name, form.days
    )
    view = NewTokenView(**token_view(token).model_dump(), token=text)
    return Reply(view, 201, {"Location": f"/api/v1/tokens/{token.id}"})


@routes.add("DELETE", "/api/v1/tokens/{token}", scope="admin", answers={204: None})
async def revoke_token(call: Call) -> Reply:
    """Let nobody in with a token any more; its sessions and streams end."""
    token = await call.service.call(call.service.people.tokens.revoke, call.parts["token"])
    call.service.people.streams.close(token.id)
    return Reply(status=204)


@routes.add("GET", "/api/v1/session", scope=None, answers={200: SessionView}, refusals=(401,))
async def read_session(call: Call) -> Reply:
    """Say who one is, and what one may do."""
    return Reply(_session_view(await person_of(call.request, call.service)))


@routes.add(
    "POST", "/api/v1/session", scope=None, body=SessionForm, answers={200: SessionView}, refusals=(401,)
)
async def begin_session(call: Call) -> Reply:
    """Begin a session with a token: a cookie that scripts can not read, which ends when the token does."""
    form: SessionForm = call.body
    await let_in(call.request, call.service, form.token)
    person, cookie = await call.service.call(call.service.people.sessions.begin, form.token)
    call.request[PERSON] = person
    return Reply(
        _session_view(person), headers={"Set-Cookie": _cookie(call, cookie, int(SESSION_DAYS * DAY))}
    )


@routes.add("DELETE", "/api/v1/session", scope=None, answers={204: None})
async def end_session(call: Call) -> Reply:
    """End the session; where there is none, nothing is done."""
    cookie = call.request.cookies.get(call.service.people.sessions.cookie)
    if cookie is not None:
        await call.service.call(call.service.people.sessions.end, cookie)
    return Reply(status=204, headers={"Set-Cookie": _cookie(call, "", 0)})


@routes.add("GET", "/api/v1/audit", scope="admin", query=AuditQuery, answers={200: AuditPage})
async def read_audit(call: Call) -> Reply:
    """Read the audit log, newest first."""
    query: AuditQuery = call.query
    entries, cursor = await call.service.call(call.service.people.audit.page, query.limit, query.cursor)
    return Reply(AuditPage.model_validate({"entries": entries, "cursor": cursor}))


def token_view(token: Token) -> TokenView:
    """A token as the API shows it."""
    return TokenView(
        id=token.id,
        owner=token.owner,
        name=token.name,
        scopes=_ordered(token.scopes),
        created=datetime.fromtimestamp(token.created, UTC),
        expires=moment(token.expires),
        revoked=moment(token.revoked),
        last_used=moment(token.last_used),
        usable=not token.ended(time.time()),
    )


def _session_view(person: Person) -> SessionView:
    return SessionView(owner=person.owner, scopes=_ordered(person.scopes), token=person.token)


def _ordered(scopes: frozenset[ScopeName]) -> list[ScopeName]:
    return [one for one in get_args(ScopeName) if one in scopes]


def _cookie(call: Call, value: str, seconds: int) -> str:
    secure = call.request.secure or call.request.headers.get("X-Forwarded-Proto", "").lower() == "https"
    name = call.service.people.sessions.cookie
    return (
        f"{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{'; Secure' if secure else ''}"
    )
