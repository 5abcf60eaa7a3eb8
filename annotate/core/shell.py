"""The one HTML page of the frontend, and the answers for addresses that do not exist."""

import sys

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt, ensure_csrf_cookie
from django.views.decorators.http import require_safe

NOT_BUILT = (
    "<!doctype html><title>Fovea</title><h1>The pages are not built yet</h1>"
    "<p>Run <code>make run</code>, or <code>npm run build</code> in <code>frontend/</code>, "
    "and load this page again.</p>"
)


@require_safe
@ensure_csrf_cookie
def page(request: HttpRequest) -> HttpResponse:
    """The built index.html for every address that the browser's router knows; 503 with advice before a build."""
    index = settings.STATIC_ROOT / "index.html"
    if not index.exists():
        return HttpResponse(NOT_BUILT, status=503)
    response = HttpResponse(index.read_bytes())
    response["Cache-Control"] = "no-cache"
    return response


def _say(code: str, message: str, status: int) -> JsonResponse:
    return JsonResponse({"code": code, "message": message, "data": {}}, status=status)


@csrf_exempt
def no_such_route(request: HttpRequest, *args: object, **kwargs: object) -> JsonResponse:
    return _say("not_found", "There is no such address.", 404)


def not_found(request: HttpRequest, exception: Exception) -> JsonResponse:
    return no_such_route(request)


def bad_request(request: HttpRequest, exception: Exception) -> JsonResponse:
    """A request that Django itself refuses: an unknown host name, too many fields."""
    return _say("bad_request", "The request cannot be accepted as it is.", 400)


def forbidden(request: HttpRequest, exception: Exception) -> JsonResponse:
    return _say("forbidden", "You may not do this.", 403)


def csrf_failed(request: HttpRequest, reason: str = "") -> JsonResponse:
    return _say("csrf_failed", "This request does not carry the token of your session; load the page again.", 403)


def server_error(request: HttpRequest) -> JsonResponse:
    """500, or 503 where it was only the database that did not answer (outside the API's own handler)."""
    if isinstance(sys.exc_info()[1], (OperationalError, InterfaceError)):
        reply = _say("database_busy", "The database does not answer; try again in a moment.", 503)
        reply["Retry-After"] = "2"
        return reply
    return _say("server_error", "Something went wrong on the server; it has been logged.", 500)
