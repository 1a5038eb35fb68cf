"""Webhooks: standing ones, their secrets, and what became of each delivery."""

from __future__ import annotations

from web.api.routing import Call, Reply, Routes
from web.models.webhooks import (
    DeliveriesQuery,
    DeliveryPage,
    DeliveryView,
    NewWebhookView,
    SecretView,
    WebhookForm,
    WebhookPage,
    WebhookView,
)
from web.service.views import moment
from web.service.webhooks.store import Delivery, Hook

routes = Routes("webhooks")

PRIVATE = {"Cache-Control": "no-store"}


@routes.add(
    "POST",
    "/api/v1/webhooks",
    scope="run",
    body=WebhookForm,
    answers={201: NewWebhookView},
    refusals=(409,),
)
async def add_webhook(call: Call) -> Reply:
    """Name an address that is told of all one's jobs.

    The secret in the answer signs what is sent; it is shown this once.
    """
    form: WebhookForm = call.body
    events = list(dict.fromkeys(form.events))
    hook, secret = await call.service.call(call.service.webhooks.add, call.person, form.url, events)
    view = NewWebhookView(**hook_view(hook).model_dump(), secret=secret)
    return Reply(view, 201, {"Location": f"/api/v1/webhooks/{hook.id}", **PRIVATE})


@routes.add("GET", "/api/v1/webhooks", scope="view", answers={200: WebhookPage})
async def list_webhooks(call: Call) -> Reply:
    """List the standing webhooks."""
    found = await call.service.call(call.service.webhooks.hooks, call.person)
    return Reply(WebhookPage(webhooks=[hook_view(one) for one in found]))


@routes.add("GET", "/api/v1/webhooks/secret", scope="run", answers={200: SecretView})
async def read_webhook_secret(call: Call) -> Reply:
    """Read the secret that signs the webhooks of one's jobs; it is made on first use."""
    secret = await call.service.call(call.service.webhooks.own_secret, call.person)
    return Reply(SecretView(secret=secret), headers=PRIVATE)


@routes.add("POST", "/api/v1/webhooks/secret", scope="run", answers={200: SecretView})
async def replace_webhook_secret(call: Call) -> Reply:
    """Replace the secret that signs the webhooks of one's jobs.

    The one before signs too for a day, so that receivers can change in peace.
    """
    secret = await call.service.call(call.service.webhooks.own_secret, call.person, replace=True)
    return Reply(SecretView(secret=secret), headers=PRIVATE)


@routes.add(
    "GET", "/api/v1/webhooks/deliveries", scope="view", query=DeliveriesQuery, answers={200: DeliveryPage}
)
async def list_deliveries(call: Call) -> Reply:
    """List deliveries, newest first, with what became of them."""
    query: DeliveriesQuery = call.query
    found = await call.service.call(
        call.service.webhooks.deliveries, call.person, query.limit + 1, query.cursor, query.state, query.job
    )
    page = found[: query.limit]
    cursor = page[-1].number if len(found) > query.limit else None
    return Reply(DeliveryPage(deliveries=[delivery_view(one) for one in page], cursor=cursor))


@routes.add(
    "POST",
    "/api/v1/webhooks/deliveries/{delivery}/retry",
    scope="run",
    answers={202: DeliveryView},
    refusals=(409,),
)
async def retry_delivery(call: Call) -> Reply:
    """Send a delivery that is over again, as the same message."""
    found = await call.service.call(call.service.webhooks.retry, call.person, call.parts["delivery"])
    return Reply(delivery_view(found), 202)


@routes.add("GET", "/api/v1/webhooks/{webhook}", scope="view", answers={200: WebhookView})
async def read_webhook(call: Call) -> Reply:
    """Read a standing webhook."""
    return Reply(
        hook_view(await call.service.call(call.service.webhooks.hook, call.person, call.parts["webhook"]))
    )


@routes.add("DELETE", "/api/v1/webhooks/{webhook}", scope="run", answers={204: None})
async def delete_webhook(call: Call) -> Reply:
    """Forget a standing webhook; what waits for it is not sent any more."""
    await call.service.call(call.service.webhooks.delete, call.person, call.parts["webhook"])
    return Reply(status=204)


@routes.add("POST", "/api/v1/webhooks/{webhook}/secret", scope="run", answers={200: SecretView})
async def replace_standing_secret(call: Call) -> Reply:
    """Replace a standing webhook's secret; the one before signs too for a day."""
    secret = await call.service.call(call.service.webhooks.replace_secret, call.person, call.parts["webhook"])
    return Reply(SecretView(secret=secret), headers=PRIVATE)


def hook_view(hook: Hook) -> WebhookView:
    """A standing webhook as the API shows it."""
    return WebhookView.model_validate(
        {
            "id": hook.id,
            "owner": hook.owner,
            "url": hook.url,
            "events": hook.events,
            "created": moment(hook.created),
        }
    )


def delivery_view(one: Delivery) -> DeliveryView:
    """A delivery as the API shows it."""
    return DeliveryView.model_validate(
        {
            "id": one.id,
            "webhook": one.hook or None,
            "job": one.job,
            "type": one.type,
            "url": one.url,
            "state": one.state,
            "tries": one.tries,
            "due": moment(one.due) if one.state == "waiting" else None,
            "status": one.status,
            "error": one.error,
            "created": moment(one.created),
            "ended": moment(one.ended),
        }
    )
