"""A worker without a process of its own: orders run in this one, be it a notebook's or a worker's."""

from __future__ import annotations

from collections.abc import Collection

from graph_engine.declaration.cancellation import Cancellation
from graph_engine.documents.document_io import loads_document
from graph_engine.engine import Engine
from graph_engine.errors import EngineError
from graph_engine.jobs.worker import Order, Outcome, Tell, result_of


class InProcess:
    """Runs orders on an engine."""

    def __init__(self, engine: Engine, name: str = "here") -> None:
        self.name = name
        self._engine = engine
        self._cancellation = Cancellation()

    @property
    def models(self) -> Collection[str]:
        """Digests of the models that the engine's services hold."""
        reports = self._engine.services.reports().values()
        return {digest for report in reports for digest in report.get("models", ())}

    @property
    def available(self) -> bool:
        """It always is."""
        return True

    def ready(self, stop: Cancellation) -> bool:
        """It always is."""
        return not stop.cancelled

    def run(self, order: Order, tell: Tell, cancellation: Cancellation | None = None) -> Outcome:
        """Run an order to its end; a document that does not fit the packs has failed."""
        self._cancellation = cancellation or Cancellation()
        self._engine.show_previews(order.previews)
        try:
            result = self._engine.run(
                loads_document(order.document),
                wanted=order.wanted,
                listener=tell,
                cancellation=self._cancellation,
                continue_on_error=order.continue_on_error,
            )
        except EngineError as error:
            return Outcome("failed", error=str(error))
        # The document's own lock is of when it was submitted; the job keeps what it was run with.
        lock = self._engine.locked(result.document).lock.model_dump(mode="json")
        kept = result_of(result) | {"lock": lock}
        return Outcome(result.status, kept, "\n".join(map(str, result.errors)))

    def cancel(self) -> None:
        """Ask the order that runs to stop at its next step."""
        self._cancellation.cancel()

    def pause(self) -> None:
        """Ask the order that runs to stop after the node it is at."""
        self._cancellation.pause()
