"""Jobs move to another data folder in one archive: with their files, in their order, all or none."""

from __future__ import annotations

import json
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule

from graph_engine import Catalogue, Engine
from graph_engine.artifact import Artifact
from graph_engine.artifact_folder import ArtifactFolder
from graph_engine.jobs.errors import ArchiveUnusable, JobsDiffer
from graph_engine.jobs.exporting import export_jobs
from graph_engine.jobs.importing import import_jobs
from graph_engine.jobs.job import Job, Request
from graph_engine.jobs.journal import Journal
from graph_engine.jobs.queue import JobQueue
from tests.graph_engine.conftest import document, link
from tests.graph_engine.jobs.test_queue_law import QueueMachine
from tests.graph_engine.jobs.test_runner import SAVE, Bench

LINES = "jobs.jsonl"
MODEL = "blake3:" + "1" * 64


class House:
    """A data folder with a queue in it."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.queue = JobQueue(data / "jobs.sqlite")
        self.journal = Journal(data / "jobs.sqlite")

    def submit(self, name: str, **fields: Any) -> Job:
        return self.queue.submit(Request('{"latentgraph": 1, "nodes": {}}', name=name, **fields))

    def jobs(self) -> list[Job]:
        return list(self.queue.page(1000).jobs)

    def claims(self) -> list[str]:
        found = []
        while claim := self.queue.claim("worker"):
            found.append(claim.job.name)
        return found

    def files(self) -> list[Path]:
        return sorted(
            path.relative_to(self.data)
            for path in self.data.rglob("*")
            if path.is_file() and not path.name.startswith("jobs.")
        )

    def everything(self) -> Any:
        """All tables and files, to see that nothing changed."""
        connection = sqlite3.connect(self.data / "jobs.sqlite")
        tables = {
            table: connection.execute(f"SELECT * FROM {table}").fetchall()
            for table in ("job", "event", "artifact", "owner", "counter")
        }
        connection.close()
        return tables, self.files()

    def close(self) -> None:
        self.queue.close()
        self.journal.close()


@pytest.fixture
def old(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path / "old")
    yield house
    house.close()


@pytest.fixture
def new(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path / "new")
    yield house
    house.close()


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return tmp_path / "queue.zip"


@pytest.fixture
def lived_in(engine: Engine, tmp_path: Path, archive: Path) -> Engine:
    """An engine with a done job, a failed one and one that waits for a file; all are in `archive`."""
    (tmp_path / "words.txt").write_text("words")
    words = engine.files.upload(tmp_path / "words.txt")
    bench = Bench(engine)
    failing = document(
        {"n": ("number", {}), "f": ("fail", {"a": link("n.integer")})}, outputs={"o": "f.integer"}
    )
    reading = document(
        {"r": ("read_text", {"path": words}), "s": ("save_text", {"text": link("r.text")})},
        lock={"models": {"m": "blake3:" + "0" * 64}},
    )
    bench.submit(SAVE, name="done", owner="ann", idempotency_key="k")
    bench.submit(failing, name="failed")
    bench.run()
    bench.run()
    bench.submit(reading, name="waits", wanted=("s",), required_models=(MODEL,))
    bench.queue.close()
    bench.journal.close()
    export_jobs(engine.data, archive)
    return engine


def test_a_queue_that_moved_shows_and_runs_all_without_its_old_folder(
    lived_in: Engine, catalogue: Catalogue, archive: Path, tmp_path: Path
) -> None:
    before = House(lived_in.data)
    jobs = {job.name: job for job in before.jobs()}
    documents = {job.id: before.queue.document(job.id) for job in jobs.values()}
    journals = {
        job.id: [(one.number, one.time, one.kind, one.data) for one in before.journal.read(job.id)]
        for job in jobs.values()
    }
    before.close()
    shutil.rmtree(lived_in.data / "artifacts")
    shutil.rmtree(lived_in.data / "uploads")
    imported = import_jobs(tmp_path / "new", archive)
    assert (imported.jobs, imported.known, imported.files) == (3, 0, 2)
    with Engine(tmp_path / "new", catalogue=catalogue, device="cpu") as engine:
        bench = Bench(engine)
        found = bench.queue.page(10).jobs
        assert [job.name for job in found] == ["waits", "failed", "done"]
        for job in found:
            was = jobs[job.name]
            assert job == Job(**{**vars(was), "worker": ""})
            assert bench.queue.document(job.id) == documents[job.id]
            assert [
                (one.number, one.time, one.kind, one.data) for one in bench.journal.read(job.id)
            ] == journals[job.id]
        (saved,) = jobs["done"].result["artifacts"]
        assert engine.artifacts.path(Artifact(**saved)).read_bytes() == b"4"
        done = bench.run()
        assert done is not None
        assert (done.name, done.status) == ("waits", "done")
        again = bench.queue.submit(Request(SAVE.dumps(), owner="ann", idempotency_key="k"))
        assert again.id == jobs["done"].id
        bench.queue.close()
        bench.journal.close()


def test_importing_twice_adds_nothing(lived_in: Engine, archive: Path, new: House) -> None:
    import_jobs(new.data, archive)
    before = new.everything()
    again = import_jobs(new.data, archive)
    assert (again.jobs, again.known, again.files) == (0, 3, 0)
    assert new.everything() == before


def test_a_file_that_was_lost_comes_back_with_a_second_import(
    lived_in: Engine, archive: Path, new: House
) -> None:
    import_jobs(new.data, archive)
    before = new.everything()
    shutil.rmtree(new.data / "artifacts")
    assert import_jobs(new.data, archive).files == 1
    assert new.everything() == before


def test_what_a_job_read_and_saved_may_be_the_same_bytes(
    engine: Engine, new: House, archive: Path, tmp_path: Path
) -> None:
    (tmp_path / "words.txt").write_text("words")
    words = engine.files.upload(tmp_path / "words.txt")
    bench = Bench(engine)
    bench.submit(
        document(
            {
                "r": ("read_text", {"path": words}),
                "s": ("save_text", {"text": link("r.text"), "name": "words"}),
            }
        )
    )
    done = bench.run()
    bench.queue.close()
    bench.journal.close()
    assert done is not None
    assert done.result["artifacts"][0]["digest"] == words.removeprefix("blake3:")
    assert export_jobs(engine.data, archive).files == import_jobs(new.data, archive).files == 2
    assert [path.parts[0] for path in new.files()] == ["artifacts", "uploads"]


def test_the_same_queue_is_the_same_archive(lived_in: Engine, archive: Path, tmp_path: Path) -> None:
    export_jobs(lived_in.data, tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == archive.read_bytes()
    import_jobs(tmp_path / "new", archive)
    export_jobs(tmp_path / "new", tmp_path / "from_there.zip")
    assert (tmp_path / "from_there.zip").read_bytes() == archive.read_bytes()


def test_jobs_come_after_those_that_wait_there_and_keep_their_order(
    old: House, new: House, archive: Path
) -> None:
    first, second, third = (old.submit(name) for name in ("a", "b", "c"))
    old.queue.move(third.id, first.id)
    old.queue.prioritise(second.id, 0)
    export_jobs(old.data, archive)
    new.submit("here")
    import_jobs(new.data, archive)
    new.submit("later")
    assert old.claims() == ["c", "a", "b"]
    assert new.claims() == ["here", "c", "a", "b", "later"]


@pytest.mark.parametrize("order", [("ann", "bea", "cay"), ("cay", "ann", "bea"), ("bea", "cay", "ann")])
def test_owners_keep_their_turns(old: House, new: House, archive: Path, order: tuple[str, ...]) -> None:
    for owner in order:
        old.submit("served", owner=owner)
        assert old.queue.claim("w") is not None
    for job in old.jobs():
        old.queue.finish(job.id, "done")
    for owner in (*order, "new"):
        old.submit(owner, owner=owner)
    export_jobs(old.data, archive)
    new.submit("here", owner="dan")
    assert new.queue.claim("w") is not None
    import_jobs(new.data, archive)
    new.submit("dan", owner="dan")
    assert old.claims() == ["new", *order]
    assert new.claims() == ["new", "dan", *order]


@given(
    st.lists(st.tuples(st.sampled_from(["", "ann", "bea"]), st.integers(0, 1)), min_size=1, max_size=12),
    st.integers(0, 8),
    st.lists(st.integers(0, 11), max_size=6),
    st.lists(st.integers(0, 11), max_size=3),
)
def test_a_queue_that_moved_gives_out_the_same_jobs_in_the_same_order(
    jobs: list[tuple[str, int]], claimed: int, moved: list[int], paused: list[int]
) -> None:
    """The law: listing, and the order in which jobs are claimed, are the same in an empty folder."""
    with tempfile.TemporaryDirectory() as folder:
        old, new = House(Path(folder, "old")), House(Path(folder, "new"))
        ids = [
            old.submit(str(index), owner=owner, priority=priority).id
            for index, (owner, priority) in enumerate(jobs)
        ]
        for index in (one % len(ids) for one in moved):
            old.queue.move(ids[index], None)
        for _ in range(claimed):
            if (claim := old.queue.claim("w")) is not None and claimed % 2:
                old.queue.finish(claim.job.id, "done")
        for index in (one % len(ids) for one in paused):
            if not old.queue.get(ids[index]).ended:
                old.queue.pause(ids[index])
        export_jobs(old.data, Path(folder, "queue.zip"))
        old.queue.recover()
        import_jobs(new.data, Path(folder, "queue.zip"))
        assert new.jobs() == old.jobs()
        assert new.queue.waiting() == old.queue.waiting()
        assert new.claims() == old.claims()
        old.close()
        new.close()


def test_a_moved_job_can_be_moved_between_those_that_were_there(
    old: House, new: House, archive: Path
) -> None:
    old.submit("a")
    export_jobs(old.data, archive)
    here = [new.submit(name) for name in ("x", "y")]
    import_jobs(new.data, archive)
    (moved,) = (job for job in new.jobs() if job.name == "a")
    new.queue.move(moved.id, here[1].id)
    assert new.claims() == ["x", "a", "y"]


def test_the_last_to_have_ended_are_still_the_last(old: House, new: House, archive: Path) -> None:
    for name in "abc":
        old.submit(name)
        assert old.queue.claim("w") is not None
    by_name = {job.name: job.id for job in old.jobs()}
    for name in "cab":
        old.queue.finish(by_name[name], "done")
    export_jobs(old.data, archive)
    import_jobs(new.data, archive)
    new.queue.keep(1)
    assert [job.name for job in new.jobs()] == ["b"]


def test_running_jobs_are_exported_as_a_restart_would_leave_them(
    old: House, new: House, archive: Path
) -> None:
    for name in ("goes on", "was cancelled"):
        old.submit(name)
        claim = old.queue.claim("worker")
        assert claim is not None
    old.queue.cancel(claim.job.id)
    export_jobs(old.data, archive)
    assert [job.status for job in old.jobs()] == ["running", "running"]
    import_jobs(new.data, archive)
    found = {job.name: (job.status, job.worker, job.attempts, job.cancel_asked) for job in new.jobs()}
    assert found == {"goes on": ("queued", "", 1, False), "was cancelled": ("cancelled", "", 1, False)}


def test_the_journal_of_a_running_job_ends_as_a_restart_would_end_it(
    old: House, new: House, archive: Path
) -> None:
    for name in ("goes on", "was cancelled"):
        job = old.submit(name).id
        old.queue.claim("worker")
        old.journal.write(job, [("node_started", {"node": "n"})])
    old.queue.cancel(job)
    before = old.everything()
    export_jobs(old.data, archive)
    assert old.everything() == before
    import_jobs(new.data, archive)
    assert import_jobs(new.data, archive).known == 2
    old.queue.recover()
    for job in (one.id for one in old.jobs()):
        was, now = ([(e.number, e.kind, e.data) for e in one.journal.read(job)] for one in (old, new))
        assert now == was


def test_what_a_job_was_given_and_used_goes_with_it(old: House, new: House, archive: Path) -> None:
    given = {"inputs": {"prompt": "cat"}, "workflow": "w", "workflow_version": 2, "webhook": "https://a.b/"}
    job = old.submit("a", **given)
    old.queue.claim("worker")
    old.queue.give_back(job.id, seconds=2.5)
    export_jobs(old.data, archive)
    import_jobs(new.data, archive)
    (came,) = new.jobs()
    assert came == old.queue.get(job.id)
    assert (came.device_seconds, came.workflow_version) == (2.5, 2)
    assert new.queue.page(inputs={"prompt": "CAT"}, workflow="w").jobs == (came,)


def test_entries_get_serials_of_the_queue_they_come_to(old: House, new: House, archive: Path) -> None:
    old.journal.write(old.submit("a").id, [("one", {})])
    old.submit("b")
    export_jobs(old.data, archive)
    new.submit("here")
    import_jobs(new.data, archive)
    assert [(e.serial, e.number, e.kind) for e in new.journal.since(0)] == [
        (1, 1, "job_status"),
        (2, 1, "job_status"),
        (3, 2, "one"),
        (4, 1, "job_status"),
    ]


def test_what_a_job_announced_before_its_end_goes_with_it(old: House, new: House, archive: Path) -> None:
    artifact = ArtifactFolder(old.data / "artifacts").save("a.toy", b"early", "image/toy")
    job = old.submit("a").id
    old.queue.claim("worker")
    old.journal.write(job, [("artifact_saved", {"node": "n", **vars(artifact)})])
    assert export_jobs(old.data, archive).files == 1
    import_jobs(new.data, archive)
    assert new.queue.artifacts(job) == [artifact]
    assert ArtifactFolder(new.data / "artifacts").path(artifact).read_bytes() == b"early"
    export_jobs(new.data, archive.with_name("again.zip"))
    assert archive.with_name("again.zip").read_bytes() == archive.read_bytes()


def test_an_archive_of_before_jobs_had_inputs_is_read(lived_in: Engine, new: House, archive: Path) -> None:
    def older(lines: list[dict[str, Any]], files: dict[str, bytes]) -> None:
        for line in lines:
            for name in ("inputs", "workflow", "workflow_version", "webhook", "device_seconds"):
                line.pop(name, None)

    rewritten(archive, older)
    assert import_jobs(new.data, archive).jobs == 3
    assert import_jobs(new.data, archive).known == 3
    assert {(job.workflow, job.webhook, len(job.inputs)) for job in new.jobs()} == {("", "", 0)}


def test_jobs_of_some_statuses_only(lived_in: Engine, new: House, tmp_path: Path) -> None:
    exported = export_jobs(lived_in.data, tmp_path / "some.zip", ["failed", "queued"])
    assert (exported.jobs, exported.files) == (2, 1)
    import_jobs(new.data, tmp_path / "some.zip")
    assert sorted(job.status for job in new.jobs()) == ["failed", "queued"]


def test_an_empty_queue_moves_too(old: House, new: House, archive: Path) -> None:
    assert export_jobs(old.data, archive).jobs == 0
    assert import_jobs(new.data, archive).jobs == 0


def test_what_is_no_longer_on_disk_is_said_and_the_jobs_go_without_it(
    lived_in: Engine, new: House, tmp_path: Path
) -> None:
    shutil.rmtree(lived_in.data / "artifacts")
    exported = export_jobs(lived_in.data, tmp_path / "poor.zip")
    assert (exported.jobs, exported.files, exported.missing) == (3, 1, ("picture.toy",))
    assert import_jobs(new.data, tmp_path / "poor.zip").jobs == 3


def test_a_damaged_file_is_not_exported_and_leaves_no_archive(lived_in: Engine, tmp_path: Path) -> None:
    for path in (lived_in.data / "artifacts").rglob("*.toy"):
        path.write_bytes(b"5")
    with pytest.raises(ArchiveUnusable, match="its content is not what its name says"):
        export_jobs(lived_in.data, tmp_path / "damaged.zip")
    assert list(tmp_path.glob("damaged*")) == []
    assert list(tmp_path.glob(".*")) == []


def test_an_export_replaces_nothing(old: House, tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text("mine")
    with pytest.raises(ArchiveUnusable, match="is there already"):
        export_jobs(old.data, tmp_path / "mine.json")
    assert (tmp_path / "mine.json").read_text() == "mine"


def test_a_job_that_is_here_as_another_is_named_and_nothing_comes(
    old: House, new: House, archive: Path
) -> None:
    for name in ("a", "b"):
        old.submit(name)
    export_jobs(old.data, archive)
    import_jobs(new.data, archive)
    last = new.jobs()[0]
    new.queue.cancel(last.id)
    new.queue.delete(new.jobs()[1].id)
    before = new.everything()
    with pytest.raises(JobsDiffer, match=f"Job '{last.id}' is here already, cancelled"):
        import_jobs(new.data, archive)
    assert new.everything() == before


def test_a_journal_that_went_on_makes_it_another_job(old: House, new: House, archive: Path) -> None:
    job = old.submit("a")
    old.journal.write(job.id, [("one", {"x": 1})])
    export_jobs(old.data, archive)
    import_jobs(new.data, archive)
    assert import_jobs(new.data, archive).known == 1
    new.journal.write(job.id, [("two", {})])
    with pytest.raises(JobsDiffer):
        import_jobs(new.data, archive)


def test_an_idempotency_key_that_another_job_has_is_named(old: House, new: House, archive: Path) -> None:
    old.submit("a", idempotency_key="k")
    export_jobs(old.data, archive)
    other = new.submit("b", idempotency_key="k")
    before = new.everything()
    with pytest.raises(JobsDiffer, match=f"key 'k', and so has job '{other.id}'"):
        import_jobs(new.data, archive)
    assert new.everything() == before


def rewritten(
    archive: Path,
    change: Callable[[list[dict[str, Any]], dict[str, bytes]], None],
    compression: int = zipfile.ZIP_STORED,
) -> None:
    """Write the archive anew with its lines and its files changed."""
    with zipfile.ZipFile(archive) as whole:
        lines = [json.loads(line) for line in whole.read(LINES).splitlines()]
        files = {name: whole.read(name) for name in whole.namelist() if name != LINES}
    change(lines, files)
    with zipfile.ZipFile(archive, "w", compression) as whole:
        whole.writestr(LINES, "".join(f"{json.dumps(line)}\n" for line in lines))
        for name, data in files.items():
            whole.writestr(name, data)


def job_line(lines: list[dict[str, Any]], name: str = "done") -> dict[str, Any]:
    return next(line for line in lines if line.get("name") == name)


def artifact_name(name: str) -> Callable[[Any, Any], None]:
    def change(lines: Any, files: Any) -> None:
        job_line(lines)["result"]["artifacts"][0]["name"] = name

    return change


def field(name: str, value: Any) -> Callable[[Any, Any], None]:
    return lambda lines, files: job_line(lines).__setitem__(name, value)


def report(**more: Any) -> Callable[[Any, Any], None]:
    return lambda lines, files: next(iter(job_line(lines)["result"]["nodes"].values())).update(more)


def header(**more: Any) -> Callable[[Any, Any], None]:
    return lambda lines, files: lines[0].update(more)


def member(name: str, data: bytes = b"x") -> Callable[[Any, Any], None]:
    return lambda lines, files: files.__setitem__(name, data)


def spoil(lines: Any, files: dict[str, bytes]) -> None:
    name = min(files)
    files[name] = files[name][:-1] + b"!"


HOSTILE: dict[str, tuple[Callable[[Any, Any], None], str]] = {
    "a member that climbs out": (member("../../evil"), "which no export does"),
    "an absolute member": (member("/etc/evil"), "which no export does"),
    "a member in a folder": (member("uploads/ab/" + "0" * 64), "which no export does"),
    "a member with a long ending": (member("artifacts/" + "0" * 64 + ".py/../x"), "which no export does"),
    "a stranger": (member("uploads/" + "0" * 64), "is damaged"),
    "a file that no job names": (
        member("uploads/af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262", b""),
        "which no job names",
    ),
    "a file with other content": (spoil, "is damaged"),
    "a file that is not there": (lambda lines, files: files.clear(), "it lacks 'artifacts/"),
    "an artifact that climbs out": (artifact_name("../../evil.sh"), "the name of a file is wanted"),
    "an artifact that is a folder": (artifact_name(".."), "the name of a file is wanted"),
    "an artifact without a name": (artifact_name(""), "at least 1"),
    "an artifact with a control character": (artifact_name("a\0b"), "the name of a file is wanted"),
    "an artifact elsewhere on Windows": (artifact_name("C:\\evil.bat"), "the name of a file is wanted"),
    "no header": (lambda lines, files: lines.pop(0), "Header|latentgraph_jobs"),
    "no lines": (lambda lines, files: lines.clear(), "latentgraph_jobs: is missing"),
    "a newer format": (header(latentgraph_jobs=2), "Update latentgraph"),
    "a format that never was": (header(latentgraph_jobs=0), "out of range"),
    "more jobs than said": (header(jobs=2), "beyond the last|more lines"),
    "fewer jobs than said": (header(jobs=4), "cut short"),
    "a job that runs": (field("status", "running"), "out of range"),
    "a job that has ended and not": (field("ended", None), "has ended, or is queued"),
    "an id that is none": (field("id", "../x"), "id"),
    "a priority that no queue holds": (field("priority", 2**63), "at most"),
    "text for a number": (field("attempts", "3"), "attempts"),
    "true for a number": (field("attempts", True), "attempts"),
    "a place beyond all": (field("place", 2**50), "beyond the last"),
    "a column of a later version": (field("colour", "red"), "Update latentgraph"),
    "a column that is the queue's own": (field("number", 1), "Update latentgraph"),
    "a value that no column takes": (field("colour", {}), "no value of a column"),
    "half of a character": (field("error", "\ud800"), "surrogates"),
    "a journal with gaps": (lambda lines, files: lines[2].update(event=7), "has gaps"),
    "a journal that is too short": (field("journal", 50), "event: is missing|cut short"),
    "an announced artifact that climbs out": (
        lambda lines, files: next(one for one in lines if one.get("kind") == "artifact_saved")["data"].update(
            name="../../evil.sh"
        ),
        "the name of a file is wanted",
    ),
    "seconds that were not": (field("device_seconds", -1), "device_seconds"),
    "inputs that are none": (field("inputs", [1]), "inputs"),
    "a time that is none": (field("submitted", "now"), "submitted"),
    "a time that no calendar has": (field("submitted", 1e300), "submitted"),
    "a time before all": (field("finished", -1.0), "finished"),
    "an event at a time that no calendar has": (lambda lines, files: lines[2].update(time=1e15), "time"),
    "an event that would be two in a stream": (
        lambda lines, files: lines[2].update(kind="a\ndata: {}"),
        "kind",
    ),
    "a report of what no node can be": (report(status="odd"), "nodes"),
    "a report without a type": (report(node_type=None), "nodes"),
    "a report of no seconds": (report(seconds="7"), "nodes"),
    "a model that is no content": (field("required_models", ["m1"]), "required_models"),
    "a webhook without an end": (field("webhook", "http://" + "a" * 2000), "webhook"),
    "one job twice": (
        lambda lines, files: (
            lines.append(dict(job_line(lines, "waits"), name="twin", journal=0)),
            lines[0].update(jobs=4),
        ),
        "is here already",
    ),
}


@pytest.mark.parametrize(("change", "says"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_archive_is_refused_with_its_reason_and_changes_nothing(
    lived_in: Engine, new: House, archive: Path, change: Any, says: str
) -> None:
    new.submit("here", owner="ann")
    before = new.everything()
    rewritten(archive, change)
    with pytest.raises((ArchiveUnusable, JobsDiffer), match=says) as caught:
        import_jobs(new.data, archive)
    assert "othing was changed" in str(caught.value)
    assert new.everything() == before
    assert list(new.data.glob(".import-*")) == []


def test_packed_members_are_refused_whatever_they_would_become(
    lived_in: Engine, new: House, archive: Path
) -> None:
    rewritten(archive, lambda lines, files: None, zipfile.ZIP_DEFLATED)
    with pytest.raises(ArchiveUnusable, match="is packed"):
        import_jobs(new.data, archive)


@pytest.mark.parametrize(
    "line", [b"{", b"[1]\n", b"\xff\n", b'{"a": NaN}\n', b'{"a": 1e999}\n', b"[" * 100_000]
)
def test_lines_that_are_not_plain_objects_are_refused(line: bytes, new: House, archive: Path) -> None:
    with zipfile.ZipFile(archive, "w") as whole:
        whole.writestr(LINES, line)
    with pytest.raises(ArchiveUnusable, match=r"line 1 of jobs\.jsonl"):
        import_jobs(new.data, archive)


@pytest.mark.parametrize("data", [b"", b"PK", b"no zip at all", b"PK\5\6" + b"\0" * 18])
def test_a_file_that_is_no_archive_is_refused(data: bytes, new: House, archive: Path) -> None:
    archive.write_bytes(data)
    with pytest.raises(ArchiveUnusable, match="can not be read as an archive of jobs"):
        import_jobs(new.data, archive)


def test_a_file_that_is_not_there_is_said(new: House, archive: Path) -> None:
    with pytest.raises(ArchiveUnusable, match="No such file"):
        import_jobs(new.data, archive)


@given(st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_however_bytes_are_damaged_the_jobs_come_whole_or_not_at_all(
    lived_in: Engine, archive: Path, data: st.DataObject
) -> None:
    """The law: a cut or changed archive is refused with a sentence, or was not damaged where it matters."""
    whole = archive.read_bytes()
    if data.draw(st.booleans()):
        damaged = whole[: data.draw(st.integers(0, len(whole) - 1))]
    else:
        at = data.draw(st.integers(0, len(whole) - 1) | st.integers(max(0, len(whole) - 600), len(whole) - 1))
        damaged = whole[:at] + bytes([data.draw(st.integers(0, 255))]) + whole[at + 1 :]
    with tempfile.TemporaryDirectory() as folder:
        given_file = Path(folder, "damaged.zip")
        given_file.write_bytes(damaged)
        house = House(Path(folder, "data"))
        before = house.everything()
        try:
            imported = import_jobs(house.data, given_file)
        except ArchiveUnusable:
            assert house.everything() == before
        else:
            assert imported.jobs == 3
            assert [job.name for job in house.jobs()] == ["waits", "failed", "done"]
        house.close()


class MovingMachine(QueueMachine):
    """The law of queues, for one that moves to another folder every now and then."""

    @rule()
    def move_house(self) -> None:
        export_jobs(self.folder, self.folder / "queue.zip")
        self.queue.close()
        there = Path(tempfile.mkdtemp())
        import_jobs(there, self.folder / "queue.zip")
        before = JobQueue(self.folder / "jobs.sqlite")
        order = [job.id for job in before.page(1000).jobs]
        before.close()
        shutil.rmtree(self.folder)
        self.folder, self.queue = there, JobQueue(there / "jobs.sqlite")
        self.serial, self.seen, self.paused = 0, set(), False
        assert [job.id for job in self.queue.page(1000).jobs] == order
        for job, one in self.jobs.items():
            if one.status == "running":
                self.back(job, False)


TestMovingQueue = MovingMachine.TestCase
TestMovingQueue.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
