"""The client for scripts and notebooks: the same calls, plain, over an event loop in a thread of its own."""

from __future__ import annotations

import asyncio
import functools
import threading
import weakref
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import CancelledError
from contextlib import suppress
from typing import Any, Concatenate, ParamSpec, Self, TypeVar, cast

from web.client.asynchronous import AsyncClient
from web.client.errors import BadCall

P = ParamSpec("P")
T = TypeVar("T")

ENDING_SECONDS = 5.0  # that a call has to end after Ctrl-C


class Loop:
    """An event loop in a thread of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="client", daemon=True)
        self._thread.start()

    @property
    def closed(self) -> bool:
        """Whether nothing is done there any more."""
        return self._loop.is_closed()

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Do it there, and wait for it here; Ctrl-C ends it there too."""
        over = threading.Event()
        told = _told(work, over)
        try:
            future = asyncio.run_coroutine_threadsafe(told, self._loop)
        except RuntimeError as error:
            told.close()
            work.close()
            raise _closed() from error
        try:
            return future.result()
        except CancelledError:
            raise _closed() from None
        except BaseException:
            future.cancel()
            over.wait(ENDING_SECONDS)
            raise

    def let_go(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Do it there, and wait for it, unless this is that thread: it too may collect what nobody holds."""
        if self._is_here:
            self._kept = self._loop.create_task(work())
        elif not self.closed:
            with suppress(BadCall):  # closed meanwhile, which lets everything go
                self.do(work())

    def close(self, last: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Do the last thing and end; who still waits is told that the client was closed."""
        if self.closed:
            return
        self._last = last
        with suppress(RuntimeError):  # another thread has closed it meanwhile
            self._loop.call_soon_threadsafe(self._loop.stop)
        if not self._is_here:
            self._thread.join()

    @property
    def _is_here(self) -> bool:
        return threading.current_thread() is self._thread

    def _run(self) -> None:
        self._loop.run_forever()
        self._loop.run_until_complete(asyncio.sleep(0))  # what was asked for meanwhile has begun then
        while tasks := asyncio.all_tasks(self._loop):
            for task in tasks:
                task.cancel()
            self._loop.run_until_complete(asyncio.wait(tasks))
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.run_until_complete(self._last())
        self._loop.close()


def _closed() -> BadCall:
    return BadCall("This client was closed; make another one.")


async def _told(work: Coroutine[Any, Any, T], over: threading.Event) -> T:
    try:
        return await work
    finally:
        over.set()


def _plain(
    method: Callable[Concatenate[AsyncClient, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate[Client, P], T]:
    """A call of the other client that waits for its answer."""

    @functools.wraps(method)
    def call(self: Client, *args: P.args, **kwargs: P.kwargs) -> T:
        return self._loop.do(method(self._client, *args, **kwargs))

    return cast("Callable[Concatenate[Client, P], T]", call)


def _iterator(
    method: Callable[Concatenate[AsyncClient, P], AsyncIterator[T]],
) -> Callable[Concatenate[Client, P], Iterator[T]]:
    """An iterator of the other client that waits for each of its things."""

    @functools.wraps(method)
    def call(self: Client, *args: P.args, **kwargs: P.kwargs) -> Iterator[T]:
        things = cast("AsyncGenerator[T, None]", method(self._client, *args, **kwargs))
        try:
            while True:
                try:
                    yield self._loop.do(_next(things))
                except StopAsyncIteration:
                    return
        finally:
            self._loop.let_go(things.aclose)

    return cast("Callable[Concatenate[Client, P], Iterator[T]]", call)


async def _next(things: AsyncIterator[T]) -> T:
    return await anext(things)


class Client:
    """One server: `with Client("http://127.0.0.1:8188") as client`; every call as in `AsyncClient`."""

    def __init__(
        self, address: str, token: str | None = None, *, timeout: float = 60.0, patience: float = 30.0
    ) -> None:
        self._client = AsyncClient(address, token, timeout=timeout, patience=patience)
        self._loop = Loop()
        self._end = weakref.finalize(self, self._loop.close, self._client.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections; a client that nobody holds any more does so itself."""
        self._end()

    @property
    def address(self) -> str:
        """The server's address."""
        return self._client.address

    server = _plain(AsyncClient.server)
    ready = _plain(AsyncClient.ready)
    nodes = _plain(AsyncClient.nodes)
    texts = _plain(AsyncClient.texts)
    choices = _plain(AsyncClient.choices)

    submit = _plain(AsyncClient.submit)
    run = _plain(AsyncClient.run)
    check = _plain(AsyncClient.check)
    plan = _plain(AsyncClient.plan)
    interface = _plain(AsyncClient.interface)
    measure = _plain(AsyncClient.measure)
    read_document = _plain(AsyncClient.read_document)
    job = _plain(AsyncClient.job)
    jobs = _iterator(AsyncClient.jobs)
    jobs_page = _plain(AsyncClient.jobs_page)
    document = _plain(AsyncClient.document)
    journal = _plain(AsyncClient.journal)
    cancel = _plain(AsyncClient.cancel)
    retry = _plain(AsyncClient.retry)
    pause = _plain(AsyncClient.pause)
    resume = _plain(AsyncClient.resume)
    move = _plain(AsyncClient.move)
    delete = _plain(AsyncClient.delete)
    queue = _plain(AsyncClient.queue)
    pause_queue = _plain(AsyncClient.pause_queue)
    resume_queue = _plain(AsyncClient.resume_queue)

    events = _iterator(AsyncClient.events)
    watch = _iterator(AsyncClient.watch)
    wait = _plain(AsyncClient.wait)
    preview = _plain(AsyncClient.preview)

    upload = _plain(AsyncClient.upload)
    uploads = _iterator(AsyncClient.uploads)
    delete_upload = _plain(AsyncClient.delete_upload)
    making = _plain(AsyncClient.making)
    artifact = _plain(AsyncClient.artifact)
    save = _plain(AsyncClient.save)

    workflows = _iterator(AsyncClient.workflows)
    create_workflow = _plain(AsyncClient.create_workflow)
    workflow = _plain(AsyncClient.workflow)
    save_workflow = _plain(AsyncClient.save_workflow)
    change_workflow = _plain(AsyncClient.change_workflow)
    delete_workflow = _plain(AsyncClient.delete_workflow)
    restore_workflow = _plain(AsyncClient.restore_workflow)
    versions = _iterator(AsyncClient.versions)
    version = _plain(AsyncClient.version)
    restore_version = _plain(AsyncClient.restore_version)
    compare_versions = _plain(AsyncClient.compare_versions)
    export_workflow = _plain(AsyncClient.export_workflow)
    workflow_openapi = _plain(AsyncClient.workflow_openapi)
    share_workflow = _plain(AsyncClient.share_workflow)
    shares = _plain(AsyncClient.shares)
    revoke_share = _plain(AsyncClient.revoke_share)
    shared = _plain(AsyncClient.shared)
    copy_shared = _plain(AsyncClient.copy_shared)
    templates = _plain(AsyncClient.templates)
    template = _plain(AsyncClient.template)
    copy_template = _plain(AsyncClient.copy_template)

    whoami = _plain(AsyncClient.whoami)
    tokens = _plain(AsyncClient.tokens)
    create_token = _plain(AsyncClient.create_token)
    revoke_token = _plain(AsyncClient.revoke_token)
    audit = _iterator(AsyncClient.audit)
    webhooks = _plain(AsyncClient.webhooks)
    add_webhook = _plain(AsyncClient.add_webhook)
    delete_webhook = _plain(AsyncClient.delete_webhook)
    webhook_secret = _plain(AsyncClient.webhook_secret)
    deliveries = _iterator(AsyncClient.deliveries)
    retry_delivery = _plain(AsyncClient.retry_delivery)
