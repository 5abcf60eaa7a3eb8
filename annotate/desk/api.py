"""Routes of the desk and of the review page."""

import secrets
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotate.consensus import jobs
from annotate.consensus import selectors as consensus
from annotate.consensus import services as rulings
from annotate.core import errors, fields, hint, rest
from annotate.desk import home, numbers, practice, selectors, services, shapes, tempo
from annotate.desk.body import read_errand
from annotate.desk.tickets import ticket_of
from annotate.labeling import selectors as labeling
from annotate.projects.models import Project
from annotate.projects.roles import Action, Role
from annotate.projects.scope import ProjectView

PAGED = [OpenApiParameter("cursor", str), OpenApiParameter("limit", int)]
REVIEW_PAGE = 20
OWNER_HEADER = "X-Fovea-User"
# Leases that one volunteer holds at once: two windows full, so that nobody keeps the others' work away.
MOST_HELD = 24


class HomeView(APIView):
    """Where a person goes on, over all projects; nothing is taken by looking."""

    permission_classes = (rest.SignedIn,)

    @extend_schema(operation_id="desk_home", responses=shapes.HomeShape)
    def get(self, request: Request) -> Response:
        """The question to go on with, one's queues, and one's answers of the last days."""
        return Response(home.home(request.user))


class DeskView(ProjectView):
    """Hand in answers, hand back tasks and take new ones, in one request."""

    rules = {"POST": Action.LABEL}

    @extend_schema(operation_id="desk_work", request=shapes.DeskIn, responses=shapes.DeskOut)
    def post(self, request: Request, pid: int) -> Response:
        """Hands in answers, hands back tasks and takes new ones, in one request."""
        _same_person(request)
        errand = read_errand(request.data)
        volunteer = self.member.role == Role.VOLUNTEER
        if volunteer:
            tempo.VOLUNTEERS.spend(str(request.user.pk), len(errand.votes))
        done = services.work(
            request.user,
            self.project,
            votes=errand.votes,
            take=errand.take,
            release=errand.release,
            most_held=MOST_HELD if volunteer else None,
            handed_only=volunteer,
            held_back="practice" if errand.take and practice.needed(self.member) else None,
        )
        return Response(_shown(self.project, done, user_id=request.user.pk))


def _same_person(request: Request) -> None:
    """Conflict where the page that sends belongs to somebody else than the session: two people, one browser.

    The page names its person in a header, because votes kept on a device must never pass as another's.
    """
    owner = request.headers.get(OWNER_HEADER)
    if owner is not None and owner != str(request.user.pk):
        raise errors.Conflict("other_user", "Somebody else has signed in here since; nothing was stored.")


def _shown(project: Project, done: services.Work, *, user_id: int) -> dict[str, Any]:
    return {
        "results": [
            {
                "key": str(one.key),
                "status": one.status,
                "surplus": one.surplus,
                "code": one.why.code if one.why else None,
                "message": one.why.message if one.why else None,
                "data": one.why.data if one.why else None,
            }
            for one in done.results
        ],
        "tasks": [selectors.handed_row(project, one, ticket=ticket_of(user_id, one.task)) for one in done.tasks],
        "progress": done.progress,
        "reason": done.reason,
    }


class OwnVotesView(ProjectView):
    """One's own answers, the newest first."""

    rules = {"GET": Action.LABEL}

    @extend_schema(operation_id="desk_mine", parameters=PAGED, responses=shapes.OwnVotePage)
    def get(self, request: Request, pid: int) -> Response:
        """One's own answers, the newest first."""
        rows = labeling.own_votes(self.project, request.user.pk)
        return Response(rest.keyset_page(rows, request.query_params, keys=("-id",), show=selectors.own_vote_row))


class GuideView(ProjectView):
    """The rules, the classes and their examples."""

    rules = {"GET": Action.LABEL}

    @extend_schema(operation_id="desk_guide", responses=shapes.DeskGuide)
    def get(self, request: Request, pid: int) -> Response:
        """The rules, the classes and their examples."""
        return Response(selectors.guide(self.project))


