"""What is done to pictures from the data page, through the services of those who own them."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from annotate.accounts.models import User
from annotate.consensus import services as consensus
from annotate.core import errors
from annotate.ingest import services as ingest
from annotate.ingest.models import Image
from annotate.labeling import services as labeling
from annotate.labeling.models import Task
from annotate.projects.models import Project

ASK_AGAIN = "ask_again"
STATES = ("exclude", "include", "delete", "restore")
MARK_GOLD, UNMARK_GOLD = "mark_gold", "unmark_gold"
RULINGS = (ASK_AGAIN, MARK_GOLD, UNMARK_GOLD)
ACTIONS = (*STATES, *RULINGS)
AT_ONCE = 500


def act_on_pictures(project: Project, ids: Sequence[int], *, actor: User, action: str) -> dict[str, Any]:
    """What was done, and which pictures were refused and why: `{done, refused: [{id, code}]}`.

    NotFound, and nothing done, if any of them is not a picture of this project.
    """
    wanted = sorted(set(ids))
    found = Image.objects.filter(project=project, pk__in=wanted).exclude(state=Image.State.EMPTIED)
    if found.count() != len(wanted):
        raise errors.NotFound("not_found", "Some of these pictures are not in this project; nothing was done.")
    if action in RULINGS:
        return _rule(project, wanted, actor=actor, action=action)
    with transaction.atomic():
        said = ingest.set_image_state(project, wanted, actor=actor, action=action)
        labeling.follow_images(project, wanted)
    return {"done": said["done"], "refused": said["refused"]}


def _rule(project: Project, ids: Sequence[int], *, actor: User, action: str) -> dict[str, Any]:
    """One task after the other, each with its own refusal."""
    tasks = dict(Task.objects.filter(project=project, image_id__in=ids).values_list("image_id", "pk"))
    done, refused = 0, []
    for image_id in ids:
        try:
            if image_id not in tasks:
                raise errors.Conflict("no_task", "Nobody has been asked about this picture yet.")
            if action == ASK_AGAIN:
                consensus.ask_again(project, tasks[image_id], actor=actor)
            else:
                consensus.mark_gold(project, tasks[image_id], actor=actor, gold=action == MARK_GOLD)
            done += 1
        except errors.Refused as why:
            refused.append({"id": image_id, "code": why.code})
    return {"done": done, "refused": refused}


def empty_bin(project: Project, *, actor: User) -> int:
    """Removes the bytes of all deleted pictures for good; the number removed. Frozen versions keep theirs."""
    return ingest.empty_bin(project, actor=actor)
