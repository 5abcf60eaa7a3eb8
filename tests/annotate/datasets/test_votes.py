"""What a version says of answers to known questions."""

import pytest

from annotate.consensus import services as consensus
from annotate.datasets import votes
from tests import crowd
from tests.make import make_member, make_user

pytestmark = pytest.mark.django_db


def test_an_answer_to_a_known_question_is_listed_and_never_stands() -> None:
    project = crowd.opened(pictures=1, redundancy=1)
    make_member(project, reviewer := make_user("reviewer"), "reviewer")
    ada, bob = crowd.crowd_of(project, 2)
    (task,) = crowd.tasks_of(project)
    crowd.answer(project, ada, task, "cat")
    consensus.mark_gold(project, task, actor=reviewer, gold=True)
    crowd.hold(project, bob, task)
    crowd.answer(project, bob, task, "dog")
    assert [mark.stands for mark in votes.marks_by_task({task: 1})[task]] == [True, False]
    first, second = (
        votes.vote_row(one, digest="0" * 64, project_id=project.pk) for one in votes.votes_by_task([task])[task]
    )
    assert [(row.counted, row.surplus, row.extra) for row in (first, second)] == [
        (True, False, {}), (False, False, {"gold": True}),
    ]  # fmt: skip
