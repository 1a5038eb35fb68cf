"""A connection: messages over a stream socket, from any thread."""

from __future__ import annotations

import os
import select
import socket
import threading
import weakref
from contextlib import suppress

from graph_engine.workers.errors import ConnectionEnded
from graph_engine.workers.frames import FrameReader
from graph_engine.workers.protocol import Message, decode, encode

_AT_ONCE = 256 * 1024  # bytes read at once
_GONE = "The other side of the connection is gone."


class Connection:
    """Sends from any thread, receives in one. That one never sends: two that wait for each other would hang.

    In a process that was forked off, the connection is closed and sending does nothing.
    """

    def __init__(self, stream: socket.socket) -> None:
        stream.set_inheritable(False)
        self._stream = stream
        self._frames = FrameReader()
        self._sending = threading.Lock()
        self._owner = os.getpid()
        _open.add(self)

    def send(self, message: Message) -> None:
        """Send a message whole. Raises `ConnectionEnded` and `FrameTooLarge`."""
        if os.getpid() != self._owner:
            return
        data = encode(message)
        try:
            with self._sending:
                self._stream.sendall(data)
        except OSError as error:
            raise ConnectionEnded(_GONE) from error

    def receive(self, timeout: float | None = None) -> list[Message]:
        """The messages that came next; none when `timeout` seconds pass.

        Raises `ConnectionEnded` and `BrokenFrame`.
        """
        try:
            if timeout is not None and not self._readable(timeout):
                return []
            data = self._stream.recv(_AT_ONCE)
        except (OSError, ValueError) as error:  # ValueError: closed by another thread
            raise ConnectionEnded(_GONE) from error
        if not data:
            raise ConnectionEnded(_GONE)
        return [message for frame in self._frames.feed(data) if (message := decode(frame)) is not None]

    def end(self) -> None:
        """Close the connection; whoever waits on it goes on with `ConnectionEnded`."""
        with suppress(OSError):
            self._stream.shutdown(socket.SHUT_RDWR)
        with self._sending:
            self._stream.close()

    def _readable(self, timeout: float) -> bool:
        poll = select.poll()
        poll.register(self._stream, select.POLLIN)
        return bool(poll.poll(timeout * 1000))

    def _leave(self) -> None:
        self._stream.close()  # not shut down: that would end it for the parent too


_open: weakref.WeakSet[Connection] = weakref.WeakSet()


def _leave_all() -> None:
    for connection in list(_open):
        connection._leave()


os.register_at_fork(after_in_child=_leave_all)
