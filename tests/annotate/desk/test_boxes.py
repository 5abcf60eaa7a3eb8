"""Boxes through the desk: drawn, changed, agreed on, asked again, reviewed, settled."""

import uuid
from typing import Any

import pytest

from annotate.consensus import services as consensus
from annotate.consensus.method import Lesson
from annotate.consensus.methods.boxes import BoxCrowd
from annotate.consensus.models import Consensus, Decision, Refit, Skill
from annotate.core import errors
from annotate.desk import services as desk
from annotate.ingest.models import Image
from annotate.kinds.box import agreeing
from annotate.labeling import services as labeling
from annotate.labeling.models import Task, Vote
from annotate.projects import services as projects
from annotate.projects.models import Member, Project
from tests import crowd
from tests.make import client_for, concepts, make_member, make_user

pytestmark = pytest.mark.django_db

CAT = ("cat", 2, 2, 12, 12)
DOG = ("dog", 18, 4, 30, 20)


def test_one_person_alone_settles_at_once() -> None:
    project = crowd.box_project(pictures=2)
    (ada,) = crowd.crowd_of(project, 1)
    drawn, empty = crowd.tasks_of(project)
    said = crowd.boxes(project, CAT, DOG)
    assert crowd.answer(project, ada, drawn, said).status == "stored"
    assert crowd.answer(project, ada, empty, crowd.NOTHING).status == "stored"
    assert crowd.state_of(drawn)[0] == crowd.state_of(empty)[0] == "closed"
    row = Consensus.objects.get(task=drawn)
    assert agreeing(row.answer, said) == 1.0
    assert [box["box"] for box in row.answer["boxes"]] == [box["box"] for box in said["boxes"]]
    assert all(0.5 < box["confidence"] < 1 for box in row.answer["boxes"])
    ids = [str(box["concept"]) for box in said["boxes"]]
    assert (row.concept_id, row.distribution) == (None, {})
    assert row.named == row.counts == dict.fromkeys(ids, 1)
    assert (row.method, row.votes, row.agreement) == ("boxes", 1, None)
    nothing = Consensus.objects.get(task=empty)
    assert (nothing.answer, nothing.named, nothing.counts) == ({"nothing": True}, {}, {"nothing": 1})
    vote = Vote.objects.get(task=drawn)
    assert (vote.outcome, vote.concept, vote.answer) == ("answer", None, said)
    crowd.sound(project)


OUTSIDE = {
    "beyond the right": [20, 2, 32.51, 9],
    "beyond the bottom": [2, 2, 9, 24.51],
    "far away": [500, 500, 600, 600],
}


@pytest.mark.parametrize("box", OUTSIDE.values(), ids=OUTSIDE)
def test_a_box_beyond_the_edge_is_refused_everywhere_and_changes_nothing(box: list[float]) -> None:
    project = crowd.box_project(pictures=1)
    (ada,) = crowd.crowd_of(project, 1)
    (task,) = crowd.tasks_of(project)
    said = crowd.boxes(project, ("cat", *box))
    refused = crowd.answer(project, ada, task, said)
    assert (refused.status, refused.why and refused.why.code) == ("refused", "outside_picture")
    with pytest.raises(errors.Invalid):
        consensus.settle(project, task, actor=make_user("rev"), ruling="settle", answer=said)
    with pytest.raises(errors.Invalid):
        labeling.propose(project, model="m", answers={Image.objects.get().pk: (said, 0.5)})
    assert not Vote.objects.exists() and not Decision.objects.exists()
    edge = crowd.boxes(project, ("cat", 0, 0, 32.5, 24))
    assert crowd.answer(project, ada, task, edge).status == "stored"


