"""Deliveries: opened, filled, looked into, taken in."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.core import bars, errors, fields, hint, rest
from annotate.ingest import jobs, selectors, services
from annotate.ingest.analysis import FOLDERS
from annotate.ingest.models import Batch, BatchFile
from annotate.ingest.sources import LAYOUTS
from annotate.ingest.uploads import UploadView, beside
from annotate.projects.roles import Action
from annotate.projects.scope import ProjectView

PAGING = [OpenApiParameter("cursor", str), OpenApiParameter("limit", int)]
MOST_BYTES = 2**53  # up to here a browser counts exactly
FILE_STATES = (BatchFile.State.PENDING, BatchFile.State.ADDED, BatchFile.State.DUPLICATE, BatchFile.State.REFUSED)


class BatchCounts(serializers.Serializer[Any]):
    received = serializers.IntegerField()
    done = serializers.IntegerField()
    added = serializers.IntegerField()
    duplicate = serializers.IntegerField()
    refused = serializers.IntegerField()
    boxes = serializers.IntegerField(help_text="Boxes taken from annotations.")
    boxes_left_out = serializers.IntegerField(help_text="Boxes that could not be taken; their files say why.")


class BatchShape(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    state = serializers.ChoiceField(choices=Batch.State.choices)
    labels_as = serializers.ChoiceField(choices=Batch.LabelsAs.choices)
    staged = serializers.BooleanField(help_text="Looked at first, and taken in when it is committed.")
    take_splits = serializers.BooleanField()
    source_name = serializers.CharField()
    created_at = serializers.DateTimeField()
    counts = BatchCounts()
    job = bars.JobBar(allow_null=True)


class BatchPage(serializers.Serializer[Any]):
    items = BatchShape(many=True)
    next = serializers.CharField(allow_null=True)


class BatchIn(fields.Strict):
    """`take_splits`: whether folders called train, val, test, holdout decide the side; by itself where labels count.

    `staged`: when it is closed it is only looked at (state `analysed`); `commit` then says how it is taken in.
    `expected`: how many files and bytes are going to come, so that an upload that breaks off can say what is left.
    """

    name = fields.Char(required=False, allow_blank=True)
    labels_as = fields.Choice(Batch.LabelsAs.choices, required=False)
    source_name = fields.Char(max_length=100, required=False, allow_blank=True)
    take_splits = fields.Boolean(required=False)
    staged = fields.Boolean(required=False)
    licence = fields.Char(required=False, allow_blank=True)
    author = fields.Char(required=False, allow_blank=True)
    expected = fields.Integer(min_value=0, required=False)
    expected_bytes = fields.Integer(min_value=0, max_value=MOST_BYTES, required=False)


class ExpectIn(fields.Strict):
    """How many files, and bytes, a delivery is to have in all."""

    expected = fields.Integer(min_value=0)
    expected_bytes = fields.Integer(min_value=0, max_value=MOST_BYTES)


class FilesIn(serializers.Serializer[Any]):
    """`paths` and `groups`: JSON lists of one text for each file; pictures of one group stay on one side.

    `modified`: a JSON list of the time of each file's last change, in milliseconds; `missing` knows such files again.
    """

    files = serializers.ListField(child=serializers.FileField())
    paths = serializers.CharField(required=False)
    groups = serializers.CharField(required=False)
    modified = serializers.CharField(required=False)


class FileResult(serializers.Serializer[Any]):
    path = serializers.CharField()
    state = serializers.ChoiceField(choices=["received", "refused"])
    code = serializers.CharField()
    message = serializers.CharField()


class FileResults(serializers.Serializer[Any]):
    results = FileResult(many=True)


class FileShape(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    path = serializers.CharField()
    state = serializers.ChoiceField(choices=FILE_STATES)
    code = serializers.CharField()
    message = serializers.CharField()
    image_id = serializers.IntegerField(allow_null=True)


class FilePage(serializers.Serializer[Any]):
    items = FileShape(many=True)
    next = serializers.CharField(allow_null=True)


class FoundClass(serializers.Serializer[Any]):
    name = serializers.CharField(help_text="As the delivery calls it.")
    pictures = serializers.IntegerField()
    boxes = serializers.IntegerField()
    concept = serializers.IntegerField(allow_null=True, help_text="The project's class of that name.")


class FoundSplits(serializers.Serializer[Any]):
    train = serializers.IntegerField()
    holdout = serializers.IntegerField()
    none = serializers.IntegerField()


class FoundProblem(serializers.Serializer[Any]):
    path = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()


class FoundProblems(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    listed = FoundProblem(many=True, help_text="The first of them.")


class AnalysisShape(serializers.Serializer[Any]):
    """`labeled`, `empty` (settled: nothing there) and `unsaid` (nothing said of it) add up to `pictures`."""

    layouts = serializers.ListField(
        child=serializers.ChoiceField(choices=[*LAYOUTS, FOLDERS]), help_text="What the labels were recognised by."
    )
    says = serializers.ChoiceField(choices=["boxes", "classes"])
    fits = serializers.BooleanField(help_text="Whether its labels are of the project's kind.")
    pictures = serializers.IntegerField()
    labeled = serializers.IntegerField()
    empty = serializers.IntegerField()
    unsaid = serializers.IntegerField()
    boxes = serializers.IntegerField()
    duplicates = serializers.IntegerField(help_text="Pictures whose very bytes the project has.")
    repeated = serializers.IntegerField(help_text="Pictures that are in the delivery more than once.")
    splits = FoundSplits()
    classes = FoundClass(many=True)
    problems = FoundProblems()


class MeaningIn(fields.Strict):
    """What a class of the delivery means: one of `concept` (a class there is), `new` (one to make) and `ignore`."""

    name = fields.Char()
    concept = fields.Id(required=False)
    new = fields.Char(required=False)
    ignore = fields.Boolean(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("concept" in attrs) + ("new" in attrs) + bool(attrs.get("ignore")) != 1:
            raise serializers.ValidationError("Exactly one of concept, new and ignore says what a class means.")
        return attrs


class CommitIn(fields.Strict):
    """How an analysed delivery is taken in. A class that `mapping` does not name means the project's of that name.

    `unsaid_is_empty`: pictures of which the delivery says nothing count as pictures with nothing on them.
    """

    labels_as = fields.Choice(Batch.LabelsAs.choices)
    mapping = MeaningIn(many=True, required=False)
    source_name = fields.Char(max_length=100, required=False, allow_blank=True)
    take_splits = fields.Boolean(required=False)
    unsaid_is_empty = fields.Boolean(required=False)


class BatchesView(ProjectView):
    rules = {"GET": Action.MANAGE, "POST": Action.MANAGE}

    @extend_schema(operation_id="batches_list", parameters=PAGING, responses=BatchPage)
    def get(self, request: Request, pid: int) -> Response:
        """Deliveries of pictures, the newest first."""
        rows = selectors.batches_of(self.project)
        return Response(rest.keyset_page(rows, request.GET, keys=("-id",), show=selectors.batch_view))

    @extend_schema(operation_id="batches_open", request=BatchIn, responses={201: BatchShape})
    def post(self, request: Request, pid: int) -> Response:
        """Opens a delivery that files can be added to."""
        said = fields.accept(BatchIn, request.data)
        batch = services.open_batch(self.project, actor=request.user, **said)
        return Response(selectors.batch_view(batch), status=status.HTTP_201_CREATED)


class BatchView(ProjectView):
    rules = {"GET": Action.MANAGE, "PATCH": Action.MANAGE}

    @extend_schema(operation_id="batches_get", responses=BatchShape)
    def get(self, request: Request, pid: int, bid: int) -> Response:
        """One delivery with its counts and its job."""
        return Response(selectors.batch_view(selectors.batch_for(self.project, bid)))

    @extend_schema(operation_id="batches_expect", request=ExpectIn, responses=BatchShape)
    def patch(self, request: Request, pid: int, bid: int) -> Response:
        """Says anew how much is to come into an open delivery in all."""
        batch = selectors.batch_for(self.project, bid)
        return Response(selectors.batch_view(services.expect(batch, **fields.accept(ExpectIn, request.data))))


class BatchFilesView(UploadView):
    rules = {"GET": Action.MANAGE, "POST": Action.MANAGE}

    @extend_schema(
        operation_id="batches_files",
        parameters=[
            *PAGING,
            OpenApiParameter("state", str, enum=list(FILE_STATES)),
            OpenApiParameter("told", bool, description="Only files of which there is something to say, added or not."),
        ],
        responses=FilePage,
    )
    def get(self, request: Request, pid: int, bid: int) -> Response:
        """The files of a delivery and what became of each."""
        state = request.GET.get("state", "")
        if state and state not in FILE_STATES:
            raise errors.BadRequest("bad_state", "There is no such state of a file.", {"parameter": "state"})
        told = request.GET.get("told", "") == "true"
        rows = selectors.files_of(selectors.batch_for(self.project, bid), state, told=told)
        return Response(rest.keyset_page(rows, request.GET, keys=("id",), show=selectors.file_view))

    @extend_schema(operation_id="batches_add", request={"multipart/form-data": FilesIn}, responses=FileResults)
    def post(self, request: Request, pid: int, bid: int) -> Response:
        """Adds up to 100 files to a delivery: pictures, archives, annotation files."""
        batch = selectors.batch_for(self.project, bid)
        uploads = self.taken(request)
        names = [upload.name for upload in uploads]
        paths = beside(request, "paths", str, len(uploads)) or names
        groups = beside(request, "groups", str, len(uploads)) or [""] * len(uploads)
        times = beside(request, "modified", int, len(uploads)) or [None] * len(uploads)
        deliveries = [
            services.loose(
                path or upload.name,
                staged=upload.staged,
                code=upload.code,
                reason=upload.reason,
                group=group,
                mark=None if time is None or not upload.staged else services.mark_of(path, upload.staged.size, time),
            )
            for upload, path, group, time in zip(uploads, paths, groups, times, strict=True)
        ]
        self.claim(uploads)
        results = services.add_files(batch, deliveries)
        hint.nudge(jobs.sweep)
        return Response({"results": results})


class CloseBatchView(ProjectView):
    rules = {"POST": Action.MANAGE}

    @extend_schema(operation_id="batches_close", request=None, responses=BatchShape)
    def post(self, request: Request, pid: int, bid: int) -> Response:
        """Says that a delivery is complete, so that it ends when its files are worked off."""
        batch = services.close_batch(selectors.batch_for(self.project, bid), actor=request.user)
        hint.nudge(jobs.sweep)
        return Response(selectors.batch_view(batch))


class AnalysisView(ProjectView):
    """What a staged delivery holds, once it has been looked at."""

    rules = {"GET": Action.MANAGE}

    @extend_schema(operation_id="batches_analysis", responses=AnalysisShape)
    def get(self, request: Request, pid: int, bid: int) -> Response:
        """What a staged delivery was found to hold."""
        return Response(selectors.analysis_view(selectors.batch_for(self.project, bid)))


class CommitBatchView(ProjectView):
    """The word to take an analysed delivery in."""

    rules = {"POST": Action.MANAGE}

    @extend_schema(operation_id="batches_commit", request=CommitIn, responses=BatchShape)
    def post(self, request: Request, pid: int, bid: int) -> Response:
        """Takes an analysed delivery in, as said."""
        batch = selectors.batch_for(self.project, bid)
        batch = services.commit_batch(batch, actor=request.user, **fields.accept(CommitIn, request.data))
        hint.nudge(jobs.sweep)
        return Response(selectors.batch_view(batch))


class CancelBatchView(ProjectView):
    rules = {"POST": Action.MANAGE}

    @extend_schema(operation_id="batches_cancel", request=None, responses=BatchShape)
    def post(self, request: Request, pid: int, bid: int) -> Response:
        """Gives a delivery up; pictures already taken in stay."""
        batch = services.cancel_batch(selectors.batch_for(self.project, bid), actor=request.user)
        return Response(selectors.batch_view(batch))
