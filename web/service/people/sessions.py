"""Sessions: a browser that has shown a token once, and from then on a cookie that scripts can not read."""

from __future__ import annotations

import hmac
import re
import secrets
import time
from collections.abc import Callable

from web.service.people.errors import NotLetIn
from web.service.people.people_file import PeopleFile, hash_of, new_secret
from web.service.people.tokens import DAY, Tokens
from web.service.person import Person

SESSION_DAYS = 30
MAX_SESSIONS = 100  # of one token; the oldest ends for another

_FORM = re.compile(r"([0-9a-f]{12})_([0-9a-f]{64})")


class Sessions:
    """A session ends when it is asked to, when its time is over, and when its token has ended."""

    def __init__(self, file: PeopleFile, tokens: Tokens, clock: Callable[[], float] = time.time) -> None:
        self._file, self._tokens, self._clock = file, tokens, clock
        self.cookie = f"latentgraph-{file.server_id}"  # cookies of a host go to all its ports

    def begin(self, token: str) -> tuple[Person, str]:
        """A session for whoever shows a token, and the cookie's value. Raises `NotLetIn`."""
        person = self._tokens.person(token)
        session, secret, now = secrets.token_hex(6), new_secret(), self._clock()
        with self._file.writing() as connection:
            connection.execute("DELETE FROM session WHERE expires <= ?", (now,))
            connection.execute(
                "DELETE FROM session WHERE id IN "
                "(SELECT id FROM session WHERE token = ? ORDER BY created DESC LIMIT -1 OFFSET ?)",
                (person.token, MAX_SESSIONS - 1),
            )
            connection.execute(
                "INSERT INTO session VALUES (?, ?, ?, ?, ?)",
                (session, person.token, hash_of(secret), now, now + SESSION_DAYS * DAY),
            )
        return person, f"{session}_{secret}"

    def person(self, cookie: str) -> Person:
        """Who shows a cookie. Raises `NotLetIn`."""
        session, token, expires = self._find(cookie)
        if self._clock() >= expires:
            self._delete(session)
            raise NotLetIn("The session is over. Sign in again with a token.")
        return self._tokens.person_of(token)

    def end(self, cookie: str) -> None:
        """End a session; one that is none has ended already."""
        try:
            session, _, _ = self._find(cookie)
        except NotLetIn:
            return
        self._delete(session)

    def _find(self, cookie: str) -> tuple[str, str, float]:
        form = _FORM.fullmatch(cookie)
        row = None
        if form is not None:
            with self._file.reading() as file:
                row = file.row("SELECT secret, token, expires FROM session WHERE id = ?", (form[1],))
        if form is None or row is None or not hmac.compare_digest(hash_of(form[2]), bytes(row[0])):
            raise NotLetIn("There is no such session any more. Sign in again with a token.")
        return form[1], row[1], row[2]

    def _delete(self, session: str) -> None:
        with self._file.writing() as connection:
            connection.execute("DELETE FROM session WHERE id = ?", (session,))
