"""What can go wrong between a client and a server, each with a sentence for the person."""

from __future__ import annotations

from graph_engine.errors import EngineError
from web.models.problems import FaultView, ProblemView


class ClientError(EngineError):
    """The base of what the client raises on purpose."""


class BadCall(ClientError):
    """A call says something that can not be sent."""


class ServerAway(ClientError):
    """No server answers, or none has for longer than the client's patience."""


class AnswerLost(ClientError):
    """The connection broke before the answer came, and asking again might do the thing twice."""


class UnexpectedAnswer(ClientError):
    """What answers is no Latent Graph server, or one of another version."""


class WaitedTooLong(ClientError):
    """A job has not ended in the time that was given; it goes on."""


class FileBroken(ClientError):
    """A file that came is not what its digest says, or can not be read or written here."""


class ProblemError(ClientError):
    """The server refused: `status`, a stable `code`, a sentence, and every fault where there are several."""

    def __init__(self, problem: ProblemView) -> None:
        self.problem = problem
        super().__init__("\n".join([problem.detail, *(f"  - {fault}" for fault in problem.problems)]))

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.problem.status

    @property
    def code(self) -> str:
        """A stable word for this kind of problem."""
        return self.problem.code

    @property
    def detail(self) -> str:
        """The sentence, without the faults."""
        return self.problem.detail

    @property
    def faults(self) -> list[FaultView]:
        """Every fault, each with its place."""
        return self.problem.problems
