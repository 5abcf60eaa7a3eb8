"""The one HTML page of the frontend, and the answers for addresses that do not exist."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

NOT_BUILT = (
    "<!doctype html><title>Fovea</title><h1>The pages are not built yet</h1>"
    "<p>Run <code>make run</code>, or <code>npm run build</code> in <code>frontend/</code>, and load this page again.</p>"
)


@require_safe
@ensure_csrf_cookie
def page(request: HttpRequest) -> HttpResponse:
    """The built index.html for every address that the browser's router knows; 503 with advice before the first build."""
    index = settings.STATIC_ROOT / "index.html"
    if not index.exists():
        return HttpResponse(NOT_BUILT, status=503)
    response = HttpResponse(index.read_bytes())
    response["Cache-Control"] = "no-cache"
    return response


def no_such_route(request: HttpRequest, *args: object, **kwargs: object) -> JsonResponse:
    return JsonResponse({"code": "not_found", "message": "There is no such address.", "data": {}}, status=404)


def not_found(request: HttpRequest, exception: Exception) -> JsonResponse:
    return no_such_route(request)


def server_error(request: HttpRequest) -> JsonResponse:
    message = "Something went wrong on the server; it has been logged."
    return JsonResponse({"code": "server_error", "message": message, "data": {}}, status=500)
