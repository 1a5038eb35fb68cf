"""What a running node may ask of the engine: progress, previews, cancellation, files, artifacts, services."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from graph_engine import events
from graph_engine.artifact import Artifact
from graph_engine.artifact_folder import ArtifactFolder
from graph_engine.declaration.cancellation import Cancellation
from graph_engine.errors import NodeTimedOut
from graph_engine.files import Files, UnrestrictedFiles
from graph_engine.services import Services

if TYPE_CHECKING:
    from graph_engine.builder import BodyBuilder
    from graph_engine.packs.catalogue import Catalogue

T = TypeVar("T")

PROGRESS_SECONDS = 0.05


@dataclass(frozen=True)
class Previews:
    """How work in progress is shown: `size` pixels on the longer side, one in `seconds` from each node."""

    size: int = 256
    seconds: float = 0.2


@dataclass(frozen=True)
class Surroundings:
    """What all nodes of one engine share: device, services, files, artifacts, and how previews are wanted."""

    device: str
    services: Services
    files: Files
    artifacts: ArtifactFolder
    catalogue: Catalogue | None = None
    previews: Previews | None = Previews()


class Run:
    """One node's view of the run it is part of, injected as the keyword `run`.

    `Run()` is a run of its own for scripts, notebooks and tests: the caller's own paths, artifacts in a
    temporary folder, no listener.
    """

    def __init__(
        self,
        node: str = "",
        surroundings: Surroundings | None = None,
        cancellation: Cancellation | None = None,
        listener: events.Listener | None = None,
        make_workspace: Callable[[], Path] | None = None,
        deadline: Callable[[], float | None] | None = None,
    ) -> None:
        self.node = node
        self.cancellation = cancellation or Cancellation()
        self.saved: list[Artifact] = []
        self._given_surroundings = surroundings
        self._listener = listener
        self._make_workspace = make_workspace
        self._deadline = deadline
        self._last_preview = self._last_progress = float("-inf")

    @property
    def device(self) -> str:
        """The device this run was given, in the packs' words: "auto", "cpu", "cuda:0", ..."""
        return self._surroundings.device

    def progress(self, done: float, total: float, note: str = "") -> None:
        """Say that `done` of `total` steps are done (`total` 0: unknown). Raises `Cancelled`."""
        self.check_cancelled()
        now = time.monotonic()
        if self._listener and (done >= total or now - self._last_progress >= PROGRESS_SECONDS):
            self._last_progress = now
            self._listener(events.NodeProgress(self.node, done, total, note))

    @property
    def preview_size(self) -> int:
        """How many pixels the longer side of a preview is to have."""
        return (self._surroundings.previews or Previews()).size

    def preview(self, data: bytes | Callable[[], bytes], media_type: str = "image/png") -> None:
        """Show work in progress, as often as is wanted; a function is called only when shown."""
        wanted = self._surroundings.previews
        if self._listener is None or wanted is None:
            return
        now = time.monotonic()
        if now - self._last_preview >= wanted.seconds:
            self._last_preview = now
            shown = data if isinstance(data, bytes) else data()
            self._listener(events.NodePreview(self.node, shown, media_type))

    def check_cancelled(self) -> None:
        """Raise `Cancelled` if the run was asked to stop; long nodes ask at every step.

        Past the node's limit, `NodeTimedOut` is raised.
        """
        self.cancellation.check()
        deadline = self._deadline() if self._deadline is not None else None
        if deadline is not None and time.monotonic() > deadline:
            raise NodeTimedOut(
                "it ran beyond its time limit; raise it in the node's limits, or give it less."
            )

    def body(self) -> BodyBuilder:
        """A graph to be built and returned as a `Subgraph`, with the node types that this run knows."""
        from graph_engine.builder import BodyBuilder  # only such nodes pay for this import

        return BodyBuilder(self._surroundings.catalogue)

    def service(self, cls: type[T]) -> T:
        """The engine's one instance of `cls`, made by `cls()` on first use."""
        return self._surroundings.services.get(cls)

    def save_artifact(self, name: str, data: bytes | Path, media_type: str) -> Artifact:
        """Keep a file that the user asked for; `name` is what it is called when it is exported."""
        artifact = self._surroundings.artifacts.save(name, data, media_type)
        self.saved.append(artifact)
        return artifact

    def artifact_path(self, artifact: Artifact) -> Path:
        """Where an artifact's file is; do not write to it. Raises `FileMissing`."""
        return self._surroundings.artifacts.path(artifact)

    def read_artifact(self, artifact: Artifact) -> bytes:
        """The bytes of an artifact. Raises `FileMissing`."""
        return self.artifact_path(artifact).read_bytes()

    def open_file(self, path: str) -> Path:
        """The file that a path or `blake3:` reference means. Raises `PathEscape` or `FileMissing`."""
        return self._surroundings.files.open(path)

    def file_names(self, suffix: str) -> list[str]:
        """The names that end so of the files that `open_file` finds in the folders documents may read."""
        return self._surroundings.files.names(suffix)

    def workspace(self) -> Path:
        """A folder for this node and these inputs that outlives an interrupted run; removed after success.

        Ask once a call: without an engine every answer is another folder.
        """
        return self._workspace

    @cached_property
    def _workspace(self) -> Path:
        if self._make_workspace is None:
            return Path(tempfile.mkdtemp(prefix="latentgraph-work-"))
        return self._make_workspace()

    @property
    def has_workspace(self) -> bool:
        """Whether the node asked for its workspace."""
        return "_workspace" in vars(self)

    @property
    def _surroundings(self) -> Surroundings:
        return self._given_surroundings or _plain_surroundings()


class PlainRun(Run):
    """The run that stands in when a node is called as plain Python without one.

    All such calls share it; so each call for a workspace gets a folder of its own, and nothing is resumed.
    """

    def workspace(self) -> Path:
        """A new, empty folder."""
        return Path(tempfile.mkdtemp(prefix="latentgraph-work-"))

    def __repr__(self) -> str:
        return "Run()"


_plain: dict[str, Any] = {}


def _plain_surroundings() -> Surroundings:
    if "surroundings" not in _plain:
        folder = Path(tempfile.mkdtemp(prefix="latentgraph-"))
        _plain["surroundings"] = Surroundings(
            device="auto",
            services=Services(),
            files=UnrestrictedFiles((), folder / "uploads"),
            artifacts=ArtifactFolder(folder / "artifacts"),
        )
    return _plain["surroundings"]  # type: ignore[no-any-return]
