"""What can be asked about jobs: by what they were given, what they saved, and what an owner used."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_engine.artifact import Artifact
from graph_engine.jobs.finding import page_of
from graph_engine.jobs.job import Request, Usage
from graph_engine.jobs.journal import Journal
from graph_engine.jobs.queue import JobQueue

ONE = Artifact("1" * 64, "one.png", "image/png", 10)
TWO = Artifact("2" * 64, "two.png", "image/png", 200)


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[JobQueue]:
    one = JobQueue(tmp_path / "jobs.sqlite")
    yield one
    one.close()


def done(queue: JobQueue, *artifacts: Artifact, owner: str = "", seconds: float = 0.0) -> str:
    """A job that ran and saved these."""
    job = queue.submit(Request("{}", owner=owner, priority=9)).id
    claim = queue.claim("cpu")
    assert claim is not None
    assert claim.job.id == job
    queue.finish(job, "done", {"artifacts": [vars(one) for one in artifacts]}, seconds=seconds)
    return job


def found(queue: JobQueue, **filters: Any) -> list[str]:
    return [job.name for job in queue.page(**filters).jobs][::-1]


def test_a_job_keeps_what_it_was_given(queue: JobQueue) -> None:
    inputs = {"prompt": "a räbbit", "seed": 7, "boxes": [{"x": 0.5}], "on": True}
    request = Request("{}", inputs=inputs, workflow="w1", workflow_version=3, webhook="https://example.org/")
    job = queue.get(queue.submit(request).id)
    assert (job.inputs, job.workflow, job.workflow_version) == (inputs, "w1", 3)
    assert job.webhook == "https://example.org/"
    assert job.device_seconds == 0.0


def test_they_are_no_part_of_the_request(queue: JobQueue) -> None:
    first = queue.submit(Request("{}", idempotency_key="k", inputs={"a": 1}, workflow="w"))
    assert queue.submit(Request("{}", idempotency_key="k", webhook="https://example.org/")) == first


def test_jobs_are_found_by_their_inputs(queue: JobQueue) -> None:
    queue.submit(Request("{}", name="cat", inputs={"prompt": "A black CAT", "seed": 12}))
    queue.submit(Request("{}", name="bär", inputs={"prompt": "ein großer BÄR", "cat": 'say "hi"'}))
    queue.submit(Request("{}", name="boxes", inputs={"boxes": [{"label": "cat"}], "on": True, "none": None}))
    assert found(queue, inputs={"prompt": "cat"}) == ["cat"]
    assert found(queue, inputs={"prompt": "Bär"}) == ["bär"]
    assert found(queue, inputs={"prompt": "%"}) == []
    assert found(queue, inputs={"seed": "12", "prompt": "black"}) == ["cat"]
    assert found(queue, inputs={"seed": "12", "prompt": "white"}) == []
    assert found(queue, inputs={"boxes": '"label":"CAT"'}) == ["boxes"]
    assert found(queue, inputs={"on": "true"}) == found(queue, inputs={"none": "null"}) == ["boxes"]
    assert found(queue, inputs={"cat": '"hi"'}) == ["bär"]
    assert found(queue, inputs={'pro"mpt': "cat"}) == []
    queue.submit(Request("{}", name="no number", inputs={"prompt": "cat", "seed": float("nan")}))
    assert found(queue, inputs={"prompt": "cat"}) == ["cat"]


@given(st.text(alphabet="aäß%_\\'\"é", max_size=6), st.text(alphabet="AÄß%_\\'\"É", max_size=2))
def test_an_input_is_found_by_every_part_of_it(queue_of_texts: JobQueue, text: str, part: str) -> None:
    job = queue_of_texts.submit(Request("{}", inputs={"text": text}))
    page = page_of(
        queue_of_texts.file,
        1,
        cursor=None,
        status=None,
        statuses=(),
        owner=None,
        search="",
        inputs={"text": part},
        model="",
        artifact="",
        workflow="",
    )
    assert (job.id in [one.id for one in page.jobs]) == (part.casefold() in text.casefold())


@pytest.fixture(scope="module")
def queue_of_texts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JobQueue]:
    one = JobQueue(tmp_path_factory.mktemp("texts") / "jobs.sqlite")
    yield one
    one.close()


def test_jobs_are_found_by_model_workflow_and_artifact(queue: JobQueue) -> None:
    job = done(queue, ONE)
    queue.submit(Request("{}", name="a", workflow="w1", required_models=("m1", "m2")))
    queue.submit(Request("{}", name="b", workflow="w2", required_models=("m2",)))
    assert found(queue, model="m2") == ["a", "b"]
    assert found(queue, model="m") == []
    assert found(queue, workflow="w1") == ["a"]
    assert found(queue, workflow="w2", model="m1") == []
    assert [one.id for one in queue.page(artifact=ONE.digest).jobs] == [job]
    assert queue.page(artifact=ONE.digest, owner="ann").jobs == ()


def test_an_artifact_is_known_as_soon_as_it_was_announced(queue: JobQueue) -> None:
    job = queue.submit(Request("{}", owner="ann")).id
    queue.claim("cpu")
    Journal.of(queue).write(job, [("artifact_saved", {"node": "n", **vars(ONE)})])
    assert queue.artifacts(job) == [ONE]
    queue.finish(job, "done", {"artifacts": [vars(TWO), vars(ONE), {"digest": 3}, "no artifact"]})
    assert queue.artifacts(job) == [ONE, TWO]
    assert queue.artifacts("job-unknown") == []


def test_an_artifact_is_found_with_the_newest_job_that_saved_it(queue: JobQueue) -> None:
    first, second = done(queue, ONE, owner="ann"), done(queue, ONE, TWO, owner="bea")
    assert queue.artifact(ONE.digest) == (ONE, second)
    assert queue.artifact(ONE.digest, owner="ann") == (ONE, first)
    assert queue.artifact(TWO.digest, owner="ann") is None
    assert queue.artifact("0" * 64) is None
    assert [queue.artifact_users(one.digest) for one in (ONE, TWO)] == [2, 1]
    queue.delete(second)
    assert queue.artifact(ONE.digest) == (ONE, first)
    assert [queue.artifact_users(one.digest) for one in (ONE, TWO)] == [1, 0]


def test_what_an_owner_used(queue: JobQueue) -> None:
    assert queue.usage("ann", 0) == Usage(0, 0, 0.0, 0)
    done(queue, ONE, owner="ann", seconds=1.5)
    done(queue, ONE, TWO, owner="ann", seconds=2.0)
    done(queue, TWO, owner="bea", seconds=32.0)
    given_back = queue.submit(Request("{}", owner="ann")).id
    queue.claim("cpu")
    queue.give_back(given_back, seconds=64.0)
    queue.submit(Request("{}", owner="ann"))
    queue.claim("cpu")
    assert queue.usage("ann", 0) == Usage(1, 1, 3.5, 210)  # one that has not ended does not count yet
    assert queue.get(given_back).device_seconds == 64.0
    ends = sorted(job.finished or 0 for job in queue.page(owner="ann", status="done").jobs)
    assert queue.usage("ann", ends[1]).device_seconds == 2.0
    assert queue.usage("ann", ends[1] + 1).device_seconds == 0.0
