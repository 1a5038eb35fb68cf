"""The engine: catalogue, store, files and services of one data folder, and what one does with documents."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any

from graph_engine import events
from graph_engine.artifact_folder import ArtifactFolder
from graph_engine.checking.checker import check_resolved
from graph_engine.checking.locking import LockDifference, lock_differences, locked, models_needed
from graph_engine.checking.migrate import Change, Migrated, migrated
from graph_engine.checking.modes import Resolved, resolved
from graph_engine.declaration.cancellation import Cancellation
from graph_engine.declaration.run import Previews, Run, Surroundings
from graph_engine.documents.document import Document
from graph_engine.documents.document_io import Tell, load_document, loads_document, parse_document
from graph_engine.documents.interface import set_inputs
from graph_engine.errors import Cancelled, DocumentError, EngineError, Paused
from graph_engine.execution.collecting import without_collecting
from graph_engine.execution.compile import Program, Task, compile_document
from graph_engine.execution.execute import Context, Execution
from graph_engine.execution.keys import Keys
from graph_engine.execution.lanes import Lanes, Threads
from graph_engine.execution.plan import Plan, plan
from graph_engine.execution.result import NodeReport, Outputs, RunResult, RunStatus
from graph_engine.files import Files
from graph_engine.packs.catalogue import Catalogue
from graph_engine.problem import Problem
from graph_engine.services import Services
from graph_engine.settings import Settings
from graph_engine.store.content import ContentStore


@dataclass(frozen=True)
class Opened(Migrated):
    """A document as a file has it, at present versions, with what differs here from its lock."""

    differences: tuple[LockDifference, ...] = ()


KEPT_DOCUMENTS, KEPT_NODES = 16, 30_000  # of those that passed the checker lately


class Engine:
    """Opens a data folder. Use it as a context manager, or `close` it to let services and database go."""

    def __init__(
        self,
        data: Path | str | None = None,
        *,
        catalogue: Catalogue | None = None,
        device: str | None = None,
        input_roots: Sequence[Path] = (),
        settings: Settings | None = None,
        debug: bool | None = None,
        services: Services | None = None,
    ) -> None:
        self.settings = settings or Settings.given(data=data, device=device, debug=debug)
        self.catalogue = catalogue or Catalogue.discover(*self.settings.plugin_folders)
        folder = self.settings.data.expanduser()
        self.data = folder
        self.services = services or Services()
        self.artifacts = ArtifactFolder(folder / "artifacts")
        roots = (*input_roots, *self.settings.input_roots, folder / "models")
        self.files = Files(roots, folder / "uploads", self.settings.upload_limit)
        self.store = ContentStore(
            folder / "store", self.catalogue, self.settings.memory_budget, self.settings.disk_budget
        )
        self.lanes = Lanes(self.settings.cpu_slots)
        self._threads = Threads()
        self._keys = Keys(self.files)
        self._checked: deque[tuple[Document, Resolved, dict[str, Task]]] = deque(maxlen=KEPT_DOCUMENTS)
        self._surroundings = Surroundings(
            self.settings.device, self.services, self.files, self.artifacts, self.catalogue
        )

    def load(self, path: Path | str) -> Document:
        """Read a document from a .json file or a picture, at present versions. Raises `DocumentError`."""
        return self._migrated(path).document

    def open(self, path: Path | str) -> Opened:
        """`load`, with what had to be changed for the present versions, and what differs from its lock."""
        opened = self._migrated(path)
        differences = self.lock_differences(opened.document)
        return Opened(opened.document, opened.changes, opened.problems, tuple(differences))

    def loads(self, text: str | bytes) -> Migrated:
        """A document of JSON text at present versions, and what was done for that. Raises `DocumentError`."""
        return self._brought(lambda tell: loads_document(text, tell=tell))

    def read(self, path: Path, suffix: str) -> Migrated:
        """`loads` for the document in a file of the kind that `suffix` says. Raises `DocumentError`."""
        return self._brought(
            lambda tell: load_document(path, self.catalogue.importers, tell=tell, suffix=suffix)
        )

    def locked(self, document: Document) -> Document:
        """The document with a lock of the packs and models that it uses here."""
        return locked(document, self.catalogue, self.run_for_names())

    def lock_differences(self, document: Document) -> list[LockDifference]:
        """What is not here as the document's lock says."""
        return lock_differences(document, self.catalogue, self.run_for_names())

    def models_needed(self, document: Document) -> tuple[str, ...]:
        """The digests that the lock has for the models that a run of the document needs."""
        return models_needed(document, self.catalogue)

    def run_for_names(self) -> Run:
        """A run in which no node runs: it finds the files and models that go by a name here."""
        return Run("", self._surroundings)

    def check(self, document: Document) -> list[Problem]:
        """All problems of a document, at present versions."""
        opened = migrated(document, self.catalogue)
        return self._problems(opened, resolved(opened.document, self.catalogue))

    def plan(self, document: Document, wanted: Iterable[str] | None = None) -> Plan:
        """What would run, and why. Raises `DocumentError`."""
        _, program = self._compile(document, wanted)
        with without_collecting():
            return plan(program, self.store, self._keys, self._surroundings)

    def run(
        self,
        document: Document,
        *,
        wanted: Iterable[str] | None = None,
        listener: events.Listener | None = None,
        cancellation: Cancellation | None = None,
        continue_on_error: bool = False,
    ) -> RunResult:
        """Run a document in this process. Raises `DocumentError` before anything runs.

        `wanted` names outputs or nodes: only they, and what they need, are run. After a failure nothing new
        is started; with `continue_on_error` everything goes on that does not depend on what failed.
        `listener` is called by several threads, never by two at once. What it raises cancels the run, and is
        raised.
        """
        started = time.perf_counter()
        cancellation = cancellation or Cancellation()
        tell = _Telling(listener or _silent, cancellation)
        context = Context(
            self.store,
            self._keys,
            self._surroundings,
            cancellation,
            tell,
            self.lanes,
            self._threads,
            self.settings.debug,
            continue_on_error,
        )
        document, program = self._compile(document, wanted)
        execution = Execution(program, context)
        account = execution.account
        tell(events.RunStarted(document.name, len(program.tasks)))
        status: RunStatus = "done"
        try:
            execution.run()
        except Cancelled:
            status = "cancelled"
        except Paused:
            status = "paused"
        except EngineError as error:
            account.errors.append(error)
        if account.errors and status == "done":
            status = "failed"
        seconds = time.perf_counter() - started
        tell(events.RunFinished(status, seconds))
        if tell.raised is not None:
            raise tell.raised
        outputs = {
            name: partial(execution.value, link)
            for name, link in program.outputs.items()
            if execution.known(link)
        }
        left_out = {
            path: NodeReport(one.node_type, one.status, one.reason) for path, one in program.left_out.items()
        }
        return RunResult(
            document,
            status,
            Outputs(outputs),
            account.artifacts(),
            account.ordered_reports() | left_out,
            seconds,
            tuple(account.errors),
            tuple(account.stuck),
            program.muted_outputs,
            execution.told(),
        )

    def show_previews(self, previews: Previews | None) -> None:
        """How runs from now on show work in progress; None: not at all."""
        self._surroundings = replace(self._surroundings, previews=previews)

    def forget_documents(self) -> None:
        """Let go of the documents that were checked lately: for whoever does not come back to them."""
        self._checked.clear()

    def close(self) -> None:
        """Close services and store."""
        self._threads.close()
        self.services.close()
        self.store.close()

    def __enter__(self) -> Engine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _migrated(self, path: Path | str) -> Migrated:
        return self._brought(lambda tell: load_document(path, self.catalogue.importers, tell=tell))

    def _brought(self, read: Callable[[Tell], Document]) -> Migrated:
        changes: list[str] = []
        opened = migrated(read(changes.append), self.catalogue)
        return replace(opened, changes=(*(Change("", change) for change in changes), *opened.changes))

    def _compile(self, document: Document, wanted: Iterable[str] | None) -> tuple[Document, Program]:
        """The document at present versions, and the program of it.

        Documents do not change: the last ones that passed are neither checked nor read anew.
        """
        with without_collecting():
            return self._compiled(document, wanted)

    def _compiled(self, document: Document, wanted: Iterable[str] | None) -> tuple[Document, Program]:
        for checked, present, made in self._checked:
            if checked is document:
                return present.origin, compile_document(present, self.catalogue, wanted, made)
        opened = migrated(document, self.catalogue)
        present = resolved(opened.document, self.catalogue)
        if problems := self._problems(opened, present):
            raise DocumentError(problems)
        made = {}
        self._checked.append((document, present, made))
        while len(self._checked) > 1 and sum(len(one.nodes) for one, _, _ in self._checked) > KEPT_NODES:
            self._checked.popleft()
        return present.origin, compile_document(present, self.catalogue, wanted, made)

    def _problems(self, opened: Migrated, present: Resolved) -> list[Problem]:
        brought = [one for one in opened.problems if present.left_out(one.definition, one.node) is None]
        failed = {(problem.definition, problem.node) for problem in brought}
        found = check_resolved(present, self.catalogue)
        rest = [
            one for one in found if one.code != "unknown_version" or (one.definition, one.node) not in failed
        ]
        return [*brought, *rest]


