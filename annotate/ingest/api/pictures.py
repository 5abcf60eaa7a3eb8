"""Pictures of the guide, and the bytes of pictures."""

from dataclasses import asdict
from typing import Any

from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.core import errors, media, rest
from annotate.ingest import looking, selectors, services
from annotate.ingest.models import Image
from annotate.ingest.uploads import UploadView
from annotate.projects import selectors as projects
from annotate.projects.models import LabelClass
from annotate.projects.roles import Action, Role
from annotate.projects.scope import ProjectView


class GuidePictureIn(serializers.Serializer[Any]):
    file = serializers.FileField()
    caption = serializers.CharField(required=False, max_length=300, allow_blank=True)


class GuidePictureShape(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    url = serializers.CharField()
    caption = serializers.CharField()


class GuideUploadView(UploadView):
    """A picture for the general guide."""

    rules = {"POST": Action.MANAGE}
    archives = False

    @extend_schema(
        operation_id="guide_pictures_add",
        request={"multipart/form-data": GuidePictureIn},
        responses={201: GuidePictureShape},
    )
    def post(self, request: Request, pid: int) -> Response:
        """Adds a picture to the guide."""
        return self._add(request)

    def _add(self, request: Request, label_class: LabelClass | None = None) -> Response:
        uploads = self.taken(request)
        if len(uploads) != 1:
            raise errors.BadRequest("one_file", "One picture at a time.")
        staged = uploads[0].staged
        if staged is None:
            raise errors.Invalid(uploads[0].code, uploads[0].reason)
        caption = str(request.data.get("caption", ""))
        rest.check_text(caption)
        self.claim(uploads)
        picture = services.add_guide_picture(
            self.project, staged, actor=request.user, label_class=label_class, caption=caption
        )
        return Response(asdict(projects.picture_view(picture)), status=status.HTTP_201_CREATED)


class ExampleUploadView(GuideUploadView):
    """An example picture of a class."""

    @extend_schema(
        operation_id="examples_add",
        request={"multipart/form-data": GuidePictureIn},
        responses={201: GuidePictureShape},
    )
    def post(self, request: Request, pid: int, cid: int) -> Response:
        """Adds an example picture to a class."""
        return self._add(request, projects.class_in(self.project, cid))


class PictureView(ProjectView):
    """The bytes of one rendition; the untouched original only as a download, and only for admins and researchers."""

    rules = {"GET": Action.SEE}

    @extend_schema(
        operation_id="images_picture",
        parameters=[OpenApiParameter("rendition", str, OpenApiParameter.PATH, enum=list(selectors.RENDITIONS))],
        responses={(200, "image/*"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, pid: int, iid: int, rendition: str) -> HttpResponseBase:
        """The bytes of one rendition of a picture."""
        image = selectors.image_for(self.project, iid)
        if rendition not in selectors.RENDITIONS or (
            image.state == Image.State.DELETED and Action.BROWSE not in self.allowed
        ):
            raise errors.NotFound("not_found", "There is no such picture here.")
        if self.member.role == Role.VOLUNTEER and not looking.may_look(request.user.pk, image.pk):
            raise errors.NotFound("not_found", "There is no such picture here.")
        if rendition == "original":
            if Action.WORK not in self.allowed:
                raise errors.Forbidden("forbidden", "Originals are for admins and researchers.", {"needs": Action.WORK})
            name = f"{image.name.rsplit('/', 1)[-1].rsplit('.', 1)[0] or image.pk}{image.original_suffix}"
            return media.picture(selectors.picture_path(image, rendition), download=name)
        return self._shown(request, image, rendition)

    def _shown(self, request: Request, image: Image, rendition: str) -> HttpResponseBase:
        tag = f'"{image.digest[:32]}-{rendition}"'
        unchanged = get_conditional_response(request._request, etag=tag, response=None)
        if isinstance(unchanged, HttpResponse) and unchanged.status_code == status.HTTP_304_NOT_MODIFIED:
            return unchanged
        reply: FileResponse = media.picture(selectors.picture_path(image, rendition))
        reply["ETag"] = tag
        return reply
