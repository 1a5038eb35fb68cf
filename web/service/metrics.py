"""Metrics: what a server counts and measures, in a registry of its own, as Prometheus reads it.

Labels are bounded: statuses, operations, workers, and types of nodes up to `MOST_TYPES`.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from graph_engine import events
from graph_engine.jobs.job import ENDED, STATUSES
from graph_engine.store.report import measure_folder
from web.service.facts import STATUS, Fact

if TYPE_CHECKING:
    from web.service.service import Service

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
OWN_READERS = 2  # of the hub that are no clients: webhooks, and these metrics
MOST_TYPES = 500  # types of nodes that are told apart; the rest are `other`
MEASURED_SECONDS = 60.0  # between two looks at folders
MEASURED_SHARE = 0.01  # of the time may go into those looks
DATABASES = ("jobs", "people", "webhooks", "uploads", "store/memo", "workflows/library")
FOLDERS = ("store", "artifacts", "uploads", "thumbnails")
STEPS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
RUNS = (0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0)
REQUESTS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)


class Metrics:
    """Told of facts, of what runs say and of requests; reads the rest when it is asked for its text."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._types: set[str] = set()
        named: Any = {"registry": self.registry, "namespace": "latentgraph"}
        self._submitted = Counter("jobs_submitted", "Jobs that were queued.", **named)
        self._ended = Counter("jobs_ended", "Jobs that ended, by how.", ["status"], **named)
        self._run = Histogram("job_run_seconds", "Seconds that jobs ran.", ["status"], buckets=RUNS, **named)
        self._nodes = Counter("nodes", "Nodes, by what became of them.", ["node_type", "outcome"], **named)
        self._node = Histogram(
            "node_seconds", "Seconds that nodes computed.", ["node_type"], buckets=RUNS, **named
        )
        self._step = Histogram(
            "step_seconds", "Seconds of one step of nodes that tell.", ["node_type"], buckets=STEPS, **named
        )
        self._hits = Counter("cache_lookups", "Nodes looked up in the cache.", ["outcome"], **named)
        self._crashes = Counter("worker_ends", "Workers that ended under a job.", ["worker"], **named)
        self._requests = Counter("http_requests", "Requests.", ["operation", "status"], **named)
        self._request = Histogram(
            "http_request_seconds",
            "Seconds to the end of an answer, of those that are no streams.",
            ["operation"],
            buckets=REQUESTS,
            **named,
        )
        self._asked = Histogram(
            "desk_seconds", "Seconds to an answer of the desk.", ["question"], buckets=REQUESTS, **named
        )
        for status in ENDED:  # what has not happened yet is 0 and not nothing
            self._ended.labels(status)
        for outcome in ("hit", "miss"):
            self._hits.labels(outcome)
        ProcessCollector(registry=self.registry)

    def watch(self, service: Service) -> None:
        """Read what a service can say at any time, whenever the text is asked for."""
        self.registry.register(_Standing(service))

    def text(self) -> bytes:
        """Everything, as Prometheus reads it. It may look into databases."""
        return generate_latest(self.registry)

    def take(self, fact: Fact) -> None:
        """A fact of the journal."""
        if fact.kind == "worker_ended":
            self._crashes.labels(str(fact.data.get("worker", ""))[:100]).inc()
        if fact.kind != STATUS:
            return
        status = fact.data.get("status")
        if fact.number == 1 and status == "queued":
            self._submitted.inc()
        if status in ENDED:
            self._ended.labels(status).inc()
            seconds = fact.data.get("seconds")
            if isinstance(seconds, int | float) and seconds > 0:
                self._run.labels(status).observe(seconds)

    def listen(self) -> Callable[[events.Event], None]:
        """What takes the events of one run."""
        return _Nodes(self).take

    def request(self, operation: str, status: int, seconds: float | None) -> None:
        """A request was answered; a stream has no seconds."""
        self._requests.labels(operation, str(status)).inc()
        if seconds is not None:
            self._request.labels(operation).observe(seconds)

    def asked(self, question: str, seconds: float) -> None:
        """The desk has answered."""
        self._asked.labels(question).observe(seconds)

    def node(self, node_type: str, outcome: str, seconds: float | None = None) -> None:
        """A node is over."""
        kind = self._bounded(node_type)
        self._nodes.labels(kind, outcome).inc()
        if outcome in ("hit", "miss"):
            self._hits.labels(outcome).inc()
        if seconds is not None:
            self._node.labels(kind).observe(seconds)

    def step(self, node_type: str, seconds: float) -> None:
        """A node did a step."""
        self._step.labels(self._bounded(node_type)).observe(seconds)

    def _bounded(self, node_type: str) -> str:
        if node_type not in self._types:
            if len(self._types) >= MOST_TYPES:
                return "other"
            self._types.add(node_type)
        return node_type


