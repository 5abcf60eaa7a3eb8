"""All votes weighed together, and what a refit may and may not touch."""

import pytest
from django.utils import timezone

from annotate.consensus import services as consensus
from annotate.consensus.models import Consensus, Refit, Skill
from annotate.labeling.models import Task, Vote
from annotate.projects.models import Project
from tests import crowd
from tests.make import concepts

pytestmark = pytest.mark.django_db
NAMES = ("cat", "dog", "owl")


def labeled(*, pictures: int = 30, **settings: object) -> tuple[Project, list[int]]:
    """Two good people and one who always says cat; the true class of a task goes round."""
    project = crowd.opened(pictures=pictures, redundancy=3, votes_cap=5, **settings)
    good, better, lazy = crowd.crowd_of(project, 3)
    tasks = crowd.tasks_of(project)
    for number, task in enumerate(tasks):
        for person in (good, better):
            crowd.answer(project, person, task, NAMES[number % 3])
        crowd.answer(project, lazy, task, "cat")
    return project, tasks


def test_a_refit_learns_who_is_to_be_believed_and_says_how_far_it_read() -> None:
    project, tasks = labeled()
    assert consensus.refit(project)
    row = Refit.objects.get()
    assert (row.number, row.votes, row.last_vote) == (1, 90, Vote.objects.order_by("-pk")[0].pk)
    assert row.claimed_at is None
    rate = {skill.worker: skill.statistics["hits"] / skill.statistics["votes"] for skill in Skill.objects.all()}
    assert sorted(rate) == sorted(f"u{pk}" for pk in Vote.objects.values_list("user_id", flat=True).distinct())
    assert min(sorted(rate.values())[1:]) > min(rate.values()) + 0.4
    settled = [crowd.settled(task) for task in tasks]
    assert settled == [crowd.choice(project, NAMES[number % 3]) for number in range(30)]


def test_a_refit_is_reproducible() -> None:
    project, tasks = labeled()
    consensus.refit(project)
    first = list(Consensus.objects.order_by("task").values_list("answer", "confidence", "distribution"))
    skills = {skill.worker: skill.statistics for skill in Skill.objects.all()}
    consensus.refit(project)
    again = list(Consensus.objects.order_by("task").values_list("answer", "confidence", "distribution"))
    assert [row[0] for row in first] == [row[0] for row in again]
    assert all(abs(a[1] - b[1]) < 0.01 for a, b in zip(first, again, strict=True))
    assert set(skills) == {skill.worker for skill in Skill.objects.all()}
    assert len(tasks) == len(again)


def test_a_decision_stands_over_every_refit() -> None:
    project, tasks = labeled()
    ruler = crowd.make_user("ruler")
    consensus.settle(project, tasks[0], actor=ruler, ruling="settle", answer=crowd.NOTHING)
    before = Consensus.objects.get(task=tasks[0])
    for _ in range(2):
        consensus.refit(project)
    after = Consensus.objects.get(task=tasks[0])
    assert (after.answer, after.confidence, after.source, after.updated_at) == (
        crowd.NOTHING, 1.0, "decision", before.updated_at,
    )  # fmt: skip
    assert crowd.state_of(tasks[0])[0] == "closed"


def test_a_row_that_got_a_vote_meanwhile_is_left_alone() -> None:
    project, tasks = labeled()
    Consensus.objects.filter(task=tasks[0]).update(last_vote=10**9, confidence=0.123)
    consensus.refit(project)
    assert Consensus.objects.get(task=tasks[0]).confidence == 0.123


@pytest.mark.parametrize("said", [crowd.CANNOT_TELL, crowd.BROKEN], ids=["cannot_tell", "broken"])
@pytest.mark.parametrize("kind", ["choice", "box"])
def test_a_pass_after_the_answers_does_not_keep_the_refit_away(kind: str, said: dict[str, str]) -> None:
    """Two of three agree, the third passes last; what the row says of the answers is then made untrue by hand."""
    boxes = {"kind": "box", "consensus_method": "boxes"} if kind == "box" else {}
    project = crowd.opened(pictures=2, redundancy=3, votes_cap=5, **boxes)
    people = crowd.crowd_of(project, 4)
    answer = crowd.boxes(project, ("cat", 2, 2, 12, 12)) if boxes else crowd.choice(project, "cat")
    task, other = crowd.tasks_of(project)
    for person in people[:2]:
        crowd.answer(project, person, task, answer)
    crowd.answer(project, people[2], task, said)
    crowd.answer(project, people[2], other, said)
    row = Consensus.objects.get(task=task)
    assert row.last_vote == Vote.objects.get(task=task, user=people[2]).pk
    Consensus.objects.filter(task=task).update(confidence=0.123)
    assert consensus.refit(project)
    assert Consensus.objects.get(task=task).confidence > 0.5
    assert Consensus.objects.get(task=other).answer is None
    assert Refit.objects.get().votes == 2
    Consensus.objects.filter(task=task).update(confidence=0.123)
    assert crowd.answer(project, people[3], task, crowd.SKIP).status == "stored"
    assert consensus.refit(project)
    assert Consensus.objects.get(task=task).confidence > 0.5


