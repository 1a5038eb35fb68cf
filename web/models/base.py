"""What all forms share: frozen models, ids, and the number semantics of the documents."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from graph_engine.declaration.fields import Bool as Bool
from graph_engine.declaration.fields import Float as Float
from graph_engine.declaration.fields import Int as Int


class Form(BaseModel):
    """What a client sends: unknown fields are refused, and numbers are what documents call numbers."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Query(BaseModel):
    """The query of an address. All of it is text there, so numbers are read from text."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class View(BaseModel):
    """What the server answers. A client passes over fields that it does not know: they may be newer."""

    model_config = ConfigDict(extra="ignore", frozen=True)


Json = Any
"""Any JSON value."""

Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="blake3, 64 hex digits")]
Reference = Annotated[
    str, Field(pattern=r"^blake3:[0-9a-f]{64}$", description="Content by its digest: an upload, a model.")
]
JobId = Annotated[str, Field(pattern=r"^job-[0-9a-f]{16}$", examples=["job-0123456789abcdef"])]
Cursor = Annotated[
    int, Field(ge=1, le=2**53, description="Where the next page begins, as the last one said.")
]
