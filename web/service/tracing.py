"""Traces: from a request to its job's nodes, as OpenTelemetry has them; nothing is imported unless asked for.

Without the setting `tracing` there is `Tracing`, which does nothing.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from graph_engine import events
from graph_engine.errors import EngineError
from graph_engine.jobs.job import Job

KEPT_JOBS = 10_000  # submitted ones whose trace is remembered until they run
MOST_NODES = 2_000  # spans of the nodes of one job; a run may have more nodes than a trace is of use for


class TracingMissing(EngineError):
    """Traces are wanted, and the packages for them are not installed."""


class Tracing:
    """Traces nothing."""

    @contextmanager
    def request(self, operation: str, headers: Mapping[str, str]) -> Iterator[Callable[[str, Any], None]]:
        """A request that is answered within the block; gives what sets an attribute of it."""
        yield lambda name, value: None

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """A part of the request that is answered in this thread."""
        yield

    def submitted(self, job: str) -> None:
        """The request that is answered here queued a job."""

    def listen(self, job: Job) -> Callable[[events.Event], None]:
        """What takes the events of a job that begins to run."""
        return lambda event: None

    def ended(self, job: Job) -> None:
        """A job's run is over."""

    def close(self) -> None:
        """Send what waits."""


def tracing_to(endpoint: str, version: str, *, exporter: Any = None) -> Tracing:
    """Traces sent to `endpoint` (OTLP over HTTP, for example http://localhost:4318/v1/traces), or none.

    `exporter` takes them in its place. Raises `TracingMissing`.
    """
    if not endpoint and exporter is None:
        return Tracing()
    try:
        return OpenTelemetry(endpoint, version, exporter)
    except ImportError as error:
        raise TracingMissing(
            "The setting `tracing` needs packages that are not installed: pip install 'latentgraph[otel]'"
        ) from error


class OpenTelemetry(Tracing):
    """Traces with the OpenTelemetry SDK. Raises `ImportError` where that is missing."""

    def __init__(self, endpoint: str, version: str, exporter: Any) -> None:
        from opentelemetry import trace
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        resource = Resource.create({"service.name": "latentgraph", "service.version": version})
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        if exporter is None:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

            self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint)))
        else:
            self._provider.add_span_processor(SimpleSpanProcessor(exporter))
        self._trace = trace
        self._tracer = self._provider.get_tracer("latentgraph", version)
        self._extract = TraceContextTextMapPropagator().extract
        self._lock = threading.Lock()
        self._submitted: OrderedDict[str, Any] = OrderedDict()
        self._runs: dict[str, _Run] = {}

    @contextmanager
    def request(self, operation: str, headers: Mapping[str, str]) -> Iterator[Callable[[str, Any], None]]:
        """A span that continues the client's `traceparent`."""
        given = {name: headers[name] for name in ("traceparent", "tracestate") if name in headers}
        kind = self._trace.SpanKind.SERVER
        with self._tracer.start_as_current_span(operation, self._extract(given), kind) as span:
            yield span.set_attribute

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """A span inside the request's."""
        if not self._trace.get_current_span().get_span_context().is_valid:
            yield
            return
        with self._tracer.start_as_current_span(name):
            yield

    def submitted(self, job: str) -> None:
        """The job's run will belong to the present trace."""
        self._trace.get_current_span().set_attribute("latentgraph.job", job)
        with self._lock:
            self._submitted[job] = self._trace.set_span_in_context(self._trace.get_current_span())
            while len(self._submitted) > KEPT_JOBS:
                self._submitted.popitem(last=False)

    def listen(self, job: Job) -> Callable[[events.Event], None]:
        """Spans for the wait, the run, and each node that is computed."""
        with self._lock:
            context = self._submitted.get(job.id)
        attributes: dict[str, Any] = {"latentgraph.job": job.id, "latentgraph.attempt": job.attempts}
        begun = time.time_ns()
        if job.attempts <= 1:
            waited = self._tracer.start_span(
                "queue wait", context, attributes=attributes, start_time=min(begun, int(job.submitted * 1e9))
            )
            waited.end(begun)
        span = self._tracer.start_span("run", context, attributes=attributes, start_time=begun)
        run = _Run(self._tracer, span, self._trace.set_span_in_context(span))
        with self._lock:
            self._runs[job.id] = run
        return run.take

    def ended(self, job: Job) -> None:
        """End what is open of the run."""
        with self._lock:
            run = self._runs.pop(job.id, None)
            if job.ended:
                self._submitted.pop(job.id, None)
        if run is not None:
            run.end(job.status)

    def close(self) -> None:
        """Send what waits, for a few seconds at most."""
        self._provider.force_flush(5_000)
        self._provider.shutdown()


class _Run:
    """The spans of one run: told by one thread, in order."""

    def __init__(self, tracer: Any, span: Any, context: Any) -> None:
        self._tracer, self._span, self._context = tracer, span, context
        self._nodes: dict[str, Any] = {}
        self._hits = self._count = 0

    def take(self, event: events.Event) -> None:
        if isinstance(event, events.NodeStarted):
            self._count += 1
            if self._count <= MOST_NODES:
                attributes = {"latentgraph.node": event.node, "latentgraph.node_type": event.node_type}
                self._nodes[event.node] = self._tracer.start_span(
                    event.node_type, self._context, attributes=attributes
                )
        elif isinstance(event, events.NodeHit):
            self._hits += 1
        elif isinstance(event, events.NodeFinished | events.NodeFailed):
            span = self._nodes.pop(event.node, None)
            if span is not None and isinstance(event, events.NodeFailed):
                _mark_failed(span)
            if span is not None:
                span.end()

    def end(self, status: str) -> None:
        for span in self._nodes.values():
            span.end()
        self._span.set_attribute("latentgraph.status", status)
        self._span.set_attribute("latentgraph.hits", self._hits)
        self._span.set_attribute("latentgraph.computed", self._count)
        if status == "failed":
            _mark_failed(self._span)
        self._span.end()


def _mark_failed(span: Any) -> None:
    from opentelemetry.trace import StatusCode

    span.set_status(StatusCode.ERROR)
