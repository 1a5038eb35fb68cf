"""The server itself: what it is, whether it takes work, which node types it has."""

from __future__ import annotations

from web.client.calls import Calls, part
from web.models.answers import ChoicesView
from web.models.system import NodesView, ReadyView, ServerView, TextsView


class ServerCalls(Calls):
    """The calls about the server."""

    async def server(self) -> ServerView:
        """The server's version and limits."""
        return await self._server.view(ServerView, "GET", "/api/v1/server")

    async def ready(self) -> ReadyView:
        """Whether the server takes work, and what its workers do."""
        found = await self._server.request("GET", "/readyz", accepted=(503,), repeat="unsent")
        return self._server.read(ReadyView, found.body)

    async def nodes(self) -> NodesView:
        """The node types and the value types there."""
        return await self._server.view(NodesView, "GET", "/api/v1/nodes")

    async def texts(self, language: str) -> TextsView:
        """What the node types there are called in a language."""
        return await self._server.view(TextsView, "GET", f"/api/v1/nodes/texts/{part(language)}")

    async def choices(
        self, node_type: str, input: str, query: str = "", *, limit: int | None = None
    ) -> ChoicesView:
        """What there is to choose for an input of a node type, `pack/name`: models, files, names."""
        pack, _, node = node_type.partition("/")
        path = f"/api/v1/nodes/{part(pack)}/{part(node)}/inputs/{part(input)}/choices"
        asked = {"query": query or None, "limit": limit}
        return await self._server.view(ChoicesView, "GET", path, query=asked)
