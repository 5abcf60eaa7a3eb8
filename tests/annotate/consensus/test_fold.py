"""What a project has learned of its people weighs in the fold of the next vote."""

import random

import pytest

from annotate.consensus import services as consensus
from annotate.consensus.models import Consensus, Refit, Skill
from annotate.labeling.models import Task
from annotate.projects.models import Project
from tests import crowd

pytestmark = pytest.mark.django_db


def test_whoever_was_right_before_is_believed_more() -> None:
    """Three agree on twenty pictures, the fourth contradicts them at random; then one of each speaks alone."""
    project = crowd.opened(pictures=24, redundancy=4, accept_confidence=0.5, votes_cap=4)
    people = crowd.crowd_of(project, 4)
    names = ("cat", "dog", "owl")
    tasks = crowd.tasks_of(project)
    draw = random.Random(5)
    for number, task in enumerate(tasks[:20]):
        for person in people[:3]:
            crowd.answer(project, person, task, names[number % 3])
        crowd.answer(project, people[3], task, draw.choice(names))
    assert consensus.refit(project)
    for task, person in ((tasks[20], people[0]), (tasks[21], people[3])):
        crowd.answer(project, person, task, "owl")
    good, poor = (Consensus.objects.get(task=task).confidence for task in tasks[20:22])
    assert good > poor + 0.2


def test_what_everybody_said_is_the_answer_even_where_the_prior_leans_away() -> None:
    project = crowd.opened(pictures=1, redundancy=1)
    cat, dog, owl = (crowd.choice(project, name)["choice"][0] for name in ("cat", "dog", "owl"))
    Refit.objects.create(
        project=project,
        number=1,
        method="dawid_skene",
        prior={str(cat): 0.97, str(dog): 0.01, str(owl): 0.01, "0": 0.01},
    )
    (ada,) = crowd.crowd_of(project, 1)
    (task,) = crowd.tasks_of(project)
    crowd.answer(project, ada, task, "dog")
    row = Consensus.objects.get(task=task)
    assert row.answer == crowd.choice(project, "dog")
    assert row.confidence < 0.5
    assert crowd.state_of(task)[0] == "closed"


def test_plurality_is_a_method_too() -> None:
    project = crowd.opened(pictures=1, redundancy=3, consensus_method="majority", accept_confidence=0.6)
    (task,) = crowd.tasks_of(project)
    for person, said in zip(crowd.crowd_of(project, 3), ["cat", "cat", "owl"], strict=True):
        crowd.answer(project, person, task, said)
    row = Consensus.objects.get(task=task)
    assert (row.method, row.answer) == ("majority", crowd.choice(project, "cat"))
    assert row.confidence == pytest.approx(2 / 3)
    assert crowd.state_of(task)[0] == "closed"


def test_surplus_votes_inform_the_belief_and_not_the_count() -> None:
    project = crowd.opened(pictures=1, redundancy=1)
    (task,) = crowd.tasks_of(project)
    ada, bob = crowd.crowd_of(project, 2)
    crowd.answer(project, ada, task, "cat")
    before = Consensus.objects.get(task=task)
    assert crowd.answer(project, bob, task, "cat").surplus
    after = Consensus.objects.get(task=task)
    assert after.confidence > before.confidence
    assert (after.votes, after.counts) == (1, {str(after.concept_id): 2})


def test_a_distribution_and_counts_name_classes_by_id_and_nothing_by_its_word() -> None:
    project = crowd.opened(pictures=1, redundancy=4)
    (task,) = crowd.tasks_of(project)
    answers = ["cat", crowd.NOTHING, crowd.CANNOT_TELL, crowd.BROKEN]
    for person, said in zip(crowd.crowd_of(project, 4), answers, strict=True):
        crowd.answer(project, person, task, said)
    row = Consensus.objects.get(task=task)
    cat = str(crowd.choice(project, "cat")["choice"][0])
    assert row.counts == {cat: 1, "nothing": 1, "cannot_tell": 1, "broken": 1}
    assert set(row.distribution) == {cat, "nothing", *(str(one) for one in row.distribution if one.isdecimal())}
    assert row.distribution[cat] == pytest.approx(row.distribution["nothing"])
    assert sum(row.distribution.values()) == pytest.approx(1, abs=0.01)


def test_a_class_added_since_the_refit_can_win() -> None:
    project = crowd.opened(pictures=1, redundancy=1)
    cat = crowd.choice(project, "cat")["choice"][0]
    Refit.objects.create(project=project, number=1, method="dawid_skene", prior={str(cat): 0.9, "0": 0.1})
    Skill.objects.create(
        project=project,
        worker="u1",
        method="dawid_skene",
        statistics={"votes": 3, "hits": 3, "confusion": {str(cat): {str(cat): 3}}},
    )
    (ada,) = crowd.crowd_of(project, 1)
    (task,) = crowd.tasks_of(project)
    crowd.answer(project, ada, task, "owl")
    assert crowd.settled(task) == crowd.choice(project, "owl")


def test_folding_what_is_due_is_done_once() -> None:
    project = crowd.opened(pictures=1, redundancy=1)
    Task.objects.update(due=True)
    assert consensus.fold_due() == 1
    assert consensus.fold_due() == 0
    assert Task.objects.get().state == "open"
    assert Project.objects.get().pk == project.pk
