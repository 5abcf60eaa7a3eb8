"""The edge of the API: who is asking, what a body may contain, how a refusal looks, how lists are paged."""

import base64
import json
import logging
import math
import re
from collections.abc import Callable, Mapping
from typing import IO, Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.exceptions import ValidationError as BadValue
from django.db import InterfaceError, OperationalError
from django.db.models import Q, QuerySet
from django.http import Http404, UnreadablePostError
from rest_framework import authentication, exceptions, parsers, permissions
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.core import errors, grants

log = logging.getLogger(__name__)

MAX_DEPTH = 32
MAX_BODY_BYTES = 4 * 2**20
MAX_INTEGER_DIGITS = 18
MAX_ID = 2**63 - 1
MOST_OFFSET = 2**31
# A whole string (an unfinished one reaches to the end), or one bracket outside strings. Nothing here backtracks.
BRACKETS = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)


def check_ids(kwargs: Mapping[str, Any]) -> None:
    """NotFound where an address holds a number that no row can have: databases fail on it instead of finding none."""
    if any(isinstance(value, int) and value > MAX_ID for value in kwargs.values()):
        raise errors.NotFound("not_found", "There is no such thing here.")


class CsrfFailed(exceptions.PermissionDenied):
    default_detail = "This request does not carry the token of your session; load the page again."


class SessionAuthentication(authentication.SessionAuthentication):
    """Django's session with its CSRF check, also for strangers (signing somebody in is an attack too).

    A stranger gets 401, not 403.
    """

    def authenticate(self, request: Request) -> tuple[Any, None] | None:
        self.enforce_csrf(request)
        user = getattr(request._request, "user", None)
        return (user, None) if user and user.is_active else None

    def enforce_csrf(self, request: Request) -> None:
        try:
            super().enforce_csrf(request)
        except exceptions.PermissionDenied:
            raise CsrfFailed from None

    def authenticate_header(self, request: Request) -> str:
        return "Session"


class DenyByDefault(permissions.BasePermission):
    """No view is reachable unless it states its own rule."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return False


class Anyone(permissions.BasePermission):
    """For the few routes that strangers need: sign-in, reset, invitation, session.

    A view's `token_scopes` says per method with which scopes of an API token it can be asked; by itself with none.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        if (grant := grants.of(request)) is not None:
            method = "GET" if request.method == "HEAD" else request.method
            grants.check(grant, getattr(view, "token_scopes", {}).get(method, ()))
        return True


class SignedIn(Anyone):
    def has_permission(self, request: Request, view: Any) -> bool:
        return super().has_permission(request, view) and bool(request.user and request.user.is_authenticated)


class WithPassword(SignedIn):
    """Not for people who came by an open link."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return super().has_permission(request, view) and not request.user.volunteer


class Volunteer(SignedIn):
    def has_permission(self, request: Request, view: Any) -> bool:
        return super().has_permission(request, view) and request.user.volunteer


class ServerAdmin(SignedIn):
    def has_permission(self, request: Request, view: Any) -> bool:
        return super().has_permission(request, view) and request.user.is_superuser


class Known(permissions.BasePermission):
    """Somebody, by session or token: for views that weigh a token's scopes themselves, as project routes do."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return bool(request.user and request.user.is_authenticated)


def _no_constant(name: str) -> Any:
    raise errors.Invalid("not_finite", f"{name} is not a number that can be kept.")


def _integer(text: str) -> int:
    if len(text.lstrip("-")) > MAX_INTEGER_DIGITS:
        raise errors.Invalid("number_too_large", "A whole number has more than 18 digits.")
    return int(text)


def _float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise errors.Invalid("not_finite", "A number is too large.")
    return value


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise errors.BadRequest("duplicate_key", "An object names the same key twice.")
    return found


def _depth(text: str) -> int:
    """The deepest nesting of brackets outside strings: counted before parsing, because parsing recurses."""
    depth = deepest = 0
    for found in BRACKETS.finditer(text):
        sign = found.group()[0]
        if sign in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif sign in "]}":
            depth -= 1
    return deepest


