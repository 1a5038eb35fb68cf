"""The service: everything that the server keeps, opened together and closed together."""

from __future__ import annotations

import asyncio
import contextvars
import importlib.metadata
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, ExitStack, contextmanager
from functools import partial
from typing import Any, ParamSpec, TypeVar

from graph_engine import events
from graph_engine.artifact import Artifact
from graph_engine.artifact_folder import ArtifactFolder
from graph_engine.declaration.run import Previews
from graph_engine.errors import EngineError
from graph_engine.files import Files
from graph_engine.jobs.errors import JobConflict, UnknownJob
from graph_engine.jobs.job import Job, Request
from graph_engine.jobs.journal import Journal
from graph_engine.jobs.queue import JobQueue
from graph_engine.jobs.runner import the_only_runner
from graph_engine.jobs.worker import Tell
from graph_engine.workers.supervision import DEFAULT, Supervision
from web.service.artifacts import Artifacts
from web.service.hub import Hub
from web.service.jobs import Jobs
from web.service.library.file import LibraryFile
from web.service.library.library import Library
from web.service.library.pictures import WorkflowPictures
from web.service.library.shares import Shares
from web.service.library.signing import signing_key
from web.service.library.templates import Templates
from web.service.metrics import Metrics
from web.service.observing import observe
from web.service.people.people import People
from web.service.person import LOCAL, Person
from web.service.pictures import Pictures
from web.service.runs import Runs
from web.service.scaled import ScaledPreviews
from web.service.settings import ServerSettings
from web.service.thumbnails import Thumbnails
from web.service.tracing import tracing_to
from web.service.uploads import Uploads
from web.service.views import job_view
from web.service.watched_workers import WatchedWorkers
from web.service.webhooks.webhooks import Webhooks

P = ParamSpec("P")
T = TypeVar("T")

ENDS_A_LOOK = 100  # runs from one look for jobs beyond those that are kept to the next
THREADS = 32  # for what waits for a disk
LONG_THREADS = 8  # for whole files and pictures
ASKING_THREADS = 32  # for what waits for the desk

log = logging.getLogger(__name__)


class ServerEnding(EngineError):
    """The server is about to end, and takes no new jobs."""


