"""Several classes per picture: answered, weighed class by class, settled, found again."""

import random

import pytest

from annotate.consensus import selectors
from annotate.consensus import services as consensus
from annotate.consensus.models import Consensus, Skill
from annotate.core import errors
from annotate.datasets import browse
from annotate.desk import selectors as desk
from annotate.labeling.models import Task, Vote
from tests import crowd
from tests.make import concepts, make_member, make_user

pytestmark = pytest.mark.django_db


def test_each_class_is_decided_by_its_own_votes() -> None:
    project = crowd.opened_for_several(
        pictures=1, redundancy=3, consensus_method="majority_each", accept_confidence=0.6
    )
    (task,) = crowd.tasks_of(project)
    said = [("cat", "dog"), ("cat", "owl"), ("dog",)]
    for person, names in zip(crowd.crowd_of(project, 3), said, strict=True):
        crowd.answer(project, person, task, crowd.several(project, *names))
    ids, row = concepts(project), Consensus.objects.get(task=task)
    assert row.answer == crowd.several(project, "cat", "dog")
    assert row.named == {str(ids["cat"]): 1, str(ids["dog"]): 1} and row.concept_id is None
    assert row.counts == {str(ids["cat"]): 2, str(ids["dog"]): 2, str(ids["owl"]): 1}
    assert row.distribution[str(ids["owl"])] == pytest.approx(1 / 3, abs=1e-5)
    assert row.confidence == pytest.approx(2 / 3)
    assert row.agreement == pytest.approx((1 / 3 + 1 / 2 + 0) / 3)
    assert crowd.state_of(task)[0] == "closed"
    crowd.sound(project)


def test_what_all_said_closes_and_what_they_differ_about_asks_one_more() -> None:
    project = crowd.opened_for_several(pictures=3, redundancy=2, accept_confidence=0.99, votes_cap=3)
    ada, ben, eve = crowd.crowd_of(project, 3)
    alike, apart, none = crowd.tasks_of(project)
    for person in (ada, ben):
        crowd.answer(project, person, alike, crowd.several(project, "owl", "cat"))
        crowd.answer(project, person, none, crowd.NOTHING)
    assert [crowd.state_of(task)[0] for task in (alike, none)] == ["closed", "closed"]
    assert (crowd.settled(alike), crowd.settled(none)) == (crowd.several(project, "cat", "owl"), crowd.NOTHING)
    crowd.answer(project, ada, apart, crowd.several(project, "cat", "dog"))
    crowd.answer(project, ben, apart, crowd.several(project, "cat"))
    assert crowd.state_of(apart) == ("open", 3, 2)
    crowd.answer(project, eve, apart, crowd.several(project, "owl"))
    assert crowd.state_of(apart)[0] == "review"
    assert [row.task_id for row in selectors.least_certain(project)] == [apart]


def test_answers_that_are_no_set_of_the_projects_classes_are_refused() -> None:
    project = crowd.opened_for_several(pictures=1)
    (ada,) = crowd.crowd_of(project, 1)
    (task,) = crowd.tasks_of(project)
    cat = concepts(project)["cat"]
    for bad in ({"choice": []}, {"choice": [cat, cat]}, {"choice": [cat, 10**9]}, {"boxes": []}):
        outcome = crowd.answer(project, ada, task, bad)
        assert outcome.why is not None and outcome.why.code == "bad_answer"
    assert not Vote.objects.exists()
    single = crowd.opened(pictures=1)
    with_two = {"choice": sorted(concepts(single).values())[:2]}
    refused = crowd.answer(single, crowd.crowd_of(single, 1, name="sol")[0], crowd.tasks_of(single)[0], with_two)
    assert refused.why is not None and refused.why.code == "bad_answer"