def check_text(text: str) -> None:
    """Refuses what a database or a later reader cannot hold: NUL and lone surrogates."""
    if "\x00" in text:
        raise errors.Invalid("nul_in_text", "A text contains the NUL character.")
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise errors.Invalid("surrogate_in_text", "A text contains half of a surrogate pair.")


def _check_texts(value: Any) -> None:
    if isinstance(value, str):
        check_text(value)
    elif isinstance(value, dict):
        for key, item in value.items():
            check_text(key)
            _check_texts(item)
    elif isinstance(value, list):
        for item in value:
            _check_texts(item)


def parse_json(body: bytes) -> Any:
    """The value of a JSON body that is UTF-8, finite, of bounded depth and size, with no NUL and no lone surrogate.

    Raises BadRequest, Invalid or TooLarge.
    """
    if len(body) > MAX_BODY_BYTES:
        raise errors.TooLarge("body_too_large", "The request is larger than 4 MB.", {"limit": MAX_BODY_BYTES})
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise errors.BadRequest("not_utf8", "The request is not UTF-8.") from None
    if (text.count("[") + text.count("{")) > MAX_DEPTH and _depth(text) > MAX_DEPTH:
        raise errors.BadRequest("too_deep", f"The request is nested deeper than {MAX_DEPTH} levels.")
    try:
        value = json.loads(
            text,
            parse_constant=_no_constant,
            parse_int=_integer,
            parse_float=_float,
            object_pairs_hook=_unique_keys,
        )
    except json.JSONDecodeError as error:
        raise errors.BadRequest("not_json", f"The request is not JSON: {error.msg} at {error.pos}.") from None
    if "\\u" in text or "\x00" in text:
        _check_texts(value)
    return value


class StrictJSONParser(parsers.JSONParser):
    """JSON as `parse_json` allows it. Views that take files add DRF's MultiPartParser beside it."""

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        return parse_json(stream.read(MAX_BODY_BYTES + 1))


def _reply(code: str, message: str, data: Any, status: int) -> Response:
    return Response({"code": code, "message": message, "data": data}, status=status)


CODES: dict[type[exceptions.APIException], str] = {
    CsrfFailed: "csrf_failed",
    exceptions.NotAuthenticated: "not_signed_in",
    exceptions.AuthenticationFailed: "not_signed_in",
    exceptions.PermissionDenied: "forbidden",
    exceptions.NotFound: "not_found",
    exceptions.MethodNotAllowed: "method_not_allowed",
    exceptions.UnsupportedMediaType: "unsupported_media_type",
    exceptions.Throttled: "too_many_requests",
    exceptions.ParseError: "bad_request",
    exceptions.NotAcceptable: "not_acceptable",
}


def reply_to_exception(error: Exception, context: dict[str, Any]) -> Response | None:
    """Every refusal as `{code, message, data}`; None lets Django log a real fault and answer 500."""
    if isinstance(error, errors.Refused):
        reply = _reply(error.code, error.message, error.data, error.status)
        if isinstance(error, errors.TooMany) and error.retry_after:
            reply["Retry-After"] = str(error.retry_after)
    elif isinstance(error, exceptions.ValidationError):
        told = {"fields": error.detail, "codes": error.get_codes()}
        reply = _reply("invalid", "Some fields cannot be accepted.", told, 422)
    elif isinstance(error, Http404):
        reply = _reply("not_found", "There is no such thing here.", {}, 404)
    elif isinstance(error, PermissionDenied):
        reply = _reply("forbidden", "You may not do this.", {}, 403)
    elif isinstance(error, RequestDataTooBig):
        reply = _reply("body_too_large", "The request is too large.", {}, 413)
    elif isinstance(error, (SuspiciousOperation, UnreadablePostError)):
        reply = _reply("bad_request", "The request cannot be read.", {}, 400)
    elif isinstance(error, (OperationalError, InterfaceError)):
        log.exception("database not available")
        reply = _reply("database_busy", "The database does not answer; try again in a moment.", {}, 503)
        reply["Retry-After"] = "2"
    elif isinstance(error, exceptions.APIException):
        code = next((code for kind, code in CODES.items() if isinstance(error, kind)), "refused")
        reply = _reply(code, str(error.detail), {}, error.status_code)
        if isinstance(error, exceptions.Throttled) and error.wait:
            reply["Retry-After"] = str(math.ceil(error.wait))
    else:
        return None
    if reply.status_code == 401:
        reply["WWW-Authenticate"] = "Bearer, Session"
    return reply