class _Nodes:
    """The nodes of one run: told by one thread, in order."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._running: dict[str, tuple[str, float, float]] = {}  # node: type, steps done, when

    def take(self, event: events.Event) -> None:
        if isinstance(event, events.NodeStarted):
            self._running[event.node] = event.node_type, 0.0, 0.0
        elif isinstance(event, events.NodeProgress):
            self._step(event)
        elif isinstance(event, events.NodeHit):
            self._metrics.node(event.node_type, "hit")
        elif isinstance(event, events.NodeFinished):
            self._running.pop(event.node, None)
            self._metrics.node(event.node_type, "miss", event.seconds)
        elif isinstance(event, events.NodeFailed):
            self._running.pop(event.node, None)
            self._metrics.node(event.node_type, "failed")

    def _step(self, event: events.NodeProgress) -> None:
        """The first report begins the measure: what came before it was getting ready."""
        if (before := self._running.get(event.node)) is None:
            return
        node_type, done, when = before
        now = time.perf_counter()
        if when and event.done > done:
            self._metrics.step(node_type, (now - when) / (event.done - done))
        self._running[event.node] = node_type, event.done, now


class _Standing(Collector):
    """What can be read at any time."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._folders = _Folders(service.data)

    def describe(self) -> Iterable[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        yield from self._queue()
        yield from self._workers()
        service = self._service
        yield _gauge("event_readers", "Open streams of events.", service.hub.readers - OWN_READERS)
        yield _gauge("previews_dropped", "Previews that a newer one overtook.", service.hub.previews_dropped)
        yield _gauge("threads", "Threads of this process.", threading.active_count())
        yield _gauge("uptime_seconds", "Seconds since the start.", time.monotonic() - service.started)
        yield _gauge("draining", "1 while the server ends.", float(service.draining))
        yield from self._folders.collect()

    def _queue(self) -> Iterator[Metric]:
        counts = self._service.queue.counts()
        jobs = GaugeMetricFamily("latentgraph_jobs", "Jobs, by status.", labels=["status"])
        for status in STATUSES:
            jobs.add_metric([status], counts.get(status, 0))
        yield jobs
        oldest = self._service.queue.oldest_waiting()
        age = 0.0 if oldest is None else max(0.0, time.time() - oldest)
        yield _gauge("oldest_waiting_seconds", "Seconds that the oldest waiting job has waited.", age)
        yield _gauge("queue_paused", "1 while the whole queue is paused.", float(self._service.queue.paused))

    def _workers(self) -> Iterator[Metric]:
        state = GaugeMetricFamily("latentgraph_worker_state", "1 for the state.", labels=["worker", "state"])
        restarts = GaugeMetricFamily("latentgraph_worker_restarts", "Times replaced.", labels=["worker"])
        memory = GaugeMetricFamily(
            "latentgraph_worker_memory_bytes", "Bytes that a worker has, by what.", labels=["worker", "what"]
        )
        workers = self._service.workers
        for worker in [*workers.workers, *([workers.desk] if workers.desk else [])]:
            state.add_metric([worker.name, worker.state], 1)
            restarts.add_metric([worker.name], worker.restarts)
            if (report := worker.memory) is not None:
                memory.add_metric([worker.name, "resident"], report.resident)
                memory.add_metric([worker.name, "values"], report.used)
                memory.add_metric([worker.name, "values_budget"], report.budget)
                for name, size in sorted(_sizes(report.services))[:50]:
                    memory.add_metric([worker.name, name], size)
        yield from (state, restarts, memory)


class _Folders:
    """What the data folder takes, looked at now and then."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._lock = threading.Lock()
        self._due = 0.0
        self._sizes: dict[str, int] = {}

    def collect(self) -> Iterator[Metric]:
        with self._lock:
            begun = time.monotonic()
            if begun >= self._due:
                self._sizes = {name: measure_folder(self._data / name).bytes for name in FOLDERS}
                took = time.monotonic() - begun
                self._due = begun + max(MEASURED_SECONDS, took / MEASURED_SHARE)
            sizes = dict(self._sizes)
        folders = GaugeMetricFamily("latentgraph_folder_bytes", "Bytes in a folder.", labels=["folder"])
        for name, size in sizes.items():
            folders.add_metric([name], size)
        databases = GaugeMetricFamily(
            "latentgraph_database_bytes", "Bytes of a database, with its log.", labels=["database"]
        )
        for name in DATABASES:
            databases.add_metric([name], _database_bytes(self._data / f"{name}.sqlite"))
        yield from (folders, databases)
        with suppress(OSError):
            free = shutil.disk_usage(self._data).free
            yield _gauge("disk_free_bytes", "Bytes free where the data folder is.", free)


def _sizes(services: dict[str, dict[str, Any]]) -> Iterator[tuple[str, int]]:
    """What services say of themselves in bytes."""
    for service, report in services.items():
        for name, value in report.items():
            if name.endswith("bytes") and isinstance(value, int) and not isinstance(value, bool):
                yield f"{service}_{name}"[:100], value


def _database_bytes(path: Path) -> int:
    size = 0
    for end in ("", "-wal"):
        with suppress(OSError):
            size += path.with_name(path.name + end).stat().st_size
    return size


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"latentgraph_{name}", text, value)
