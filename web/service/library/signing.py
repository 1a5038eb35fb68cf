"""Signing links with a key of the data folder's own, so that nobody else can make one."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from web.service.library.errors import LibraryUnusable

KEY_BYTES = 32


def signing_key(path: Path) -> bytes:
    """The key in a file that its owner only can read, made where there is none. Raises `LibraryUnusable`."""
    try:
        if not path.exists():
            _make(path)
        path.chmod(0o600)
        key = path.read_bytes()
    except OSError as error:
        raise LibraryUnusable(
            f"The key of the share links, '{path}', can not be used ({error.strerror or error}). "
            "Make the folder writable, or give another data folder with --data."
        ) from error
    if len(key) != KEY_BYTES:
        raise LibraryUnusable(
            f"The key of the share links, '{path}', is damaged. Put a backup in its place, or delete it: "
            "then a new one is made, and the links that there are end."
        )
    return key


def signature(key: bytes, *facts: object) -> str:
    """HMAC-SHA256 of some facts, as 43 letters that a URL may hold."""
    said = "\n".join(map(str, facts)).encode()
    return base64.urlsafe_b64encode(hmac.digest(key, said, hashlib.sha256)).decode().rstrip("=")


def is_signed(key: bytes, given: str, *facts: object) -> bool:
    """Whether a signature is right, in a time that does not tell how much of it is."""
    return hmac.compare_digest(given.encode(), signature(key, *facts).encode())


def _make(path: Path) -> None:
    """Write a new key, whole or not at all, and never readable by others."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
