"""Learning curves: asked for, looked at while they grow, stopped."""

from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.core import fields, hint, rest
from annotate.projects.roles import Action
from annotate.projects.scope import ProjectView
from training import jobs, selectors, services
from training.api import shapes
from training.api.comparisons import HeadlineShape
from training.selectors import curves
from training.services.curves import MOST_SEEDS


class CurveIn(fields.Strict):
    run = fields.Id()
    seeds = fields.Integer(min_value=1, max_value=MOST_SEEDS, required=False)


class CurveShape(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    run = serializers.IntegerField(allow_null=True)
    run_name = serializers.CharField()
    version = shapes.VersionName()
    seeds = serializers.IntegerField()
    shares = serializers.ListField(child=serializers.FloatField())
    live = serializers.BooleanField()
    done = serializers.IntegerField(help_text="Trainings that have ended.")
    total = serializers.IntegerField()
    created_at = serializers.DateTimeField()


class CurvePage(serializers.Serializer[Any]):
    items = CurveShape(many=True)
    next = serializers.CharField(allow_null=True)


class CurvePoint(serializers.Serializer[Any]):
    run = serializers.IntegerField()
    state = serializers.CharField()
    share = serializers.FloatField()
    seed = serializers.IntegerField()
    pictures = serializers.IntegerField(allow_null=True, help_text="Pictures that it learned from.")
    epoch = serializers.IntegerField()
    epochs = serializers.IntegerField()
    figure = HeadlineShape(allow_null=True)


class CurveLine(serializers.Serializer[Any]):
    pictures = serializers.IntegerField()
    value = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()


class CurveGain(serializers.Serializer[Any]):
    """What so many more training pictures would add to the figure, with its 95 % interval."""

    more = serializers.IntegerField()
    value = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()


class CurveEstimate(serializers.Serializer[Any]):
    withheld = serializers.ChoiceField(["few_points", "no_change"], allow_null=True, help_text="Why there is none.")
    least = serializers.IntegerField(help_text="Different numbers of pictures that an estimate takes.")
    curve = CurveLine(many=True)
    gains = CurveGain(many=True)


class CurveDetail(CurveShape):
    points = CurvePoint(many=True)
    estimate = CurveEstimate()


class CurvesView(ProjectView):
    rules: ClassVar[dict[str, Action]] = {"GET": Action.BROWSE, "POST": Action.WORK}

    @extend_schema(
        operation_id="training_curves_list",
        parameters=[OpenApiParameter("cursor", str), OpenApiParameter("limit", int)],
        responses=CurvePage,
    )
    def get(self, request: Request, pid: int) -> Response:
        """Learning curves of a project, the newest first."""
        rows = curves.curves_of(self.project)
        return Response(rest.keyset_page(rows, request.query_params, keys=("-id",), show=curves.curve_row, default=10))

    @extend_schema(operation_id="training_curves_start", request=CurveIn, responses={201: CurveShape})
    def post(self, request: Request, pid: int) -> Response:
        """Trains a run's config again on nested parts of its version, to say what more labels would buy."""
        said = fields.accept(CurveIn, request.data)
        run = selectors.run_for(self.project, said["run"])
        curve = services.start_curve(run, actor=request.user, seeds=said.get("seeds", 1))
        hint.nudge(jobs.train)
        return Response(curves.curve_row(curve), status=status.HTTP_201_CREATED)


class CurveView(ProjectView):
    rules: ClassVar[dict[str, Action]] = {"GET": Action.BROWSE}

    @extend_schema(operation_id="training_curve_get", responses=CurveDetail)
    def get(self, request: Request, pid: int, cid: int) -> Response:
        """One learning curve with its points and its estimate."""
        return Response(curves.curve_page(curves.curve_for(self.project, cid)))


class CurveStopView(ProjectView):
    rules: ClassVar[dict[str, Action]] = {"POST": Action.WORK}

    @extend_schema(operation_id="training_curve_stop", request=None, responses=CurveShape)
    def post(self, request: Request, pid: int, cid: int) -> Response:
        """Stops what of a learning curve goes on; the points it has stay."""
        curve = curves.curve_for(self.project, cid)
        services.stop_curve(curve, actor=request.user)
        return Response(curves.curve_row(curves.curve_for(self.project, cid)))
