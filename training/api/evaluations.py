"""Evaluations: asked for, read, and the pictures behind a cell."""

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
from training.api import paging, shapes
from training.selectors import evaluations as shown
from training.selectors import runs


class EvaluationPage(serializers.Serializer[Any]):
    items = shapes.EvaluationShape(many=True)
    next = serializers.CharField(allow_null=True)


class EvaluationDetail(shapes.EvaluationShape):
    content = serializers.DictField(child=serializers.JSONField(), allow_null=True)


class EvaluationIn(fields.Strict):
    version = fields.Id(required=False, allow_null=True)


class CellPicture(serializers.Serializer[Any]):
    image = serializers.IntegerField(allow_null=True)
    thumb = serializers.CharField(allow_null=True)
    name = serializers.CharField()
    truth = serializers.IntegerField()
    predicted = serializers.IntegerField()
    probability = serializers.FloatField()


class CellPage(serializers.Serializer[Any]):
    items = CellPicture(many=True)
    next = serializers.CharField(allow_null=True)


class RunEvaluationsView(ProjectView):
    """Scores the run's checkpoint on a version's holdout; without a version on the one it learned from."""

    rules: ClassVar[dict[str, Action]] = {"POST": Action.WORK}

    @extend_schema(operation_id="training_run_evaluate", request=EvaluationIn, responses={201: shapes.EvaluationShape})
    def post(self, request: Request, pid: int, rid: int) -> Response:
        """Scores a run's checkpoint on the holdout of a version."""
        said = fields.accept(EvaluationIn, request.data)
        run = selectors.run_for(self.project, rid)
        checkpoint = runs.checkpoint_of(run)
        if checkpoint is None:
            raise errors.Conflict("no_checkpoint", "This run has no checkpoint that could be scored.")
        wanted = said.get("version")
        version = datasets.version_for(self.project, wanted) if wanted else run.version
        evaluation = services.request_evaluation(checkpoint, version)
        hint.nudge(jobs.train)
        shape = shapes.evaluation_shape(selectors.evaluation_for(self.project, evaluation.pk))
        return Response(shape, status=status.HTTP_201_CREATED)


class EvaluationsView(ProjectView):
    rules: ClassVar[dict[str, Action]] = {"GET": Action.BROWSE}

    @extend_schema(operation_id="training_evaluations_list", parameters=paging.PARAMETERS, responses=EvaluationPage)
    def get(self, request: Request, pid: int) -> Response:
        """Evaluations of a project, the newest first."""
        rows = selectors.evaluations_of(self.project)
        return Response(rest.keyset_page(rows, request.query_params, keys=("-id",), show=shapes.evaluation_shape))


class EvaluationView(ProjectView):
    """One evaluation with all its figures."""

    rules: ClassVar[dict[str, Action]] = {"GET": Action.BROWSE}

    @extend_schema(operation_id="training_evaluation_get", responses=EvaluationDetail)
    def get(self, request: Request, pid: int, eid: int) -> Response:
        """One evaluation with all its figures."""
        evaluation = selectors.evaluation_for(self.project, eid)
        return Response({**shapes.evaluation_shape(evaluation), "content": shown.content_of(evaluation)})


class EvaluationPicturesView(ProjectView):
    """The scored pictures of a cell of the confusion matrix, the surest answers first."""

    rules: ClassVar[dict[str, Action]] = {"GET": Action.BROWSE}

    @extend_schema(
        operation_id="training_evaluation_pictures",
        parameters=[OpenApiParameter("truth", int), OpenApiParameter("predicted", int), *paging.PARAMETERS],
        responses=CellPage,
    )
    def get(self, request: Request, pid: int, eid: int) -> Response:
        """The pictures behind a cell of the confusion matrix."""
        evaluation = selectors.evaluation_for(self.project, eid)
        query = request.query_params
        offset, limit = rest.offset_in(query), rest.page_limit(query)
        rows, more = shown.pictures_of_cell(
            evaluation,
            truth=paging.class_of(query, "truth"),
            predicted=paging.class_of(query, "predicted"),
            offset=offset,
            limit=limit,
        )
        after = paging.cursor_at(offset + limit if more else None)
        return Response({"items": [self._shape(row) for row in rows], "next": after})

    def _shape(self, row: shown.CellPicture) -> dict[str, Any]:
        return {
            "image": row.image.pk if row.image else None,
            "thumb": shown.thumb_of(row, self.project),
            "name": row.image.name if row.image else "",
            "truth": row.truth,
            "predicted": row.predicted,
            "probability": row.probability,
        }