class Service:
    """Made on the event loop; use it as `async with`.

    Raises `QueueTaken` where another process runs the jobs.
    """

    def __init__(self, settings: ServerSettings, supervision: Supervision = DEFAULT) -> None:
        self.settings = settings
        self.started = time.monotonic()
        self.draining = False
        self._ends = 0  # runs that are over
        self._stack = ExitStack()
        self._threads = ThreadPoolExecutor(THREADS, "service")
        self._long_threads = ThreadPoolExecutor(LONG_THREADS, "files")
        self._asking_threads = ThreadPoolExecutor(ASKING_THREADS, "questions")
        with ExitStack() as stack:
            data = settings.data.expanduser().absolute()
            self.data = data
            stack.enter_context(the_only_runner(data))
            self.queue = JobQueue(data / "jobs.sqlite")
            stack.callback(self.queue.close)
            self.journal = Journal.of(self.queue)
            self.files = Files((), data / "uploads", settings.upload_limit)
            self.metrics = Metrics()
            self.tracing = tracing_to(settings.tracing, server_version())
            stack.callback(self.tracing.close)
            folder = ArtifactFolder(data / "artifacts")
            self.pictures = Pictures(settings.pixel_limit)
            stack.callback(self.pictures.close)
            self.thumbnails = Thumbnails(data / "thumbnails", settings.thumbnail_budget, self.pictures)
            self.uploads = Uploads(data, self.queue, self.pictures)
            stack.callback(self.uploads.close)
            library = LibraryFile(data / "workflows" / "library.sqlite")
            stack.callback(library.close)
            self.library = Library(library)
            key = signing_key(data / "workflows" / "share.key")
            self.shares = Shares(library, self.library, key, self.uploads.grant)
            self.people = People(settings, data, self.queue.usage)
            stack.callback(self.people.close)
            self.people.quotas.count_disk(self.uploads.usage)
            self.workers = WatchedWorkers(self._asking, settings, settings.devices, supervision, desk=True)
            stack.callback(self.workers.close)
            self.webhooks = Webhooks(
                data / "webhooks.sqlite",
                self.journal.last_serial,
                self.queue.get,
                self._shown,
                settings.webhook_hosts,
                user_agent=f"LatentGraph/{server_version()}",
            )
            stack.callback(self.webhooks.store.close)
            self._stack = stack.pop_all()
        self.jobs = Jobs(
            self.queue,
            self._submit,
            self.workers,
            self._delete_artifact,
            self._admit,
            self.people.quotas.admit,
            self.webhooks.allow,
            leave_files=not settings.quota_disk_bytes,
        )
        self.artifacts = Artifacts(self.queue, folder, self.jobs, self.workers, self.thumbnails)
        self.scaled = ScaledPreviews(self.pictures, self.call_long)
        self.templates = Templates(settings.plugin_folders)
        self.workflow_pictures = WorkflowPictures(self.queue, folder, self.uploads, self.thumbnails)
        self.hub = Hub(self.journal)
        self.metrics.watch(self)
        self.queue.on_change(self.hub.wake)
        previews = Previews(settings.preview_size, settings.preview_seconds)
        self.runs = Runs(self.workers.workers, self.queue, self.journal, previews, self._listen, self._ended)

    async def __aenter__(self) -> Service:
        async with AsyncExitStack() as stack:  # what fails to begin leaves nothing behind that goes on
            for threads in (self._threads, self._long_threads, self._asking_threads):
                stack.callback(threads.shutdown)
            stack.push_async_callback(asyncio.to_thread, self._stack.close)
            stack.push_async_callback(asyncio.to_thread, self.runs.close)
            self.people.start()
            stack.push_async_callback(self.people.stop)
            await self.hub.start()
            stack.push_async_callback(self.hub.close)
            observing = asyncio.create_task(observe(self.hub, self.metrics), name="observe")
            stack.push_async_callback(_cancelled, observing)
            await self.webhooks.start(self.hub)
            stack.push_async_callback(self.webhooks.close)
            await self.call(self.runs.start)
            self._opened = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._opened.aclose()

    async def drain(self) -> None:
        """Take no new jobs, and let those that run end, for as long as the settings say."""
        self.draining = True
        self.hub.announce_ending()
        await asyncio.to_thread(self.runs.close, self.settings.drain_seconds)

    async def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call what may wait for a disk, in a thread."""
        return await _in(self._threads, partial(function, *args, **kwargs))

    async def call_long(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call what takes long over a file or a picture, in threads that nothing else waits for."""
        return await _in(self._long_threads, partial(function, *args, **kwargs))

    async def ask(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call what asks the desk, in threads that nothing else waits for: it may be long in answering."""
        return await _in(self._asking_threads, partial(function, *args, **kwargs))

    @property
    def version(self) -> str:
        """The version of this distribution."""
        return server_version()

    def _submit(self, request: Request) -> Job:
        return self.runs.submit(request)

    def _admit(self, person: Person, prepared: Mapping[str, Any]) -> None:
        """Refuse what a person may not use or has no room for, and everything while the server ends."""
        if self.draining:
            raise ServerEnding("The server is ending and takes no new jobs. Ask again when it is back.")
        self.uploads.may_use(person, prepared["uploads"], prepared["document"])

    def _delete_artifact(self, artifact: Artifact) -> None:
        self.artifacts.delete(artifact)

    def _shown(self, job: Job) -> dict[str, Any]:
        """A job as webhooks tell it: as the API shows it, without its document."""
        return job_view(job).model_dump(mode="json")

    @contextmanager
    def _asking(self, question: str) -> Iterator[None]:
        """Around what is asked of the desk."""
        begun = time.perf_counter()
        with self.tracing.step(f"desk {question}"):
            yield
        self.metrics.asked(question, time.perf_counter() - begun)

    def _listen(self, job: Job) -> Tell:
        """What takes the events of a job that begins to run."""
        listeners = self.hub.listen(job), self.metrics.listen(), self.tracing.listen(job)

        def tell(event: events.Event) -> None:
            for one in listeners:
                one(event)

        return tell

    def _ended(self, job: Job) -> None:
        """A job's run is over."""
        self.hub.wake(urgent=True)
        self.tracing.ended(job)
        self._ends += 1
        if self._ends % ENDS_A_LOOK == 0:
            self._threads.submit(self._forget)

    def _forget(self) -> None:
        """Delete the jobs beyond those that are kept, with the files that only they have."""
        for one in self.queue.beyond(self.settings.keep_jobs):
            try:
                self.jobs.delete(LOCAL, one, artifacts=True)
            except (UnknownJob, JobConflict):  # deleted or retried meanwhile
                continue
            except EngineError as error:
                log.warning("An old job can not be deleted: %s", type(error).__name__)
                return


async def _in(threads: ThreadPoolExecutor, work: Callable[[], T]) -> T:
    context = contextvars.copy_context()  # so that a trace goes on there
    return await asyncio.get_running_loop().run_in_executor(threads, partial(context.run, work))


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def server_version() -> str:
    """The version of this distribution."""
    try:
        return importlib.metadata.version("latentgraph")
    except importlib.metadata.PackageNotFoundError:
        return "unknown"