def test_a_choice_is_no_answer_to_a_box_task_nor_boxes_to_a_choice() -> None:
    project, other = crowd.box_project(pictures=1), crowd.opened(pictures=1, name="Other")
    ada = make_user("ada")
    for one, said in ((project, crowd.choice(project, "cat")), (other, crowd.boxes(other, CAT))):
        make_member(one, ada)
        refused = crowd.answer(one, ada, crowd.tasks_of(one)[0], said)
        assert (refused.status, refused.why and refused.why.code) == ("refused", "bad_answer")


def test_those_who_agree_close_and_share_the_box() -> None:
    project = crowd.box_project(pictures=1, redundancy=3)
    (task,) = crowd.tasks_of(project)
    for person, shift in zip(crowd.crowd_of(project, 3), (0, 0.5, 1), strict=True):
        crowd.answer(project, person, task, crowd.boxes(project, ("cat", 2 + shift, 2, 14 + shift, 14)))
    row = Consensus.objects.get(task=task)
    assert crowd.state_of(task) == ("closed", 3, 3)
    (box,) = row.answer["boxes"]
    assert box["box"] == pytest.approx([2.5, 2, 14.5, 14], abs=0.1)
    assert box["confidence"] > 0.95 and row.agreement == 1.0
    assert row.counts == {str(box["concept"]): 3}


@pytest.mark.parametrize(("asked", "state"), [(0.93, "closed"), (0.95, "review")])
def test_a_box_that_most_did_not_draw_is_left_out_and_more_are_asked(asked: float, state: str) -> None:
    """Three of four drew one box, the other a second one too: such a picture is about 0.94 sure."""
    project = crowd.box_project(pictures=1, redundancy=2, votes_cap=4, accept_confidence=asked)
    (task,) = crowd.tasks_of(project)
    people = crowd.crowd_of(project, 4)
    crowd.answer(project, people[0], task, crowd.boxes(project, CAT))
    crowd.answer(project, people[1], task, crowd.boxes(project, CAT, DOG))
    assert crowd.state_of(task) == ("open", 3, 2)
    crowd.answer(project, people[2], task, crowd.boxes(project, CAT))
    assert crowd.state_of(task) == ("open", 4, 3)
    crowd.answer(project, people[3], task, crowd.boxes(project, CAT))
    assert crowd.state_of(task) == (state, 4, 4)
    row = Consensus.objects.get(task=task)
    assert [box["concept"] for box in row.answer["boxes"]] == [crowd.boxes(project, CAT)["boxes"][0]["concept"]]
    assert row.agreement == pytest.approx((3 + 3 * 2 / 3) / 6)


OWL = ("owl", 2, 14, 12, 23)


def archive(project: Project, name: str) -> None:
    projects.archive_class(project.classes.get(concept__name=name), actor=make_user(f"archives-{name}"))
    project.refresh_from_db()


def test_boxes_of_a_class_archived_meanwhile_are_not_heard() -> None:
    project = crowd.box_project(pictures=2, redundancy=2, votes_cap=4)
    ada, bob = crowd.crowd_of(project, 2)
    both, only = crowd.tasks_of(project)
    crowd.answer(project, ada, both, crowd.boxes(project, CAT, OWL))
    crowd.answer(project, ada, only, crowd.boxes(project, OWL))
    archive(project, "owl")
    crowd.answer(project, bob, both, crowd.boxes(project, CAT))
    crowd.answer(project, bob, only, crowd.NOTHING)
    rows = [Consensus.objects.get(task=task) for task in (both, only)]
    assert [row.agreement for row in rows] == [1.0, 1.0]
    assert crowd.state_of(both) == crowd.state_of(only) == ("closed", 2, 2)
    assert agreeing(rows[0].answer, crowd.boxes(project, CAT)) == 1.0
    assert rows[1].answer == crowd.NOTHING


