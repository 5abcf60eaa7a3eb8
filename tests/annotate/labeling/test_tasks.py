"""Opening tasks, following the project's settings, asking settled tasks for more."""

import pytest

from annotate.consensus import services as consensus
from annotate.ingest.models import Image
from annotate.labeling import services as labeling
from annotate.labeling.models import Task
from tests import crowd
from tests.make import make_image, make_project

pytestmark = pytest.mark.django_db


def test_every_ready_picture_gets_one_task_with_its_votes_and_a_rank_of_its_own() -> None:
    project = make_project(redundancy=3, holdout_votes=5, seed=4)
    for number, split in enumerate(["train", "train", "holdout", "none"]):
        make_image(project, number, split=split)
    make_image(project, 9, state=Image.State.EXCLUDED)
    assert labeling.open_tasks() == 3
    assert labeling.open_tasks() == 0
    found = Task.objects.order_by("image_id").values_list("image__split", "holdout", "votes_wanted", "kind")
    assert list(found) == [("train", False, 3, "choice")] * 2 + [("holdout", True, 5, "choice")]
    ranks = list(Task.objects.values_list("rank", flat=True))
    assert len(set(ranks)) == 3
    assert all(0 <= rank < 1 for rank in ranks)


def test_the_holdout_asks_for_the_projects_votes_unless_told_otherwise() -> None:
    project = crowd.opened(pictures=1, holdout=1, redundancy=2)
    assert Task.objects.get().votes_wanted == 2
    project.holdout_votes = 4
    project.save()
    labeling.follow_settings()
    assert Task.objects.get().votes_wanted == 4


def test_wanting_fewer_votes_closes_what_has_enough() -> None:
    project = crowd.opened(pictures=3, redundancy=3, accept_confidence=0.99)
    one, two, three = crowd.tasks_of(project)
    ada, bob = crowd.crowd_of(project, 2)
    crowd.answer(project, ada, one, "cat")
    crowd.answer(project, ada, two, "cat")
    crowd.answer(project, bob, two, "dog")
    project.redundancy = 1
    project.save()
    assert labeling.follow_settings() == 1
    assert labeling.follow_settings() == 0
    consensus.fold_due()
    assert crowd.state_of(one) == ("closed", 1, 1)
    assert crowd.state_of(two) == ("open", 3, 2)  # they disagree: one more may decide
    assert crowd.state_of(three) == ("open", 1, 0)


def test_wanting_more_votes_reopens_settled_tasks_only_when_somebody_says_so() -> None:
    project = crowd.opened(pictures=3, redundancy=1)
    one, two, three = crowd.tasks_of(project)
    ada, bob = crowd.crowd_of(project, 2)
    crowd.answer(project, ada, one, "cat")
    crowd.answer(project, ada, two, "cat")
    consensus.settle(project, two, actor=bob, ruling="settle", answer=crowd.choice(project, "dog"))
    project.redundancy = 2
    project.save()
    labeling.follow_settings()
    assert crowd.state_of(one) == ("closed", 1, 1)
    assert crowd.state_of(three) == ("open", 2, 0)
    assert list(labeling.settled_with_fewer(project).values_list("pk", flat=True)) == [one]
    assert labeling.ask_for_more(project, actor=bob) == 1
    assert crowd.state_of(one) == ("open", 2, 1)
    assert crowd.state_of(two)[0] == "closed"
    assert sorted(crowd.take(project, bob) + crowd.take(project, bob)) == sorted([one, three])
    crowd.answer(project, bob, one, "cat")
    assert crowd.state_of(one) == ("closed", 2, 2)


def test_a_picture_that_comes_back_brings_what_was_settled() -> None:
    project = crowd.opened(pictures=2, redundancy=1)
    one, two = crowd.tasks_of(project)
    (ada,) = crowd.crowd_of(project, 1)
    crowd.answer(project, ada, one, "cat")
    consensus.settle(project, two, actor=ada, ruling="settle", answer=crowd.choice(project, "dog"))
    ids = list(Image.objects.values_list("pk", flat=True))
    Image.objects.update(state=Image.State.DELETED)
    assert labeling.follow_images(project, ids) == 2
    assert set(Task.objects.values_list("state", flat=True)) == {"withdrawn"}
    late = crowd.answer(project, crowd.make_user("late"), one, "owl")
    assert (late.status, late.surplus) == ("stored", True)
    Image.objects.update(state=Image.State.READY)
    labeling.follow_images(project, ids)
    consensus.fold_due()
    assert set(Task.objects.values_list("state", flat=True)) == {"closed"}
    assert crowd.settled(two) == crowd.choice(project, "dog")


def test_a_picture_set_aside_and_excluded_comes_back_set_aside() -> None:
    project = crowd.opened(pictures=1, redundancy=1)
    (task,) = crowd.tasks_of(project)
    (ada,) = crowd.crowd_of(project, 1)
    crowd.answer(project, ada, task, crowd.BROKEN)
    ids = list(Image.objects.values_list("pk", flat=True))
    for state, expected in (("excluded", "withdrawn"), ("set_aside", "set_aside")):
        Image.objects.update(state=state)
        labeling.follow_images(project, ids)
        assert Task.objects.get().state == expected