def test_a_refit_renews_how_sure_each_box_is_even_where_the_whole_is_as_sure_as_before() -> None:
    project = crowd.opened(pictures=1, redundancy=2, kind="box", consensus_method="boxes")
    (task,) = crowd.tasks_of(project)
    said = crowd.boxes(project, ("cat", 2, 2, 12, 12), ("dog", 18, 4, 30, 20))
    for person in crowd.crowd_of(project, 2):
        crowd.answer(project, person, task, said)
    consensus.refit(project)
    right = Consensus.objects.get(task=task)
    for shift, stays in ((0.2, False), (0.001, True)):
        answer = {"boxes": [dict(box) for box in right.answer["boxes"]]}
        answer["boxes"][0]["confidence"] -= shift
        Consensus.objects.filter(task=task).update(answer=answer)
        consensus.refit(project)
        assert (Consensus.objects.get(task=task).answer == answer) == stays
    after = Consensus.objects.get(task=task)
    assert [box["box"] for box in after.answer["boxes"]] == [box["box"] for box in said["boxes"]]
    wrong = {"boxes": [dict(after.answer["boxes"][0]), dict(after.answer["boxes"][1])]}
    wrong["boxes"][1]["confidence"] = 0.01
    Consensus.objects.filter(task=task).update(answer=wrong)
    consensus.refit(project)
    assert Consensus.objects.get(task=task).answer["boxes"][1]["confidence"] > 0.9


def risen(project: Project, task: int) -> None:
    """As if the task had been closed on three strangers' word that the next refit cannot uphold: they all disagree."""
    votes = Vote.objects.filter(task=task).order_by("pk")
    for number, (vote, concept) in enumerate(zip(votes, [*concepts(project).values()], strict=True)):
        Vote.objects.filter(pk=vote.pk).update(user=crowd.make_user(f"odd{number}"), concept=concept)
    Consensus.objects.filter(task=task).update(confidence=0.99)


@pytest.mark.parametrize("case", ["plain", "holdout", "ruled", "at the cap"])
def test_only_a_plain_closed_task_whose_risk_rose_is_reopened(case: str) -> None:
    project, tasks = labeled(holdout=30 if case == "holdout" else 0, accept_confidence=0.9)
    task = tasks[1]
    risen(project, task)
    Task.objects.filter(pk=task).update(state="closed", votes_wanted=3, ruled=case == "ruled")
    if case == "ruled":
        Consensus.objects.filter(task=task).update(decided=True)
    if case == "at the cap":
        Project.objects.update(votes_cap=3)
        project.refresh_from_db()
    consensus.refit(project)
    assert crowd.state_of(task) == (("open", 4, 3) if case == "plain" else ("closed", 3, 3))


def test_a_single_voter_is_never_asked_twice_by_arithmetic() -> None:
    project = crowd.opened(pictures=30, redundancy=1)
    (ada,) = crowd.crowd_of(project, 1)
    for number, task in enumerate(crowd.tasks_of(project)):
        crowd.answer(project, ada, task, NAMES[number % 3] if number < 2 else "cat")
    consensus.refit(project)
    assert set(Task.objects.values_list("state", flat=True)) == {"closed"}
    rare = Consensus.objects.get(task=crowd.tasks_of(project)[1])
    assert rare.answer == crowd.choice(project, "dog")


def test_two_refits_at_once_are_one() -> None:
    project, _ = labeled(pictures=3)
    Refit.objects.create(project=project, claimed_at=timezone.now())
    assert consensus.refit(project) is False
    Refit.objects.update(claimed_at="2020-01-01T00:00Z")  # whoever claimed it has died
    assert consensus.refit(project) is True


def test_the_sweep_refits_when_enough_is_new_or_it_has_rested() -> None:
    project, _ = labeled(pictures=6)
    assert consensus.refit_due() == 0  # eighteen votes are not twenty
    ruler = crowd.make_user("late")
    for task in crowd.tasks_of(project)[:2]:
        crowd.answer(project, ruler, task, "owl")
    assert consensus.refit_due() == 1
    assert consensus.refit_due() == 0
    crowd.answer(project, crowd.make_user("later"), crowd.tasks_of(project)[0], "cat")
    assert consensus.refit_due() == 0
    Refit.objects.update(finished_at="2020-01-01T00:00Z")
    assert consensus.refit_due() == 1
    project.consensus_method = "majority"
    project.save()
    assert consensus.refit_due() == 1
    assert Refit.objects.get().method == "majority"


def test_a_project_without_votes_can_be_refitted() -> None:
    project = crowd.opened(pictures=2)
    assert consensus.refit(project)
    assert not Skill.objects.exists()


def test_votes_of_earlier_askings_teach_nothing_any_more() -> None:
    project, tasks = labeled(pictures=3)
    ruler = crowd.make_user("ruler")
    for task in tasks:
        consensus.ask_again(project, task, actor=ruler)
    consensus.refit(project)
    assert not Skill.objects.exists()
    assert set(Consensus.objects.values_list("votes", "confidence")) == {(0, 0.0)}
