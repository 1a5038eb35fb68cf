"""Jobs over HTTP: submitted, read, listed, steered; looked at without running."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.web.conftest import Running, document, link, two_nodes
from tests.web.http import LIMIT, Http


def waiting(seconds: float = 30.0) -> dict[str, Any]:
    """A document that runs for some seconds, or until it is stopped."""
    return document(
        {"wait": ("train", {"steps": int(seconds * 50), "seconds": 0.02})}, outputs={"out": "wait.integer"}
    ).as_json()


def test_a_submitted_job_is_accepted_run_and_shown_with_what_became_of_it(http: Http) -> None:
    reply = http.post("/api/v1/jobs", {"document": two_nodes(), "inputs": {"value": 41}})
    job = reply.ok(202)
    assert reply.headers["Location"] == f"/api/v1/jobs/{job['id']}"
    assert job["status"] in ("queued", "running", "done")
    ended = http.ended(job["id"])
    assert ended["status"] == "done"
    assert ended["inputs"] == {"value": 41}
    assert set(ended["nodes"]) == {"one", "sum"}
    assert ended["nodes"]["one"]["memory"] == 2
    assert ended["outputs"] == {"sum": 42}
    assert ended["attempts"] == 1
    assert ended["finished"] >= ended["submitted"]


def test_what_is_typed_as_text_is_read_as_the_input_takes_it(http: Http) -> None:
    job = http.post("/api/v1/jobs", {"document": two_nodes(), "texts": {"value": "7"}}).ok(202)
    assert http.ended(job["id"])["inputs"] == {"value": 7}


def test_an_invalid_document_is_refused_with_every_fault_and_its_place(http: Http) -> None:
    raw = document({"one": ("nubmer", {}), "sum": ("add", {"a": "x", "b": 2000})}).as_json()
    problem = http.post("/api/v1/jobs", {"document": raw}).refused(422, "invalid_document")
    places = {(fault["node"], fault["input"]) for fault in problem["problems"]}
    assert {("one", ""), ("sum", "a"), ("sum", "b")} <= places
    assert "number" in next(one["hint"] for one in problem["problems"] if one["node"] == "one")


def test_an_unknown_input_is_a_fault_like_any_other(http: Http) -> None:
    body = {"document": two_nodes(), "inputs": {"vlaue": 1}}
    problem = http.post("/api/v1/jobs", body).refused(422, "invalid_document")
    assert "value" in problem["problems"][0]["hint"] + problem["problems"][0]["message"]


def test_false_is_no_whole_number_and_eight_point_zero_is_one(http: Http) -> None:
    problem = http.post("/api/v1/jobs", {"document": two_nodes(), "inputs": {"value": False}}).refused(422)
    assert problem["problems"][0]["node"] == "one"
    job = http.post("/api/v1/jobs", {"document": two_nodes(), "inputs": {"value": 8.0}}).ok(202)
    assert http.ended(job["id"])["status"] == "done"
    http.post("/api/v1/jobs", {"document": two_nodes(), "priority": False}).refused(422, "invalid_body")
    job = http.post("/api/v1/jobs", {"document": two_nodes(), "priority": 8.0}).ok(202)
    assert job["priority"] == 8


def test_the_same_key_is_the_same_job_and_another_request_under_it_is_refused(http: Http) -> None:
    key = {"Idempotency_Key": "once-and-only-once"}
    first = http.post("/api/v1/jobs", {"document": two_nodes(3)}, **key).ok(202)
    again = http.post("/api/v1/jobs", {"document": two_nodes(3)}, **key).ok(202)
    assert again["id"] == first["id"]
    http.post("/api/v1/jobs", {"document": two_nodes(4)}, **key).refused(409, "idempotency_conflict")


def test_two_different_keys_in_one_request_are_refused(http: Http) -> None:
    body = {"document": two_nodes(), "idempotency_key": "one"}
    http.post("/api/v1/jobs", body, Idempotency_Key="two").refused(400, "two_keys")


def test_only_the_wanted_outputs_are_computed(http: Http) -> None:
    job = http.post("/api/v1/jobs", {"document": two_nodes(5), "wanted": ["one"]}).ok(202)
    assert set(http.ended(job["id"])["nodes"]) == {"one"}
    http.post("/api/v1/jobs", {"document": two_nodes(5), "wanted": ["two"]}).refused(422)


def test_a_sweep_runs_a_document_for_every_value(http: Http) -> None:
    body = {"document": two_nodes(), "sweep": {"table": {"value": [1, 2, 3]}}}
    ended = http.ended(http.post("/api/v1/jobs", body).ok(202)["id"])
    assert ended["status"] == "done"
    assert "sweep[2]/sum" in ended["nodes"]


def test_a_failed_job_names_node_and_reason(http: Http) -> None:
    raw = document({"cut": ("divide", {"a": 1, "b": 0})}, outputs={"out": "cut.quotient"}).as_json()
    ended = http.ended(http.post("/api/v1/jobs", {"document": raw}).ok(202)["id"])
    assert ended["status"] == "failed"
    assert "'cut'" in ended["error"]
    assert ended["nodes"]["cut"]["status"] == "failed"


def test_an_unknown_job_is_not_found(http: Http) -> None:
    http.get("/api/v1/jobs/job-0000000000000000").refused(404, "unknown_job")
    http.get("/api/v1/jobs/../../etc/passwd").refused(404)
    http.get("/api/v1/jobs/job-%2e%2e").refused(404)


def test_jobs_are_listed_by_page_newest_first_and_found_by_what_they_hold(http: Http) -> None:
    ids = [
        http.post("/api/v1/jobs", {"document": two_nodes(value), "inputs": {}}).ok(202)["id"]
        for value in (7001, 7002, 7003)
    ]
    for job in ids:
        http.ended(job)
    first = http.get("/api/v1/jobs?limit=2").ok()
    assert [job["id"] for job in first["jobs"]] == ids[:0:-1]
    second = http.get(f"/api/v1/jobs?limit=2&cursor={first['cursor']}").ok()
    assert second["jobs"][0]["id"] == ids[0]
    found = http.get("/api/v1/jobs?input=value:7002").ok()["jobs"]
    assert [job["id"] for job in found] == [ids[1]]
    assert http.get("/api/v1/jobs?status=failed&status=done&search=" + ids[2]).ok()["jobs"][0]["id"] == ids[2]
    assert first["counts"]["done"] >= 3


def test_a_running_job_is_cancelled_at_its_next_step(http: Http) -> None:
    job = http.post("/api/v1/jobs", {"document": waiting()}).ok(202)["id"]
    for event in http.events(f"/api/v1/jobs/{job}/events"):
        if event.kind == "node_started":
            http.post(f"/api/v1/jobs/{job}/cancel").ok()
    assert http.ended(job)["status"] == "cancelled"
    assert http.post(f"/api/v1/jobs/{job}/cancel").ok()["status"] == "cancelled"


def test_a_paused_queue_takes_jobs_that_are_moved_and_run_when_it_goes_on(
    serving: Callable[..., Running],
) -> None:
    http = serving().http
    assert http.post("/api/v1/queue", {"paused": True}).ok()["paused"] is True
    first, second, third = (
        http.post("/api/v1/jobs", {"document": two_nodes(value)}).ok(202)["id"] for value in (1, 2, 3)
    )
    http.post(f"/api/v1/jobs/{third}/move", {"before": first}).ok()
    assert [job["id"] for job in http.get("/api/v1/queue").ok()["waiting"]] == [third, first, second]
    http.post(f"/api/v1/jobs/{second}/move", {"priority": 5}).ok()
    assert http.get("/api/v1/queue").ok()["waiting"][0]["id"] == second
    http.post(f"/api/v1/jobs/{first}/pause").ok()
    http.post(f"/api/v1/jobs/{third}/cancel").ok()
    http.post("/api/v1/queue", {"paused": False}).ok()
    assert http.ended(second)["status"] == "done"
    assert http.get(f"/api/v1/jobs/{first}").ok()["status"] == "queued"
    http.post(f"/api/v1/jobs/{first}/resume").ok()
    assert http.ended(first)["status"] == "done"


def test_an_ended_job_is_retried_and_hits_what_was_computed(http: Http) -> None:
    job = http.post("/api/v1/jobs", {"document": two_nodes(9009)}).ok(202)["id"]
    http.ended(job)
    assert http.post(f"/api/v1/jobs/{job}/retry").ok()["status"] in ("queued", "running", "done")
    again = http.ended(job)
    assert again["attempts"] == 2
    assert {one["status"] for one in again["nodes"].values()} == {"hit"}


def test_a_deleted_job_is_gone_and_a_running_one_is_kept(http: Http) -> None:
    job = http.post("/api/v1/jobs", {"document": two_nodes()}).ok(202)["id"]
    http.ended(job)
    assert http.delete(f"/api/v1/jobs/{job}").status == 204
    http.get(f"/api/v1/jobs/{job}").refused(404)
    busy = http.post("/api/v1/jobs", {"document": waiting()}).ok(202)["id"]
    for event in http.events(f"/api/v1/jobs/{busy}/events"):
        if event.kind == "node_started":
            http.delete(f"/api/v1/jobs/{busy}").refused(409, "job_conflict")
            http.post(f"/api/v1/jobs/{busy}/retry").refused(409)
            http.post(f"/api/v1/jobs/{busy}/cancel").ok()


def test_a_jobs_document_has_its_inputs_set_and_its_lock(http: Http) -> None:
    job = http.post("/api/v1/jobs", {"document": two_nodes(), "inputs": {"value": 77}}).ok(202)["id"]
    http.ended(job)
    raw = http.get(f"/api/v1/jobs/{job}/document").ok()["document"]
    assert raw["nodes"]["one"]["inputs"] == {"value": 77}
    assert "toy" in raw["lock"]["packs"]


def test_a_plan_says_what_would_run_and_runs_nothing(http: Http) -> None:
    body = {"document": two_nodes(), "inputs": {"value": 60606}}
    before = http.get("/api/v1/jobs").ok()["counts"]
    steps = http.post("/api/v1/plan", body).ok()["steps"]
    assert [step["node"] for step in steps] == ["one", "sum"]
    assert steps[0]["status"] == "miss"
    assert steps[0]["reason"]
    assert http.get("/api/v1/jobs").ok()["counts"] == before
    http.ended(http.post("/api/v1/jobs", body).ok(202)["id"])
    assert {step["status"] for step in http.post("/api/v1/plan", body).ok()["steps"]} == {"hit"}


def test_what_is_left_out_is_told_by_plans_and_jobs(http: Http) -> None:
    raw = document(
        {
            "one": ("number", {"value": 818_181}),
            "sum": ("add", {"a": link("one.integer"), "b": 2}),
            "gone": ("add", {"a": link("one.integer")}),
            "after": ("add", {"a": link("gone.integer")}),
        },
        outputs={"sum": "sum.integer", "after": "after.integer"},
    ).as_json()
    raw["nodes"]["sum"]["mode"], raw["nodes"]["gone"]["mode"] = "bypass", "mute"
    assert http.post("/api/v1/check", {"document": raw}).ok()["problems"] == []
    steps = http.post("/api/v1/plan", {"document": raw}).ok()["steps"]
    told = {step["node"]: step["status"] for step in steps}
    assert told == {"one": "miss", "sum": "bypassed", "gone": "muted", "after": "muted"}
    job = http.post("/api/v1/jobs", {"document": raw}).ok(202)["id"]
    nodes = http.ended(job)["nodes"]
    assert {name: one["status"] for name, one in nodes.items()} == told
    assert nodes["after"]["reason"] == "'gone' is muted"
    raw["nodes"]["one"]["mode"] = "mute"
    (problem,) = http.post("/api/v1/jobs", {"document": raw}).refused(422, "invalid_document")["problems"]
    assert problem["code"] == "nothing_to_run"
    assert "'one' is muted" in problem["message"]


def test_a_check_names_every_fault_without_refusing(http: Http) -> None:
    raw = document({"sum": ("add", {"a": "x", "b": 2000})}).as_json()
    assert len(http.post("/api/v1/check", {"document": raw}).ok()["problems"]) == 2
    assert http.post("/api/v1/check", {"document": two_nodes()}).ok()["problems"] == []


def test_an_interface_is_described_as_a_form_shows_it(http: Http) -> None:
    found = http.post("/api/v1/interface", {"document": two_nodes(), "names": ["sum.b"]}).ok()
    assert found["inputs"]["value"]["schema"]["type"] == "integer"
    assert found["inputs"]["value"]["default"] == 1
    assert found["inputs"]["sum.b"]["schema"]["maximum"] == 1000
    assert found["outputs"]["sum"]["type"] == "whole number"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "no_body"),
        (b"{", 400, "not_json"),
        (b'{"document": NaN}', 400, "not_json"),
        (b'{"document": 1e999}', 400, "not_json"),
        (b"\xff\xfe", 400, "not_utf8"),
        (b"[" * 100_000 + b"]" * 100_000, 400, "too_deep"),
        (b'{"document": {}, "document": {}}', 400, "not_json"),
        (b"[]", 422, "invalid_body"),
        (b"null", 422, "invalid_body"),
        (b"{}", 422, "invalid_body"),
        (b'{"document": {}, "tpyo": 1}', 422, "invalid_body"),
        (b'{"document": "x"}', 422, "invalid_body"),
        (b'{"document": {}}', 422, "invalid_document"),
        (b'{"document": {"latentgraph": 99, "nodes": {}}}', 422, "invalid_document"),
    ],
)
def test_a_body_that_is_none_is_refused_with_the_reason(
    http: Http, body: bytes, status: int, code: str
) -> None:
    http.request("POST", "/api/v1/jobs", body, {"Content-Type": "application/json"}).refused(status, code)


def test_a_body_of_another_kind_is_refused(http: Http) -> None:
    http.request("POST", "/api/v1/jobs", b"<xml/>", {"Content-Type": "text/xml"}).refused(415)


def test_unknown_or_repeated_query_names_are_refused(http: Http) -> None:
    assert http.get("/api/v1/jobs?limti=3").refused(422)["problems"][0]["input"] == "limti"
    http.get("/api/v1/jobs?limit=3&limit=4").refused(422)
    http.get("/api/v1/jobs?limit=0").refused(422)
    http.get("/api/v1/queue?x=1").refused(422)


def test_what_is_not_there_or_can_not_be_done_is_a_problem_too(http: Http) -> None:
    http.get("/api/v1/nothing").refused(404, "not_found")
    reply = http.request("PUT", "/api/v1/jobs", {"a": 1})
    reply.refused(405, "method_not_allowed")
    assert set(reply.headers["Allow"].split(", ")) >= {"GET", "POST"}


def test_jobs_beyond_those_that_are_kept_go_with_the_files_that_only_they_have(
    serving: Callable[..., Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.service.service.ENDS_A_LOOK", 1)
    server = serving(keep_jobs=2)
    http = server.http
    jobs = []
    for seed in (1, 2, 3, 1):
        raw = document({"paint": ("paint", {"seed": seed})}).as_json()
        jobs.append(http.post("/api/v1/jobs", {"document": raw}).ok(202)["id"])
        http.ended(jobs[-1])
    begun = time.monotonic()
    while http.get(f"/api/v1/jobs/{jobs[1]}").status != 404:
        assert time.monotonic() - begun < LIMIT
        time.sleep(0.01)
    assert [job["id"] for job in http.get("/api/v1/jobs").ok()["jobs"]] == jobs[:1:-1]
    files = list((server.settings.data / "artifacts").rglob("*.png"))
    assert len(files) == 2
    for job in jobs[2:]:
        (artifact,) = http.get(f"/api/v1/jobs/{job}").ok()["artifacts"]
        assert http.get(f"/api/v1/artifacts/{artifact['digest']}").status == 200
