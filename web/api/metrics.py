"""`GET /metrics`: what Prometheus reads."""

from __future__ import annotations

from aiohttp import web

from web.api.routing import Call, Content, Reply, Routes
from web.service.metrics import CONTENT_TYPE

routes = Routes("server")


@routes.add(
    "GET",
    "/metrics",
    scope="view",
    answers={200: Content(("text/plain",), "Metrics, as Prometheus reads them.")},
)
async def read_metrics(call: Call) -> Reply:
    """Read the metrics of the server, as Prometheus does."""
    text = await call.service.call(call.service.metrics.text)
    headers = {"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store"}
    return Reply(web.Response(body=text, headers=headers))
