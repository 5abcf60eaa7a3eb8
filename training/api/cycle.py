"""The cycle page: the ring of stages, the rounds, and the one button."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.core import fields, hint
from annotate.projects.roles import Action
from annotate.projects.scope import ProjectView
from training import jobs, loop
from training.api import shapes
from training.models import Round
from training.selectors import cycle


class Place(serializers.Serializer[Any]):
    page = serializers.CharField()
    id = serializers.IntegerField(allow_null=True)


class Stage(serializers.Serializer[Any]):
    name = serializers.ChoiceField(["pictures", "label", "freeze", "train", "evaluate", "choose"])
    waiting = serializers.IntegerField()
    done = serializers.IntegerField()
    review = serializers.IntegerField(help_text="At label: tasks that wait for a reviewer.")
    state = serializers.CharField()
    link = Place()


class Accuracy(serializers.Serializer[Any]):
    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    count = serializers.IntegerField()
    unresolved = serializers.IntegerField()
    version = serializers.IntegerField(help_text="Number of the version whose holdout it was scored on.")
    comparable = serializers.BooleanField(help_text="Scored on the same holdout as the newest round.")


class RoundShape(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    number = serializers.IntegerField()
    state = serializers.ChoiceField(Round.State.choices)
    preset = serializers.CharField()
    strategy = serializers.CharField()
    version = shapes.VersionName(allow_null=True)
    run = serializers.IntegerField(allow_null=True)
    run_state = serializers.CharField(allow_null=True)
    evaluation = serializers.IntegerField(allow_null=True)
    labels_spent = serializers.IntegerField()
    votes_spent = serializers.IntegerField()
    accuracy = Accuracy(allow_null=True)
    chosen = serializers.DictField(child=serializers.JSONField())
    error = shapes.Fault(allow_null=True)
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class Said(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.CharField()


class Next(serializers.Serializer[Any]):
    allowed = serializers.BooleanField()
    reason = Said(allow_null=True)
    warnings = Said(many=True)
    preset = serializers.CharField()


class CycleSettings(serializers.Serializer[Any]):
    order = serializers.CharField()
    show_proposals = serializers.BooleanField()


class CycleShape(serializers.Serializer[Any]):
    stages = Stage(many=True)
    rounds = RoundShape(many=True)
    next = Next()
    settings = CycleSettings()


class NextIn(fields.Strict):
    preset = fields.Char(max_length=60, required=False, allow_blank=True)
    strategy = fields.Char(max_length=20, required=False, allow_blank=True)


class Rescored(serializers.Serializer[Any]):
    evaluations = serializers.ListField(child=serializers.IntegerField())


def _said(said: cycle.Said | None) -> dict[str, str] | None:
    return {"code": said.code, "message": said.message} if said else None


class CycleView(ProjectView):
    """Everything that the cycle page shows."""

    rules: ClassVar[dict[str, Action]] = {"GET": Action.BROWSE}

    @extend_schema(operation_id="cycle_get", responses=CycleShape)
    def get(self, request: Request, pid: int) -> Response:
        """The ring of stages, the rounds, and whether the next can begin."""
        refusal = cycle.refusal(self.project)
        shape = {
            "stages": cycle.stages(self.project),
            "rounds": cycle.rounds(self.project),
            "next": {
                "allowed": refusal is None,
                "reason": _said(refusal),
                "warnings": [_said(one) for one in cycle.warnings(self.project)],
                "preset": cycle.usual_preset(self.project),
            },
            "settings": {"order": self.project.order, "show_proposals": self.project.show_proposals},
        }
        return Response(shape)


class CycleNextView(ProjectView):
    """Begins the next round."""

    rules: ClassVar[dict[str, Action]] = {"POST": Action.WORK}

    @extend_schema(operation_id="cycle_next", request=NextIn, responses={201: RoundShape})
    def post(self, request: Request, pid: int) -> Response:
        """Begins the next round: freeze, train, evaluate, choose."""
        said = fields.accept(NextIn, request.data)
        turn = loop.next_round(self.project, actor=request.user, **said)
        hint.nudge(jobs.sweep)
        shape = next(row for row in cycle.rounds(self.project) if row["id"] == turn.pk)
        return Response(shape, status=status.HTTP_201_CREATED)


class CycleRescoreView(ProjectView):
    """Scores every round's model again on the newest version's holdout."""

    rules: ClassVar[dict[str, Action]] = {"POST": Action.WORK}

    @extend_schema(operation_id="cycle_rescore", request=None, responses=Rescored)
    def post(self, request: Request, pid: int) -> Response:
        """Scores all rounds' models on the newest version's holdout."""
        found = loop.rescore(self.project)
        hint.nudge(jobs.train)
        return Response({"evaluations": [row.pk for row in found]})
