"""The log: one line for each thing that happened, as text or JSON, on stderr and in `logs/server.log`.

Whoever logs waits for no disk. What comes from outside can not forge a line, and no secret is ever in one.
"""

from __future__ import annotations

import json
import logging
import queue
import re
import sqlite3
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from logging.handlers import QueueHandler, QueueListener, RotatingFileHandler
from pathlib import Path
from typing import Any, Literal, TypeAlias

LogFormat: TypeAlias = Literal["text", "json"]
LogLevel: TypeAlias = Literal["debug", "info", "warning", "error"]

FILE = "server.log"
MAX_BYTES, FILES = 8 << 20, 4
WAITING = 10_000  # lines that a slow disk may be behind; more are dropped, and counted
LONGEST = 2000  # characters of a text in a line
LONGEST_TRACE = 20_000

_SECRETS = re.compile(r"\b(lg_[0-9A-Za-z]{1,64})_[0-9A-Za-z_-]+|\b(whsec)_[0-9A-Za-z+/=]+")
# What these say of themselves is about the machine; what others say may quote what somebody sent.
_SPEAKING = (OSError, sqlite3.Error, TypeError, AttributeError, NameError, ImportError, RuntimeError)


@contextmanager
def logging_to(folder: Path, log_format: LogFormat, level: LogLevel, *, stream: Any = None) -> Iterator[None]:
    """Let what is logged go to stderr (or `stream`) and the folder's file, until the block ends."""
    handlers: list[logging.Handler] = []
    if (shown := sys.stderr if stream is None else stream) is not None:
        handlers.append(logging.StreamHandler(shown))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handlers.append(
            RotatingFileHandler(folder / FILE, maxBytes=MAX_BYTES, backupCount=FILES - 1, encoding="utf-8")
        )
    except OSError as error:
        print(f"There will be no log in '{folder}' ({error.strerror or error}).", file=shown)
    for one in handlers:
        one.setFormatter(_Formatted())
    lines: queue.Queue[Any] = queue.Queue(WAITING)
    entry = _Entry(lines)
    listener = _Listener(lines, JsonLines() if log_format == "json" else TextLines(), *handlers)
    root = logging.getLogger()
    before = root.level
    root.addHandler(entry)
    root.setLevel(level.upper())
    listener.start()
    try:
        yield
    finally:
        root.removeHandler(entry)
        root.setLevel(before)
        listener.stop()
        for one in handlers:
            one.close()


class _Entry(QueueHandler):
    """Takes lines without waiting."""

    dropped = 0

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        """Make texts of what may change later."""
        record.message, record.args = record.getMessage(), None
        record.msg = record.message
        if record.exc_info:
            record.exc_text, record.exc_info = told(record.exc_info[1]), None
        return record

    def enqueue(self, record: logging.LogRecord) -> None:
        try:
            if self.dropped:
                lost = logging.makeLogRecord({"name": __name__, "levelno": logging.WARNING})
                lost.levelname, lost.msg = "WARNING", f"{self.dropped} lines are missing here."
                lost.message = lost.msg
                self.queue.put_nowait(lost)
                self.dropped = 0
            self.queue.put_nowait(record)
        except queue.Full:
            self.dropped += 1


class _Listener(QueueListener):
    """Writes lines in a thread of its own; at the end those that wait are written."""

    def __init__(
        self, lines: queue.Queue[Any], formatter: logging.Formatter, *handlers: logging.Handler
    ) -> None:
        super().__init__(lines, *handlers)
        self._lines, self._formatter = lines, formatter

    def handle(self, record: logging.LogRecord) -> None:
        """Write a line; its text is made once for all handlers."""
        record.msg, record.args = self._formatter.format(record), None
        super().handle(record)

    def enqueue_sentinel(self) -> None:
        """Say that this was all, however many wait."""
        self._lines.put(None)


class _Formatted(logging.Formatter):
    """For lines whose text is made."""

    def format(self, record: logging.LogRecord) -> str:
        return str(record.msg)


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line: dict[str, Any] = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _cut(record.getMessage()),
        }
        line |= {name: _cut(value) for name, value in fields_of(record).items() if name not in line}
        if record.exc_text:
            line["error"] = record.exc_text
        return without_secrets(json.dumps(line, default=str))


class TextLines(logging.Formatter):
    """Time, level, what happened, and its fields as `name=value`; the lines of a traceback are set in."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, or the lines."""
        given = " ".join(f"{name}={_shown(value)}" for name, value in fields_of(record).items())
        message = plain(_cut(record.getMessage()))
        text = f"{_time(record)} {record.levelname.lower():<7} {message}{'  ' if given else ''}{given}"
        if record.exc_text:
            text += "".join(f"\n    | {plain(line)}" for line in record.exc_text.split("\n"))
        return without_secrets(text)


def fields_of(record: logging.LogRecord) -> Mapping[str, Any]:
    """The fields of a line, given as `extra={"fields": {...}}`."""
    found = getattr(record, "fields", None)
    return found if isinstance(found, Mapping) else {}


def plain(text: str) -> str:
    """A text on one line: what would end it, move the cursor or turn the direction is written out."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)


def without_secrets(text: str) -> str:
    """A text in which tokens and secrets are cut off after the part that names them."""
    return _SECRETS.sub(lambda found: f"{found[1] or found[2]}_...", text)


def told(error: BaseException | None) -> str:
    """Where an error came from, without what it may quote of somebody's document."""
    chain: list[str] = []
    seen: set[int] = set()
    while error is not None and id(error) not in seen and len(chain) < 10:
        seen.add(id(error))
        kind = type(error).__name__
        said = f"{kind}: {_cut(str(error))}" if isinstance(error, _SPEAKING) else kind
        chain.append("".join(traceback.format_tb(error.__traceback__)) + said)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\nduring which, or because of which:\n".join(reversed(chain))[-LONGEST_TRACE:]


def _shown(value: Any) -> str:
    text = plain(_cut(value if isinstance(value, str) else json.dumps(value, default=str)))
    return json.dumps(text, ensure_ascii=False) if not text or re.search(r"[\s\"=]", text) else text


def _cut(value: Any) -> Any:
    return f"{value[:LONGEST]}..." if isinstance(value, str) and len(value) > LONGEST else value


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"
