"""A model's proposals and predictions, and the holdout that none of them may touch."""

import pytest

from annotate.core import errors
from annotate.desk import services as desk
from annotate.ingest.models import Image
from annotate.labeling import services as labeling
from annotate.labeling.models import Prediction, Proposal, Task
from tests import crowd

pytestmark = pytest.mark.django_db


def images(split: str = "train") -> list[int]:
    return list(Image.objects.filter(split=split).order_by("pk").values_list("pk", flat=True))


def test_a_proposal_is_shown_only_where_the_project_says_so() -> None:
    project = crowd.opened(pictures=1, redundancy=2)
    (ada,) = crowd.crowd_of(project, 1)
    answer = crowd.choice(project, "owl")
    assert labeling.propose(project, model="checkpoint 1", answers={images()[0]: (answer, 0.75)}) == 1
    assert desk.work(ada, project, votes=[], take=1, release=[]).tasks[0].proposal is None
    project.show_proposals = True
    project.save()
    shown = desk.work(ada, project, votes=[], take=1, release=[]).tasks[0].proposal
    assert shown == {"id": Proposal.objects.get().pk, "answer": answer, "score": 0.75}


def test_a_new_proposal_replaces_the_old_one_and_settled_tasks_get_none() -> None:
    project = crowd.opened(pictures=2, redundancy=1, show_proposals=True)
    (ada,) = crowd.crowd_of(project, 1)
    done, waiting = crowd.tasks_of(project)
    crowd.answer(project, ada, done, "cat")
    cat, dog = (crowd.choice(project, name) for name in ("cat", "dog"))
    assert labeling.propose(project, model="m1", answers=dict.fromkeys(images(), (cat, 0.5))) == 1
    assert labeling.propose(project, model="m2", answers=dict.fromkeys(images(), (dog, 0.6))) == 1
    assert list(Proposal.objects.filter(live=True).values_list("task_id", "model")) == [(waiting, "m2")]
    assert Proposal.objects.count() == 2


def test_a_holdout_picture_refuses_the_whole_call_whoever_calls() -> None:
    project = crowd.opened(pictures=3, holdout=1)
    cat = crowd.choice(project, "cat")
    every = images() + images("holdout")
    with pytest.raises(errors.Invalid) as refused:
        labeling.propose(project, model="m", answers=dict.fromkeys(every, (cat, 0.9)))
    assert (refused.value.code, refused.value.data) == ("holdout_proposal", {"images": images("holdout")})
    with pytest.raises(errors.Invalid):
        labeling.add_predictions(project, model="m", distributions={image: {"1": 1.0} for image in every})
    assert not Proposal.objects.exists()
    assert not Prediction.objects.exists()


def test_a_proposal_that_got_onto_the_holdout_by_another_way_is_not_shown() -> None:
    project = crowd.opened(pictures=1, holdout=1, show_proposals=True)
    (ada,) = crowd.crowd_of(project, 1)
    Proposal.objects.create(task=Task.objects.get(), answer=crowd.choice(project, "cat"), score=1.0, model="m")
    assert desk.work(ada, project, votes=[], take=1, release=[]).tasks[0].proposal is None


def test_a_class_that_may_not_be_answered_is_not_proposed() -> None:
    project = crowd.opened(pictures=1)
    with pytest.raises(errors.Invalid) as refused:
        labeling.propose(project, model="m", answers={images()[0]: ({"choice": [10**9]}, 0.9)})
    assert refused.value.code == "bad_answer"


def test_predictions_are_kept_once_per_picture_and_model() -> None:
    project = crowd.opened(pictures=2)
    one, two = images()
    labeling.add_predictions(project, model="m", distributions={one: {"1": 0.9}, two: {"1": 0.2}})
    labeling.add_predictions(project, model="m", distributions={one: {"1": 0.4}})
    labeling.add_predictions(project, model="n", distributions={one: {"1": 0.5}})
    found = Prediction.objects.order_by("pk").values_list("image_id", "model", "distribution")
    assert list(found) == [(one, "m", {"1": 0.4}), (two, "m", {"1": 0.2}), (one, "n", {"1": 0.5})]
