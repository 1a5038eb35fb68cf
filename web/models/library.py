"""The library over HTTP: workflows with their versions, links that show them to others, templates."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from web.models.base import Cursor, Digest, Form, Int, Json, Query, Reference, View
from web.models.jobs import Document
from web.models.problems import FaultView

WorkflowId = Annotated[str, Field(pattern=r"^wf-[0-9a-f]{16}$", examples=["wf-0123456789abcdef"])]
ShareId = Annotated[str, Field(pattern=r"^sh-[0-9a-f]{16}$", examples=["sh-0123456789abcdef"])]
VersionNumber = Annotated[int, Field(ge=1, le=999_999_999)]
Title = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$"),
]
Tag = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]*$")
]
Tags = Annotated[list[Tag], Field(max_length=50)]
Note = Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\x00]*$")]
Limit = Annotated[int, Field(ge=1, le=500)]


class WorkflowForm(Form):
    """A workflow for the library: a document, or a file that carries one."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"document": {"latentgraph": 1, "nodes": {}}, "name": "Nothing yet", "tags": ["draft"]}
            ]
        }
    )

    document: Document | None = None
    upload: Reference | None = Field(
        None, description="A JSON file or a picture that carries a workflow, instead of `document`."
    )
    name: Title | None = Field(None, description="Without it, the document's own.")
    tags: Tags = Field([])
    note: Note = Field("", description="What this version is, for people.")

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.document is None) == (self.upload is None):
            raise ValueError("give either `document` or `upload`")
        return self


class VersionForm(Form):
    """The next version of a workflow."""

    document: Document
    note: Note = ""


class ChangeForm(Form):
    """What is to be changed; what is left out, or null, stays as it is, but a null thumbnail goes."""

    name: Title | None = None
    tags: Tags | None = None
    thumbnail: Digest | None = Field(None, description="A picture among the artifacts or uploads.")
    note: Note | None = Field(None, description="The note of the current version.")


class CopyForm(Form):
    """What the copy is called."""

    name: Title | None = None
    tags: Tags = Field([])


class WorkflowsQuery(Query):
    """Which workflows."""

    limit: Limit = 50
    cursor: Cursor | None = None
    search: Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00]*$")] = Field(
        "", description="Text in names, tags and documents."
    )
    tag: list[Tag] = Field([], max_length=50, description="All of these; may be given several times.")
    owner: str | None = Field(
        None, max_length=200, description="Workflows of another owner need the scope `admin`."
    )
    bin: bool = Field(False, description="What was deleted, instead of what is there.")


class WorkflowQuery(Query):
    """Which version, and whether it is looked at."""

    version: VersionNumber | None = Field(None, description="Without it, the current one.")
    check: bool = Field(False, description="Say in `problems` whether it fits the packs here.")


class DeleteWorkflowQuery(Query):
    """How far it goes."""

    forever: bool = Field(False, description="With all versions and links, and not into the bin.")


class ExportQuery(Query):
    """What is exported."""

    version: VersionNumber | None = None
    lock: bool = Field(
        False, description="Write down which packs and models are here; the document must fit them."
    )


class RunQuery(Query):
    """Which version is run."""

    version: VersionNumber | None = Field(None, description="Without it, the current one.")


class VersionsQuery(Query):
    """Which versions."""

    limit: Limit = 100
    cursor: Cursor | None = None


class WorkflowSummary(View):
    """A workflow in a list."""

    id: WorkflowId
    name: str
    tags: list[str]
    owner: str
    created: datetime
    updated: datetime
    version: int = Field(description="The number of the current version.")
    etag: str = Field(description="What `If-Match` takes: another one after every change.")
    thumbnail: str | None = Field(None, description="The address of its picture.")
    deleted: datetime | None = Field(None, description="Since when it is in the bin.")


class VersionView(View):
    """A version of a workflow."""

    number: int
    name: str = Field(description="The document's own name.")
    digest: Digest = Field(description="Of the document's text.")
    nodes: int
    author: str
    time: datetime
    note: str


class WorkflowView(WorkflowSummary):
    """A workflow with its document."""

    document: dict[str, Json]
    shown: VersionView = Field(description="The version that `document` is.")
    problems: list[FaultView] | None = Field(
        None,
        description="What does not fit the packs here; null where that was not asked for, "
        "or nobody could say just now.",
    )


class WorkflowPage(View):
    """Some workflows, the one that was changed last first."""

    workflows: list[WorkflowSummary]
    cursor: int | None = Field(None, description="Where the next page begins; none on the last.")


class VersionPage(View):
    """Some versions of a workflow, newest first."""

    versions: list[VersionView]
    cursor: int | None = Field(None, description="Where the next page begins; none on the last.")


class VersionDocumentView(VersionView):
    """A version of a workflow, with its document."""

    document: dict[str, Json]


class DifferenceView(View):
    """One difference between two versions."""

    code: str
    message: str
    node: str = ""
    input: str = ""
    before: str = ""
    after: str = ""
    definition: str = ""


class DiffView(View):
    """What differs between two versions, in words; nothing where they say the same."""

    differences: list[DifferenceView]


class ShareForm(Form):
    """A link that shows a workflow to whoever has it."""

    days: Annotated[Int, Field(ge=1, le=3650, description="Days until it ends.")] = 30
    version: Annotated[Int, Field(ge=1, le=999_999_999)] | Literal["current"] = Field(
        "current", description="This version for good, or whichever is the current one."
    )


class ShareView(View):
    """A link, as its maker sees it."""

    id: ShareId
    workflow: WorkflowId
    version: int | Literal["current"]
    created: datetime
    expires: datetime
    revoked: datetime | None = None
    state: Literal["open", "expired", "revoked"]
    opened: int = Field(description="How often the document was read through it.")
    path: str = Field(description="The address on this server that needs no token.")


class ShareList(View):
    """The links of a workflow, newest first."""

    shares: list[ShareView]


class SharedView(View):
    """A workflow, as whoever has a link sees it."""

    name: str
    description: str
    tags: list[str]
    version: int
    updated: datetime
    expires: datetime
    nodes: int
    thumbnail: str | None = Field(None, description="The address of its picture.")
    document: dict[str, Json]


class TemplateQuery(Query):
    """In which language a template is wanted."""

    language: Annotated[
        str, StringConstraints(pattern=r"^(?:[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3})?$", max_length=30)
    ] = Field(
        "", description="Names, titles and help are said in it, as `ko`, where there are words for them."
    )


class TemplateInput(View):
    """An input of a template."""

    name: str
    title: str
    help: str = ""


class TemplateSummary(View):
    """A workflow to begin with."""

    id: str
    name: str
    description: str
    pack: str = Field(description="Whose it is; empty for those of Latent Graph itself.")
    nodes: int
    inputs: list[TemplateInput]
    thumbnail: str | None = Field(None, description="The address of its picture.")


class TemplateView(TemplateSummary):
    """A template with its document."""

    document: dict[str, Json]


class TemplateList(View):
    """The templates here: of each pack those with a picture first, by name."""

    templates: list[TemplateSummary]
