"""The artifacts folder: files that runs produced, by content digest. The user's: nothing evicts them."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path, PurePosixPath

from graph_engine.artifact import Artifact
from graph_engine.atomic import copy_atomic, write_atomic
from graph_engine.digest import digest_content, digest_file, is_digest
from graph_engine.errors import FileMissing

_UNSEEN = ("Cf", "Cs", "Zl", "Zp")  # categories of Unicode: format, half characters, breaks
_JOINERS = "\u200c\u200d"  # which some scripts and many emoji are written with


class ArtifactFolder:
    """Saves and finds artifacts under `folder/xx/digest.extension`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def save(self, name: str, data: bytes | Path, media_type: str) -> Artifact:
        """Keep a file's bytes under their digest; the same bytes are kept once."""
        name = readable_name(name)
        if isinstance(data, Path):
            artifact = Artifact(digest_file(data), name, media_type, data.stat().st_size)
        else:
            artifact = Artifact(digest_content(data), name, media_type, len(data))
        path = self._path(artifact)
        if not self.holds(artifact):
            if isinstance(data, Path):
                copy_atomic(data, path)
            else:
                write_atomic(path, data)
        return artifact

    def holds(self, artifact: Artifact) -> bool:
        """Whether the artifact's file is there in its full size."""
        try:
            return self._path(artifact).stat().st_size == artifact.size
        except OSError:
            return False

    def path(self, artifact: Artifact) -> Path:
        """Where the artifact's file is; raises `FileMissing` if it was deleted."""
        if not self.holds(artifact):
            digest = artifact.digest[:12]
            raise FileMissing(f"The artifact '{artifact.name}' ({digest}) is no longer on disk.")
        return self._path(artifact)

    def delete(self, artifact: Artifact) -> None:
        """Delete the artifact's file, if it is there."""
        self._path(artifact).unlink(missing_ok=True)

    def _path(self, artifact: Artifact) -> Path:
        if not is_digest(artifact.digest):
            raise FileMissing(f"'{artifact.digest}' is not the digest of an artifact.")
        return self.folder / artifact.digest[:2] / f"{artifact.digest}{_extension(artifact.name)}"


def readable_name(name: str) -> str:
    """A file name that is safe on every platform and reads as it is.

    No folders, no control or reserved characters, and none that show a name other than it is, as those do
    that turn the direction of writing.
    """
    name = PurePosixPath(name.replace("\\", "/")).name
    name = "".join(one for one in name if unicodedata.category(one) not in _UNSEEN or one in _JOINERS)
    name = re.sub(r'[\x00-\x1f\x7f-\x9f<>:"/\\|?*]+', "_", name).strip(". ")
    return name[-120:] or "artifact"


def _extension(name: str) -> str:
    suffix = PurePosixPath(name).suffix
    return suffix.lower() if re.fullmatch(r"\.[A-Za-z0-9]{1,12}", suffix) else ""
