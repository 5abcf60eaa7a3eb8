"""Routes to the crowd's rows that are not the desk's."""

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.core import fields
from annotate.labeling import selectors, services
from annotate.projects import selectors as projects
from annotate.projects.roles import Action
from annotate.projects.scope import ProjectView


class UnknownLabel(serializers.Serializer[Any]):
    source = serializers.CharField()
    label = serializers.CharField()
    count = serializers.IntegerField()


class UnknownLabels(serializers.Serializer[Any]):
    items = UnknownLabel(many=True)
    next = serializers.CharField(allow_null=True)


class UnknownLabelsView(ProjectView):
    """Class names that came with pictures and that the project does not have; taken up when such a class is added."""

    rules = {"GET": Action.BROWSE}

    @extend_schema(operation_id="labels_unknown", responses=UnknownLabels)
    def get(self, request: Request, pid: int) -> Response:
        """Class names that came with pictures and that the project does not have."""
        return Response({"items": selectors.unknown_labels(self.project), "next": None})


class ExampleFromProjectIn(fields.Strict):
    image_id = fields.Id()


class ExampleOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    url = serializers.CharField()
    caption = serializers.CharField()


class ExampleFromProjectView(ProjectView):
    """A picture of the project becomes an example of a class and leaves the queue."""

    rules = {"POST": Action.MANAGE}

    @extend_schema(operation_id="examples_use", request=ExampleFromProjectIn, responses={201: ExampleOut})
    def post(self, request: Request, pid: int, cid: int) -> Response:
        """Makes a picture of the project an example of a class."""
        label_class = projects.class_in(self.project, cid)
        said = fields.accept(ExampleFromProjectIn, request.data)
        picture = services.use_as_example(self.project, said["image_id"], label_class=label_class, actor=request.user)
        return Response(asdict(projects.picture_view(picture)), status=status.HTTP_201_CREATED)


class MoreVotes(serializers.Serializer[Any]):
    tasks = serializers.IntegerField()


class MoreVotesView(ProjectView):
    """Settled tasks with fewer votes than the project wants now: how many, and (POST) ask again for what they lack."""

    rules = {"GET": Action.MANAGE, "POST": Action.MANAGE}

    @extend_schema(operation_id="votes_wanted", responses=MoreVotes)
    def get(self, request: Request, pid: int) -> Response:
        """How many settled tasks have fewer votes than the project wants now."""
        return Response({"tasks": services.settled_with_fewer(self.project).count()})

    @extend_schema(operation_id="votes_ask_for_more", request=None, responses=MoreVotes)
    def post(self, request: Request, pid: int) -> Response:
        """Asks settled tasks again for the votes that they lack."""
        return Response({"tasks": services.ask_for_more(self.project, actor=request.user)})