def test_a_reviewer_can_settle_what_is_shown_after_a_class_was_archived() -> None:
    project = crowd.box_project(pictures=1, redundancy=2, votes_cap=2, accept_confidence=0.99)
    boss = make_user("boss")
    make_member(project, boss, Member.Role.REVIEWER)
    (task,) = crowd.tasks_of(project)
    for person, said in zip(crowd.crowd_of(project, 2), ((CAT, OWL), (CAT, OWL, DOG)), strict=True):
        crowd.answer(project, person, task, crowd.boxes(project, *said))
    assert crowd.state_of(task)[0] == "review"
    named = {name: str(pk) for name, pk in concepts(project).items()}
    assert named["owl"] in Consensus.objects.get(task=task).named
    archive(project, "owl")
    client, at = client_for(boss), f"/api/projects/{project.pk}/review"
    shown = client.get(at).json()["items"][0]["answer"]
    left = {str(box["concept"]) for box in shown["boxes"]}
    assert named["cat"] in left and named["owl"] not in left
    assert consensus.refit(project)
    assert named["owl"] not in Consensus.objects.get(task=task).named
    plain = {"boxes": [{"concept": box["concept"], "box": box["box"]} for box in shown["boxes"]]}
    assert client.post(f"{at}/{task}", {"ruling": "settle", "answer": plain}, format="json").status_code == 200
    assert crowd.settled(task) == plain


def test_a_choice_of_a_class_archived_since_stands_as_it_was_given() -> None:
    project = crowd.opened(pictures=1, redundancy=2, votes_cap=2)
    boss = make_user("boss")
    make_member(project, boss, Member.Role.REVIEWER)
    (task,) = crowd.tasks_of(project)
    ada, bob = crowd.crowd_of(project, 2)
    crowd.answer(project, ada, task, "owl")
    archive(project, "owl")
    crowd.answer(project, bob, task, crowd.CANNOT_TELL)
    owl = {"choice": [concepts(project)["owl"]]}
    assert crowd.settled(task) == owl
    Task.objects.filter(pk=task).update(state="review")
    shown = client_for(boss).get(f"/api/projects/{project.pk}/review").json()["items"]
    assert [item["answer"] for item in shown] == [owl]
    assert consensus.refit(project)
    assert crowd.settled(task) == owl


def test_the_class_is_the_one_most_gave() -> None:
    project = crowd.box_project(pictures=1, redundancy=3)
    (task,) = crowd.tasks_of(project)
    names = ("cat", "owl", "owl")
    for person, name in zip(crowd.crowd_of(project, 3), names, strict=True):
        crowd.answer(project, person, task, crowd.boxes(project, (name, 2, 2, 14, 14)))
    (box,) = Consensus.objects.get(task=task).answer["boxes"]
    assert box["concept"] == crowd.boxes(project, ("owl", 0, 0, 1, 1))["boxes"][0]["concept"]


def test_the_holdout_takes_its_number_of_blind_votes_and_goes_to_review_where_they_differ() -> None:
    project = crowd.box_project(pictures=2, holdout=2, holdout_votes=2, redundancy=1, accept_confidence=0.5)
    ada, bob = crowd.crowd_of(project, 2)
    alike, other = crowd.tasks_of(project)
    for person in (ada, bob):
        crowd.answer(project, person, alike, crowd.boxes(project, CAT))
    crowd.answer(project, ada, other, crowd.boxes(project, CAT))
    assert crowd.state_of(other) == ("open", 2, 1)
    crowd.answer(project, bob, other, crowd.boxes(project, CAT, DOG))
    assert crowd.state_of(alike)[0] == "closed"
    assert crowd.state_of(other)[0] == "review"


