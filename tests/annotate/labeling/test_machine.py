"""A model's proposals and predictions, and the holdout that none of them may touch."""

import pytest

from annotate.core import errors
from annotate.desk import services as desk
from annotate.ingest.models import Image
from annotate.labeling import services as labeling
from annotate.labeling.models import Prediction, Proposal, Task, Vote
from annotate.projects import services as projects
from tests import crowd

CAT, DOG = ("cat", 1.0, 1.0, 9.0, 9.0), ("dog", 12.0, 3.0, 20.0, 14.0)
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


def test_a_model_with_nothing_to_offer_takes_back_what_the_model_before_it_offered() -> None:
    project = crowd.box_project(pictures=2, show_proposals=True)
    (ada,) = crowd.crowd_of(project, 1)
    offered = crowd.boxes(project, CAT)
    first, second = images()
    labeling.propose(project, model="checkpoint 1", answers={first: (offered, 0.9), second: (offered, 0.9)})
    assert labeling.propose(project, model="checkpoint 2", answers={first: None, second: (offered, 0.8)}) == 1
    shown = {one.image: one.proposal for one in desk.work(ada, project, votes=[], take=2, release=[]).tasks}
    assert shown[first] is None
    assert shown[second] is not None and shown[second]["score"] == 0.8


def test_a_proposal_that_names_an_archived_class_is_not_shown() -> None:
    project = crowd.box_project(pictures=2, show_proposals=True)
    (ada,) = crowd.crowd_of(project, 1)
    both, cats = crowd.boxes(project, CAT, DOG), crowd.boxes(project, CAT)
    first, second = images()
    labeling.propose(project, model="m", answers={first: (both, 0.9), second: (cats, 0.9)})
    projects.archive_class(project.classes.get(concept__name="dog"), actor=ada)
    project.refresh_from_db()
    shown = {one.image: one.proposal for one in desk.work(ada, project, votes=[], take=2, release=[]).tasks}
    assert shown[first] is None
    assert shown[second] is not None and shown[second]["answer"] == cats


@pytest.mark.parametrize("began", [2, 4_000])
def test_a_box_says_that_it_began_as_a_proposed_one_only_where_that_was_shown(began: int) -> None:
    project = crowd.box_project(pictures=2, redundancy=1, show_proposals=True)
    (ada,) = crowd.crowd_of(project, 1)
    offered = crowd.boxes(project, CAT, DOG)
    labeling.propose(project, model="m", answers=dict.fromkeys(images(), (offered, 0.9)))
    drawn = [{**box, "from_proposal": place} for place, box in zip((1, began), offered["boxes"], strict=True)]
    for one in desk.work(ada, project, votes=[], take=2, release=[]).tasks:
        assert one.proposal is not None
        shown = one.proposal["id"] if one.image == images()[0] else None
        assert crowd.answer(project, ada, one.task, {"boxes": drawn}, shown_proposal=shown).status == "stored"
    kept = {vote.task.image_id: vote.answer["boxes"] for vote in Vote.objects.select_related("task")}
    assert kept[images()[0]] == [{**offered["boxes"][0], "from_proposal": 1}, offered["boxes"][1]]
    assert kept[images()[1]] == offered["boxes"]


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
