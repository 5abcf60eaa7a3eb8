"""Versions, the formats they can be had in, and exports."""

from typing import Any

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.core import bars, errors, fields, rest
from annotate.core.hint import nudge
from annotate.datasets import jobs, selectors, services
from annotate.datasets.formats import FORMATS
from annotate.datasets.models import DatasetVersion, Export
from annotate.datasets.safe_names import safe_name
from annotate.projects.roles import Action
from annotate.projects.scope import ProjectView

PAGING = [OpenApiParameter("cursor", str), OpenApiParameter("limit", int)]
STATES = DatasetVersion.State.choices


class ClassCount(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    index = serializers.IntegerField()
    name = serializers.CharField()
    count = serializers.IntegerField()
    train = serializers.IntegerField()
    val = serializers.IntegerField()
    holdout = serializers.IntegerField()
    left_out = serializers.IntegerField()


class VersionCounts(serializers.Serializer[Any]):
    """train, val, holdout and left_out count labeled pictures; `splits` counts all of them."""

    images = serializers.IntegerField(required=False)
    votes = serializers.IntegerField(required=False)
    labeled = serializers.IntegerField(required=False)
    empty = serializers.IntegerField(required=False)
    unresolved = serializers.IntegerField(required=False)
    unlabeled = serializers.IntegerField(required=False)
    train = serializers.IntegerField(required=False)
    val = serializers.IntegerField(required=False)
    holdout = serializers.IntegerField(required=False)
    left_out = serializers.IntegerField(required=False)
    splits = serializers.DictField(child=serializers.IntegerField(), required=False)
    excluded = serializers.DictField(child=serializers.DictField(child=serializers.IntegerField()), required=False)
    per_class = ClassCount(many=True, required=False)


class VersionShape(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    number = serializers.IntegerField()
    digest = serializers.CharField()
    state = serializers.ChoiceField(choices=STATES)
    counts = VersionCounts()
    note = serializers.CharField()
    parent = serializers.IntegerField(allow_null=True, help_text="Number of the version before.")
    created_at = serializers.DateTimeField()
    created_by = serializers.CharField()
    job = bars.JobBar(allow_null=True)


class VersionPage(serializers.Serializer[Any]):
    items = VersionShape(many=True)
    next = serializers.CharField(allow_null=True)


class VersionIn(fields.Strict):
    note = fields.Char(max_length=2000, required=False, allow_blank=True)


class OptionShape(serializers.Serializer[Any]):
    name = serializers.CharField()
    default = serializers.JSONField()
    choices = serializers.ListField(child=serializers.JSONField())
    help = serializers.CharField()


class FormatShape(serializers.Serializer[Any]):
    name = serializers.CharField()
    title = serializers.CharField()
    accepts = serializers.BooleanField(help_text="Whether it can hold this project's kind of label.")
    options = OptionShape(many=True)
    sample = serializers.ListField(child=serializers.CharField())


class ExportShape(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    version = serializers.IntegerField()
    format = serializers.CharField()
    options = serializers.DictField(child=serializers.JSONField())
    state = serializers.ChoiceField(choices=STATES)
    bytes = serializers.IntegerField()
    digest = serializers.CharField()
    losses = serializers.DictField(child=serializers.IntegerField(), help_text="Counts; LOSSES.json says more.")
    created_at = serializers.DateTimeField()
    created_by = serializers.CharField()
    job = bars.JobBar(allow_null=True)


class ExportPage(serializers.Serializer[Any]):
    items = ExportShape(many=True)
    next = serializers.CharField(allow_null=True)


class ExportIn(fields.Strict):
    format = fields.Char(max_length=40)
    options = fields.JsonObject(max_keys=20, required=False)


def _version(row: DatasetVersion) -> dict[str, Any]:
    return {
        "id": row.pk,
        "number": row.number,
        "digest": row.digest,
        "state": selectors.state_of(row),
        "counts": row.counts,
        "note": row.note,
        "parent": row.parent.number if row.parent else None,
        "created_at": row.created_at,
        "created_by": row.created_by.name if row.created_by else "",
        "job": bars.bar(row.job),
    }


def _export(row: Export) -> dict[str, Any]:
    return {
        "id": row.pk,
        "version": row.version_id,
        "format": row.format,
        "options": row.options,
        "state": selectors.state_of(row),
        "bytes": row.bytes,
        "digest": row.digest,
        "losses": {name: found["count"] for name, found in row.losses.get("lost", {}).items()},
        "created_at": row.created_at,
        "created_by": row.created_by.name if row.created_by else "",
        "job": bars.bar(row.job),
    }


class VersionsView(ProjectView):
    rules = {"GET": Action.BROWSE, "POST": Action.WORK}

    @extend_schema(operation_id="versions_list", parameters=PAGING, responses=VersionPage)
    def get(self, request: Request, pid: int) -> Response:
        """Frozen versions, the newest first."""
        rows = selectors.versions_of(self.project)
        return Response(rest.keyset_page(rows, request.GET, keys=("-number",), show=_version))

    @extend_schema(operation_id="versions_freeze", request=VersionIn, responses={201: VersionShape})
    def post(self, request: Request, pid: int) -> Response:
        """Freezes a version of what is answered now."""
        said = fields.accept(VersionIn, request.data)
        version = services.start_freeze(self.project, actor=request.user, **said)
        nudge(jobs.sweep)
        return Response(_version(version), status=status.HTTP_201_CREATED)


class VersionView(ProjectView):
    rules = {"GET": Action.BROWSE}

    @extend_schema(operation_id="versions_get", responses=VersionShape)
    def get(self, request: Request, pid: int, vid: int) -> Response:
        """One version and how far its freezing is."""
        return Response(_version(selectors.version_for(self.project, vid)))


class FormatsView(ProjectView):
    rules = {"GET": Action.BROWSE}

    @extend_schema(operation_id="formats_list", responses=FormatShape(many=True))
    def get(self, request: Request, pid: int) -> Response:
        """The formats that versions can be exported in."""
        return Response(
            [
                {
                    "name": form.name,
                    "title": form.title,
                    "accepts": form.accepts(self.project.kind),
                    "options": [
                        {"name": one.name, "default": one.default, "choices": one.choices, "help": one.help}
                        for one in form.options
                    ],
                    "sample": form.sample,
                }
                for form in FORMATS.values()
            ]
        )


class ExportsView(ProjectView):
    rules = {"GET": Action.BROWSE, "POST": Action.WORK}

    @extend_schema(operation_id="exports_list", parameters=PAGING, responses=ExportPage)
    def get(self, request: Request, pid: int, vid: int) -> Response:
        """Exports of a version, the newest first."""
        rows = selectors.exports_of(selectors.version_for(self.project, vid))
        return Response(rest.keyset_page(rows, request.GET, keys=("-id",), show=_export))

    @extend_schema(operation_id="exports_start", request=ExportIn, responses={201: ExportShape})
    def post(self, request: Request, pid: int, vid: int) -> Response:
        """Starts an export of a version; the one there is where the same was asked for before."""
        version = selectors.version_for(self.project, vid)
        said = fields.accept(ExportIn, request.data)
        export = services.start_export(
            version, actor=request.user, form=said["format"], options=said.get("options", {})
        )
        nudge(jobs.sweep)
        return Response(_export(export), status=status.HTTP_201_CREATED)


class ExportView(ProjectView):
    rules = {"GET": Action.BROWSE}

    @extend_schema(operation_id="exports_get", responses=ExportShape)
    def get(self, request: Request, pid: int, eid: int) -> Response:
        """One export and how far it is."""
        return Response(_export(selectors.export_for(self.project, eid)))


class DownloadView(ProjectView):
    rules = {"GET": Action.WORK}

    @extend_schema(operation_id="exports_download", responses={(200, "application/zip"): OpenApiTypes.BINARY})
    def get(self, request: Request, pid: int, eid: int) -> FileResponse:
        """The zip of an export that is ready; its SHA-256 is the export's digest."""
        export = selectors.export_for(self.project, eid)
        try:
            content = selectors.export_path(export).open("rb")
        except FileNotFoundError:
            raise errors.NotFound("not_found", "This export is not there any more; start it again.") from None
        name = f"{safe_name(self.project.name)}-v{export.version.number}-{export.format}.zip"
        reply = FileResponse(content, as_attachment=True, filename=name, content_type="application/zip")
        reply["Cache-Control"] = "private, no-store"
        return reply
