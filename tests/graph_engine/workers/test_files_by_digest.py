"""A worker without a shared disk: files travel by digest, and only where they are lacking."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from graph_engine import Artifact, FileMissing, events
from graph_engine.artifact_folder import ArtifactFolder
from graph_engine.digest import digest_content
from graph_engine.files import Files
from graph_engine.jobs.worker import Order
from graph_engine.workers import exchange as module
from graph_engine.workers.connection import Connection
from graph_engine.workers.errors import FileNotDelivered
from graph_engine.workers.exchange import Exchange, artifact_needs
from graph_engine.workers.protocol import Blob, Lacking, Message, Need
from graph_engine.workers.supervision import Supervision
from tests.graph_engine.conftest import link
from tests.graph_engine.workers.conftest import Works, rough, until

CONTENT = b"words" * 1_000_000  # several pieces
READS = {
    "size": ("rough:count_bytes", {}),
    "show": ("show", {"value": link("size.integer")}),
    "save": ("save_text", {"text": link("show.text"), "name": "size.txt"}),
}


def reads(works: Works, content: bytes = CONTENT) -> tuple[str, str]:
    """A job that reads an upload and saves its size; the upload's reference."""
    file = works.data / "given"
    file.write_bytes(content)
    reference = Files((), works.data / "uploads").upload(file)
    return works.submit(rough({**READS, "size": ("rough:count_bytes", {"path": reference})})), reference


@pytest.fixture
def remote(open_works: Callable[..., Works], tmp_path: Path) -> Works:
    return open_works(Supervision(backoff=0.05), worker_data=tmp_path / "elsewhere")


def test_a_worker_that_shares_no_disk_gets_the_upload_and_delivers_the_artifact(
    remote: Works, tmp_path: Path
) -> None:
    job, _ = reads(remote)
    remote.run()
    done = remote.queue.get(job)
    assert (done.status, done.error) == ("done", "")
    artifact = Artifact(**done.result["artifacts"][0])
    assert ArtifactFolder(remote.data / "artifacts").path(artifact).read_bytes() == str(len(CONTENT)).encode()
    assert not (remote.data / "store").exists()
    assert (tmp_path / "elsewhere" / "store").exists()


def test_a_worker_that_lacks_an_artifact_gets_it_to_put_the_document_in(remote: Works) -> None:
    worker = remote.workers.workers[0]
    here = ArtifactFolder(remote.data / "artifacts")
    document = rough({"n": ("number", {})}).dumps()
    picture = worker.export(here.save("a.toy", b"picture", "image/toy"), document)
    assert picture.startswith(b"TOY{")
    large = os.urandom(3_000_000)
    assert worker.export(here.save("b.bin", large, "application/binary"), document) == large
    with pytest.raises(Exception, match="no longer on disk"):
        worker.export(Artifact("0" * 64, "gone.txt", "text/plain", 3), document)


def test_an_upload_that_is_nowhere_fails_the_node_that_wants_it(remote: Works) -> None:
    document = rough({**READS, "size": ("rough:count_bytes", {"path": "blake3:" + "0" * 64})})
    failed = remote.one(document)
    assert failed.status == "failed"
    assert "Node 'size'" in failed.error
    assert "is not in this data folder" in failed.error


def test_an_artifact_that_the_worker_lost_fails_the_job_and_says_so(remote: Works, tmp_path: Path) -> None:
    job, _ = reads(remote, b"abc")

    def lose(event: events.Event) -> None:
        for path in (tmp_path / "elsewhere" / "artifacts").glob("*/*.txt"):
            path.unlink()

    remote.run(lose)
    ended = remote.queue.get(job)
    assert ended.status == "failed"
    assert "is not on the other side either" in ended.error
    remote.queue.retry(job)
    remote.run()
    assert remote.queue.get(job).status == "done"


def test_a_worker_that_dies_while_it_delivers_delivers_in_the_end(remote: Works) -> None:
    job, _ = reads(remote)
    pids: list[int] = []

    def kill(event: events.Event) -> None:
        if isinstance(event, events.RunFinished) and not pids:
            pids.append(remote.pid())
            os.kill(pids[0], signal.SIGKILL)

    remote.run(kill)
    done = remote.queue.get(job)
    assert done.status == "done"
    assert ArtifactFolder(remote.data / "artifacts").holds(Artifact(**done.result["artifacts"][0]))


