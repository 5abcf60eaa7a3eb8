"""Uploads that go on: which have broken off, what of one is missing, and large files part by part."""

from dataclasses import asdict
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.core import fields, hint, rest
from annotate.ingest import jobs, selectors, services
from annotate.ingest.api.batches import MOST_BYTES, PAGING, FileResult
from annotate.ingest.uploads import part_of
from annotate.projects.roles import Action
from annotate.projects.scope import ProjectView

AT_ONCE = 1000


class FileIn(fields.Strict):
    """A file as its sender sees it: path, bytes, and the time of its last change in milliseconds."""

    path = fields.Char(max_length=1000, trim_whitespace=False)
    size = fields.Integer(min_value=0, max_value=MOST_BYTES)
    modified = fields.Integer(min_value=-MOST_BYTES, max_value=MOST_BYTES)


class LargeFileIn(FileIn):
    size = fields.Integer(min_value=1, max_value=MOST_BYTES)


class MissingIn(fields.Strict):
    files = FileIn(many=True, max_length=AT_ONCE)


class MissingShape(serializers.Serializer[Any]):
    missing = serializers.ListField(child=serializers.IntegerField(), help_text="Positions in the list, ascending.")
    held_bytes = serializers.IntegerField(help_text="So many bytes of the missing files are here already.")


class UnfinishedShape(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    staged = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    kept_until = serializers.DateTimeField(help_text="Closed then, unless something comes before.")
    expected = serializers.IntegerField()
    arrived = serializers.IntegerField()
    arrived_bytes = serializers.IntegerField(help_text="Of files that are here whole.")
    left = serializers.IntegerField()
    left_bytes = serializers.IntegerField()


class UnfinishedPage(serializers.Serializer[Any]):
    items = UnfinishedShape(many=True)
    next = serializers.CharField(allow_null=True)


class UploadShape(serializers.Serializer[Any]):
    id = serializers.IntegerField(allow_null=True, help_text="Null once nothing more is to be sent.")
    path = serializers.CharField()
    size = serializers.IntegerField()
    offset = serializers.IntegerField(help_text="So many bytes are safe; the next part begins here.")
    result = FileResult(allow_null=True, help_text="What became of the file, once nothing more is to be sent.")


class UnfinishedView(ProjectView):
    rules = {"GET": Action.MANAGE}

    @extend_schema(operation_id="batches_unfinished", parameters=PAGING, responses=UnfinishedPage)
    def get(self, request: Request, pid: int) -> Response:
        """One's own uploads that have broken off, with what is left of each; the newest first."""
        rows = selectors.unfinished_of(self.project, request.user)
        return Response(rest.keyset_page(rows, request.GET, keys=("-id",), show=selectors.unfinished_view))


class MissingView(ProjectView):
    rules = {"POST": Action.MANAGE}

    @extend_schema(operation_id="batches_missing", request=MissingIn, responses=MissingShape)
    def post(self, request: Request, pid: int, bid: int) -> Response:
        """Which of up to 1,000 files a delivery does not have, by path, size and time of change."""
        batch = selectors.batch_for(self.project, bid)
        missing, held = services.missing(batch, fields.accept(MissingIn, request.data)["files"])
        return Response({"missing": missing, "held_bytes": held})


class UploadsView(ProjectView):
    rules = {"POST": Action.MANAGE}

    @extend_schema(operation_id="uploads_begin", request=LargeFileIn, responses={200: UploadShape})
    def post(self, request: Request, pid: int, bid: int) -> Response:
        """Begins a file that comes in parts, or says where it goes on. Begun twice is begun once."""
        batch = selectors.batch_for(self.project, bid)
        said = fields.accept(LargeFileIn, request.data)
        return _reply(services.begin_file(batch, actor=request.user, **said))


class UploadPartView(ProjectView):
    rules = {"GET": Action.MANAGE, "PATCH": Action.MANAGE}

    @extend_schema(operation_id="uploads_get", responses=UploadShape)
    def get(self, request: Request, pid: int, bid: int, uid: int) -> Response:
        """How far a file is that comes in parts."""
        row = selectors.partial_for(selectors.batch_for(self.project, bid), uid)
        return Response(asdict(services.Standing(row.path, row.size, row.offset, id=row.pk)))

    @extend_schema(
        operation_id="uploads_continue",
        parameters=[OpenApiParameter("Upload-Offset", int, OpenApiParameter.HEADER, required=True)],
        request={"application/offset+octet-stream": OpenApiTypes.BINARY},
        responses=UploadShape,
    )
    def patch(self, request: Request, pid: int, bid: int, uid: int) -> Response:
        """Adds the next bytes of a file, at most 8 MB; after a break-off they go on at its offset.

        The header Upload-Offset says where they begin. A part that is here already changes nothing; any other that
        does not begin at the offset is refused with it (409). What came of a part that broke off is kept.
        """
        row = selectors.partial_for(selectors.batch_for(self.project, bid), uid)
        at, piece = part_of(request._request)
        return _reply(services.take_part(row, actor=request.user, at=at, piece=piece))


def _reply(standing: services.Standing) -> Response:
    if standing.result is not None:
        hint.nudge(jobs.sweep)
    return Response(asdict(standing))