class PracticeView(ProjectView):
    """Guided practice on pictures whose answers are known: what there is (GET), and a new one (POST)."""

    rules = {"GET": Action.LABEL, "POST": Action.LABEL}

    @extend_schema(operation_id="practice_state", responses=shapes.PracticeState)
    def get(self, request: Request, pid: int) -> Response:
        """What practice there is, and how the last one went."""
        return Response(practice.state(self.member))

    @extend_schema(operation_id="practice_begin", request=None, responses={201: shapes.PracticeOut})
    def post(self, request: Request, pid: int) -> Response:
        """Begins a new practice."""
        begun = practice.begin(self.project, request.user, seed=secrets.randbits(62))
        return Response(selectors.practice_row(self.project, begun), status=status.HTTP_201_CREATED)


class PracticeAnswerView(ProjectView):
    """One answer in a practice; the known one is in the reply."""

    rules = {"POST": Action.LABEL}

    @extend_schema(operation_id="practice_answer", request=shapes.PracticeAnswerIn, responses=shapes.PracticeVerdict)
    def post(self, request: Request, pid: int) -> Response:
        """Answers one picture of a practice; the known answer is in the reply."""
        said = fields.accept(shapes.PracticeAnswerIn, request.data)
        found = practice.answer(
            self.project, request.user, practice_id=said["practice"], place=said["place"], said=said["answer"]
        )
        score = {**practice.score(found.practice), "finished_at": found.practice.finished_at}
        verdict = {"right": found.right, "known": found.known, "overlap": found.overlap}
        return Response({**verdict, "score": score})


class OwnNumbersView(ProjectView):
    """One's own figures in the project, compared with nobody's."""

    rules = {"GET": Action.LABEL}

    @extend_schema(operation_id="desk_numbers", responses=shapes.OwnNumbers)
    def get(self, request: Request, pid: int) -> Response:
        """One's own figures: answers, pace, agreement."""
        return Response(numbers.numbers(self.project, request.user.pk))


class PauseView(ProjectView):
    """Why one is handed no questions, with the known answers that one has missed."""

    rules = {"GET": Action.LABEL}

    @extend_schema(operation_id="desk_pause", responses=shapes.DeskPause)
    def get(self, request: Request, pid: int) -> Response:
        """Whether and why one is handed no questions."""
        return Response(selectors.pause_row(self.project, request.user.pk))


class ReviewView(ProjectView):
    """What waits for a reviewer, least certain first."""

    rules = {"GET": Action.SETTLE}

    @extend_schema(
        operation_id="review_list",
        parameters=[*PAGED, OpenApiParameter("state", str, enum=list(consensus.WAITING))],
        responses=shapes.ReviewPage,
    )
    def get(self, request: Request, pid: int) -> Response:
        """What waits for a reviewer, least certain first."""
        state = request.query_params.get("state", "")
        if state and state not in consensus.WAITING:
            raise errors.BadRequest("bad_state", "There is no such state to review.", {"parameter": "state"})
        rows = consensus.least_certain(self.project, (state,) if state else consensus.WAITING)
        page = rest.keyset_page(
            rows, request.query_params, keys=("confidence", "task_id"), show=lambda row: row, default=REVIEW_PAGE
        )
        return Response({**page, "items": selectors.review_rows(self.project, page["items"])})


class RulingView(ProjectView):
    """A reviewer's ruling on one task."""

    rules = {"POST": Action.SETTLE}

    @extend_schema(operation_id="review_settle", request=shapes.RulingIn, responses=shapes.RulingOut)
    def post(self, request: Request, pid: int, task: int) -> Response:
        """A reviewer's ruling on one task."""
        labeling.task_for(self.project, task)
        said = fields.accept(shapes.RulingIn, request.data)
        decision = rulings.settle(
            self.project, task, actor=request.user, ruling=said["ruling"], answer=said.get("answer"),
            note=said.get("note", ""),
        )  # fmt: skip
        hint.nudge(jobs.sweep)
        return Response(
            {
                "id": decision.pk,
                "ruling": decision.ruling,
                "asking": decision.asking,
                "answer": decision.answer,
            }
        )
