"""Files over HTTP: what people send, and what runs produce."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from web.models.base import Cursor, Digest, JobId, Json, Query, View

Reference = Annotated[
    str, Field(pattern=r"^blake3:[0-9a-f]{64}$", description="What documents name the file by.")
]
Limit = Annotated[int, Field(ge=1, le=500)]


class UploadView(View):
    """A file that was sent."""

    reference: Reference
    digest: Digest
    name: str
    media_type: str = Field(description="What its content says it is.")
    size: int = Field(description="Bytes.")
    width: int | None = Field(None, description="Pixels, of a picture.")
    height: int | None = None
    oriented: bool = Field(
        False,
        description="Whether it was turned upright when it came; `digest` is then not that of what was sent.",
    )
    source: Digest = Field(description="The digest of what was sent.")
    created: datetime


class UploadPage(View):
    """Some of one's own uploads, newest first."""

    uploads: list[UploadView]
    cursor: int | None = Field(None, description="Where the next page begins; none on the last.")


class UploadsQuery(Query):
    """Which uploads."""

    limit: Limit = 50
    cursor: Cursor | None = None


class ThumbnailQuery(Query):
    """How large a small picture is wanted."""

    size: Annotated[int, Field(ge=64, le=1024, description="Pixels on the longer side, at most.")] = 256


class SavedView(View):
    """An artifact, and the newest job that has it."""

    digest: Digest
    name: str
    media_type: str
    size: int = Field(description="Bytes.")
    job: JobId
    submitted: datetime = Field(description="When the job was.")


class SavedPage(View):
    """Some of one's own artifacts, those of the newest jobs first."""

    artifacts: list[SavedView]
    cursor: str | None = Field(None, description="Where the next page begins; none on the last.")


class SavedQuery(Query):
    """Which artifacts."""

    limit: Limit = 50
    cursor: Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,15}\.[0-9a-f]{64}$")] | None = None
    media_type: str = Field("", max_length=100, description="One, or `image/*`.")
    job: JobId | None = None
    search: str = Field(
        "",
        max_length=200,
        description="Text in names of files and jobs, and in texts that nodes got.",
    )


class ArtifactQuery(Query):
    """What goes into the file."""

    metadata: Literal["embed", "strip"] = Field(
        "embed", description="`embed`: the workflow and what is known of its run; `strip`: nothing."
    )


class MakingView(View):
    """How an artifact was made."""

    artifact: Digest
    document: dict[str, Json] = Field(description="The workflow that was run, with the lock of that run.")
    about: dict[str, Json] = Field(description="Its job, inputs, seeds, models, versions and timings.")
