"""What can go wrong in the library, each with a sentence for the person."""

from __future__ import annotations

from graph_engine.errors import EngineError


class UnknownWorkflow(EngineError):
    """There is no workflow, version or picture of that name, or it belongs to somebody else."""


class WorkflowChanged(EngineError):
    """Somebody else was faster; `tag` and `version` are what there is now."""

    def __init__(self, text: str, tag: str, version: int) -> None:
        super().__init__(text)
        self.tag, self.version = tag, version


class WorkflowDeleted(EngineError):
    """It is in the bin, where nothing is changed."""


class NoThumbnail(EngineError):
    """What was named is no picture that this person has."""


class UnknownTemplate(EngineError):
    """There is no template of that name."""


class UnknownShare(EngineError):
    """A link that this server did not make, or that is not whole."""


class ShareEnded(EngineError):
    """A link that has expired or was revoked, or whose workflow was deleted."""


class LibraryUnusable(EngineError):
    """The library's file can not be read or written, or comes from a newer version."""
