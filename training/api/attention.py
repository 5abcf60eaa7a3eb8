"""What needs somebody, over all projects of whoever asks."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotate.core import rest
from training.selectors import attention


class Thing(serializers.Serializer[Any]):
    """`subject` is the run or the person meant, `of` its name; `count` how many pictures wait or were compared."""

    what = serializers.ChoiceField(["review", "failed_run", "low_agreement"])
    project = serializers.IntegerField()
    name = serializers.CharField()
    count = serializers.IntegerField()
    subject = serializers.IntegerField(allow_null=True)
    of = serializers.CharField()


class AttentionShape(serializers.Serializer[Any]):
    items = Thing(many=True)


class AttentionView(APIView):
    permission_classes = (rest.SignedIn,)

    @extend_schema(operation_id="attention_list", responses=AttentionShape)
    def get(self, request: Request) -> Response:
        """What needs this person: disagreements, failed runs, people who agree with few."""
        return Response({"items": attention.attention(request.user)})
