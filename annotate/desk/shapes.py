"""The desk's requests and answers, as the OpenAPI schema tells them; the desk's own request is read in body.py."""

from typing import Any

from rest_framework import serializers

from annotate.consensus.models import Decision
from annotate.core import fields
from annotate.labeling.models import Seat

REASONS = ("done", "leased", "no_tasks", "no_classes", "practice", "paused")
STATUSES = ("stored", "repeated", "refused")


class DeskPicture(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    thumb = serializers.CharField()
    display = serializers.CharField()


class HomeNext(serializers.Serializer[Any]):
    """The question to go on with; `picture` is null for a volunteer who was not asked it yet."""

    project = serializers.IntegerField()
    name = serializers.CharField()
    kind = serializers.CharField()
    question = serializers.CharField()
    picture = DeskPicture(allow_null=True)
    practice = serializers.BooleanField(help_text="A practice comes first.")


class HomeQueue(serializers.Serializer[Any]):
    project = serializers.IntegerField()
    name = serializers.CharField()
    waits = serializers.BooleanField(help_text="Whether something there can be answered by this person now.")
    paused = serializers.BooleanField()
    open = serializers.IntegerField()
    done = serializers.IntegerField()
    today = serializers.IntegerField()
    mine = serializers.IntegerField()


class HomeDay(serializers.Serializer[Any]):
    day = serializers.DateField()
    answers = serializers.IntegerField()


class HomeShape(serializers.Serializer[Any]):
    days = HomeDay(many=True)
    next = HomeNext(allow_null=True)
    queues = HomeQueue(many=True)


class DeskVoteIn(serializers.Serializer[Any]):
    key = serializers.UUIDField()
    task = serializers.IntegerField()
    lease = serializers.IntegerField(required=False, allow_null=True)
    asking = serializers.IntegerField(required=False, allow_null=True)
    answer = serializers.DictField()
    supersedes = serializers.UUIDField(required=False, allow_null=True)
    shown_proposal = serializers.IntegerField(required=False, allow_null=True)
    took_ms = serializers.IntegerField(required=False, allow_null=True)
    started = serializers.CharField(required=False, allow_null=True)


class DeskIn(serializers.Serializer[Any]):
    votes = DeskVoteIn(many=True, required=False)
    take = serializers.IntegerField(required=False)
    release = serializers.ListField(child=serializers.IntegerField(), required=False)


class DeskResult(serializers.Serializer[Any]):
    key = serializers.UUIDField()
    status = serializers.ChoiceField(choices=STATUSES)
    surplus = serializers.BooleanField()
    code = serializers.CharField(allow_null=True)
    message = serializers.CharField(allow_null=True)
    data = serializers.DictField(allow_null=True)


class DeskProposal(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    answer = serializers.DictField()
    score = serializers.FloatField()


class DeskTask(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    lease = serializers.IntegerField()
    expires_at = serializers.DateTimeField()
    image = DeskPicture()
    question = serializers.CharField()
    kind = serializers.CharField()
    asking = serializers.IntegerField()
    proposal = DeskProposal(allow_null=True)


class DeskProgress(serializers.Serializer[Any]):
    mine_today = serializers.IntegerField()
    mine = serializers.IntegerField()
    open = serializers.IntegerField()
    leased_by_others = serializers.IntegerField()
    done = serializers.IntegerField()
    total = serializers.IntegerField()


class DeskOut(serializers.Serializer[Any]):
    results = DeskResult(many=True)
    tasks = DeskTask(many=True)
    progress = DeskProgress()
    reason = serializers.ChoiceField(choices=REASONS, allow_null=True)


class OwnVote(serializers.Serializer[Any]):
    key = serializers.UUIDField()
    task = serializers.IntegerField()
    image = DeskPicture()
    answer = serializers.DictField()
    created_at = serializers.DateTimeField()
    superseded = serializers.BooleanField()
    surplus = serializers.BooleanField()
    decided = serializers.BooleanField()
    asking = serializers.IntegerField()
    current = serializers.BooleanField()


class OwnVotePage(serializers.Serializer[Any]):
    items = OwnVote(many=True)
    next = serializers.CharField(allow_null=True)


class DeskGuidePicture(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    url = serializers.CharField()
    caption = serializers.CharField()


class DeskClass(serializers.Serializer[Any]):
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
    examples = DeskGuidePicture(many=True)


class DeskGuide(serializers.Serializer[Any]):
    guide_text = serializers.CharField()
    guide_version = serializers.IntegerField()
    pictures = DeskGuidePicture(many=True)
    classes = DeskClass(many=True)
    show_proposals = serializers.BooleanField()


class DeskMiss(serializers.Serializer[Any]):
    image = DeskPicture()
    kind = serializers.CharField()
    answer = serializers.DictField()
    known = serializers.DictField()


class DeskPause(serializers.Serializer[Any]):
    """Why one is handed no questions, and where one was wrong: told only while paused."""

    paused = serializers.BooleanField()
    code = serializers.ChoiceField(choices=Seat.Pause.choices, allow_null=True)
    note = serializers.CharField()
    at = serializers.DateTimeField(allow_null=True)
    answered = serializers.IntegerField()
    right = serializers.IntegerField()
    demanded = serializers.FloatField(allow_null=True)
    misses = DeskMiss(many=True)


class ReviewShare(serializers.Serializer[Any]):
    concept_id = serializers.IntegerField(allow_null=True)
    p = serializers.FloatField()


class ReviewVote(serializers.Serializer[Any]):
    answer = serializers.DictField()
    surplus = serializers.BooleanField()
    proposed = serializers.BooleanField()
    asking = serializers.IntegerField()


class ReviewItem(serializers.Serializer[Any]):
    task = serializers.IntegerField()
    image = DeskPicture()
    kind = serializers.CharField()
    answer = serializers.DictField(allow_null=True)
    confidence = serializers.FloatField()
    distribution = ReviewShare(many=True)
    votes = ReviewVote(many=True)
    split = serializers.CharField()
    state = serializers.CharField()
    asking = serializers.IntegerField()


class ReviewPage(serializers.Serializer[Any]):
    items = ReviewItem(many=True)
    next = serializers.CharField(allow_null=True)


class RulingIn(fields.Strict):
    ruling = fields.Choice(choices=Decision.Ruling.values)
    answer = fields.JsonObject(required=False)
    note = fields.Char(max_length=2000, required=False, allow_blank=True)


class RulingOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    ruling = serializers.CharField()
    asking = serializers.IntegerField()
    answer = serializers.DictField(allow_null=True)


class PracticeScore(serializers.Serializer[Any]):
    right = serializers.IntegerField()
    of = serializers.IntegerField()
    finished_at = serializers.DateTimeField(allow_null=True)


class PracticeState(serializers.Serializer[Any]):
    known = serializers.IntegerField()
    enough = serializers.BooleanField()
    offered = serializers.BooleanField()
    required = serializers.BooleanField()
    last = PracticeScore(allow_null=True)


class PracticeOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    kind = serializers.CharField()
    pictures = DeskPicture(many=True)


class PracticeAnswerIn(fields.Strict):
    practice = fields.Id()
    place = fields.Integer(min_value=0, max_value=100)
    answer = fields.JsonObject()


class PracticeVerdict(serializers.Serializer[Any]):
    right = serializers.BooleanField(allow_null=True)
    known = serializers.DictField(allow_null=True)
    overlap = serializers.FloatField()
    score = PracticeScore()


class OwnAgreement(serializers.Serializer[Any]):
    share = serializers.FloatField()
    of = serializers.IntegerField()


class OwnNumbers(serializers.Serializer[Any]):
    today = serializers.IntegerField()
    in_all = serializers.IntegerField()
    pace = serializers.FloatField(allow_null=True)
    pace_now = serializers.FloatField(allow_null=True)
    agreement = OwnAgreement(allow_null=True)
    seconds_left = serializers.FloatField(allow_null=True)
