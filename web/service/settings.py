"""The settings of the server: those of the engine, and where and to whom it listens."""

from __future__ import annotations

import ipaddress
import re
from typing import Self

from pydantic import Field, model_validator

from graph_engine.settings import Settings
from web.service.logs import LogFormat, LogLevel


class ServerSettings(Settings):
    """What `latentgraph serve` reads: flags, environment, a TOML file, in that order."""

    host: str = Field("127.0.0.1", description="The address to listen at; beyond loopback needs tokens.")
    port: int = Field(8188, ge=0, le=65535, description="The port to listen at; 0 chooses a free one.")
    devices: tuple[str, ...] = Field((), description="A worker for each; none: one for `device`.")
    hosts: tuple[str, ...] = Field(
        (), description="Names that clients may call this server by, besides its own."
    )
    origins: tuple[str, ...] = Field((), description="Origins of other sites whose pages may use the API.")
    json_limit: int = Field(17 << 20, ge=1024, description="Bytes that a JSON body may have.")
    pixel_limit: int = Field(
        100_000_000, ge=1, description="Pixels that a picture may have, all frames together."
    )
    thumbnail_budget: int = Field(256 << 20, ge=0, description="Bytes of small pictures kept on disk.")
    preview_size: int = Field(
        512, ge=16, le=4096, description="Pixels on the longer side of a preview, at most."
    )
    preview_seconds: float = Field(0.2, ge=0.02, le=60, description="Seconds between two previews of a node.")
    drain_seconds: float = Field(
        20.0, ge=0, le=3600, description="Seconds that runs may take to end at a stop."
    )
    webhook_hosts: tuple[str, ...] = Field(
        (), description="Hosts on this network that everybody's webhooks may go to."
    )
    log_format: LogFormat = Field("text", description="How the log is written: text or json.")
    log_level: LogLevel = Field("info", description="What is logged: debug, info, warning or error.")
    tracing: str = Field(
        "", description="Where traces go, as http://localhost:4318/v1/traces; none without it."
    )
    keep_jobs: int = Field(100_000, ge=1, description="Ended jobs that are kept; older ones are forgotten.")

    quota_jobs: int = Field(0, ge=0, description="Jobs of one owner that may wait; 0: any number.")
    quota_device_seconds: float = Field(
        0.0, ge=0, allow_inf_nan=False, description="Device time of one owner in 24 hours; 0: any."
    )
    quota_disk_bytes: int = Field(0, ge=0, description="Bytes of one owner's files; 0: any number.")
    rate_requests: float = Field(
        200.0, ge=0, allow_inf_nan=False, description="Requests a second of one owner; 0: any number."
    )
    rate_burst: int = Field(400, ge=1, description="Requests of one owner at once.")
    streams: int = Field(2000, ge=1, description="Streams of events that one owner may have open.")
    connections: int = Field(4096, ge=1, description="Connections that may be open in all.")
    header_seconds: float = Field(10.0, ge=0.1, le=600, description="Seconds that a request's head may take.")

    @model_validator(mode="after")
    def _plain_names(self) -> Self:
        for origin in self.origins:
            scheme, _, rest = origin.partition("://")
            if scheme not in ("http", "https") or not rest or "/" in rest or "*" in rest:
                raise ValueError(f"'{origin}' is no origin: write https://name, without a path or a star")
        for name in self.hosts:
            if not re.fullmatch(r"[0-9A-Za-z_.:\[\]-]+", name):
                raise ValueError(f"'{name}' is no name of a host: write each whole, without a path or a star")
        return self

    @property
    def on_loopback(self) -> bool:
        """Whether only programs on this machine can connect."""
        return is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """Whether an address or a name always means this machine."""
    if host.lower().rstrip(".") == "localhost" or host.lower().endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
