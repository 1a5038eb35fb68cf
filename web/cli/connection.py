"""Which server a verb talks to, with which token, and what its refusals say at a shell."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager

from graph_engine.errors import DocumentError, EngineError
from graph_engine.problem import Problem
from web.cli.server_option import TOKEN, BadServerOption, server_of
from web.client import Client, ClientError, ProblemError, UnexpectedAnswer
from web.client.version import client_version


@contextmanager
def connected(arguments: argparse.Namespace) -> Iterator[Client]:
    """The client for the server that the options lead to; its errors say what to do at a shell."""
    address = server_of(arguments)
    assert address is not None
    with Client(address, _token(arguments)) as client:
        try:
            yield client
        except ProblemError as error:
            raise _at_a_shell(error, client) from error
        except UnexpectedAnswer as error:
            raise ClientError(f"{error}{_versions(client)}") from error


def _token(arguments: argparse.Namespace) -> str | None:
    if arguments.token is not None and arguments.token_file is not None:
        raise BadServerOption("--token and --token-file both give a token; give one of them.")
    if arguments.token_file is None:
        return arguments.token or os.environ.get(TOKEN) or None
    try:
        return str(arguments.token_file.expanduser().read_text("utf-8").strip())
    except (OSError, UnicodeDecodeError) as error:
        raise BadServerOption(
            f"'{arguments.token_file}' can not be read as text, and a token is wanted there."
        ) from error


def _at_a_shell(error: ProblemError, client: Client) -> EngineError:
    """What a refusal means for somebody at a shell."""
    if error.code == "invalid_document":
        return DocumentError([Problem(**fault.model_dump()) for fault in error.faults])
    if error.status == 401:
        return ClientError(f"{client.address}: {error} Give it with --token-file or {TOKEN}.")
    if error.status == 403:
        return ClientError(f"{client.address}: {error}")
    if error.code in ("not_found", "invalid_body", "invalid_query"):
        return ClientError(f"{error}{_versions(client)}")
    return error


def _versions(client: Client) -> str:
    """A sentence on versions, where client and server have two."""
    try:
        there, here = client.server().version, client_version()
    except ClientError:
        return ""
    return "" if there == here else f" The server has version {there}, this is {here}: update the older one."
