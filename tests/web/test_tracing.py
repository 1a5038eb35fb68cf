"""Traces: one from the request to the job's nodes; without the setting nothing is even imported."""

from __future__ import annotations

import http.server
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from graph_engine.errors import EngineError
from graph_engine.events import NodeFailed, NodeFinished, NodeHit, NodeStarted
from graph_engine.jobs.job import Job
from tests.web.conftest import Running, two_nodes
from tests.web.http import LIMIT
from web.service import tracing
from web.service.tracing import Tracing, TracingMissing, tracing_to

memory = pytest.importorskip("opentelemetry.sdk.trace.export.in_memory_span_exporter")

TRACE = "0af7651916cd43dd8448eb211c80319c"
CALLER = "b7ad6b7169203331"
TRACEPARENT = f"00-{TRACE}-{CALLER}-01"


def job(**more: Any) -> Job:
    return Job("job-1", "running", "", "", 0, False, False, 1, time.time() - 5, **more)


def spans(exporter: Any) -> dict[str, Any]:
    return {one.name: one for one in exporter.get_finished_spans()}


def test_a_trace_goes_from_the_request_to_the_nodes() -> None:
    exporter = memory.InMemorySpanExporter()
    traced = tracing_to("", "1", exporter=exporter)
    with traced.request("submit_job", {"traceparent": TRACEPARENT}) as attribute:
        attribute("http.response.status_code", 202)
        with traced.step("desk prepare"):
            pass
        traced.submitted("job-1")
    tell = traced.listen(job())
    tell(NodeHit("a", "toy/number"))
    tell(NodeStarted("b", "toy/add", "new"))
    tell(NodeFinished("b", "toy/add", 0.1))
    traced.ended(job())
    found = spans(exporter)
    assert set(found) == {"submit_job", "desk prepare", "queue wait", "run", "toy/add"}
    assert {f"{one.context.trace_id:032x}" for one in found.values()} == {TRACE}
    request = found["submit_job"]
    assert f"{request.parent.span_id:016x}" == CALLER
    for child in ("desk prepare", "queue wait", "run"):
        assert found[child].parent.span_id == request.context.span_id
    assert found["toy/add"].parent.span_id == found["run"].context.span_id
    assert found["run"].attributes["latentgraph.job"] == "job-1"
    assert found["run"].attributes["latentgraph.hits"] == 1
    assert found["queue wait"].end_time - found["queue wait"].start_time >= 4e9
    traced.close()


def test_what_a_worker_left_open_ends_with_the_run() -> None:
    exporter = memory.InMemorySpanExporter()
    traced = tracing_to("", "1", exporter=exporter)
    tell = traced.listen(job())
    tell(NodeStarted("b", "toy/add", "new"))
    traced.ended(job())
    assert "toy/add" in spans(exporter)
    traced.close()


def test_what_failed_is_marked_and_says_nothing_of_the_document() -> None:
    exporter = memory.InMemorySpanExporter()
    traced = tracing_to("", "1", exporter=exporter)
    tell = traced.listen(job())
    tell(NodeStarted("b", "toy/add", "text changed"))
    tell(NodeFailed("b", "toy/add", EngineError("a portrait of my neighbour")))
    traced.ended(job())
    found = spans(exporter)["toy/add"]
    assert not found.status.is_ok
    assert "neighbour" not in found.to_json()
    traced.close()


def test_nothing_is_traced_without_the_setting() -> None:
    traced = tracing_to("", "1")
    assert type(traced) is Tracing
    code = "import sys; import web.api.app; sys.exit('opentelemetry' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_without_the_packages_the_error_names_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    with pytest.raises(TracingMissing, match=r"pip install 'latentgraph\[otel\]'"):
        tracing_to("http://localhost:4318/v1/traces", "1")


def test_a_server_continues_the_trace_of_its_client(
    serving: Callable[..., Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    exporter = memory.InMemorySpanExporter()
    made = tracing_to("", "1", exporter=exporter)
    monkeypatch.setattr("web.service.service.tracing_to", lambda *_: made)
    server = serving().http
    submitted = server.post("/api/v1/jobs", {"document": two_nodes(77)}, traceparent=TRACEPARENT).ok(202)[
        "id"
    ]
    server.ended(submitted)
    begun = time.monotonic()
    while "run" not in spans(exporter):
        assert time.monotonic() - begun < LIMIT
        time.sleep(0.01)
    ours = {one.name for one in exporter.get_finished_spans() if f"{one.context.trace_id:032x}" == TRACE}
    assert {"submit_job", "desk prepare", "queue wait", "run"} <= ours


def test_spans_are_sent_to_the_collector_that_the_setting_names() -> None:
    came: list[tuple[str, str | None, bytes]] = []

    class Collector(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            came.append((self.path, self.headers["Content-Type"], body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Collector) as server:
        threading.Thread(target=server.serve_forever).start()
        traced = tracing_to(f"http://127.0.0.1:{server.server_port}/v1/traces", "1")
        with traced.request("submit_job", {}):
            pass
        traced.close()
        server.shutdown()
    ((path, kind, body),) = came
    assert (path, kind) == ("/v1/traces", "application/x-protobuf")
    assert b"submit_job" in body


def test_jobs_whose_trace_is_remembered_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracing, "KEPT_JOBS", 3)
    traced: Any = tracing_to("", "1", exporter=memory.InMemorySpanExporter())
    for number in range(10):
        traced.submitted(f"job-{number}")
    assert list(traced._submitted) == ["job-7", "job-8", "job-9"]
    traced.close()
