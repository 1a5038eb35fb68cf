"""Webhooks over HTTP: where jobs are told of, and what became of telling."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from web.models.base import Cursor, Form, JobId, Query, View

# The same statuses as in web.models.jobs, which imports this.
EventName = Literal["queued", "running", "done", "failed", "cancelled"]
WebhookUrl = Annotated[
    str,
    StringConstraints(max_length=2000, pattern=r"^https?://[^\s]+$"),
    Field(examples=["https://example.org/hook"]),
]
WebhookId = Annotated[str, Field(pattern=r"^wh-[0-9a-f]{16}$")]
DeliveryId = Annotated[str, Field(pattern=r"^msg-[0-9a-f]{32}$")]


class WebhookForm(Form):
    """An address that is told of all jobs of its owner."""

    url: WebhookUrl
    events: list[EventName] = Field(
        ["done", "failed", "cancelled"],
        min_length=1,
        max_length=5,
        description="The statuses that it is told of.",
    )


class WebhookView(View):
    """A standing webhook."""

    id: WebhookId
    owner: str
    url: str
    events: list[EventName]
    created: datetime


class NewWebhookView(WebhookView):
    """A standing webhook when it was made."""

    secret: str = Field(description="Signs what is sent, `whsec_...`; it is not shown again.")


class SecretView(View):
    """A secret that signs webhooks, as the Standard Webhooks specification has it."""

    secret: str


class WebhookPage(View):
    """Standing webhooks."""

    webhooks: list[WebhookView]


class DeliveriesQuery(Query):
    """Which deliveries."""

    limit: Annotated[int, Field(ge=1, le=500)] = 50
    cursor: Cursor | None = None
    state: Literal["waiting", "delivered", "dead"] | None = None
    job: JobId | None = None


class DeliveryView(View):
    """One message to one address, and what became of it."""

    id: DeliveryId = Field(description="The message's `webhook-id`, the same at every try.")
    webhook: WebhookId | None = Field(None, description="None: the job's own webhook.")
    job: JobId
    type: str
    url: str
    state: Literal["waiting", "delivered", "dead"]
    tries: int
    due: datetime | None = Field(None, description="When it is tried next.")
    status: int | None = Field(None, description="What the receiver answered at the last try.")
    error: str = ""
    created: datetime
    ended: datetime | None = None


class DeliveryPage(View):
    """Some deliveries, newest first."""

    deliveries: list[DeliveryView]
    cursor: int | None = Field(None, description="Where the next page begins; none on the last.")
