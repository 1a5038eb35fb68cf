"""Who asks: an owner of jobs and documents, and what they may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

Scope: TypeAlias = Literal["view", "run", "edit", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)


@dataclass(frozen=True)
class Person:
    """`view` reads what is one's own, `run` makes and steers jobs, `edit` changes the library.

    `admin` may do all that, with everybody's.
    """

    owner: str
    scopes: frozenset[Scope]
    token: str = ""  # the id of the token that was shown, never the token

    def may(self, scope: Scope) -> bool:
        """Whether this person may do what needs a scope."""
        return scope in self.scopes or "admin" in self.scopes

    def sees(self, owner: str) -> bool:
        """Whether this person may look at what an owner has."""
        return owner == self.owner or "admin" in self.scopes


LOCAL = Person("", frozenset(SCOPES))
"""Whoever sits at this machine: needs no token, and may do everything."""
