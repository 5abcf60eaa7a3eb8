"""The label schema and the pictures of the guide."""

from dataclasses import asdict
from typing import Any

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.core import errors, fields, media, storage
from annotate.projects import selectors, services
from annotate.projects.roles import Action
from annotate.projects.scope import ProjectView
from annotate.taxonomy.reader import Draft


class PictureShape(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    url = serializers.CharField()
    caption = serializers.CharField()


class ClassShape(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    concept_id = serializers.IntegerField()
    index = serializers.IntegerField()
    name = serializers.CharField()
    definition = serializers.CharField()
    synonyms = serializers.ListField(child=serializers.CharField())
    color = serializers.CharField()
    hotkey = serializers.CharField()
    archived = serializers.BooleanField()
    added_in = serializers.IntegerField()
    examples = PictureShape(many=True)


class ClassIn(fields.Strict):
    name = fields.Char(max_length=400)
    definition = fields.Char(max_length=8_000, required=False, allow_blank=True)
    synonyms = serializers.ListField(child=fields.Char(max_length=400), required=False, max_length=50)
    color = fields.Char(max_length=7, required=False, allow_blank=True)
    hotkey = fields.Char(max_length=1, required=False, allow_blank=True)


class ClassesIn(fields.Strict):
    """One of a pasted list (`name` or `name | definition` a line), a table with a header, or objects."""

    text = fields.Char(max_length=2**22, required=False, trim_whitespace=False)
    csv = fields.Char(max_length=2**22, required=False, trim_whitespace=False)
    classes = ClassIn(many=True, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs) != 1:
            raise serializers.ValidationError("Give exactly one of text, csv and classes.", code="one_of")
        return attrs


class ClassesView(ProjectView):
    rules = {"GET": Action.SEE, "POST": Action.MANAGE}

    @extend_schema(operation_id="classes_list", responses=ClassShape(many=True))
    def get(self, request: Request, pid: int) -> Response:
        """The label schema in its order, archived classes too."""
        return Response([asdict(view) for view in selectors.classes_of(self.project)])

    @extend_schema(operation_id="classes_add", request=ClassesIn, responses={201: ClassShape(many=True)})
    def post(self, request: Request, pid: int) -> Response:
        """Adds classes to the label schema: a pasted list, a table or objects, whole or not at all."""
        said = fields.accept(ClassesIn, request.data)
        services.add_classes(self.project, actor=request.user, entries=_drafts(said))
        views = [asdict(view) for view in selectors.classes_of(self.project)]
        return Response(views, status=status.HTTP_201_CREATED)


def _drafts(said: dict[str, Any]) -> list[Draft]:
    if "classes" not in said:
        ((form, text),) = said.items()
        return services.read_drafts(form, text)
    drafts = [
        Draft(
            entry["name"],
            entry.get("definition", ""),
            tuple(entry.get("synonyms", ())),
            entry.get("hotkey", ""),
            entry.get("color", ""),
            line,
        )
        for line, entry in enumerate(said["classes"], 1)
    ]
    return services.check_drafts(drafts)


class ClassView(ProjectView):
    rules = {"PATCH": Action.MANAGE}

    @extend_schema(operation_id="classes_change", request=ClassIn, responses=ClassShape)
    def patch(self, request: Request, pid: int, cid: int) -> Response:
        """Describes a class anew."""
        row = selectors.class_in(self.project, cid)
        said = fields.accept(ClassIn, request.data, partial=True)
        row = services.change_class(row, actor=request.user, **said)
        return Response(asdict(selectors.class_view(row, selectors.examples_of(row))))


class ArchiveClassView(ProjectView):
    rules = {"POST": Action.MANAGE}

    @extend_schema(operation_id="classes_archive", request=None, responses=ClassShape)
    def post(self, request: Request, pid: int, cid: int) -> Response:
        """Archives a class: it is no answer any more, its votes stay."""
        row = services.archive_class(selectors.class_in(self.project, cid), actor=request.user)
        return Response(asdict(selectors.class_view(row, selectors.examples_of(row))))


class ExampleView(ProjectView):
    rules = {"DELETE": Action.MANAGE}

    @extend_schema(operation_id="examples_delete", responses={204: None})
    def delete(self, request: Request, pid: int, eid: int) -> Response:
        """Removes an example picture of a class."""
        services.remove_guide_picture(selectors.guide_picture_in(self.project, eid), actor=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class GuidePictureView(ProjectView):
    """The bytes of a picture of the guide or of an example."""

    rules = {"GET": Action.SEE, "DELETE": Action.MANAGE}

    @extend_schema(operation_id="guide_picture", responses={(200, "image/*"): OpenApiTypes.BINARY})
    def get(self, request: Request, pid: int, eid: int) -> FileResponse:
        """The bytes of a picture of the guide."""
        picture = selectors.guide_picture_in(self.project, eid)
        return media.picture(storage.path(picture.digest, picture.suffix, kind=services.GUIDE))

    @extend_schema(operation_id="guide_picture_delete", responses={204: None})
    def delete(self, request: Request, pid: int, eid: int) -> Response:
        """Removes a picture from the guide."""
        picture = selectors.guide_picture_in(self.project, eid)
        if picture.label_class_id is not None:
            raise errors.Conflict("is_example", "This picture is the example of a class; delete it there.")
        services.remove_guide_picture(picture, actor=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)