def test_changing_ones_boxes_refolds_until_a_decision_and_no_refit_touches_that() -> None:
    project = crowd.box_project(pictures=1)
    (ada,) = crowd.crowd_of(project, 1)
    (task,) = crowd.tasks_of(project)
    first = uuid.uuid4()
    crowd.answer(project, ada, task, crowd.boxes(project, CAT), key=first)
    second = uuid.uuid4()
    assert crowd.answer(project, ada, task, crowd.boxes(project, DOG), key=second, supersedes=first).status == "stored"
    assert agreeing(crowd.settled(task), crowd.boxes(project, DOG)) == 1.0
    settled = crowd.boxes(project, ("owl", 1, 1, 9, 9))
    consensus.settle(project, task, actor=make_user("rev"), ruling="settle", answer=settled)
    row = Consensus.objects.get(task=task)
    assert (row.answer, row.confidence, row.decided, row.distribution) == (settled, 1.0, True, {})
    assert row.named == {str(settled["boxes"][0]["concept"]): 1}
    late = crowd.answer(project, ada, task, crowd.boxes(project, CAT), supersedes=second)
    assert (late.status, late.why and late.why.code) == ("refused", "decided")
    assert consensus.refit(project)
    assert Consensus.objects.get(task=task).answer == settled
    consensus.ask_again(project, task, actor=make_user("rev2"))
    row.refresh_from_db()
    assert (row.answer, row.named, row.decided) == (None, {}, False)


def test_gold_and_nothing_can_be_ruled() -> None:
    project = crowd.box_project(pictures=2)
    gold, empty = crowd.tasks_of(project)
    rev = make_user("rev")
    consensus.settle(project, gold, actor=rev, ruling="gold", answer=crowd.boxes(project, CAT))
    consensus.settle(project, empty, actor=rev, ruling="settle", answer={"nothing": True})
    assert Task.objects.get(pk=gold).gold == crowd.boxes(project, CAT)
    assert Consensus.objects.get(task=empty).answer == {"nothing": True}


def test_a_refit_learns_who_misses_and_who_invents_and_the_next_fold_heeds_it() -> None:
    project = crowd.box_project(pictures=26, redundancy=4, accept_confidence=0.5, votes_cap=4)
    people = crowd.crowd_of(project, 4)
    tasks = crowd.tasks_of(project)
    for number, task in enumerate(tasks[:24]):
        for person in people[:3]:
            crowd.answer(project, person, task, crowd.boxes(project, CAT, DOG))
        spot = 2 + number % 7
        crowd.answer(project, people[3], task, crowd.boxes(project, ("owl", spot, 14, spot + 8, 23)))
    assert consensus.refit(project)
    skills = {row.worker: row.statistics for row in Skill.objects.filter(project=project)}
    careful, careless = (skills[f"u{person.pk}"] for person in (people[0], people[3]))
    assert careful["drawn"] > 0.9 * careful["present"] > 20
    assert careless["drawn"] == pytest.approx(0, abs=0.5) and careless["present"] > 20
    assert Refit.objects.get(project=project).method == "boxes"
    crowd.answer(project, people[0], tasks[24], crowd.boxes(project, CAT))
    crowd.answer(project, people[3], tasks[25], crowd.boxes(project, CAT))
    good, poor = (Consensus.objects.get(task=task) for task in tasks[24:])
    assert good.confidence > poor.confidence + 0.2
    assert agreeing(poor.answer, crowd.boxes(project, CAT)) == 1.0


def test_a_refit_twice_changes_nothing() -> None:
    project = crowd.box_project(pictures=4, redundancy=2, accept_confidence=0.5, votes_cap=2)
    ada, bob = crowd.crowd_of(project, 2)
    for task in crowd.tasks_of(project):
        crowd.answer(project, ada, task, crowd.boxes(project, CAT))
        crowd.answer(project, bob, task, crowd.boxes(project, ("cat", 2, 2, 13, 12), DOG))
    consensus.refit(project)
    consensus.refit(project)
    before = list(Consensus.objects.order_by("pk").values_list("answer", "confidence", "updated_at"))
    consensus.refit(project)
    assert list(Consensus.objects.order_by("pk").values_list("answer", "confidence", "updated_at")) == before


