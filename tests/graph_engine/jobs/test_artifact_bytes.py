"""Whatever jobs save and however they go, the bytes of an owner are those of the files, each counted once."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from graph_engine.jobs.exporting import export_jobs
from graph_engine.jobs.importing import import_jobs
from graph_engine.jobs.job import Request
from graph_engine.jobs.journal import Journal
from graph_engine.jobs.queue import JobQueue

OWNERS = ("", "ann")
SAVED = st.dictionaries(st.sampled_from([one * 64 for one in "abc"]), st.integers(0, 9), min_size=1)


def described(saved: dict[str, int]) -> list[dict[str, Any]]:
    """Artifacts of these digests and sizes, as workers tell of them."""
    return [{"digest": one, "name": "a.bin", "media_type": "", "size": size} for one, size in saved.items()]


class ArtifactMachine(RuleBasedStateMachine):
    """Jobs save files of which two may say that they have other sizes; the larger counts."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.queue = JobQueue(self.folder / "jobs.sqlite")
        self.jobs: dict[str, tuple[str, dict[str, int]]] = {}

    def teardown(self) -> None:
        if hasattr(self, "queue"):
            self.queue.close()
            shutil.rmtree(self.folder)

    @rule(owner=st.sampled_from(OWNERS), announced=SAVED, reported=SAVED)
    def run(self, owner: str, announced: dict[str, int], reported: dict[str, int]) -> None:
        job = self.queue.submit(Request("{}", owner=owner)).id
        assert self.queue.claim("worker") is not None
        Journal.of(self.queue).write(job, [("artifact_saved", one) for one in described(announced)])
        saved = reported | announced
        files = {digest: saved[digest] for digest in reported}  # one job says the same of a file twice
        self.queue.finish(job, "done", {"artifacts": described(files)})
        self.jobs[job] = owner, saved

    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        if self.jobs:
            job = data.draw(st.sampled_from(list(self.jobs)))
            self.queue.delete(job)
            del self.jobs[job]

    @rule(count=st.integers(0, 4))
    def keep(self, count: int) -> None:
        self.queue.keep(count)
        left = {job.id for job in self.queue.page(1000).jobs}
        self.jobs = {job: one for job, one in self.jobs.items() if job in left}

    @rule()
    def move_house(self) -> None:
        export_jobs(self.folder, self.folder / "queue.zip")
        self.queue.close()
        there = Path(tempfile.mkdtemp())
        import_jobs(there, self.folder / "queue.zip")
        shutil.rmtree(self.folder)
        self.folder, self.queue = there, JobQueue(there / "jobs.sqlite")

    @invariant()
    def each_file_of_an_owner_is_counted_once(self) -> None:
        for owner in OWNERS if hasattr(self, "queue") else ():
            files: dict[str, int] = {}
            for its, saved in self.jobs.values():
                if its == owner:
                    files |= {one: max(size, files.get(one, 0)) for one, size in saved.items()}
            assert self.queue.usage(owner, 0).artifact_bytes == sum(files.values())


TestArtifactBytes = ArtifactMachine.TestCase
TestArtifactBytes.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)
