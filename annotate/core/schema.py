"""What the OpenAPI description says of every operation alike: its name and tag, who gets in, and how it refuses."""

import inspect
import json
from pathlib import Path
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema

from annotate.core import fields, refusals, rest
from annotate.core.refusals import Refusal

EXAMPLES: dict[str, dict[str, Any]] = json.loads((Path(__file__).parent / "examples.json").read_text())
OURS = refusals.OURS
REFUSAL = {
    "type": "object",
    "description": "How every request is refused: `code` is stable, `message` an English sentence, `data` depends on "
    "the code. `x-refusals` of an operation lists its codes by status.",
    "properties": {
        "code": {"type": "string"},
        "message": {"type": "string"},
        "data": {"type": "object", "additionalProperties": {}},
    },
    "required": ["code", "message", "data"],
    "examples": [{"code": "not_found", "message": "There is no such project for you.", "data": {}}],
}
# What no line of ours raises: the framework does, or the handler of its exceptions.
ALWAYS = {
    Refusal(429, "too_many_attempts", "Too many attempts; wait a little."),
    Refusal(500, "server_error", "Something went wrong on the server; it has been logged."),
    Refusal(503, "database_busy", "The database does not answer; try again in a moment."),
}
STRANGER = Refusal(401, "not_signed_in", "Authentication credentials were not provided.")
NOT_ADMIN = Refusal(403, "forbidden", "You do not have permission to perform this action.")
FORGED = Refusal(403, "csrf_failed", str(rest.CsrfFailed.default_detail))
WITH_BODY = {
    Refusal(400, "bad_request", "The request cannot be read."),
    Refusal(413, "body_too_large", "The request is too large."),
    Refusal(415, "unsupported_media_type", "The body is of a kind that is not taken here."),
}
BAD_FIELDS = Refusal(422, "invalid", "Some fields cannot be accepted.")


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The session cookie, for `annotate.core.rest.SessionAuthentication`."""

    target_class = "annotate.core.rest.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """An API token, for `annotate.accounts.bearer.TokenAuthentication`."""

    target_class = "annotate.accounts.bearer.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "An API token, `fovea_...`; an operation names the scopes of which the token needs one.",
        }


class Described(AutoSchema):
    """An operation is described where it is written: the first line of its method's docstring is its summary."""

    def get_tags(self) -> list[str]:
        return [str(self.get_operation_id()).partition("_")[0]]

    def get_summary(self) -> str:
        return (inspect.getdoc(self._handler()) or "").partition("\n")[0]

    def get_description(self) -> str:
        """The rest of the method's docstring, and what its view says of itself."""
        own = (inspect.getdoc(self._handler()) or "").partition("\n")[2].strip()
        view = inspect.cleandoc(type(self.view).__dict__.get("__doc__") or "")
        return "\n\n".join(text for text in (own, view) if text)

    def _handler(self) -> Any:
        return getattr(type(self.view), self.method.lower())

    def get_auth(self) -> list[dict[str, Any]]:
        """Session or token; nothing for strangers. The schemes themselves are registered by the library."""
        super().get_auth()
        by_token = [{"token": [scope]} for scope in sorted(self._scopes())]
        return [{"session": []}, *by_token, *([{}] if self._lets_strangers_in() else [])]

    def _scopes(self) -> frozenset[str]:
        if hasattr(self.view, "scopes"):
            return frozenset(self.view.scopes(self.method))
        return frozenset(getattr(self.view, "token_scopes", {}).get(self.method, ()))

    def _lets_strangers_in(self) -> bool:
        return rest.Anyone in self.view.permission_classes

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        by_status: dict[str, list[str]] = {}
        for one in sorted(set(self._refusals("requestBody" in operation))):
            codes = by_status.setdefault(str(one.status), [])
            codes += [] if one.code in codes else [one.code]
        said = "; ".join(f"{status} {', '.join(codes)}" for status, codes in by_status.items())
        content = {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}}
        operation["responses"]["default"] = {"description": f"Refused: {said}.", "content": content}
        operation["x-refusals"] = by_status
        return operation

    def _refusals(self, has_body: bool) -> set[Refusal]:
        """What this operation may say no with, from the door to the last line that it reaches."""
        view = type(self.view)
        roots = [(self._handler(), view)]
        for klass in view.__mro__:
            if klass.__module__.startswith(OURS):
                names = ("initial", "initialize_request", "dispatch")
                roots += [(vars(klass)[name], view) for name in names if name in vars(klass)]
        roots += [(type(one).authenticate, type(one)) for one in self.view.get_authenticators()]
        roots += [(kind.has_permission, kind) for kind in view.permission_classes]
        if has_body:
            roots += [(kind.parse, kind) for kind in view.parser_classes]
        found = refusals.told_by(roots) | ALWAYS
        found |= set() if self._lets_strangers_in() else {STRANGER}
        found |= {NOT_ADMIN} if rest.ServerAdmin in view.permission_classes else set()
        found |= set() if self.method == "GET" else {FORGED}
        told = "token_refused" if self._scopes() else "token_scope"  # which of the two it cannot be
        found = {one for one in found if one.code != told}
        if has_body:
            found |= WITH_BODY | ({BAD_FIELDS} if fields.Strict in _bases(self.get_request_serializer()) else set())
        return found


def _bases(serializer: Any) -> tuple[type, ...]:
    """The classes that a request's serializer stands on; of a form's too, where it comes with its media type."""
    if isinstance(serializer, dict):
        serializer = next(iter(serializer.values()))
    kind = serializer if inspect.isclass(serializer) else type(serializer)
    return inspect.getmro(kind)


def finish(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Adds the one shape of refusals, and the examples of `examples.json`, which has one entry per operation id."""
    result.setdefault("components", {}).setdefault("schemas", {})["Refusal"] = REFUSAL
    for operations in result["paths"].values():
        for operation in operations.values():
            example = EXAMPLES.get(operation.get("operationId", ""), {}) if isinstance(operation, dict) else {}
            if "request" in example:
                for content in operation["requestBody"]["content"].values():
                    content["examples"] = {"example": {"value": example["request"]}}
            for status, reply in operation["responses"].items() if "response" in example else ():
                if status.startswith("2"):
                    reply["content"]["application/json"]["examples"] = {"example": {"value": example["response"]}}
    return result
