"""Metrics: what a server counted, as Prometheus reads it, with labels that can not grow without end."""

from __future__ import annotations

import time
from collections.abc import Callable

from prometheus_client.parser import text_string_to_metric_families

from graph_engine.errors import EngineError
from graph_engine.events import NodeFailed, NodeFinished, NodeHit, NodeProgress, NodeStarted
from tests.web.conftest import Running, two_nodes
from tests.web.http import LIMIT, Http
from web.service.facts import Fact
from web.service.metrics import MOST_TYPES, Metrics

Samples = dict[tuple[str, ...], float]


def samples(text: str) -> Samples:
    """Every sample by its name and the values of its labels."""
    return {
        (one.name, *one.labels.values()): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }


def of(metrics: Metrics) -> Samples:
    return samples(metrics.text().decode())


def status(number: int, **data: object) -> Fact:
    return Fact(number, "job-1", number, 0.0, "job_status", data, "")


def test_submissions_and_ends_are_counted() -> None:
    metrics = Metrics()
    metrics.take(status(1, status="queued"))
    metrics.take(status(2, status="running"))
    metrics.take(status(3, status="queued", reason="crashed"))  # the same job
    metrics.take(status(4, status="failed", seconds=2.0))
    found = of(metrics)
    assert found["latentgraph_jobs_submitted_total",] == 1
    assert found["latentgraph_jobs_ended_total", "failed"] == 1
    assert found["latentgraph_jobs_ended_total", "done"] == 0
    assert found["latentgraph_job_run_seconds_sum", "failed"] == 2.0


def test_nodes_are_counted_by_what_became_of_them() -> None:
    metrics = Metrics()
    tell = metrics.listen()
    for event in (
        NodeHit("a", "core/load"),
        NodeStarted("b", "core/sample", "new"),
        NodeFinished("b", "core/sample", 3.0),
        NodeFailed("c", "core/save", EngineError("no")),
    ):
        tell(event)
    found = of(metrics)
    assert found["latentgraph_nodes_total", "core/load", "hit"] == 1
    assert found["latentgraph_nodes_total", "core/sample", "miss"] == 1
    assert found["latentgraph_nodes_total", "core/save", "failed"] == 1
    assert found["latentgraph_node_seconds_sum", "core/sample"] == 3.0
    assert (
        found["latentgraph_cache_lookups_total", "hit"],
        found["latentgraph_cache_lookups_total", "miss"],
    ) == (1, 1)


def test_steps_are_measured_between_reports_of_one_node() -> None:
    metrics = Metrics()
    tell = metrics.listen()
    tell(NodeStarted("b", "core/sample", "new"))
    for done in (1, 2, 4, 4):
        tell(NodeProgress("b", done, 4))
    tell(NodeProgress("unknown", 1, 4))
    found = of(metrics)
    assert found["latentgraph_step_seconds_count", "core/sample"] == 2


def test_types_of_nodes_are_told_apart_up_to_a_bound() -> None:
    metrics = Metrics()
    for number in range(MOST_TYPES + 10):
        metrics.node(f"pack/node{number}", "hit")
    kinds = {key[1] for key in of(metrics) if key[0] == "latentgraph_nodes_total"}
    assert len(kinds) == MOST_TYPES + 1
    assert of(metrics)["latentgraph_nodes_total", "other", "hit"] == 10


def test_two_servers_in_one_process_share_nothing() -> None:
    one, other = Metrics(), Metrics()
    one.node("a/b", "hit")
    assert ("latentgraph_nodes_total", "a/b", "hit") not in of(other)


def scraped(http: Http) -> Samples:
    answer = http.get("/metrics")
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/plain")
    return samples(answer.body.decode())


def test_a_server_tells_what_it_did_and_what_it_has(serving: Callable[..., Running]) -> None:
    http = serving().http
    for _ in range(2):
        http.ended(http.post("/api/v1/jobs", {"document": two_nodes()}).ok(202)["id"])
    http.get("/nowhere/at/all/1")
    http.get("/nowhere/at/all/2")
    begun = time.monotonic()
    while (found := scraped(http))["latentgraph_jobs_ended_total", "done"] < 2:
        assert time.monotonic() - begun < LIMIT
    assert found["latentgraph_jobs_submitted_total",] == 2
    assert found["latentgraph_jobs", "done"] == 2
    assert found["latentgraph_jobs", "queued"] == 0
    assert found["latentgraph_oldest_waiting_seconds",] == 0
    assert found["latentgraph_cache_lookups_total", "miss"] == 2
    assert found["latentgraph_cache_lookups_total", "hit"] == 2
    assert found["latentgraph_worker_state", "ready", "cpu"] == 1
    assert found["latentgraph_worker_restarts", "cpu"] == 0
    assert found["latentgraph_http_requests_total", "submit_job", "202"] == 2
    assert found["latentgraph_http_request_seconds_count", "submit_job"] == 2
    assert found["latentgraph_http_requests_total", "unknown", "404"] == 2
    assert found["latentgraph_desk_seconds_count", "prepare"] == 2
    assert found["latentgraph_event_readers",] == 0
    assert found["latentgraph_database_bytes", "jobs"] > 0
    assert found["latentgraph_disk_free_bytes",] > 0
    assert found["latentgraph_threads",] > 1
    assert found["process_open_fds",] > 0
    assert not any("job-" in part for key in found for part in key)


def test_a_stream_counts_as_a_reader_and_not_as_a_slow_request(serving: Callable[..., Running]) -> None:
    http = serving().http
    job = http.post("/api/v1/jobs", {"document": two_nodes(5)}).ok(202)["id"]
    assert [one.kind for one in http.events(f"/api/v1/jobs/{job}/events")]
    begun = time.monotonic()
    while ("latentgraph_http_requests_total", "stream_job_events", "200") not in (found := scraped(http)):
        assert time.monotonic() - begun < LIMIT
    assert found["latentgraph_http_requests_total", "stream_job_events", "200"] == 1
    assert ("latentgraph_http_request_seconds_count", "stream_job_events") not in found
