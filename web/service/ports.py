"""Ports of this machine: whether one is free, and whose it is."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from pathlib import Path


def is_free(host: str, port: int) -> bool:
    """Whether a server could listen there. A host that is not this machine's counts as taken by nobody."""
    try:
        found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError:
        return True
    for family, kind, _, _, address in found:
        with suppress(OSError), socket.socket(family, kind) as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                one.bind(address)
                one.listen(1)
            except OSError:
                return False
    return True


def holder_of(port: int) -> str:
    """The process that listens at a port, as far as the system says it to this user; else nothing."""
    sockets = {f"socket:[{one}]" for one in _listening(port)}
    for process in Path("/proc").glob("[0-9]*") if sockets else ():
        with suppress(OSError):
            for link in (process / "fd").iterdir():
                with suppress(OSError):
                    if os.readlink(link) in sockets:
                        return f"'{(process / 'comm').read_text().strip()}' (process {process.name})"
    return ""


def _listening(port: int) -> set[str]:
    found = set()
    for table in ("tcp", "tcp6"):
        with suppress(OSError):
            for line in Path("/proc/net", table).read_text().splitlines()[1:]:
                words = line.split()
                if words[3] == "0A" and int(words[1].rpartition(":")[2], 16) == port:
                    found.add(words[9])
    return found
