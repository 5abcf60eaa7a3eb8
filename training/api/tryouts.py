"""Showing a picture to a model of the project; nothing of it is kept."""

from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpRequest
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.core import errors, hint, rest
from annotate.ingest.uploads import UploadView
from annotate.projects.roles import Action
from annotate.projects.scope import ProjectView
from training import jobs, services
from training.models import Tryout
from training.selectors import tryouts
from training.services import guesses

FORM_BYTES = 2**16
FORMS = ("one", "any", "boxes")


class ModelShape(serializers.Serializer[Any]):
    key = serializers.CharField(help_text="What to send as `model`.")
    name = serializers.CharField(allow_blank=True)
    architecture = serializers.CharField()
    run = serializers.IntegerField(allow_null=True, help_text="None for a file of weights.")
    epoch = serializers.IntegerField(allow_null=True)
    figure = serializers.FloatField(allow_null=True, help_text="Holdout accuracy, or mAP at overlap .5.")
    threshold = serializers.FloatField(help_text="The score from which its boxes are worth showing.")
    created_at = serializers.DateTimeField()


class ModelsShape(serializers.Serializer[Any]):
    models = ModelShape(many=True, help_text="The best first; files of weights last.")
    limit = serializers.IntegerField(help_text="The largest picture that is taken, in bytes.")


class TryoutIn(serializers.Serializer[Any]):
    file = serializers.FileField()
    model = serializers.CharField(help_text="A key of the list.")


class GuessShape(serializers.Serializer[Any]):
    concept = serializers.IntegerField()
    name = serializers.CharField()
    score = serializers.FloatField()
    box = serializers.ListField(child=serializers.FloatField(), required=False, min_length=4, max_length=4)


class AnswerShape(serializers.Serializer[Any]):
    form = serializers.ChoiceField(
        FORMS, help_text="one: just one class holds; any: each for itself; boxes: each guess says where."
    )
    guesses = GuessShape(many=True)
    classes = serializers.IntegerField(help_text="How many classes the model knows.")
    width = serializers.IntegerField(help_text="Of the upright picture, which boxes speak of.")
    height = serializers.IntegerField()


class TroubleShape(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.CharField()


class TryoutShape(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    state = serializers.ChoiceField(Tryout.State.choices)
    step = serializers.CharField(allow_blank=True, help_text="While it runs: starting, loading or looking.")
    answer = AnswerShape(allow_null=True)
    error = TroubleShape(allow_null=True)


def tryout_shape(tryout: Tryout) -> dict[str, Any]:
    state, error = tryouts.standing(tryout)
    return {"id": tryout.pk, "state": state, "step": tryout.step, "answer": tryout.answer, "error": error}


def _model_shape(model: tryouts.Model) -> dict[str, Any]:
    names = ("key", "name", "architecture", "run", "epoch", "figure", "created_at")
    return {**{name: getattr(model, name) for name in names}, "threshold": guesses.shown_from(model.summary)}


class TryoutsView(UploadView):
    """What may be tried, and the way to try it. The answer is asked for afterwards, under the number given here."""

    rules: ClassVar[dict[str, Action]] = {"GET": Action.WORK, "POST": Action.WORK}
    archives = False

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        length = request.META.get("CONTENT_LENGTH") or "0"
        # A body that announces too much is not read at all; one that lies is cut at the limit by the receiver.
        self.too_large = not length.isdecimal() or int(length) > settings.MAX_PICTURE_BYTES + FORM_BYTES
        return super().initialize_request(request, *args, **kwargs)

    def _may(self, request: HttpRequest, pid: int) -> bool:
        return not self.too_large and super()._may(request, pid)

    @extend_schema(operation_id="tryouts_models", responses=ModelsShape)
    def get(self, request: Request, pid: int) -> Response:
        """The models that can be tried."""
        found = tryouts.models_to_try(self.project)
        return Response({"models": [_model_shape(one) for one in found], "limit": settings.MAX_PICTURE_BYTES})

    @extend_schema(
        operation_id="tryouts_start", request={"multipart/form-data": TryoutIn}, responses={202: TryoutShape}
    )
    def post(self, request: Request, pid: int) -> Response:
        """Shows a picture to a model; the answer is asked for afterwards."""
        if self.too_large:
            limit = settings.MAX_PICTURE_BYTES
            raise errors.TooLarge("too_large", f"The file is larger than {limit // 2**20} MB.", {"limit": limit})
        uploads = self.taken(request)
        if len(uploads) != 1:
            raise errors.BadRequest("one_file", "One picture at a time.")
        if uploads[0].staged is None:
            raise errors.Invalid(uploads[0].code, uploads[0].reason)
        key = request.data.get("model")
        if not isinstance(key, str) or not key:
            raise errors.Invalid("no_model", "Say which model is to look at the picture.")
        rest.check_text(key)
        model = tryouts.model_for(self.project, key)
        tryout = services.start_tryout(self.project, actor=request.user, model=model, staged=uploads[0].staged)
        hint.nudge(jobs.try_models)
        return Response(tryout_shape(tryout), status=status.HTTP_202_ACCEPTED)


class TryoutView(ProjectView):
    """How far it has come; and its end, after which nothing of it is left."""

    rules: ClassVar[dict[str, Action]] = {"GET": Action.WORK, "DELETE": Action.WORK}

    @extend_schema(operation_id="tryouts_get", responses=TryoutShape)
    def get(self, request: Request, pid: int, tid: int) -> Response:
        """How far one's own tryout has come, and its answer."""
        return Response(tryout_shape(tryouts.tryout_for(self.project, request.user, tid)))

    @extend_schema(operation_id="tryouts_forget", responses={204: None})
    def delete(self, request: Request, pid: int, tid: int) -> Response:
        """Forgets one's own tryout and its picture at once."""
        services.forget_tryout(tryouts.tryout_for(self.project, request.user, tid))
        return Response(status=status.HTTP_204_NO_CONTENT)