def test_on_one_data_folder_no_byte_of_a_file_travels(
    open_works: Callable[..., Works], monkeypatch: pytest.MonkeyPatch
) -> None:
    moved: list[Message] = []
    monkeypatch.setattr(Exchange, "serve", lambda self, need: moved.append(need))
    monkeypatch.setattr(Exchange, "take", lambda self, blob: moved.append(blob))
    works = open_works()
    job, _ = reads(works)
    works.run()
    assert works.queue.get(job).status == "done"
    assert moved == []


class Side:
    """One end of a connection, with folders of its own."""

    def __init__(self, stream: socket.socket, folder: Path) -> None:
        self.connection = Connection(stream)
        self.files, self.artifacts = (
            Files((), folder / "uploads", 4_000_000),
            ArtifactFolder(folder / "artifacts"),
        )
        self.exchange = Exchange(self.connection, self.files, self.artifacts)

    def work(self) -> None:
        for message in self.connection.receive(0.01):
            match message:
                case Need():
                    self.exchange.serve(message)
                case Blob():
                    self.exchange.take(message)
                case Lacking():
                    self.exchange.give_up(message)


@pytest.fixture
def sides(tmp_path: Path) -> Iterator[tuple[Side, Side]]:
    here, there = (
        Side(stream, tmp_path / name) for stream, name in zip(socket.socketpair(), ("a", "b"), strict=True)
    )
    yield here, there
    for side in (here, there):
        side.exchange.close()
        side.connection.end()


def exchanged(sides: tuple[Side, Side], needs: list[Need]) -> None:
    here, there = sides
    here.exchange.request(needs)

    def over() -> bool:
        there.work()
        here.work()
        return not here.exchange.waiting(needs)

    until(over, "files")


@pytest.mark.parametrize("content", [b"", b"x", b"y" * module.PIECE, b"z" * (module.PIECE + 1)])
def test_files_of_any_size_arrive(sides: tuple[Side, Side], content: bytes) -> None:
    here, there = sides
    artifact = there.artifacts.save("a name.txt", content, "text/plain")
    needs = artifact_needs([artifact])
    exchanged(sides, needs)
    assert here.artifacts.path(artifact).read_bytes() == content
    assert here.exchange.request(needs) == []


def test_a_file_that_neither_side_has_is_refused(sides: tuple[Side, Side]) -> None:
    with pytest.raises(FileNotDelivered, match="upload '000000000000…' is not on the other side either"):
        exchanged(sides, [Need("upload", "0" * 64)])
    with pytest.raises(FileNotDelivered, match="is not the digest of an artifact"):
        exchanged(sides, [Need("artifact", "../../etc/passwd", "passwd", "text/plain", 1)])


@pytest.mark.parametrize(
    ("blob", "said"),
    [
        (Blob("upload", digest_content(b"right"), 5, b"wrong"), "came damaged"),
        (Blob("upload", digest_content(b"right"), 3, b"right"), "larger than was said"),
        (Blob("upload", digest_content(b"right"), 5_000_000, b"r"), "4,000,000 are allowed"),
    ],
)
def test_what_comes_is_not_believed(sides: tuple[Side, Side], blob: Blob, said: str) -> None:
    here, _ = sides
    here.exchange.take(blob)  # not asked for
    need = Need("upload", blob.digest)
    here.exchange.request([need])
    here.exchange.take(blob)
    with pytest.raises(FileNotDelivered, match=said):
        here.exchange.waiting([need])
    with pytest.raises(FileMissing):
        here.files.open(f"blake3:{blob.digest}")


def test_files_go_both_ways_at_once(sides: tuple[Side, Side]) -> None:
    here, there = sides
    mine = [here.artifacts.save("m", bytes([n]) * 900_000, "x/y") for n in range(8)]
    its = [there.artifacts.save("i", bytes([n]) * 900_001, "x/y") for n in range(8)]
    here.exchange.request(artifact_needs(its))
    there.exchange.request(artifact_needs(mine))

    def over() -> bool:
        here.work()
        there.work()
        waiting = here.exchange.waiting(artifact_needs(its)), there.exchange.waiting(artifact_needs(mine))
        return not any(waiting)

    until(over, "files")
    assert all(there.artifacts.holds(one) for one in mine)
    assert all(here.artifacts.holds(one) for one in its)


def test_an_order_whose_document_is_too_large_fails_without_ending_the_worker(
    remote: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graph_engine.workers.frames.MAX_PAYLOAD", 1000)
    pid = remote.pid()
    outcome = remote.workers.workers[0].run(Order("job", "x" * 2000), print)
    assert (outcome.status, remote.pid()) == ("failed", pid)
    assert "1,000 are allowed" in outcome.error
