"""What keeps the store from storing, in a sentence for a person, said once."""

from __future__ import annotations

import logging

_log = logging.getLogger(__name__)


class Trouble:
    """The first thing that went wrong in the store without failing a run; empty if nothing did."""

    def __init__(self) -> None:
        self.text = ""

    def note(self, text: str) -> None:
        """Remember a sentence, and warn with it, unless there was trouble before."""
        if not self.text:
            self.text = text
            _log.warning(text)
