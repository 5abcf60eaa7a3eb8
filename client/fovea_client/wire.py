"""One connection: JSON in and out, refusals as exceptions, and another try where that can do no harm."""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import httpx

from fovea_client.errors import FoveaError, Offline, error_from

TRIES = 8
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 20.0
# The request never left, so nothing can have come of it.
NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
HARMLESS = frozenset({"GET", "PATCH"})


class Wire:
    """Speaks for one token. `pause` waits so many seconds; `transport` stands in for the network."""

    def __init__(
        self,
        url: str,
        token: str,
        *,
        timeout: float = 60,
        pause: Callable[[float], None] = time.sleep,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        self.http = httpx.Client(base_url=url, headers=headers, timeout=timeout, transport=transport)
        self.pause = pause

    def ask(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        query: Mapping[str, Any] | None = None,
        form: Callable[[], Mapping[str, Any]] | None = None,
        again: bool | None = None,
    ) -> Any:
        """The reply's JSON, None where it has none. Raises a FoveaError.

        `again`: whether the same request twice is as good as once; by itself of GET and PATCH. Others are sent again
        only where nothing can have happened. `form` makes `data` and `files` anew for each try.
        """
        again = method in HARMLESS if again is None else again
        given = {name: value for name, value in (query or {}).items() if value is not None}
        for attempt in range(TRIES):
            last = attempt == TRIES - 1
            try:
                reply = self.http.request(method, path, json=body, params=given, **(form() if form else {}))
            except httpx.TransportError as problem:
                if last or not (again or isinstance(problem, NEVER_LEFT)):
                    raise Offline("offline", f"{method} {path}: {problem or type(problem).__name__}") from None
                self.pause(_pause(attempt))
                continue
            if reply.is_success:
                return reply.json() if reply.headers.get("content-type", "").startswith("application/json") else None
            error = _error(reply)
            if last or not _passes(error, again=again):
                raise error
            self.pause(_pause(attempt, reply.headers.get("retry-after", "")))
        raise AssertionError("the last try returns or raises")

    def items(self, path: str, query: Mapping[str, Any] | None = None) -> Iterator[Any]:
        """Everything on a list, page after page."""
        cursor: str | None = None
        while True:
            page = self.ask("GET", path, query={"limit": 200, **(query or {}), "cursor": cursor})
            yield from page["items"]
            cursor = page["next"]
            if cursor is None:
                return

    def stream(self, path: str) -> Iterator[bytes]:
        """The bytes of a download as they come. Raises a FoveaError, also where it breaks off."""
        try:
            with self.http.stream("GET", path) as reply:
                if not reply.is_success:
                    reply.read()
                    raise _error(reply)
                yield from reply.iter_bytes()
        except httpx.TransportError as problem:
            raise Offline("offline", f"GET {path}: {problem or type(problem).__name__}") from None


def _error(reply: httpx.Response) -> FoveaError:
    try:
        body = reply.json()
    except ValueError:
        body = None
    return error_from(reply.status_code, body)


def _passes(error: FoveaError, *, again: bool) -> bool:
    """Whether waiting may help. Of 429 and our own 503 the server says that nothing has happened."""
    if error.status == 429 or error.code == "database_busy":
        return True
    return again and error.status in {500, 502, 503, 504}


def _pause(attempt: int, told: str = "") -> float:
    """Seconds: what the server asks for, within reason; else twice as long each time."""
    if told.isdecimal():
        return float(min(int(told), 300))
    return float(min(FIRST_PAUSE * 2**attempt, LONGEST_PAUSE))
