"""GET /api/schema: what the API is, for tools and readers. It names no row, so it needs no sign-in."""

import json
from functools import lru_cache

from django.http import HttpResponse
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from annotate.core import grants, rest


@lru_cache(maxsize=1)
def description() -> bytes:
    """The whole OpenAPI description as JSON; the same for everybody, and made once in a process."""
    made = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return json.dumps(made, indent=1, ensure_ascii=False).encode()


class DescriptionView(APIView):
    permission_classes = (rest.Anyone,)
    token_scopes = {"GET": grants.EVERY_SCOPE}

    @extend_schema(exclude=True)
    def get(self, request: Request) -> HttpResponse:
        return HttpResponse(description(), content_type="application/json")
