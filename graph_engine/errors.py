"""Every error the engine raises on purpose: a named class with a sentence for the person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graph_engine.problem import Problem


class EngineError(Exception):
    """The base of everything the engine raises on purpose; `str(error)` is meant for a person."""


class NodeDeclarationError(EngineError):
    """A node function, or a value type, is declared in a way the engine cannot use."""


class PackError(EngineError):
    """A pack could not be loaded, or holds two things of one name."""


class ValueTypeTaken(PackError):
    """Two packs register one class as a value type."""


class UnknownValueType(EngineError):
    """A value's class is registered by no pack, so it has no digest and cannot be stored."""


class DocumentError(EngineError):
    """A document cannot be read or does not pass the checker; `problems` holds all of them."""

    def __init__(self, problems: Sequence[Problem], where: str = "The document") -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        lines = "\n".join(f"  - {problem}" for problem in self.problems)
        super().__init__(f"{where} has {count} problem{'' if count == 1 else 's'}:\n{lines}")


class UnknownInput(EngineError):
    """A value was set for an interface input that the document does not have."""

    def __init__(self, name: str, hint: str = "") -> None:
        self.name, self.hint = name, hint
        super().__init__(f"The document has no input '{name}'. {hint}".strip())


class PathEscape(EngineError):
    """A path in a document points outside the folders that documents may read."""


class FileMissing(EngineError):
    """A file that a document names is in none of the folders that documents may read."""


class UploadTooLarge(EngineError):
    """A file given as an input is larger than uploads may be."""


class BadSettings(EngineError):
    """A flag, an environment variable or the TOML file says something that can not be."""


class FolderUnusable(EngineError):
    """The data folder or the output folder can not be written."""


class Cancelled(EngineError):
    """The run was asked to stop; raised inside a node at its next step."""


class Paused(EngineError):
    """The run was asked to stop after the node that it was at; what is finished is kept."""


class NodeFailed(EngineError):
    """A node raised. Holds the node's id, its type, and a summary of its inputs; the cause is `__cause__`."""

    def __init__(self, node: str, node_type: str, inputs: dict[str, str], cause: BaseException) -> None:
        self.node, self.node_type, self.inputs = node, node_type, inputs
        given = ", ".join(f"{name}={text}" for name, text in inputs.items())
        what = str(cause) or type(cause).__name__
        if not isinstance(cause, EngineError):
            what = f"{type(cause).__name__}: {what}" if str(cause) else what
        message = f"Node '{node}' ({node_type}) failed: {what}"
        super().__init__(f"{message}\n  its inputs were: {given}" if given else message)
        self.__cause__ = cause


class NodeTimedOut(EngineError):
    """A node took longer than its limit."""


class NodeExited(EngineError):
    """A node called `sys.exit`; a node ends by returning or by raising."""


class ValueGone(EngineError):
    """A value of a run that is over was evicted, and can not be made again by that run."""


class FlowFailed(EngineError):
    """A node of structure got lists, a choice or a graph that it can not work with."""


class TooManyNodes(EngineError):
    """Loops and calls would open more nodes than one run may have."""


class NestedTooDeep(EngineError):
    """Nodes open in the place of nodes that were opened themselves, deeper than one run may go."""


class NodeReturnedWrongType(EngineError):
    """A node returned something other than its return annotation promises."""


class NodeMutatedInput(EngineError):
    """A node changed a value it was given; values are shared and must not change (found in debug mode)."""


class InputRefused(EngineError):
    """A linked value arrived at an input that does not accept it."""
