"""What only packs can answer, as methods of whoever can ask a worker; `replies` is the other side."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import asdict
from typing import Any

from graph_engine.artifact import Artifact
from graph_engine.choices import MOST
from graph_engine.documents.document_io import limit_problem
from graph_engine.measures import AS_WRITTEN

SECONDS = 60.0
WHILE_TYPING = 10.0  # nobody waits longer for what is shown beside a field


class Questions(ABC):
    """The questions. Each waits `timeout` seconds at most, then raises `AnswerLate`.

    `Busy` is raised where too many wait already, `WorkerUnusable` where there is nobody to ask, `NoAnswer`
    where a pack failed at it or a file is gone. What is wrong with a document is an answer, too: `problems`,
    all of them as plain JSON, and unless it is said otherwise nothing beside them.
    """

    @abstractmethod
    def _ask(
        self, what: str, document: str, options: dict[str, Any], timeout: float
    ) -> tuple[dict[str, Any], bytes]:
        """Ask, and give the result and the bytes of the answer."""

    def check(self, document: str, *, timeout: float = SECONDS) -> list[dict[str, Any]]:
        """All problems of a document."""
        return list(self._ask("check", document, {}, timeout)[0]["problems"])

    def prepare(
        self,
        document: str,
        *,
        inputs: Mapping[str, Any] | None = None,
        texts: Mapping[str, str] | None = None,
        sweep: Mapping[str, Any] | None = None,
        wanted: Collection[str] | None = None,
        strict_lock: bool = False,
        timeout: float = SECONDS,
    ) -> dict[str, Any]:
        """A document ready to be run as a job: its text as `document`, and what is to be known of it.

        That is `name`, `models` and `uploads` (digests that it names), `inputs` (their values by name),
        `changes` (what was done to bring it to present versions), `differences` (from its lock). What may be
        asked for is said at `preparing.Wishes`.
        """
        wishes = _wishes(inputs, texts, sweep, wanted) | {"strict_lock": strict_lock}
        result, text = self._with_limits("prepare", document, wishes, timeout)
        return result if result["problems"] else result | {"document": text.decode()}

    def plan(
        self,
        document: str,
        wanted: Collection[str] | None = None,
        *,
        inputs: Mapping[str, Any] | None = None,
        texts: Mapping[str, str] | None = None,
        sweep: Mapping[str, Any] | None = None,
        timeout: float = SECONDS,
    ) -> dict[str, Any]:
        """What would run and why: `steps` in order, each with `node`, `type`, `status`, `reason`, `key`."""
        return self._with_limits("plan", document, _wishes(inputs, texts, sweep, wanted), timeout)[0]

    def interface(
        self, document: str, names: Collection[str] = (), *, timeout: float = SECONDS
    ) -> dict[str, Any]:
        """`inputs` and `outputs` of a document with their types, as `interface_types` says; `problems` too.

        `names` are further inputs, each written `node.input`. Here problems and the rest go together.
        """
        return self._ask("interface", document, {"names": list(names)}, timeout)[0]

    def read(self, upload: str, suffix: str, *, timeout: float = SECONDS) -> dict[str, Any]:
        """The document inside an upload, a file with that suffix: `document` as text, and `changes`.

        `document` is "" where there is none; what could not be migrated is among the problems of one.
        """
        result, text = self._ask("read", "", {"upload": upload, "suffix": suffix}, timeout)
        return result | {"document": text.decode()}

    def export(
        self,
        artifact: Artifact,
        document: str,
        about: Mapping[str, Any] | None = None,
        *,
        timeout: float = SECONDS,
    ) -> bytes:
        """The bytes of an artifact's file, with the document and `about` inside where its kind holds them."""
        options = {"artifact": asdict(artifact), "about": None if about is None else dict(about)}
        return self._ask("export", document, options, timeout)[1]

    def seeds(self, document: str, *, timeout: float = SECONDS) -> dict[str, int]:
        """The seeds that are written in a document, as `export.seeds` names them."""
        return dict(self._ask("seeds", document, {}, timeout)[0]["seeds"])

    def metadata(self, file: Artifact | str, suffix: str = "", *, timeout: float = SECONDS) -> dict[str, Any]:
        """What a file carries, an artifact or an upload with that suffix: `document` and `about`, or None."""
        place = {"upload": file, "suffix": suffix} if isinstance(file, str) else {"artifact": asdict(file)}
        return self._ask("metadata", "", place, timeout)[0]

    def choices(
        self,
        node_type: str,
        input: str,
        query: str = "",
        *,
        limit: int = MOST,
        timeout: float = WHILE_TYPING,
    ) -> dict[str, Any]:
        """At most `limit` values for an input of `pack/name`: `choices`, and whether there are `more`.

        Each has `value`, `title`, `details` and `picture`, as `declaration.fields.Choice` says.
        """
        options = {"node_type": node_type, "input": input, "query": query, "limit": limit}
        return self._ask("choices", "", options, timeout)[0]

    def measure(
        self,
        document: str,
        node: str,
        input: str,
        value: Any = AS_WRITTEN,
        *,
        definition: str = "",
        timeout: float = WHILE_TYPING,
    ) -> dict[str, Any]:
        """The `measure` of a value at a node's input, of the one that is written there by default.

        It has `count`, `limit`, `unit`, `problems` and `approximate`, as `declaration.fields.Measure` says.
        """
        options = {"node": node, "input": input, "definition": definition}
        if value is not AS_WRITTEN:
            options["value"] = value
        return self._with_limits("measure", document, options, timeout)[0]

    def _with_limits(
        self, what: str, document: str, options: dict[str, Any], timeout: float
    ) -> tuple[dict[str, Any], bytes]:
        if problem := limit_problem(options):  # so deep that it could not even be sent, or not JSON
            return {"problems": [problem.as_dict()]}, b""
        return self._ask(what, document, options, timeout)


def _wishes(
    inputs: Mapping[str, Any] | None,
    texts: Mapping[str, str] | None,
    sweep: Mapping[str, Any] | None,
    wanted: Collection[str] | None,
) -> dict[str, Any]:
    return {
        "inputs": dict(inputs or {}),
        "texts": dict(texts or {}),
        "sweep": None if sweep is None else dict(sweep),
        "wanted": None if wanted is None else list(wanted),
    }
