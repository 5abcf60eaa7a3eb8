"""Runs: started, looked at while they go, stopped, resumed."""

from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.core import errors, fields, hint, rest
from annotate.datasets import selectors as datasets
from annotate.projects.roles import Action
from annotate.projects.scope import ProjectView
from training import jobs, selectors, services
from training.api import shapes
from training.selectors import runs as shown

PAGING = [OpenApiParameter("cursor", str), OpenApiParameter("limit", int)]


class RunPage(serializers.Serializer[Any]):
    items = shapes.RunShape(many=True)
    next = serializers.CharField(allow_null=True)


class RunIn(fields.Strict):
    """A preset, a config of one's own, or a preset with some options replaced."""

    version = fields.Id()
    preset = fields.Char(max_length=60, required=False, allow_blank=True)
    config = fields.JsonObject(required=False)
    weights = fields.Id(required=False, allow_null=True)
    name = fields.Char(max_length=200, required=False, allow_blank=True)


class Metrics(serializers.Serializer[Any]):
    lines = serializers.ListField(child=serializers.DictField(child=serializers.JSONField()))
    start = serializers.IntegerField(help_text="Where these lines begin; 0 where the file was cut back by a resume.")
    next = serializers.IntegerField(help_text="The cursor to ask with next.")
    attempt = serializers.IntegerField()
    state = serializers.CharField()


class Log(serializers.Serializer[Any]):
    text = serializers.CharField()
    state = serializers.CharField()


class RunsView(ProjectView):
    """The project's runs, newest first."""

    rules: ClassVar[dict[str, Action]] = {"GET": Action.BROWSE, "POST": Action.WORK}

    @extend_schema(operation_id="training_runs_list", parameters=PAGING, responses=RunPage)
    def get(self, request: Request, pid: int) -> Response:
        """The project's runs, the newest first; the points of learning curves stand with their curves."""
        rows = selectors.runs_of(self.project).filter(curve=None)
        return Response(rest.keyset_page(rows, request.query_params, keys=("-id",), show=shapes.run_shape))

    @extend_schema(operation_id="training_runs_start", request=RunIn, responses={201: shapes.RunShape})
    def post(self, request: Request, pid: int) -> Response:
        """Starts a run on a frozen version."""
        said = fields.accept(RunIn, request.data)
        weights = said.get("weights")
        run = services.start_run(
            self.project,
            actor=request.user,
            version=datasets.version_for(self.project, said["version"]),
            preset=said.get("preset", ""),
            config=said.get("config"),
            weights=shown.weights_for(self.project, weights) if weights else None,
            name=said.get("name", ""),
        )
        hint.nudge(jobs.train)
        return Response(shapes.run_shape(run), status=status.HTTP_201_CREATED)


class RunView(ProjectView):
    rules: ClassVar[dict[str, Action]] = {"GET": Action.BROWSE}

    @extend_schema(operation_id="training_run_get", responses=shapes.RunShape)
    def get(self, request: Request, pid: int, rid: int) -> Response:
        """One run and how far it is."""
        return Response(shapes.run_shape(selectors.run_for(self.project, rid)))


class RunMetricsView(ProjectView):
    """The run's curves as they are written."""

    rules: ClassVar[dict[str, Action]] = {"GET": Action.BROWSE}

    @extend_schema(operation_id="training_run_metrics", parameters=[OpenApiParameter("after", int)], responses=Metrics)
    def get(self, request: Request, pid: int, rid: int) -> Response:
        """A run's curves as they are written, from a cursor on."""
        run = selectors.run_for(self.project, rid)
        raw = request.query_params.get("after") or "0"
        if not raw.isdecimal() or not raw.isascii() or len(raw) > 15:
            raise errors.BadRequest("bad_cursor", "after must be a whole number.", {"parameter": "after"})
        return Response({**shown.metrics_after(run, int(raw)), "state": run.state})


class RunLogView(ProjectView):
    """The end of the run's log."""

    rules: ClassVar[dict[str, Action]] = {"GET": Action.BROWSE}

    @extend_schema(operation_id="training_run_log", responses=Log)
    def get(self, request: Request, pid: int, rid: int) -> Response:
        """The end of a run's log."""
        run = selectors.run_for(self.project, rid)
        return Response({"text": shown.log_tail(run), "state": run.state})


class RunStopView(ProjectView):
    rules: ClassVar[dict[str, Action]] = {"POST": Action.WORK}

    @extend_schema(operation_id="training_run_stop", request=None, responses=shapes.RunShape)
    def post(self, request: Request, pid: int, rid: int) -> Response:
        """Asks a run to stop at its last checkpoint."""
        services.stop_run(selectors.run_for(self.project, rid), actor=request.user)
        return Response(shapes.run_shape(selectors.run_for(self.project, rid)))


class RunResumeView(ProjectView):
    rules: ClassVar[dict[str, Action]] = {"POST": Action.WORK}

    @extend_schema(operation_id="training_run_resume", request=None, responses=shapes.RunShape)
    def post(self, request: Request, pid: int, rid: int) -> Response:
        """Takes a stopped or failed run up where its last checkpoint left it."""
        services.resume_run(selectors.run_for(self.project, rid), actor=request.user)
        hint.nudge(jobs.train)
        return Response(shapes.run_shape(selectors.run_for(self.project, rid)))
