"""What can go wrong, as one exception per kind; each says what the server said."""

from typing import Any


class FoveaError(Exception):
    """A refusal: `code` never changes its meaning, `message` is a sentence, `data` depends on the code.

    `status` is the reply's, 0 where there was none.
    """

    def __init__(self, code: str, message: str, data: dict[str, Any] | None = None, *, status: int = 0) -> None:
        self.code, self.message, self.data, self.status = code, message, data or {}, status
        fields = self.data.get("fields")
        details = "; ".join(f"{name}: {said}" for name, said in fields.items()) if isinstance(fields, dict) else ""
        super().__init__(f"{code}: {message}{f' ({details})' if details else ''}")


class NotSignedIn(FoveaError):
    """401: no token, or one that is wrong, revoked or expired."""


class Forbidden(FoveaError):
    """403: the token lacks a scope, or its owner the role."""


class NotFound(FoveaError):
    """404: there is no such thing, or not for you."""


class Conflict(FoveaError):
    """409: not as things stand now."""


class Invalid(FoveaError):
    """400, 413, 422: what was sent cannot be taken."""


class TooMany(FoveaError):
    """429: too often, still after waiting as told."""


class ServerFault(FoveaError):
    """5xx: not your fault."""


class Offline(FoveaError):
    """No reply came, after several tries."""


class Failed(FoveaError):
    """What was waited for has failed or was stopped; `data` is the row as it was last seen."""


class Damaged(FoveaError):
    """A download that is not what the server says it is."""


KINDS: dict[int, type[FoveaError]] = {
    400: Invalid,
    401: NotSignedIn,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    413: Invalid,
    422: Invalid,
    429: TooMany,
}


def error_from(status: int, body: Any) -> FoveaError:
    """The exception for a reply; one that is not ours (a proxy's page) still gives a usable one."""
    kind = KINDS.get(status, ServerFault if status >= 500 else FoveaError)
    if isinstance(body, dict) and isinstance(body.get("code"), str):
        data = body.get("data")
        return kind(body["code"], str(body.get("message", "")), data if isinstance(data, dict) else {}, status=status)
    return kind(f"http_{status}", "The reply is not from Fovea.", status=status)
