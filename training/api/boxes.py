"""What a detector got right and wrong, picture by picture and error by error."""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.core import errors, rest
from annotate.ingest import selectors as ingest
from annotate.ingest.models import Image
from annotate.projects.models import Project
from annotate.projects.roles import Action
from annotate.projects.scope import ProjectView
from training import selectors
from training.api import paging
from training.models import Evaluation
from training.selectors import boxes as shown

OUTCOMES = ("drawn", "missed", "aside", "hit", "false", "wrong_class", "loose", "ignored")
PARAMETERS = [
    OpenApiParameter("threshold", float, description="From 0 to 1; the evaluation's own where it is left out."),
    OpenApiParameter("class", int, description="Index of a class among the evaluation's; all where it is left out."),
    *paging.PARAMETERS,
]


class Outlined(serializers.Serializer[Any]):
    """A box in the picture's own pixels: x0, y0, x1, y1."""

    outcome = serializers.ChoiceField(OUTCOMES)
    label = serializers.IntegerField(help_text="Index of its class among the evaluation's.")
    box = serializers.ListField(child=serializers.FloatField(), min_length=4, max_length=4)
    score = serializers.FloatField(allow_null=True)
    other = serializers.IntegerField(allow_null=True, help_text="Class of the drawn box that a found one is about.")


class PictureOfBoxes(serializers.Serializer[Any]):
    image = serializers.IntegerField(allow_null=True)
    thumb = serializers.CharField(allow_null=True)
    name = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    boxes = Outlined(many=True)


class OutcomeCounts(serializers.Serializer[Any]):
    hit = serializers.IntegerField()
    missed = serializers.IntegerField()
    false = serializers.IntegerField()
    wrong_class = serializers.IntegerField()
    loose = serializers.IntegerField()
    drawn = serializers.IntegerField()


class BoxPicture(PictureOfBoxes):
    counts = OutcomeCounts()


class BoxError(PictureOfBoxes):
    kind = serializers.ChoiceField(shown.KINDS)
    overlap = serializers.FloatField(allow_null=True)


class BoxPicturePage(serializers.Serializer[Any]):
    items = BoxPicture(many=True)
    next = serializers.CharField(allow_null=True)


class BoxErrorPage(serializers.Serializer[Any]):
    items = BoxError(many=True)
    next = serializers.CharField(allow_null=True)


class EvaluationBoxesView(ProjectView):
    """Scored pictures with what is drawn and what was found at a threshold."""

    rules: ClassVar[dict[str, Action]] = {"GET": Action.BROWSE}

    @extend_schema(
        operation_id="training_evaluation_boxes",
        parameters=[OpenApiParameter("show", str, enum=shown.SHOWN), *PARAMETERS],
        responses=BoxPicturePage,
    )
    def get(self, request: Request, pid: int, eid: int) -> Response:
        """Scored pictures with the boxes drawn and found."""
        evaluation = selectors.evaluation_for(self.project, eid)
        query = request.query_params
        found, after = shown.pictures_at(
            evaluation,
            _wanted(evaluation, query),
            shown=paging.one_of(query, "show", shown.SHOWN, default="errors"),
            start=rest.offset_in(query),
            limit=rest.page_limit(query),
        )
        items = [{**_picture(row, self.project), "counts": row.counts} for row in found]
        return Response({"items": items, "next": paging.cursor_at(after)})


class EvaluationErrorsView(ProjectView):
    """The single errors of a kind, the worst first."""

    rules: ClassVar[dict[str, Action]] = {"GET": Action.BROWSE}

    @extend_schema(
        operation_id="training_evaluation_errors",
        parameters=[OpenApiParameter("kind", str, enum=shown.KINDS), *PARAMETERS],
        responses=BoxErrorPage,
    )
    def get(self, request: Request, pid: int, eid: int) -> Response:
        """A detector's single errors of one kind, the worst first."""
        evaluation = selectors.evaluation_for(self.project, eid)
        query = request.query_params
        found, after = shown.errors_of(
            evaluation,
            _wanted(evaluation, query),
            kind=paging.one_of(query, "kind", shown.KINDS, default=shown.MISSED),
            start=rest.offset_in(query),
            limit=rest.page_limit(query),
        )
        items = [{**_picture(row, self.project), "kind": row.kind, "overlap": row.overlap} for row in found]
        return Response({"items": items, "next": paging.cursor_at(after)})


def _picture(row: shown.BoxPicture | shown.BoxError, project: Project) -> dict[str, Any]:
    image: Image | None = row.image
    return {
        "image": image.pk if image else None,
        "thumb": ingest.picture_url(project.pk, image.pk, "thumb") if image else None,
        "name": image.name if image else "",
        "width": image.width if image else 0,
        "height": image.height if image else 0,
        "boxes": [vars(one) for one in row.boxes] if image else [],
    }


def _wanted(evaluation: Evaluation, query: Mapping[str, str]) -> shown.Wanted:
    raw = query.get("threshold")
    if not raw:
        return shown.Wanted(evaluation.summary.get("threshold") or 0.0, paging.class_of(query, "class"))
    if not re.fullmatch(r"(0|1|[01]?\.[0-9]{1,9})", raw, re.ASCII) or float(raw) > 1:
        raise errors.BadRequest("bad_threshold", "threshold must be a number from 0 to 1.", {"parameter": "threshold"})
    return shown.Wanted(float(raw), paging.class_of(query, "class"))
