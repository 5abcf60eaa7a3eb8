"""What augmentation does, looked at before a run."""

import re
from typing import Any, ClassVar

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.core import errors, fields, media
from annotate.datasets import selectors as datasets
from annotate.projects.roles import Action
from annotate.projects.scope import ProjectView
from training import services
from training.selectors import folders


class PreviewIn(fields.Strict):
    """As a run is asked for."""

    version = fields.Id()
    preset = fields.Char(max_length=60, required=False, allow_blank=True)
    config = fields.JsonObject(required=False)


class PreviewPicture(serializers.Serializer[Any]):
    url = serializers.CharField()
    picture = serializers.IntegerField(help_text="The same number for the same picture.")
    epoch = serializers.IntegerField(help_text="0: the picture as it is.")
    boxes = serializers.IntegerField(help_text="How many boxes a training takes for true there.")


class PreviewShape(serializers.Serializer[Any]):
    pictures = PreviewPicture(many=True)


class PreviewView(ProjectView):
    """Some training pictures of a version as they are, and as the first epochs of such a run would see them."""

    rules: ClassVar[dict[str, Action]] = {"POST": Action.WORK}

    @extend_schema(operation_id="training_preview", request=PreviewIn, responses=PreviewShape)
    def post(self, request: Request, pid: int) -> Response:
        """Draws some training pictures as an augmentation makes them."""
        said = fields.accept(PreviewIn, request.data)
        found = services.make_preview(
            self.project,
            version=datasets.version_for(self.project, said["version"]),
            preset=said.get("preset", ""),
            config=said.get("config"),
        )
        numbers = {digest: place for place, digest in enumerate(dict.fromkeys(one["digest"] for one in found.pictures))}
        pictures = [
            {
                "url": f"/api/projects/{self.project.pk}/training/preview/{found.key}/{one['file']}",
                "picture": numbers[one["digest"]],
                "epoch": one["epoch"],
                "boxes": len(one["boxes"]),
            }
            for one in found.pictures
        ]
        return Response({"pictures": pictures})


class PreviewPictureView(ProjectView):
    rules: ClassVar[dict[str, Action]] = {"GET": Action.WORK}

    @extend_schema(operation_id="training_preview_picture", responses={(200, "image/png"): OpenApiTypes.BINARY})
    def get(self, request: Request, pid: int, preview: str, file: str) -> FileResponse:
        """The bytes of one drawn preview."""
        if not re.fullmatch(r"[0-9a-f]{32}", preview) or not re.fullmatch(r"[0-9]{3}-[0-9]{2}\.png", file):
            raise errors.NotFound("not_found", "There is no such picture.")
        return media.picture(folders.preview_folder(self.project, preview) / file)
