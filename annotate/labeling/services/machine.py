"""What a model says of pictures: distributions kept from people's eyes, and proposals that may be shown."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from annotate.labeling.models import Prediction, Proposal, Task
from annotate.labeling.schema import schema_of
from annotate.labeling.services.asking import refuse_holdout
from annotate.labeling.services.votes import cut_to_picture, parse_answer
from annotate.projects.models import Project

CHUNK = 500


def propose(project: Project, *, model: str, answers: Mapping[int, tuple[Any, float] | None]) -> int:
    """Offers a model's answers, `{image id: (answer of the project's kind, score)}`, to the people asked about them;
    the number kept. The parts of an answer may have scores of their own.

    Replaces what was offered before; None says that the model has nothing to offer any more. Pictures without a task,
    or whose task is settled, are passed over. Refused as a whole, whoever calls: any holdout picture
    (`holdout_proposal`), a class that may not be answered, an answer that reaches beyond its picture.
    """
    refuse_holdout(
        project, sorted(answers), code="holdout_proposal", message="A holdout picture never gets a proposal."
    )
    concepts = schema_of(project).live
    values = {}
    for image, offer in answers.items():
        if offer is not None:
            value = parse_answer(project.kind, offer[0], concepts, machine=True)
            values[image] = (cut_to_picture(project.kind, value, image_id=image), offer[1])
    done = 0
    ids = sorted(answers)
    for start in range(0, len(ids), CHUNK):
        with transaction.atomic():
            waiting = Task.objects.select_for_update().filter(
                project=project, image_id__in=ids[start : start + CHUNK], state=Task.State.OPEN, holdout=False
            )
            tasks = dict(waiting.order_by("pk").values_list("pk", "image_id"))
            Proposal.objects.filter(task_id__in=tasks, live=True).update(live=False)
            fresh = [
                Proposal(task_id=task, answer=values[image][0], score=values[image][1], model=model)
                for task, image in tasks.items()
                if image in values
            ]
            Proposal.objects.bulk_create(fresh)
            done += len(fresh)
    return done


def add_predictions(project: Project, *, model: str, distributions: Mapping[int, Mapping[str, float]]) -> int:
    """Keeps a model's whole distribution, `{image id: {concept id: probability}}`, one per picture and model.

    Never shown to people. Refused: a holdout picture, where no model has a say.
    """
    ids = sorted(distributions)
    refuse_holdout(project, ids, code="holdout_prediction", message="No model has a say on a holdout picture.")
    rows = [Prediction(image_id=image, model=model, distribution=dict(distributions[image])) for image in ids]
    for start in range(0, len(rows), CHUNK):
        Prediction.objects.bulk_create(
            rows[start : start + CHUNK],
            update_conflicts=True,
            unique_fields=["image", "model"],
            update_fields=["distribution"],
        )
    return len(rows)
