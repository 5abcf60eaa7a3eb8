"""Runs compared: side by side, in pairs on the same pictures, and scored anew on one holdout."""

from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.core import errors, fields, hint, rest
from annotate.datasets import selectors as datasets
from annotate.projects.roles import Action
from annotate.projects.scope import ProjectView
from training import jobs, services
from training.api import paging, shapes
from training.selectors import comparisons

RUNS = OpenApiParameter("runs", str, required=True, description="Ids of runs by comma; the first is compared with.")


class HeadlineShape(serializers.Serializer[Any]):
    evaluation = serializers.IntegerField()
    version = serializers.IntegerField(help_text="Number of the version on whose holdout it was scored.")
    measure = serializers.CharField()
    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    count = serializers.IntegerField()


class DifferenceShape(serializers.Serializer[Any]):
    option = serializers.CharField()
    values = serializers.ListField(child=serializers.JSONField(allow_null=True))


class ApartShape(serializers.Serializer[Any]):
    """Two figures on the same pictures; the difference is the second less the first, with its 95 % interval."""

    first = serializers.FloatField(allow_null=True)
    second = serializers.FloatField(allow_null=True)
    difference = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)


class ClassApart(ApartShape):
    id = serializers.IntegerField()
    name = serializers.CharField()
    count = serializers.IntegerField()


class PicturesApart(ApartShape):
    """Of pictures that are wholly right; `p` is McNemar's, exact and two sided."""

    count = serializers.IntegerField()
    both = serializers.IntegerField()
    lost = serializers.IntegerField()
    gained = serializers.IntegerField()
    neither = serializers.IntegerField()
    p = serializers.FloatField()


class PairShape(ApartShape):
    first_run = serializers.IntegerField()
    second_run = serializers.IntegerField()
    versions = serializers.ListField(child=serializers.IntegerField())
    measure = serializers.CharField()
    common = serializers.IntegerField(help_text="Pictures that both scored against the same truth.")
    only_first = serializers.IntegerField()
    only_second = serializers.IntegerField()
    truth_changed = serializers.IntegerField()
    method = serializers.ChoiceField(["newcombe", "bootstrap"])
    draws = serializers.IntegerField()
    pictures = PicturesApart()
    classes = ClassApart(many=True)


class ComparisonShape(serializers.Serializer[Any]):
    version = serializers.IntegerField(allow_null=True, help_text="Number of the version that all were scored on.")
    newest = serializers.IntegerField(allow_null=True, help_text="Number of the newest version.")
    runs = shapes.RunShape(many=True)
    figures = serializers.ListField(child=HeadlineShape(allow_null=True))
    scoring = serializers.BooleanField()
    differences = DifferenceShape(many=True)
    pairs = PairShape(many=True)


class RescoreIn(fields.Strict):
    runs = serializers.ListField(child=fields.Id(), min_length=comparisons.LEAST, max_length=comparisons.MOST)


class ChangedPicture(serializers.Serializer[Any]):
    """`truth`, `first` and `second`: concept ids of what is there and of what each run said."""

    image = serializers.IntegerField(allow_null=True)
    thumb = serializers.CharField(allow_null=True)
    name = serializers.CharField()
    truth = serializers.ListField(child=serializers.IntegerField())
    first = serializers.ListField(child=serializers.IntegerField())
    second = serializers.ListField(child=serializers.IntegerField())


class ChangedPage(serializers.Serializer[Any]):
    items = ChangedPicture(many=True)
    next = serializers.CharField(allow_null=True)


class RunsCompareView(ProjectView):
    rules: ClassVar[dict[str, Action]] = {"GET": Action.BROWSE, "POST": Action.WORK}

    @extend_schema(operation_id="training_runs_compare", parameters=[RUNS], responses=ComparisonShape)
    def get(self, request: Request, pid: int) -> Response:
        """Runs side by side, on one holdout where all were scored on it, else on the pictures they share."""
        found = comparisons.comparison(comparisons.chosen_runs(self.project, _ids(request)))
        newest = datasets.newest_ready(self.project)
        pairs = [{**one, "first_run": one["runs"][0], "second_run": one["runs"][1]} for one in found["pairs"]]
        runs = [shapes.run_shape(run) for run in found["runs"]]
        return Response({**found, "newest": newest.number if newest else None, "runs": runs, "pairs": pairs})

    @extend_schema(
        operation_id="training_runs_rescore", request=RescoreIn, responses={201: shapes.EvaluationShape(many=True)}
    )
    def post(self, request: Request, pid: int) -> Response:
        """Scores runs on the holdout of the newest version, so that they can be compared."""
        said = fields.accept(RescoreIn, request.data)
        made = services.score_on_newest(self.project, comparisons.chosen_runs(self.project, said["runs"]))
        hint.nudge(jobs.train)
        return Response([shapes.evaluation_shape(one) for one in made], status=status.HTTP_201_CREATED)


class RunsChangedView(ProjectView):
    rules: ClassVar[dict[str, Action]] = {"GET": Action.BROWSE}

    @extend_schema(
        operation_id="training_runs_changed",
        parameters=[RUNS, OpenApiParameter("change", str, enum=list(comparisons.CHANGES)), *paging.PARAMETERS],
        responses=ChangedPage,
    )
    def get(self, request: Request, pid: int) -> Response:
        """Pictures that the first of two runs has right and the second wrong (lost), or the other way (gained)."""
        query = request.query_params
        change = query.get("change", comparisons.CHANGES[0])
        if change not in comparisons.CHANGES:
            raise errors.BadRequest("bad_change", "change must be lost or gained.", {"parameter": "change"})
        offset, limit = rest.offset_in(query), rest.page_limit(query)
        runs = comparisons.chosen_runs(self.project, _ids(request), most=2)
        items, more = comparisons.changed_pictures(self.project, runs, change=change, offset=offset, limit=limit)
        return Response({"items": items, "next": paging.cursor_at(offset + limit if more else None)})


def _ids(request: Request) -> list[int]:
    parts = (request.query_params.get("runs") or "").split(",")
    if not all(part.isascii() and part.isdecimal() and len(part) < 19 for part in parts):
        raise errors.BadRequest("bad_runs", "Name runs by their ids, as in runs=1,2.", {"parameter": "runs"})
    return [int(part) for part in parts]
