"""The workers of this machine, and how long their desk takes to answer."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from graph_engine.workers.local import LocalWorkers

Watch = Callable[[str], AbstractContextManager[None]]


class WatchedWorkers(LocalWorkers):
    """`watch` gives what is around each question, by its name; further arguments as for `LocalWorkers`."""

    def __init__(self, watch: Watch, *arguments: Any, **options: Any) -> None:
        self._watch = watch
        super().__init__(*arguments, **options)

    def _ask(
        self, what: str, document: str, options: dict[str, Any], timeout: float
    ) -> tuple[dict[str, Any], bytes]:
        with self._watch(what):
            return super()._ask(what, document, options, timeout)
