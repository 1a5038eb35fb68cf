"""`latentgraph tokens`: make, list and revoke the tokens of a data folder, also while a server runs."""

from __future__ import annotations

import argparse
import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from graph_engine.cli.commands import Commands
from graph_engine.errors import EngineError

if TYPE_CHECKING:  # only these verbs pay for the import
    from web.service.people.tokens import Token, Tokens

SCOPES = ("view", "run", "edit", "admin")


class BadToken(EngineError):
    """What is said of a token that is wanted can not be."""


def extend(commands: Commands) -> None:
    """Add the verb."""
    one = commands.add("tokens", list_tokens, "Make, list and revoke the tokens that let people in.")
    verbs = one.add_subparsers(metavar="what")
    verbs.add_parser("list", help="list the tokens", description="List the tokens.").set_defaults(
        command=list_tokens
    )
    text = "Make a token and print it, this once."
    create = verbs.add_parser("create", help="make a token", description=text)
    create.set_defaults(command=create_token)
    create.add_argument("--owner", required=True, metavar="NAME", help="whose jobs and workflows they are")
    create.add_argument(
        "--scope",
        action="append",
        required=True,
        choices=SCOPES,
        help="view: read; run: make and steer jobs; edit: change workflows; admin: all, of everybody",
    )
    create.add_argument("--days", type=float, metavar="N", help="it ends after so many; else it has no end")
    create.add_argument("--name", default="", metavar="TEXT", help="what it is for")
    revoke = verbs.add_parser("revoke", help="let nobody in with a token", description="Revoke a token.")
    revoke.set_defaults(command=revoke_token)
    revoke.add_argument("id", metavar="ID", help="the token's id, as `tokens list` shows it")


def create_token(arguments: argparse.Namespace) -> int:
    """Make a token."""
    from web.models.people import MAX_DAYS, OWNER

    if not re.fullmatch(OWNER, arguments.owner) or len(arguments.owner) > 100:
        raise BadToken(
            f"'{arguments.owner[:100]}' can not be an owner: letters, digits, spaces and . _ @ + - make a "
            "name, 100 at most, and no space comes first."
        )
    if arguments.days is not None and not 0 < arguments.days <= MAX_DAYS:
        raise BadToken(f"A token may last more than 0 and up to {MAX_DAYS:,} days, not {arguments.days:g}.")
    if len(arguments.name) > 100 or not arguments.name.isprintable():
        raise BadToken("The name of a token is one line of at most 100 characters.")
    with _tokens(arguments) as tokens:
        token, text = tokens.create(arguments.owner, arguments.scope, arguments.name, arguments.days)
    if arguments.json:
        print(json.dumps({**_as_json(token), "token": text}, ensure_ascii=False, indent=2))
    else:
        print(text)
    return 0


def list_tokens(arguments: argparse.Namespace) -> int:
    """List the tokens."""
    with _tokens(arguments) as tokens:
        found = tokens.all()
    if arguments.json:
        print(json.dumps({"tokens": [_as_json(one) for one in found]}, ensure_ascii=False, indent=2))
        return 0
    for one in found:
        print(f"{one.id}  {_state(one):<22}  {_scopes(one):<19}  {one.owner}  {one.name}".rstrip())
    if not found:
        print("There are no tokens. `latentgraph tokens create --owner NAME --scope view` makes one.")
    return 0


def revoke_token(arguments: argparse.Namespace) -> int:
    """Revoke a token."""
    with _tokens(arguments) as tokens:
        token = tokens.revoke(arguments.id)
    if arguments.json:
        print(json.dumps(_as_json(token), ensure_ascii=False, indent=2))
    else:
        print(f"The token '{token.id}' of {token.owner} lets nobody in any more.")
    return 0


@contextmanager
def _tokens(arguments: argparse.Namespace) -> Iterator[Tokens]:
    from web.service.people.people_file import PeopleFile
    from web.service.people.tokens import Tokens
    from web.service.settings import ServerSettings

    file = PeopleFile(ServerSettings.given(data=arguments.data).data.expanduser().absolute())
    try:
        yield Tokens(file)
    finally:
        file.close()


def _as_json(token: Token) -> dict[str, object]:
    return {
        "id": token.id,
        "owner": token.owner,
        "name": token.name,
        "scopes": _scopes(token).split(),
        "created": token.created,
        "expires": token.expires,
        "revoked": token.revoked,
        "last_used": token.last_used,
        "usable": not token.ended(time.time()),
    }


def _scopes(token: Token) -> str:
    return " ".join(scope for scope in SCOPES if scope in token.scopes)


def _state(token: Token) -> str:
    if token.revoked is not None:
        return "revoked"
    if token.ended(time.time()):
        return "expired"
    if token.expires is None:
        return "no end"
    return time.strftime("until %Y-%m-%d %H:%M", time.localtime(token.expires))
