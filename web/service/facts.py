"""What readers are told: facts, which are numbered and durable, and what passes, progress and previews."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from graph_engine.jobs.job import ENDED, JobEvent

STATUS = "job_status"


@dataclass(frozen=True)
class Fact:
    """A journal entry, with its texts, which are made once for all readers."""

    serial: int
    job: str
    number: int
    time: float
    kind: str
    data: dict[str, Any]
    owner: str

    @classmethod
    def of(cls, event: JobEvent) -> Fact:
        """The fact that a journal entry is."""
        data = dict(event.data)
        return cls(event.serial, event.job, event.number, event.time, event.kind, data, event.owner)

    @cached_property
    def text(self) -> str:
        """The fact as JSON, as every stream has it."""
        return _json(
            {
                "serial": self.serial,
                "job": self.job,
                "number": self.number,
                "time": datetime.fromtimestamp(self.time, UTC).isoformat().replace("+00:00", "Z"),
                "kind": self.kind,
                "data": self.data,
            }
        )

    @property
    def ends(self) -> bool:
        """Whether the job has ended with it."""
        return self.kind == STATUS and self.data.get("status") in ENDED


@dataclass(frozen=True)
class Progress:
    """How far a node is; numbered by nobody, and only the newest counts."""

    job: str
    owner: str
    node: str
    data: dict[str, Any]

    @cached_property
    def text(self) -> str:
        """Progress as JSON, as every stream has it."""
        return _json({"job": self.job, "kind": "node_progress", "data": self.data})


@dataclass(frozen=True)
class Preview:
    """A picture of work in progress."""

    job: str
    owner: str
    node: str
    number: int  # counts the previews of a server, so that two can be told apart
    media_type: str
    data: bytes = field(repr=False)


@dataclass
class Batch:
    """What a reader is given at once: facts in order, then the newest progress and previews."""

    facts: list[Fact]
    progress: list[Progress]
    previews: list[Preview]
    ending: bool = False  # said once: the server is about to end, and the stream with it

    def __bool__(self) -> bool:
        return bool(self.facts or self.progress or self.previews or self.ending)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
