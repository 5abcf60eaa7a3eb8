"""The wall, one picture, and what can be done to many."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.core import errors, fields, rest
from annotate.core.grants import Scope
from annotate.core.hint import nudge
from annotate.datasets import browse, history, jobs, services
from annotate.datasets.services.pictures import ACTIONS, AT_ONCE, RULINGS
from annotate.ingest.models import Image
from annotate.projects.roles import Action
from annotate.projects.scope import ProjectView

PAGING = [OpenApiParameter("cursor", str), OpenApiParameter("limit", int)]
FILTERS = [
    OpenApiParameter("class", int, description="Concept id of the answer."),
    OpenApiParameter("state", str, enum=[str(state) for state in browse.STATES]),
    OpenApiParameter("split", str, enum=Image.Split.values),
    OpenApiParameter("problem", str),
    OpenApiParameter("agreement", str, enum=browse.AGREEMENTS),
    OpenApiParameter("name", str, description="Part of the file's name."),
]


class Tile(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    thumb = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    split = serializers.ChoiceField(choices=Image.Split.choices)
    state = serializers.ChoiceField(choices=[str(state) for state in browse.STATES])
    answer = serializers.DictField(child=serializers.JSONField(), allow_null=True)
    confidence = serializers.FloatField(allow_null=True)
    agreement = serializers.FloatField(allow_null=True)
    votes = serializers.IntegerField()
    problem = serializers.CharField()
    gold = serializers.BooleanField(help_text="Asked among the others because its answer is known.")


class TilePage(serializers.Serializer[Any]):
    items = Tile(many=True)
    next = serializers.CharField(allow_null=True)


class FacetsShape(serializers.Serializer[Any]):
    """Totals of the whole project by value, as a sweep last counted them."""

    images = serializers.IntegerField()
    states = serializers.DictField(child=serializers.IntegerField())
    splits = serializers.DictField(child=serializers.IntegerField())
    problems = serializers.DictField(child=serializers.IntegerField())
    classes = serializers.DictField(child=serializers.IntegerField())
    agreement = serializers.DictField(child=serializers.IntegerField())
    counted_at = serializers.DateTimeField()


class CountShape(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    capped = serializers.BooleanField(help_text="There are more than `count`.")
    facets = FacetsShape(allow_null=True)


class BatchName(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()


class TaskShape(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    state = serializers.CharField()
    asking = serializers.IntegerField()
    votes_wanted = serializers.IntegerField()
    votes_counted = serializers.IntegerField()
    chosen_by = serializers.CharField()


class ConsensusShape(serializers.Serializer[Any]):
    answer = serializers.DictField(child=serializers.JSONField(), allow_null=True)
    confidence = serializers.FloatField()
    agreement = serializers.FloatField(allow_null=True)
    distribution = serializers.DictField(child=serializers.FloatField())
    counts = serializers.DictField(child=serializers.IntegerField())
    votes = serializers.IntegerField()
    method = serializers.CharField()
    source = serializers.CharField()
    decided = serializers.BooleanField()
    updated_at = serializers.DateTimeField()


class RulingShape(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    ruling = serializers.CharField()
    answer = serializers.DictField(child=serializers.JSONField(), allow_null=True)
    note = serializers.CharField()
    asking = serializers.IntegerField()
    person = serializers.CharField()


class EventShape(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    what = serializers.ChoiceField(choices=history.WHAT)
    person = serializers.CharField(help_text="Who, by pseudonym or name; the source or model where it was no person.")
    answer = serializers.DictField(child=serializers.JSONField(), allow_null=True)
    text = serializers.CharField(help_text="The delivery, the source's word, the ruling or the method.")
    note = serializers.CharField(help_text="Why, where somebody said so; of an imported label why it was not taken.")
    asking = serializers.IntegerField(allow_null=True)
    counted = serializers.BooleanField(allow_null=True)
    surplus = serializers.BooleanField(allow_null=True)
    superseded = serializers.BooleanField(allow_null=True)
    proposed = serializers.BooleanField(allow_null=True)
    score = serializers.FloatField(allow_null=True)
    took_ms = serializers.IntegerField(allow_null=True)
    gold = serializers.BooleanField(allow_null=True, help_text="Given to a question whose answer was known.")


class PredictionShape(serializers.Serializer[Any]):
    model = serializers.CharField()
    distribution = serializers.DictField(child=serializers.FloatField())


class PictureItem(Tile):
    display = serializers.CharField()
    full = serializers.CharField()
    original_name = serializers.CharField()
    digest = serializers.CharField()
    batch = BatchName(allow_null=True)
    group = serializers.IntegerField(allow_null=True)
    licence = serializers.CharField()
    author = serializers.CharField()
    source = serializers.CharField()
    created_at = serializers.DateTimeField()
    task = TaskShape(allow_null=True)
    consensus = ConsensusShape(allow_null=True)
    decisions = RulingShape(many=True)
    timeline = EventShape(many=True, help_text="Its first page.")
    timeline_next = serializers.CharField(allow_null=True)
    predictions = PredictionShape(many=True)


class EventPage(serializers.Serializer[Any]):
    items = EventShape(many=True)
    next = serializers.CharField(allow_null=True)


class ExportedIn(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    format = serializers.CharField()
    at = serializers.DateTimeField()


class StoodIn(serializers.Serializer[Any]):
    id = serializers.IntegerField(help_text="Of the version.")
    number = serializers.IntegerField()
    at = serializers.DateTimeField()
    split = serializers.ChoiceField(choices=history.SIDES)
    state = serializers.ChoiceField(choices=["labeled", "empty", "unresolved", "unlabeled"])
    answer = serializers.DictField(child=serializers.JSONField(), allow_null=True)
    exports = ExportedIn(many=True)


class StoodPage(serializers.Serializer[Any]):
    items = StoodIn(many=True)
    next = serializers.CharField(allow_null=True)


class ActionIn(fields.Strict):
    action = fields.Choice(choices=ACTIONS)
    ids = serializers.ListField(child=fields.Id(), min_length=1, max_length=AT_ONCE)


class RefusedPicture(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    code = serializers.CharField()


class Acted(serializers.Serializer[Any]):
    done = serializers.IntegerField()
    refused = RefusedPicture(many=True)


class Emptied(serializers.Serializer[Any]):
    emptied = serializers.IntegerField()


def _filters(request: Request) -> browse.Filters:
    """The query's filters; BadRequest names a parameter that means nothing."""
    said = {name: request.GET.get(name, "") for name in ("class", "state", "split", "problem", "agreement", "name")}
    words = {"state": browse.STATES, "split": Image.Split.values, "agreement": browse.AGREEMENTS}
    for name, allowed in words.items():
        if said[name] and said[name] not in allowed:
            raise errors.BadRequest("bad_filter", f"There is no such {name}.", {"parameter": name})
    for name in ("problem", "name"):
        rest.check_text(said[name])
    concept = said.pop("class")
    if concept and not (concept.isdecimal() and len(concept) <= rest.MAX_INTEGER_DIGITS):
        raise errors.BadRequest("bad_filter", "A class is named by its number.", {"parameter": "class"})
    said["name"] = said["name"].strip()[:200]
    return browse.Filters(concept=int(concept) if concept else None, **said)


