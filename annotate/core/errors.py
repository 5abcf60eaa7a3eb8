"""How a service says no: a code, a sentence, data and a status, turned into a reply by one handler."""

from typing import Any


class Refused(Exception):
    """A request that is not carried out; nothing has been changed when it is raised.

    `code` is stable and mapped to words by the client; `message` is an English sentence for scripts.
    """

    status = 422

    def __init__(self, code: str, message: str, data: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data or {}


class Invalid(Refused):
    status = 422


class BadRequest(Refused):
    status = 400


class NotSignedIn(Refused):
    status = 401


class Forbidden(Refused):
    status = 403


class NotFound(Refused):
    status = 404


class Conflict(Refused):
    status = 409


class TooLarge(Refused):
    status = 413


class TooMany(Refused):
    """Too often; `retry_after` seconds from now the same may be tried again."""

    status = 429

    def __init__(self, code: str, message: str, data: dict[str, Any] | None = None, *, retry_after: int = 0) -> None:
        super().__init__(code, message, {**(data or {}), "retry_after": retry_after})
        self.retry_after = retry_after


class Unavailable(Refused):
    status = 503