def test_a_refit_leaves_a_picture_alone_that_was_voted_on_while_it_learned(monkeypatch: pytest.MonkeyPatch) -> None:
    project = crowd.box_project(pictures=2, redundancy=2, accept_confidence=0.999, votes_cap=3)
    ada, bob, cat = crowd.crowd_of(project, 3)
    late, other = crowd.tasks_of(project)
    for task in (late, other):
        crowd.answer(project, ada, task, crowd.boxes(project, CAT))
        crowd.answer(project, bob, task, crowd.boxes(project, CAT, DOG))
    Consensus.objects.update(confidence=0.123)
    learn, folded = BoxCrowd.learn, list[dict[str, Any]]()

    def interrupted(*args: Any, **more: Any) -> Lesson:
        lesson = learn(*args, **more)
        assert crowd.answer(project, cat, late, crowd.boxes(project, CAT, DOG, OWL)).status == "stored"
        folded.extend(Consensus.objects.filter(task=late).values())
        return lesson

    monkeypatch.setattr(BoxCrowd, "learn", interrupted)
    assert consensus.refit(project)
    assert len(folded) == 1 and folded[0]["votes"] == 3
    assert list(Consensus.objects.filter(task=late).values()) == folded
    assert Consensus.objects.get(task=other).confidence != 0.123


def test_proposed_boxes_carry_scores_and_votes_from_them_are_marked() -> None:
    project = crowd.box_project(pictures=2, holdout=1, show_proposals=True)
    (ada,) = crowd.crowd_of(project, 1)
    held, free = (Image.objects.get(split=split).pk for split in ("holdout", "train"))
    offered = crowd.boxes(project, CAT, DOG)
    for box, score in zip(offered["boxes"], (0.9, 0.4), strict=True):
        box["score"] = score
    with pytest.raises(errors.Invalid) as refused:
        labeling.propose(project, model="m", answers={held: (offered, 0.5), free: (offered, 0.5)})
    assert refused.value.code == "holdout_proposal"
    assert labeling.propose(project, model="m", answers={free: (offered, 0.4)}) == 1
    shown = {one.task: one.proposal for one in desk.work(ada, project, votes=[], take=2, release=[]).tasks}
    task = Task.objects.get(image_id=free).pk
    proposal = shown[task]
    assert proposal is not None and proposal["answer"] == offered
    said = crowd.boxes(project, CAT)
    said["boxes"][0]["from_proposal"] = 0
    assert crowd.answer(project, ada, task, said, shown_proposal=proposal["id"]).status == "stored"
    vote = Vote.objects.get()
    assert (vote.proposal_id, vote.answer) == (proposal["id"], said)
    assert crowd.answer(project, ada, Task.objects.get(image_id=held).pk, offered).status == "refused"


def test_the_review_page_shows_every_ones_boxes_without_names_beside_the_merged_ones() -> None:
    project = crowd.box_project(pictures=1, redundancy=2, votes_cap=2, accept_confidence=0.99)
    boss = make_user("boss")
    make_member(project, boss, Member.Role.REVIEWER)
    (task,) = crowd.tasks_of(project)
    people = crowd.crowd_of(project, 2)
    said = [crowd.boxes(project, CAT), crowd.boxes(project, CAT, DOG)]
    for person, value in zip(people, said, strict=True):
        crowd.answer(project, person, task, value)
    client = client_for(boss)
    (item,) = client.get(f"/api/projects/{project.pk}/review").json()["items"]
    assert sorted((vote["answer"] for vote in item["votes"]), key=str) == sorted(said, key=str)
    assert (item["kind"], item["distribution"]) == ("box", [])
    assert all("confidence" in box for box in item["answer"]["boxes"])
    assert all(set(vote) == {"answer", "surplus", "proposed", "asking"} for vote in item["votes"])
    assert not any(person.username in str(item["votes"]) for person in people)
    ruled = client.post(
        f"/api/projects/{project.pk}/review/{task}", {"ruling": "settle", "answer": said[1]}, format="json"
    )
    assert ruled.status_code == 200
    assert crowd.settled(task) == said[1]
