"""Secrets in links and for scripts: shown once, kept only as a hash."""

import hashlib
import secrets


def make(prefix: str = "") -> tuple[str, str]:
    """A new token of 256 bits behind `prefix`, and the hash of the whole."""
    token = prefix + secrets.token_urlsafe(32)
    return token, digest(token)


def digest(token: str) -> str:
    """What is kept of a token. A plain hash is enough: nobody can guess 256 bits."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
