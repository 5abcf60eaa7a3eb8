"""Holdout pictures asked again because a model disagrees there: never without as many at random on which it agrees.

Looking again only where the model looks wrong would lift the figure whatever people said there. Those drawn at random
among the others are asked in the same way and in one shuffled order, so that nobody who answers can tell them apart,
and show how often an answer changes where no model pointed at it.
"""

import random
from typing import Any
from uuid import UUID

import numpy as np
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from numpy.typing import NDArray

from annotate.accounts.models import User
from annotate.consensus import services as consensus
from annotate.core import audit, errors
from annotate.datasets import selectors as datasets
from annotate.labeling import facts
from annotate.projects.models import Project
from training.engine import again
from training.engine.class_scores import wilson
from training.models import Evaluation, Recheck, RecheckedTask
from training.selectors import evaluations as shown
from training.selectors import rechecks
from training.selectors.rechecks import MOST_CHOSEN, Wish

TOGETHER = 20


def look_again(evaluation: Evaluation, wish: Wish, *, key: UUID, actor: User) -> Recheck:
    """Asks the meant pictures again, at most MOST_CHOSEN, with as many at random on which the model agrees; once,
    however often it is sent under the same key.

    Fewer where fewer can be asked of either side. Conflict where none can; Invalid for a wish that means nothing here.
    """
    meant, agreed = rechecks.sides(evaluation, wish)
    with transaction.atomic():
        project = Project.objects.select_for_update().get(pk=evaluation.project_id)
        found = Recheck.objects.filter(evaluation=evaluation, key=key).first()
        if found is None:
            earlier = Recheck.objects.filter(evaluation=evaluation).count()
            random.Random(f"{project.seed}/{evaluation.pk}/{earlier}").shuffle(agreed)
            chosen = rechecks.eligible(project, meant, most=MOST_CHOSEN)
            drawn = rechecks.eligible(project, agreed, most=len(chosen))
            if not chosen:
                raise errors.Conflict("nothing_to_ask", "None of these pictures can be asked again.")
            if not drawn:
                raise errors.Conflict("none_agreed", "There is no picture at random that could be asked with these.")
            found = Recheck.objects.create(
                project=project, evaluation=evaluation, key=key, what=wish.words, created_by=actor
            )
            rows = [(task, True) for task in chosen[: len(drawn)]] + [(task, False) for task in drawn]
            RecheckedTask.objects.bulk_create(
                RecheckedTask(recheck=found, task=task, asking=task.asking + 1, chosen=side) for task, side in rows
            )
            audit.record(
                "looked_again", actor=actor.pk, subject="evaluation", subject_id=evaluation.pk, project_id=project.pk,
                data={"recheck": found.pk, "what": found.what, "chosen": len(drawn), "random": len(drawn)},
            )  # fmt: skip
    send(found, project, actor=actor)
    return found


def send(recheck: Recheck, project: Project, *, actor: User) -> None:
    """Opens the questions that are not open yet, each in a transaction of its own so that no voter waits long; one
    whose picture was taken out since is let go."""
    unsent = RecheckedTask.objects.filter(recheck=recheck, task__asking__lt=F("asking"))
    rows = list(unsent.order_by("task").values_list("pk", "task", "asking"))
    random.Random(recheck.pk).shuffle(rows)
    for row, task_id, asking in rows:
        try:
            with transaction.atomic():
                task = facts.lock_task(task_id)
                if task is not None and task.asking < asking:
                    consensus.ask_again(project, task_id, actor=actor, note=f"evaluation {recheck.evaluation_id}")
        except errors.Refused:
            RecheckedTask.objects.filter(pk=row).delete()


def move_rechecks_on() -> None:
    """Opens what a lost request left unopened, and writes the result of each recheck whose answers are all in."""
    waiting = Recheck.objects.filter(finished_at=None).select_related("project", "evaluation", "created_by")
    for recheck in waiting.order_by("id")[:TOGETHER]:
        send(recheck, recheck.project, actor=recheck.created_by)
        if not rechecks.under_way(recheck):
            found = _result(recheck)
            Recheck.objects.filter(pk=recheck.pk, finished_at=None).update(result=found, finished_at=timezone.now())


def _result(recheck: Recheck) -> dict[str, Any]:
    """The figure before and after over all pictures of the evaluation, and how often an answer changed: of the pictures
    chosen, of those at random, of all others. Where the evaluation's folder is gone, only that."""
    evaluation = recheck.evaluation
    scores = again.scores_of(evaluation.summary)
    try:
        table = shown.predictions_of(evaluation, scores.columns)
        content = shown.content_of(evaluation) or {}
    except errors.NotFound as gone:
        return {"gone": gone.code}
    rows = table.to_pylist()
    digests = [row["digest"] for row in rows]
    answers = datasets.settled_answers(recheck.project, digests)
    index_of = {int(one["id"]): int(one["index"]) for one in content.get("classes", [])}
    anew = scores(rows, [answers.get(digest) for digest in digests], index_of)
    asked = RecheckedTask.objects.filter(recheck=recheck)
    side = dict(asked.values_list("task__image__digest", "chosen"))
    sides = np.array([{True: 1, False: 2}.get(side.get(digest), 0) for digest in digests], np.int64)
    own = asked.filter(task__votes__user=recheck.created_by_id, task__votes__asking=F("asking"))
    return {
        "figure": anew.name,
        "before": _plain(evaluation.summary[anew.name]),
        "after": _plain(anew.figure),
        "chosen": _part(anew, sides == 1),
        "random": _part(anew, sides == 2),
        "others": _part(anew, sides == 0),
        "own": own.values("task").distinct().count(),
    }


def _part(anew: again.Anew, there: NDArray[np.bool_]) -> dict[str, Any]:
    """So many pictures, of which so many say otherwise now and so many are not scored any more; the interval is that of
    the share that changed."""
    changed, left = int((anew.changed & there).sum()), int((anew.left & there).sum())
    pictures = int(there.sum())
    low, high = wilson(changed, pictures - left)
    return {"pictures": pictures, "changed": changed, "left": left, "low": low, "high": high}


def _plain(figure: dict[str, Any]) -> dict[str, Any]:
    return {name: figure.get(name) for name in ("value", "low", "high", "count")}