DEFAULT_PAGE = 50
MAX_CURSOR = 2000
MAX_PAGE = 200


def page_limit(query: Mapping[str, str], default: int = DEFAULT_PAGE) -> int:
    """`?limit=` clamped to 1..200; BadRequest where it is no number."""
    raw = query.get("limit") or str(default)
    if not raw.isdecimal() or len(raw) > 9:
        raise errors.BadRequest("bad_limit", "limit must be a whole number.", {"parameter": "limit"})
    return max(1, min(int(raw), MAX_PAGE))


def encode_cursor(values: list[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(values, separators=(",", ":")).encode()).decode().rstrip("=")


def decode_cursor(text: str, length: int) -> list[Any]:
    """The key after which a page begins; BadRequest where it was not made by `encode_cursor`."""
    try:
        values = parse_json(base64.urlsafe_b64decode(text[:MAX_CURSOR] + "=" * (-len(text) % 4)))
    except (ValueError, errors.Refused):
        values = None
    usable = isinstance(values, list) and len(values) == length
    if not usable or not all(isinstance(value, (int, float, str)) and not isinstance(value, bool) for value in values):
        raise errors.BadRequest("bad_cursor", "This cursor was not made here.", {"parameter": "cursor"})
    return values


def offset_in(query: Mapping[str, str]) -> int:
    """Where a page of something without keys begins; BadRequest for a cursor that holds no offset."""
    cursor = query.get("cursor")
    if not cursor:
        return 0
    (offset,) = decode_cursor(cursor, 1)
    if not isinstance(offset, int) or not 0 <= offset < MOST_OFFSET:
        raise errors.BadRequest("bad_cursor", "This cursor was not made here.", {"parameter": "cursor"})
    return offset


def keyset_page(
    rows: QuerySet[Any],
    query: Mapping[str, str],
    *,
    keys: tuple[str, ...],
    show: Callable[[Any], Any],
    default: int = DEFAULT_PAGE,
) -> dict[str, Any]:
    """One page `{items, next}` of `rows` in the order of `keys`; "-x" descends.

    The last key must be unique, and none may be null. The cost does not depend on how deep the page lies.
    """
    limit = page_limit(query, default)
    names = [key.lstrip("-") for key in keys]
    if cursor := query.get("cursor"):
        values = decode_cursor(cursor, len(keys))
        after = Q()
        for position, key in enumerate(keys):
            equal = Q(**dict(zip(names[:position], values[:position], strict=True)))
            side = "lt" if key.startswith("-") else "gt"
            after |= equal & Q(**{f"{names[position]}__{side}": values[position]})
        try:
            rows = rows.filter(after)
        except (ValueError, TypeError, BadValue):
            raise errors.BadRequest("bad_cursor", "This cursor was not made here.", {"parameter": "cursor"}) from None
    found = list(rows.order_by(*keys)[: limit + 1])
    more = len(found) > limit
    found = found[:limit]
    cursor_after = None
    if more:
        last = found[-1]
        cursor_after = encode_cursor([_plain(_reach(last, name)) for name in names])
    return {"items": [show(row) for row in found], "next": cursor_after}


def _reach(row: Any, name: str) -> Any:
    for part in name.split("__"):
        row = getattr(row, part)
    return row


def _plain(value: Any) -> Any:
    return value if isinstance(value, (int, float, str)) else value.isoformat()