class PicturesView(ProjectView):
    rules = {"GET": Action.BROWSE}

    @extend_schema(operation_id="images_list", parameters=[*FILTERS, *PAGING], responses=TilePage)
    def get(self, request: Request, pid: int) -> Response:
        """Pictures of a project, filtered, page by page."""
        return Response(browse.page(self.project, _filters(request), request.GET))


class CountsView(ProjectView):
    rules = {"GET": Action.BROWSE}

    @extend_schema(operation_id="images_count", parameters=FILTERS, responses=CountShape)
    def get(self, request: Request, pid: int) -> Response:
        """How many pictures the filters leave, and how many each further filter would."""
        return Response(browse.count(self.project, _filters(request)))


class PictureView(ProjectView):
    """People stand there by name only for those who answer for them."""

    rules = {"GET": Action.BROWSE}

    @extend_schema(operation_id="images_get", responses=PictureItem)
    def get(self, request: Request, pid: int, iid: int) -> Response:
        """One picture with its answer, its votes and its history."""
        return Response(browse.item(self.project, iid, reader=self.allowed))


class HistoryView(ProjectView):
    """People stand there as on the picture's own page."""

    rules = {"GET": Action.BROWSE}

    @extend_schema(operation_id="images_history", parameters=PAGING[:1], responses=EventPage)
    def get(self, request: Request, pid: int, iid: int) -> Response:
        """What happened to a picture, oldest first, page by page."""
        return Response(browse.history_of(self.project, iid, request.GET, reader=self.allowed))


class StoodView(ProjectView):
    """The versions a picture stood in."""

    rules = {"GET": Action.BROWSE}

    @extend_schema(operation_id="images_versions", parameters=PAGING[:1], responses=StoodPage)
    def get(self, request: Request, pid: int, iid: int) -> Response:
        """The versions and exports that a picture stood in, with its split and answer there."""
        image = browse.picture_for(self.project, iid)
        return Response(history.versions_with(self.project, image, request.GET))


class ActionsView(ProjectView):
    """Asking again and marking as known is a reviewer's right too; taking out and bringing back is the admin's."""

    rules = {"POST": Action.SETTLE}

    @classmethod
    def scopes(cls, method: str) -> frozenset[Scope]:
        """Which of the two a token needs is the action's to say."""
        return super().scopes(method) | {Scope.WRITE}

    @extend_schema(operation_id="images_act", request=ActionIn, responses=Acted)
    def post(self, request: Request, pid: int) -> Response:
        """Takes pictures out, brings them back, or has them asked again."""
        said = fields.accept(ActionIn, request.data)
        needs = Action.SETTLE if said["action"] in RULINGS else Action.MANAGE
        if needs not in self.allowed:
            raise errors.Forbidden("forbidden", "Only an admin takes pictures out.", {"needs": needs})
        done = services.act_on_pictures(self.project, said["ids"], actor=request.user, action=said["action"])
        nudge(jobs.sweep)
        return Response(done)


class BinView(ProjectView):
    rules = {"POST": Action.MANAGE}

    @extend_schema(operation_id="images_empty_bin", request=None, responses=Emptied)
    def post(self, request: Request, pid: int) -> Response:
        """Removes deleted pictures for good."""
        return Response({"emptied": services.empty_bin(self.project, actor=request.user)})