def test_whoever_overlooks_is_believed_less_about_what_is_not_there() -> None:
    """Three name both animals of every picture, the fourth only the first; then two of them differ."""
    project = crowd.opened_for_several(pictures=20, redundancy=4, votes_cap=4)
    people = crowd.crowd_of(project, 4)
    tasks, draw = crowd.tasks_of(project), random.Random(3)
    for task in tasks[:18]:
        both = draw.sample(("cat", "dog", "owl"), 2)
        for number, person in enumerate(people):
            crowd.answer(project, person, task, crowd.several(project, *(both if number < 3 else both[:1])))
    assert consensus.refit(project)
    assert {row.method for row in Skill.objects.filter(project=project)} == {"dawid_skene_each"}
    for task, quiet in ((tasks[18], people[3]), (tasks[19], people[1])):
        crowd.answer(project, people[0], task, crowd.several(project, "cat", "dog"))
        crowd.answer(project, quiet, task, crowd.several(project, "cat"))
    dog = str(concepts(project)["dog"])
    careless, careful = (Consensus.objects.get(task=task).distribution.get(dog, 0.0) for task in tasks[18:])
    assert careless > 0.8 and careless > careful + 0.1


def test_a_refit_rewrites_what_it_now_believes_and_a_ruling_stands() -> None:
    project = crowd.opened_for_several(pictures=16, redundancy=2, votes_cap=2, accept_confidence=0.5)
    ada, ben = crowd.crowd_of(project, 2)
    reviewer = make_user("rev")
    make_member(project, reviewer, "reviewer")
    tasks = crowd.tasks_of(project)
    for number, task in enumerate(tasks):
        crowd.answer(project, ada, task, crowd.several(project, "cat", "dog") if number % 2 else crowd.NOTHING)
        crowd.answer(project, ben, task, crowd.several(project, "cat", "dog") if number % 2 else crowd.NOTHING)
    consensus.settle(project, tasks[1], actor=reviewer, ruling="settle", answer=crowd.several(project, "dog", "owl"))
    before = Consensus.objects.get(task=tasks[3]).confidence
    assert consensus.refit(project)
    after, ruled = Consensus.objects.get(task=tasks[3]), Consensus.objects.get(task=tasks[1])
    assert after.confidence > before
    assert ruled.answer == crowd.several(project, "dog", "owl") and ruled.decided
    ids = concepts(project)
    assert ruled.distribution == {str(ids["dog"]): 1.0, str(ids["owl"]): 1.0}
    with pytest.raises(errors.Invalid):
        consensus.settle(project, tasks[1], actor=reviewer, ruling="settle", answer={"pass": "cannot_tell"})


def test_the_wall_and_its_counts_find_a_picture_by_each_of_its_classes() -> None:
    project = crowd.opened_for_several(pictures=3, redundancy=1)
    (ada,) = crowd.crowd_of(project, 1)
    for task, names in zip(crowd.tasks_of(project), (("cat", "dog"), ("cat",), ()), strict=True):
        crowd.answer(project, ada, task, crowd.several(project, *names))
    ids = concepts(project)
    found = {name: browse.pictures(project, browse.Filters(concept=one)).count() for name, one in ids.items()}
    assert found == {"cat": 2, "dog": 1, "owl": 0}
    consensus.count(project)
    assert project.counts["per_class"] == {"nothing": 1, str(ids["cat"]): 2, str(ids["dog"]): 1}


def test_review_shows_every_vote_and_a_class_archived_since_is_no_part_of_them() -> None:
    project = crowd.opened_for_several(pictures=1, redundancy=2, votes_cap=2, accept_confidence=1.0)
    ada, ben = crowd.crowd_of(project, 2)
    (task,) = crowd.tasks_of(project)
    crowd.answer(project, ada, task, crowd.several(project, "cat", "dog"))
    crowd.answer(project, ben, task, crowd.several(project, "cat", "owl"))
    row = selectors.least_certain(project).get()
    (shown,) = desk.review_rows(project, [row])
    said = [vote["answer"] for vote in shown["votes"]]
    assert sorted(map(str, said)) == sorted(
        str(crowd.several(project, *names)) for names in (("cat", "dog"), ("cat", "owl"))
    )
    ids = concepts(project)
    shares = {one["concept_id"]: one["p"] for one in shown["distribution"]}
    assert shares[ids["cat"]] > shares[ids["dog"]] == pytest.approx(shares[ids["owl"]])
    project.classes.filter(concept_id=ids["cat"]).update(archived_at="2026-01-01T00:00:00Z")
    project.schema_number += 1
    project.save()
    (later,) = desk.review_rows(project, [row])
    assert ids["cat"] not in (later["answer"] or {}).get("choice", [])
    assert Task.objects.get().state == "review"
