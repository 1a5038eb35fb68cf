"""People and webhooks: tokens, who one is, what was changed by whom; who is told of jobs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

from web.client.calls import Calls, given, part
from web.models.people import (
    AuditEntry,
    AuditPage,
    NewTokenView,
    ScopeName,
    SessionView,
    TokensView,
    TokenView,
)
from web.models.webhooks import (
    DeliveryPage,
    DeliveryView,
    EventName,
    NewWebhookView,
    SecretView,
    WebhookPage,
    WebhookView,
)

TOKENS, WEBHOOKS = "/api/v1/tokens", "/api/v1/webhooks"


class PeopleCalls(Calls):
    """The calls about people and webhooks."""

    async def whoami(self) -> SessionView:
        """Whose the token is, and what it may do."""
        return await self._server.view(SessionView, "GET", "/api/v1/session")

    async def tokens(self) -> list[TokenView]:
        """Every token, without its secret."""
        return (await self._server.view(TokensView, "GET", TOKENS)).tokens

    async def create_token(
        self, owner: str, scopes: Sequence[ScopeName], *, name: str = "", days: float | None = None
    ) -> NewTokenView:
        """Make a token; its text is told this once."""
        body = {"owner": owner, "scopes": list(scopes), "name": name, **given(days=days)}
        return await self._server.view(NewTokenView, "POST", TOKENS, body=body, repeat="unsent")

    async def revoke_token(self, token: str) -> None:
        """Let a token be of no use any more, by its id."""
        await self._server.delete(f"{TOKENS}/{part(token)}")

    async def audit(self) -> AsyncIterator[AuditEntry]:
        """What was changed by whom, newest first; page after page as it is wanted."""
        cursor = None
        while True:
            page = await self._server.view(AuditPage, "GET", "/api/v1/audit", query={"cursor": cursor})
            for one in page.entries:
                yield one
            if (cursor := page.cursor) is None:
                return

    async def webhooks(self) -> list[WebhookView]:
        """The addresses that are told of all one's jobs."""
        return (await self._server.view(WebhookPage, "GET", WEBHOOKS)).webhooks

    async def add_webhook(self, url: str, events: Sequence[EventName] | None = None) -> NewWebhookView:
        """Let an address be told of all one's jobs; the secret that signs it is told this once."""
        body = {"url": url, **given(events=None if events is None else list(events))}
        return await self._server.view(NewWebhookView, "POST", WEBHOOKS, body=body, repeat="unsent")

    async def delete_webhook(self, webhook: str) -> None:
        """Tell an address no more."""
        await self._server.delete(f"{WEBHOOKS}/{part(webhook)}")

    async def webhook_secret(self) -> str:
        """The secret that signs what single jobs send."""
        return (await self._server.view(SecretView, "GET", f"{WEBHOOKS}/secret")).secret

    async def deliveries(
        self, *, state: str | None = None, job: str | None = None
    ) -> AsyncIterator[DeliveryView]:
        """What was sent and what became of it, newest first."""
        query: dict[str, Any] = {"state": state, "job": job, "cursor": None}
        while True:
            path = f"{WEBHOOKS}/deliveries"
            page = await self._server.view(DeliveryPage, "GET", path, query=query)
            for one in page.deliveries:
                yield one
            if page.cursor is None:
                return
            query["cursor"] = page.cursor

    async def retry_delivery(self, delivery: str) -> DeliveryView:
        """Send a message again."""
        path = f"{WEBHOOKS}/deliveries/{part(delivery)}/retry"
        return await self._server.view(DeliveryView, "POST", path, repeat="unsent")
