"""An artifact is told of when its file is here, and nothing else waits for it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from graph_engine import Artifact, events
from graph_engine.artifact_folder import ArtifactFolder
from graph_engine.jobs.worker import Order, Outcome
from graph_engine.wire import event_as_json
from graph_engine.workers.conversation import Conversation
from graph_engine.workers.protocol import Event, Finished, Have, Lacking, Need, RunJob, Taken
from graph_engine.workers.supervision import Supervision
from tests.graph_engine.conftest import link
from tests.graph_engine.workers.conftest import Works, rough, until
from tests.graph_engine.workers.test_files_by_digest import CONTENT, Side, reads


class Played:
    """A conversation whose worker is played by the test, without a shared disk."""

    def __init__(self, folder: Path) -> None:
        mine, its = socket.socketpair()
        self.here, self.worker = Side(mine, folder / "here"), Side(its, folder / "there")
        self.told: list[events.Event] = []
        self.outcome: list[Outcome] = []
        self.conversation = Conversation("played", self.here.connection, self.here.exchange, Supervision())
        self._listening = threading.Thread(target=self.conversation.listen, args=(lambda: True,))
        self._running = threading.Thread(
            target=lambda: self.outcome.append(self.conversation.run(Order("job", "{}"), self.told.append))
        )
        self._listening.start()
        self._running.start()
        self.heard(RunJob)
        self.say(Taken("job"))

    def say(self, message: Any) -> None:
        self.worker.connection.send(message)

    def tell(self, event: events.Event) -> None:
        self.say(Event("job", *event_as_json(event)))

    def heard(self, kind: type) -> Any:
        """The next message of a kind that the worker is sent."""

        def look() -> Any:
            return next((m for m in self.worker.connection.receive(0.01) if isinstance(m, kind)), None)

        return until(look, kind.__name__)

    def saved(self, text: bytes) -> Artifact:
        """Let the worker save a file and tell of it."""
        artifact = self.worker.artifacts.save("a.txt", text, "text/plain")
        self.tell(events.ArtifactSaved("n", **asdict(artifact)))
        return artifact

    def close(self) -> None:
        self.worker.connection.end()
        self._listening.join()
        self.conversation.end("it is over")
        self._running.join()
        for side in (self.here, self.worker):
            side.exchange.close()
        self.here.connection.end()


@pytest.fixture
def played(tmp_path: Path) -> Iterator[Played]:
    one = Played(tmp_path)
    yield one
    one.close()


OTHER = events.NodeFinished("other", "toy/number", 0.5)


def test_it_is_held_back_until_the_file_is_whole_and_others_go_on(played: Played) -> None:
    artifact = played.saved(CONTENT)  # several pieces
    need = played.heard(Need)
    played.tell(OTHER)
    until(lambda: played.told, "the other event")
    assert played.told == [OTHER]
    assert not played.here.artifacts.holds(artifact)
    played.worker.exchange.serve(need)
    until(lambda: len(played.told) == 2, "the artifact")
    assert played.told[1] == events.ArtifactSaved("n", **asdict(artifact))
    assert played.here.artifacts.path(artifact).read_bytes() == CONTENT


def test_one_whose_file_is_here_is_told_at_once(played: Played) -> None:
    artifact = played.here.artifacts.save("a.txt", b"words", "text/plain")
    played.tell(events.ArtifactSaved("n", **asdict(artifact)))
    until(lambda: played.told, "the artifact")
    assert played.told == [events.ArtifactSaved("n", **asdict(artifact))]


def test_one_whose_file_never_comes_is_not_told_of(played: Played) -> None:
    artifact = played.saved(b"words")
    need = played.heard(Need)
    played.say(Lacking("artifact", need.digest, "it was deleted"))
    played.tell(OTHER)
    until(lambda: played.told, "the other event")
    assert played.told == [OTHER]
    played.say(Have("job", (artifact,)))
    played.heard(Need)
    played.say(Finished("job", "done", {}))
    played.say(Lacking("artifact", need.digest, "it was deleted"))
    until(lambda: played.outcome, "the outcome")
    assert played.outcome[0].status == "failed"
    assert "is not on the other side either (it was deleted)" in played.outcome[0].error
    assert played.told == [OTHER]


def test_the_job_does_not_end_before_its_artifacts_were_told_of(played: Played) -> None:
    played.saved(b"words")
    need = played.heard(Need)
    played.say(Finished("job", "done", {}))
    played.tell(OTHER)
    until(lambda: played.told, "the other event")
    assert played.outcome == []
    played.worker.exchange.serve(need)
    until(lambda: played.outcome, "the outcome")
    assert [type(event) for event in played.told] == [events.NodeFinished, events.ArtifactSaved]


def test_a_remote_workers_artifacts_are_on_disk_when_they_are_told_of(
    open_works: Callable[..., Works], tmp_path: Path
) -> None:
    works = open_works(Supervision(backoff=0.05), worker_data=tmp_path / "elsewhere")
    here = ArtifactFolder(works.data / "artifacts")
    held: list[bool] = []

    def look(event: events.Event) -> None:
        if isinstance(event, events.ArtifactSaved):
            artifact = Artifact(event.digest, event.name, event.media_type, event.size)
            held.append(here.holds(artifact))

    job, _ = reads(works)
    works.run(look)
    assert works.queue.get(job).status == "done"
    assert held == [True]
    (saved,) = [event.data for event in works.journal.read(job) if event.kind == "artifact_saved"]
    artifact = Artifact(**{name: value for name, value in saved.items() if name != "node"})
    assert works.queue.artifacts(job) == [artifact]
    assert saved["node"] == "save"


def test_an_artifact_of_a_hit_is_told_of_again(works: Works) -> None:
    document = rough({"n": ("number", {"value": 4}), "save": ("save_toy", {"value": link("n.integer")})})
    for _ in range(2):
        job = works.one(document)
        assert [one.name for one in works.queue.artifacts(job.id)] == ["picture.toy"]
    kinds = works.kinds(job.id)
    assert kinds.index("artifact_saved") > kinds.index("node_hit")
    assert works.queue.artifact_users(works.queue.artifacts(job.id)[0].digest) == 2
