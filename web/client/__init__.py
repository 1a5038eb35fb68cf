"""The Python client, `Client` and `AsyncClient`, typed by the same models as the server."""

from web.client.asynchronous import AsyncClient
from web.client.errors import (
    AnswerLost,
    BadCall,
    ClientError,
    FileBroken,
    ProblemError,
    ServerAway,
    UnexpectedAnswer,
    WaitedTooLong,
)
from web.client.plain import Client

__all__ = [
    "AnswerLost",
    "AsyncClient",
    "BadCall",
    "Client",
    "ClientError",
    "FileBroken",
    "ProblemError",
    "ServerAway",
    "UnexpectedAnswer",
    "WaitedTooLong",
]
