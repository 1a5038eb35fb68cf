"""Tokens: who shows one is a person, an owner with scopes. Only the hash of its secret is kept."""

from __future__ import annotations

import hmac
import logging
import re
import secrets
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from web.service.people.errors import NotLetIn, PeopleUnusable, TooManyTokens, UnknownToken
from web.service.people.people_file import PeopleFile, hash_of, new_secret
from web.service.person import SCOPES, Person, Scope

log = logging.getLogger(__name__)

DAY = 86_400.0
MAX_TOKENS = 10_000
KEPT_DAYS = 90  # that a token which lets nobody in any more is listed
USED_SECONDS = 60.0  # how exact the time of the last use is

_FORM = re.compile(r"lg_([0-9a-f]{12})_([0-9a-f]{64})")
_COLUMNS = "id, owner, name, scopes, created, expires, expired, revoked, last_used"
_ANOTHER = "An administrator makes another with `latentgraph tokens create`."


@dataclass(frozen=True)
class Token:
    """A token, without its secret. Times are in seconds since 1970; `expires` None: it has no end."""

    id: str
    owner: str
    name: str
    scopes: frozenset[Scope]
    created: float
    expires: float | None = None
    expired: bool = False  # it was seen after its end: no clock brings it back
    revoked: float | None = None
    last_used: float | None = None

    def ended(self, now: float) -> bool:
        """Whether it lets nobody in any more."""
        return self.revoked is not None or self.expired or (self.expires is not None and now >= self.expires)

    @property
    def person(self) -> Person:
        """Who shows it."""
        return Person(self.owner, self.scopes, self.id)


class Tokens:
    """All of a data folder. Every method waits for the disk, and may raise `PeopleUnusable`."""

    def __init__(self, file: PeopleFile, clock: Callable[[], float] = time.time) -> None:
        self._file, self._clock = file, clock

    def create(
        self, owner: str, scopes: Iterable[Scope], name: str = "", days: float | None = None
    ) -> tuple[Token, str]:
        """A new token, and its text, which is told this once. Raises `TooManyTokens`."""
        now = self._clock()
        expires = None if days is None else now + days * DAY
        token = Token(secrets.token_hex(6), owner, name, frozenset(scopes), now, expires)
        secret = new_secret()
        with self._file.writing() as connection:
            connection.execute(
                "DELETE FROM token WHERE coalesce(revoked, CASE WHEN expired THEN expires END) < ?",
                (now - KEPT_DAYS * DAY,),
            )
            if connection.execute("SELECT count(*) FROM token").fetchone()[0] >= MAX_TOKENS:
                raise TooManyTokens(
                    f"There are {MAX_TOKENS:,} tokens, and not more can be. Those that are revoked are "
                    f"forgotten after {KEPT_DAYS} days."
                )
            connection.execute(
                "INSERT INTO token (id, owner, name, scopes, secret, created, expires) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (token.id, owner, name, _words(token.scopes), hash_of(secret), now, expires),
            )
        return token, f"lg_{token.id}_{secret}"

    def all(self) -> list[Token]:
        """Every token, oldest first."""
        with self._file.reading() as file:
            return [_token(row) for row in file.rows(f"SELECT {_COLUMNS} FROM token ORDER BY created, id")]

    def revoke(self, token: str) -> Token:
        """Let nobody in with it from now on, and end its sessions. Raises `UnknownToken`."""
        with self._file.writing() as connection:
            connection.execute(
                "UPDATE token SET revoked = coalesce(revoked, ?) WHERE id = ?", (self._clock(), token)
            )
            connection.execute("DELETE FROM session WHERE token = ?", (token,))
            row = connection.execute(f"SELECT {_COLUMNS} FROM token WHERE id = ?", (token,)).fetchone()
        if row is None:
            text = f"There is no token '{token}'. `latentgraph tokens list` shows those that there are."
            raise UnknownToken(text)
        return _token(row)

    def usable(self) -> bool:
        """Whether anybody can come in with a token."""
        now = self._clock()
        return any(not token.ended(now) for token in self.all())

    def ended(self, tokens: Collection[str]) -> set[str]:
        """Those of some tokens, by their ids, that let nobody in any more."""
        return {token for token in tokens if not self._still(token)}

    def person(self, text: str) -> Person:
        """Who shows this text. Raises `NotLetIn`."""
        form = _FORM.fullmatch(text)
        if form is None:
            raise NotLetIn(
                f"That is no token: one reads 'lg_', 12 hex digits, '_', 64 hex digits. {_ANOTHER}"
            )
        with self._file.reading() as file:
            row = file.row(f"SELECT {_COLUMNS}, secret FROM token WHERE id = ?", (form[1],))
        known = bytes(row[-1]) if row is not None else bytes(32)
        if not hmac.compare_digest(hash_of(form[2]), known) or row is None:
            raise NotLetIn(f"This server does not know the token. {_ANOTHER}")
        return self.let_in(_token(row[:-1]))

    def person_of(self, token: str) -> Person:
        """Whom a token that was shown before lets in, by its id. Raises `NotLetIn`."""
        with self._file.reading() as file:
            row = file.row(f"SELECT {_COLUMNS} FROM token WHERE id = ?", (token,))
        if row is None:
            raise NotLetIn(f"The token is gone. {_ANOTHER}")
        return self.let_in(_token(row))

    def let_in(self, token: Token) -> Person:
        """The person of a token that has not ended. Raises `NotLetIn`.

        A token that is seen after its end has ended for good, also for a clock that is set back later.
        """
        now = self._clock()
        if token.revoked is not None:
            raise NotLetIn(f"The token '{token.id}' was revoked. {_ANOTHER}")
        if token.ended(now):
            if not token.expired:
                self._note("UPDATE token SET expired = 1 WHERE id = ?", (token.id,))
            raise NotLetIn(f"The token '{token.id}' has expired. {_ANOTHER}")
        if token.last_used is None or abs(now - token.last_used) > USED_SECONDS:
            self._note("UPDATE token SET last_used = ? WHERE id = ?", (now, token.id))
        return token.person

    def _still(self, token: str) -> bool:
        try:
            self.person_of(token)
            return True
        except NotLetIn:
            return False

    def _note(self, sql: str, parameters: tuple[Any, ...]) -> None:
        """Write what nobody should be kept waiting or refused for."""
        try:
            with self._file.writing() as connection:
                connection.execute(sql, parameters)
        except PeopleUnusable as error:
            log.warning("%s", error)


def _words(scopes: Collection[Scope]) -> str:
    return " ".join(scope for scope in SCOPES if scope in scopes)


def _token(row: tuple[Any, ...]) -> Token:
    token, owner, name, scopes, created, expires, expired, revoked, last_used = row
    known = frozenset(scope for scope in SCOPES if scope in scopes.split())
    return Token(token, owner, name, known, created, expires, bool(expired), revoked, last_used)