def run_document(
    document: Document | Mapping[str, Any] | Path | str,
    inputs: Mapping[str, Any] | None = None,
    engine: Engine | None = None,
    *,
    wanted: Iterable[str] | None = None,
    listener: events.Listener | None = None,
    cancellation: Cancellation | None = None,
    continue_on_error: bool = False,
) -> RunResult:
    """Run a document, or a file that holds one, with inputs set; raises the error of a failed run."""
    if engine is None:
        with Engine() as own:
            result = run_document(
                document,
                inputs,
                own,
                wanted=wanted,
                listener=listener,
                cancellation=cancellation,
                continue_on_error=continue_on_error,
            )
            loaded = dict(result.outputs)
        return RunResult(
            result.document,
            result.status,
            Outputs({name: partial(_same, value) for name, value in loaded.items()}),
            result.artifacts,
            result.nodes,
            result.seconds,
            muted_outputs=result.muted_outputs,
            told=result.told,
        )
    if isinstance(document, Path | str):
        document = engine.load(document)
    elif not isinstance(document, Document):
        document = parse_document(document)
    document = set_inputs(document, inputs or {})
    result = engine.run(
        document,
        wanted=wanted,
        listener=listener,
        cancellation=cancellation,
        continue_on_error=continue_on_error,
    )
    return result.raise_for_status()


def _same(value: Any) -> Any:
    return value


class _Telling:
    """Calls a listener, in one thread at a time, until it raises; then the run is cancelled."""

    def __init__(self, listener: events.Listener, cancellation: Cancellation) -> None:
        self._listener, self._cancellation = listener, cancellation
        self._lock = threading.Lock()
        self.raised: Exception | None = None

    def __call__(self, event: events.Event) -> None:
        with self._lock:
            if self.raised is None:
                try:
                    self._listener(event)
                except Exception as error:
                    self.raised = error
                    self._cancellation.cancel()


def _silent(event: events.Event) -> None:
    """Nobody listens."""
