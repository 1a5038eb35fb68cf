"""The client and the library of a real server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.web.conftest import Running, two_nodes
from tests.web.http import LIMIT
from web.client import Client, ProblemError


@pytest.fixture
def client(shared_server: Running) -> Iterator[Client]:
    with Client(shared_server.http.address) as client:
        yield client


def test_a_workflow_is_kept_changed_and_run(client: Client) -> None:
    first = client.create_workflow(two_nodes(), name="kept", tags=["client"], note="first")
    second = client.save_workflow(first.id, two_nodes(5), first.etag, note="second")
    with pytest.raises(ProblemError) as caught:
        client.save_workflow(first.id, two_nodes(6), first.etag)
    assert caught.value.status == 412
    assert client.change_workflow(first.id, second.etag, name="renamed").name == "renamed"
    assert [one.name for one in client.workflows(tags=["client"])] == ["renamed"]
    assert [one.number for one in client.versions(first.id)] == [2, 1]
    assert client.version(first.id, 1).document == first.document
    assert client.compare_versions(first.id, 1, 2).differences
    assert client.restore_version(first.id, 1).document == first.document
    assert client.workflow(first.id, check=True).problems == []
    assert "toy" in client.export_workflow(first.id, lock=True)["lock"]["packs"]
    assert client.workflow_openapi(first.id)["openapi"].startswith("3.1")
    job = client.wait(client.run(first.id, {"value": 9}, version=2).id, LIMIT)
    assert (job.status, job.workflow, job.workflow_version) == ("done", first.id, 2)
    assert [one.id for one in client.jobs(workflow=first.id)] == [job.id]
    client.delete_workflow(first.id)
    assert first.id in [one.id for one in client.workflows(deleted=True)]
    assert client.restore_workflow(first.id).deleted is None


def test_a_workflow_is_shown_by_a_link_until_it_is_revoked(client: Client) -> None:
    kept = client.create_workflow(two_nodes(8), name="shown")
    share = client.share_workflow(kept.id, days=2)
    link = share.path.rpartition("/")[2]
    assert client.shared(link).document == kept.document
    assert client.copy_shared(link, name="copied").document == kept.document
    assert [one.opened > 0 for one in client.shares(kept.id)] == [True]
    client.revoke_share(kept.id, share.id)
    with pytest.raises(ProblemError, match="revoked") as caught:
        client.shared(link)
    assert caught.value.status == 410


def test_a_template_is_copied(client: Client) -> None:
    template = client.templates()[0]
    assert client.copy_template(template.id, name="mine").document == client.template(template.id).document
