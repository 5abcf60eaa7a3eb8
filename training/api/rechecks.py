"""Disagreements of a model looked at again by the crowd, and the pictures behind one of several classes."""

from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.core import errors, fields, rest
from annotate.datasets import people
from annotate.projects.roles import Action
from annotate.projects.scope import ProjectView
from training import selectors, services
from training.api import paging
from training.models import Recheck
from training.selectors import evaluations as shown
from training.selectors import rechecks
from training.selectors.boxes import KINDS

ASKED_OUTCOMES = (shown.EXTRA, shown.MISSING, *KINDS)


class RecheckIn(fields.Strict):
    """Which disagreements: a cell (`truth`, `predicted`), a class of several (`label`, `outcome`), or a kind of box
    error (`outcome`, and `label` and `threshold` where wanted)."""

    key = serializers.UUIDField(help_text="The sender's own name for it: sent twice, it is done once.")
    truth = fields.Integer(min_value=0, max_value=999_999, required=False)
    predicted = fields.Integer(min_value=0, max_value=999_999, required=False)
    label = fields.Integer(min_value=0, max_value=999_999, required=False)
    outcome = fields.Choice(choices=ASKED_OUTCOMES, required=False)
    threshold = fields.Float(min_value=0, max_value=1, required=False)


class Figure(serializers.Serializer[Any]):
    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    count = serializers.IntegerField()


class Part(serializers.Serializer[Any]):
    pictures = serializers.IntegerField()
    changed = serializers.IntegerField()
    left = serializers.IntegerField(help_text="No longer scored: nothing settled, or no class of the model's.")
    low = serializers.FloatField(help_text="95 % interval of the share that changed.")
    high = serializers.FloatField()


class Result(serializers.Serializer[Any]):
    figure = serializers.ChoiceField(["top1", "map", "map50"])
    before = Figure()
    after = Figure()
    chosen = Part()
    random = Part()
    others = Part()
    own = serializers.IntegerField(help_text="Questions that whoever sent them answered too.")


class RecheckShape(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    what = serializers.DictField(child=serializers.JSONField())
    by = serializers.CharField(help_text="By name for who answers for people, else a pseudonym.")
    asked = serializers.IntegerField(help_text="Half of them because the model disagrees, half at random.")
    waiting = serializers.IntegerField()
    review = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    result = Result(allow_null=True)


class LookedBefore(serializers.Serializer[Any]):
    pictures = serializers.IntegerField()
    evaluations = serializers.IntegerField()


class Rechecks(serializers.Serializer[Any]):
    items = RecheckShape(many=True)
    before = LookedBefore(help_text="Looked at again for other evaluations before this version was frozen.")
    most = serializers.IntegerField(help_text="Disagreements that are asked again at once.")


class ClassPicture(serializers.Serializer[Any]):
    image = serializers.IntegerField(allow_null=True)
    thumb = serializers.CharField(allow_null=True)
    name = serializers.CharField()
    truth = serializers.ListField(child=serializers.IntegerField(), help_text="Classes by index.")
    predicted = serializers.ListField(child=serializers.IntegerField())
    share = serializers.FloatField(help_text="How likely the model held the class.")


class ClassPicturePage(serializers.Serializer[Any]):
    items = ClassPicture(many=True)
    next = serializers.CharField(allow_null=True)


class RechecksView(ProjectView):
    """Whoever browses sees what was looked at again; reviewers and admins ask."""

    rules: ClassVar[dict[str, Action]] = {"GET": Action.BROWSE, "POST": Action.SETTLE}

    @extend_schema(operation_id="training_rechecks_list", responses=Rechecks)
    def get(self, request: Request, pid: int, eid: int) -> Response:
        """What was looked at again because of an evaluation, with its figure before and after."""
        evaluation = selectors.evaluation_for(self.project, eid)
        items = [self._shape(row, counts) for row, counts in rechecks.rechecks_of(evaluation)]
        before = rechecks.looked_at_before(evaluation)
        return Response({"items": items, "before": before, "most": rechecks.MOST_CHOSEN})

    @extend_schema(operation_id="training_recheck", request=RecheckIn, responses={201: RecheckShape})
    def post(self, request: Request, pid: int, eid: int) -> Response:
        """Asks the pictures of a disagreement again, with as many at random on which the model agrees."""
        evaluation = selectors.evaluation_for(self.project, eid)
        said = fields.accept(RecheckIn, request.data)
        key = said.pop("key")
        made = services.look_again(evaluation, rechecks.Wish(**said), key=key, actor=request.user)
        shapes = (self._shape(row, counts) for row, counts in rechecks.rechecks_of(evaluation) if row.pk == made.pk)
        return Response(next(shapes), status=status.HTTP_201_CREATED)

    def _shape(self, row: Recheck, counts: dict[str, int]) -> dict[str, Any]:
        return {
            "id": row.pk,
            "what": row.what,
            "by": people.shown(self.project, row.created_by, reader=self.allowed),
            **counts,
            "created_at": row.created_at,
            "finished_at": row.finished_at,
            "result": row.result if "figure" in row.result else None,
        }


class ClassPicturesView(ProjectView):
    """The scored pictures behind the figures of one of several classes."""

    rules: ClassVar[dict[str, Action]] = {"GET": Action.BROWSE}

    @extend_schema(
        operation_id="training_evaluation_class_pictures",
        parameters=[
            OpenApiParameter("class", int, required=True, description="Index of a class among the evaluation's."),
            OpenApiParameter("outcome", str, enum=shown.OUTCOMES),
            *paging.PARAMETERS,
        ],
        responses=ClassPicturePage,
    )
    def get(self, request: Request, pid: int, eid: int) -> Response:
        """The pictures on which a class was found, wrongly said or overlooked."""
        evaluation = selectors.evaluation_for(self.project, eid)
        query = request.query_params
        label = paging.class_of(query, "class")
        if label is None:
            raise errors.BadRequest("bad_class", "class must be the index of a class.", {"parameter": "class"})
        outcome = paging.one_of(query, "outcome", shown.OUTCOMES, default=shown.FOUND)
        offset, limit = rest.offset_in(query), rest.page_limit(query)
        rows, more = shown.pictures_of_class(evaluation, label=label, outcome=outcome, offset=offset, limit=limit)
        after = paging.cursor_at(offset + limit if more else None)
        return Response({"items": [self._shape(row) for row in rows], "next": after})

    def _shape(self, row: shown.ClassPicture) -> dict[str, Any]:
        return {
            "image": row.image.pk if row.image else None,
            "thumb": shown.thumb_of(row, self.project),
            "name": row.image.name if row.image else "",
            "truth": row.truth,
            "predicted": row.predicted,
            "share": row.share,
        }
