"""What the engine offers, and the weights that a project's runs may start from."""

from typing import Any, ClassVar

from django.conf import settings
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import parsers, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.core import errors, fields, rest
from annotate.projects.roles import Action
from annotate.projects.scope import ProjectView
from training import selectors, services
from training.api import shapes
from training.models import Weights
from training.selectors import offers

FORM_BYTES = 2**16
PAGING = [OpenApiParameter("cursor", str), OpenApiParameter("limit", int)]


class CatalogueShape(serializers.Serializer[Any]):
    architectures = serializers.ListField(child=serializers.DictField(child=serializers.JSONField()))
    problems = serializers.ListField(child=serializers.JSONField())
    presets = serializers.ListField(child=serializers.DictField(child=serializers.JSONField()))
    strategies = serializers.ListField(child=serializers.CharField())
    options = serializers.ListField(child=serializers.DictField(child=serializers.JSONField()))


class WeightsPage(serializers.Serializer[Any]):
    items = shapes.WeightsShape(many=True)
    next = serializers.CharField(allow_null=True)


class WeightsIn(fields.Strict):
    file = serializers.FileField()
    architecture = fields.Char(max_length=60)
    name = fields.Char(max_length=200, required=False, allow_blank=True)
    size = serializers.IntegerField(
        required=False, min_value=8, max_value=1024, help_text="Side of the pictures, for the teaching networks."
    )


class CatalogueView(ProjectView):
    """Architectures and presets for the project's kind of labels, strategies and options."""

    rules: ClassVar[dict[str, Action]] = {"GET": Action.BROWSE}

    @extend_schema(operation_id="training_catalogue", responses=CatalogueShape)
    def get(self, request: Request, pid: int) -> Response:
        """What the engine offers for the project's kind of labels."""
        return Response({**offers.offered_for(self.project.kind), "strategies": selectors.strategies()})


class BoundedMultiPart(parsers.MultiPartParser):
    """A form whose announced length is looked at before a byte of it is read; the server reads no byte beyond it."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        request = (parser_context or {})["request"]
        length = request.META.get("CONTENT_LENGTH") or "0"
        limit = settings.MAX_WEIGHTS_BYTES
        if not length.isdecimal() or int(length) > limit + FORM_BYTES:
            raise errors.TooLarge("weights_too_large", "This file is larger than the server takes.", {"limit": limit})
        return super().parse(stream, media_type, parser_context)


class WeightsView(ProjectView):
    """Files of weights: listed, and taken in after they were looked at."""

    rules: ClassVar[dict[str, Action]] = {"GET": Action.BROWSE, "POST": Action.WORK}
    parser_classes = (BoundedMultiPart,)

    @extend_schema(operation_id="training_weights_list", parameters=PAGING, responses=WeightsPage)
    def get(self, request: Request, pid: int) -> Response:
        """Files of weights that runs may start from."""
        rows = Weights.objects.filter(project=self.project)
        page = rest.keyset_page(rows, request.query_params, keys=("-id",), show=shapes.weights_shape)
        return Response(page)

    @extend_schema(
        operation_id="training_weights_add",
        request={"multipart/form-data": WeightsIn},
        responses={201: shapes.WeightsShape},
    )
    def post(self, request: Request, pid: int) -> Response:
        """Takes a safetensors file in, after a look at it."""
        said = fields.accept(WeightsIn, request.data.dict())
        for text in (said["architecture"], said.get("name", ""), said["file"].name):
            rest.check_text(text)
        weights = services.add_weights(
            self.project,
            said["file"],
            actor=request.user,
            name=said.get("name") or said["file"].name,
            architecture=said["architecture"],
            size=said.get("size"),
        )
        return Response(shapes.weights_shape(weights), status=status.HTTP_201_CREATED)
