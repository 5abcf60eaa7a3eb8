"""What the desk and the review page show, as plain data."""

import random
from dataclasses import asdict
from typing import Any

from annotate.consensus.models import Consensus
from annotate.desk.models import Practice
from annotate.ingest import selectors as ingest
from annotate.ingest.models import Image
from annotate.kinds import KINDS
from annotate.labeling import selectors as labeling
from annotate.labeling.models import Seat, Task, Vote
from annotate.labeling.schema import schema_of
from annotate.labeling.services import Handed
from annotate.projects import selectors as projects
from annotate.projects.models import Project

# A practice that was begun in another window may still be open.
LATELY = 3
MOST_MISSES = 24


def picture(project_id: int, image_id: int, *, width: int, height: int) -> dict[str, Any]:
    """A picture as the pages load it."""
    return {
        "id": image_id,
        "width": width,
        "height": height,
        "thumb": ingest.picture_url(project_id, image_id, "thumb"),
        "display": ingest.picture_url(project_id, image_id, "display"),
    }


def handed_row(project: Project, one: Handed, *, ticket: int) -> dict[str, Any]:
    """A task for its leaseholder; nothing in it may tell what others said or what is known.

    The ticket stands in the place of the lease's number, which is nobody's business.
    """
    return {
        "id": one.task,
        "lease": ticket,
        "expires_at": one.expires_at.isoformat(),
        "image": picture(project.pk, one.image, width=one.width, height=one.height),
        "question": one.question,
        "kind": one.kind,
        "asking": one.asking,
        "proposal": one.proposal,
    }


def own_vote_row(vote: Vote) -> dict[str, Any]:
    """One of a person's own votes. `decided`: it stands for good; `current`: the task was not asked again since."""
    task, image = vote.task, vote.task.image
    current = vote.asking == task.asking
    return {
        "key": str(vote.key),
        "task": task.pk,
        "image": _shown(image),
        "answer": vote.answer,
        "created_at": vote.created_at.isoformat(),
        "superseded": vote.superseded,
        "surplus": vote.surplus,
        # To its giver an answer to a known question is any other: nobody has decided anything about it.
        "decided": task.ruled and current and not (vote.gold and task.gold_lot is not None),
        "asking": vote.asking,
        "current": current,
    }


def pause_row(project: Project, user_id: int) -> dict[str, Any]:
    """Why a person is handed no questions; nothing of what is known to whoever is not paused."""
    seat = labeling.seat_of(project, user_id)
    paused = seat is not None and seat.paused_at is not None
    missed = labeling.missed(seat, limit=MOST_MISSES) if seat is not None and paused else []
    answered, right, _ = labeling.gold_since(seat) if seat is not None and paused else (0, 0, 0)
    by_accuracy = seat is not None and seat.paused_code == Seat.Pause.ACCURACY
    return {
        "paused": paused,
        "code": seat.paused_code if seat is not None and paused else None,
        "note": seat.paused_note if seat is not None and paused else "",
        "at": seat.paused_at if seat is not None else None,
        "answered": answered,
        "right": right,
        "demanded": project.gold_bar if by_accuracy else None,
        "misses": [
            {"image": _shown(one.task.image), "kind": one.task.kind, "answer": one.vote.answer, "known": one.task.gold}
            for one in missed
        ],
    }


def guide(project: Project) -> dict[str, Any]:
    """Everything the label page needs to know of its project."""
    return {
        "guide_text": project.guide_text,
        "guide_version": project.guide_version,
        "pictures": [asdict(one) for one in projects.guide_pictures_of(project)],
        "classes": [asdict(one) for one in projects.classes_of(project)],
        "show_proposals": project.show_proposals,
    }


def review_rows(project: Project, found: list[Consensus]) -> list[dict[str, Any]]:
    """Waiting tasks side by side with their votes, without names and in an order drawn by seed; one query for all."""
    votes = labeling.votes_on([row.task_id for row in found])
    return [_review_row(project, row, votes[row.task_id]) for row in found]


def _review_row(project: Project, row: Consensus, votes: list[Vote]) -> dict[str, Any]:
    task, image = row.task, row.task.image
    random.Random(f"{project.seed}/{task.pk}/{task.asking}").shuffle(votes)
    current = row.asking == task.asking
    answer = row.answer if current else None
    if answer is not None:  # what a ruling may still say, should a class have been archived since
        answer = KINDS[task.kind].of_classes(answer, schema_of(project).live)
    shares = sorted(row.distribution.items(), key=lambda pair: -pair[1]) if current else []
    return {
        "task": task.pk,
        "image": _shown(image),
        "kind": task.kind,
        "answer": answer,
        "confidence": row.confidence,
        "distribution": [{"concept_id": None if key == "nothing" else int(key), "p": share} for key, share in shares],
        "votes": [
            {
                "answer": vote.answer,
                "surplus": vote.surplus,
                "proposed": vote.proposal_id is not None,
                "asking": vote.asking,
            }
            for vote in votes
        ],
        "split": image.split,
        "state": task.state,
        "asking": task.asking,
    }


def _shown(image: Image) -> dict[str, Any]:
    return picture(image.project_id, image.pk, width=image.width, height=image.height)


def practises_on(user_id: int, image_id: int) -> bool:
    """Whether the picture is one of those that a person practised on lately."""
    for task, project in Task.objects.filter(image_id=image_id).values_list("pk", "project_id"):
        lately = Practice.objects.filter(user_id=user_id, project_id=project).order_by("-id")
        if any(task in tasks for tasks in lately.values_list("tasks", flat=True)[:LATELY]):
            return True
    return False


def practice_row(project: Project, one: Practice) -> dict[str, Any]:
    """A practice as it is asked: its pictures, in order, and nothing of what is known of them."""
    tasks = {task.pk: task for task in Task.objects.filter(pk__in=one.tasks).select_related("image")}
    shown = [_shown(tasks[task].image) for task in one.tasks]
    return {"id": one.pk, "kind": project.kind, "pictures": shown}
