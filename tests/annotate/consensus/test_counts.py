"""Totals on the project's row."""

import pytest

from annotate.consensus import jobs
from annotate.consensus import services as consensus
from annotate.ingest.models import Image
from annotate.labeling import services as labeling
from annotate.projects.models import Project
from tests import crowd
from tests.make import make_image

pytestmark = pytest.mark.django_db


def test_counts_say_what_is_there() -> None:
    project = crowd.opened(pictures=5, holdout=1, redundancy=1)
    make_image(project, 20, split="none")
    make_image(project, 21, state=Image.State.EXCLUDED)
    ada, bob = crowd.crowd_of(project, 2)
    tasks = crowd.tasks_of(project)
    for task, said in zip(tasks[:4], ["cat", "cat", crowd.NOTHING, crowd.CANNOT_TELL], strict=True):
        crowd.answer(project, ada, task, said)
    crowd.take(project, bob)
    labeling.open_tasks()
    assert consensus.count(project)
    counts = Project.objects.get().counts
    cat = str(crowd.choice(project, "cat")["choice"][0])
    expected = {
        "images": 7, "tasks": 5, "tasks_open": 1, "tasks_closed": 3, "tasks_review": 1, "tasks_set_aside": 0,
        "tasks_withdrawn": 0, "holdout": 1, "holdout_settled": 1, "holdout_review": 0, "votes": 4, "leased": 1,
        "people": 1, "per_class": {cat: 2, "nothing": 1}, "unasked": 1, "decided": 0, "unknown_labels": 0,
        "images_by_state": {"excluded": 1, "ready": 6}, "images_by_split": {"holdout": 1, "none": 1, "train": 4},
    }  # fmt: skip
    assert {name: counts[name] for name in expected} == expected


def test_counting_again_writes_only_what_changed() -> None:
    project = crowd.opened(pictures=1, redundancy=1)
    jobs.sweep()
    project.refresh_from_db()
    assert consensus.count(project) is False
    (ada,) = crowd.crowd_of(project, 1)
    crowd.answer(project, ada, crowd.tasks_of(project)[0], "cat")
    assert consensus.count(project) is True
    assert consensus.count(project) is False


def test_the_sweep_counts_each_project_and_rests_in_proportion_to_its_cost() -> None:
    first, second = crowd.opened(pictures=1), crowd.opened(pictures=2)
    assert consensus.count_all() == 2
    slow = Project.objects.get(pk=first.pk)
    slow.counts = {**slow.counts, "seconds": 3600}
    slow.save()
    for project in (first, second):
        make_image(project, 50 + project.pk)
    labeling.open_tasks()
    Project.objects.filter(pk=second.pk).update(counts={})
    assert consensus.count_all() == 1
    assert Project.objects.get(pk=first.pk).counts["tasks"] == 1
    assert Project.objects.get(pk=second.pk).counts["tasks"] == 3
