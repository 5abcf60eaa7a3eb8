"""The whole circle on drawn pictures: in they come, people label, a network learns and asks the next questions.

Everything goes through the services, with the real engine on the CPU.
"""

import uuid
from pathlib import Path

import pytest

from annotate.accounts.models import User
from annotate.consensus import services as consensus
from annotate.datasets import selectors as versions
from annotate.datasets import services as datasets
from annotate.desk import services as desk
from annotate.ingest import services as ingest
from annotate.ingest.models import Image
from annotate.labeling import services as labeling
from annotate.labeling.models import Prediction, Proposal, Task, Vote
from annotate.projects import services as projects
from annotate.projects.models import Member, Project
from tests.make import concepts, make_member, make_user
from tests.pictures import SHAPES, write_tree
from training import loop
from training.models import Round
from training.selectors import cycle

EACH = 50
FIRST_VOTES, MORE_VOTES = 70, 30


class Person:
    """Someone at the desk who knows what the pictures show, and accepts a proposal that is right."""

    def __init__(self, user: User, project: Project) -> None:
        self.user = user
        self.project = project
        self.truth = {
            image.pk: next(shape for shape in SHAPES if shape in image.name)
            for image in Image.objects.filter(project=project)
        }

    def labels(self, number: int) -> list[int]:
        """Answers so many tasks in the order of the queue; the tasks."""
        known, done = concepts(self.project), []
        while len(done) < number:
            taken = desk.work(self.user, self.project, votes=[], take=10, release=[]).tasks[: number - len(done)]
            votes = [
                labeling.Ballot(
                    key=uuid.uuid4(),
                    task=one.task,
                    answer={"choice": [known[self.truth[one.image]]]},
                    shown_proposal=one.proposal and one.proposal["id"],
                )
                for one in taken
            ]
            results = desk.work(self.user, self.project, votes=votes, take=0, release=[]).results
            assert [result.status for result in results] == ["stored"] * len(taken) != []
            done += [one.task for one in taken]
        return done


@pytest.fixture
def person(tmp_path: Path) -> Person:
    admin = make_user("admin")
    project = projects.create_project(
        actor=admin, name="Shapes", classes_text="\n".join(SHAPES), redundancy=1, holdout_share=0.2, order="margin",
        show_proposals=True,
    )  # fmt: skip
    Project.objects.filter(pk=project.pk).update(seed=7)
    project.refresh_from_db()
    batch = ingest.ingest_folder(project, str(write_tree(tmp_path / "shapes", each=EACH)), actor=admin)
    assert batch.added == EACH * len(SHAPES)
    labeling.open_tasks()
    annotator = make_user("ann")
    make_member(project, annotator, Member.Role.ANNOTATOR)
    return Person(annotator, project)


def turn_once(project: Project) -> Round:
    """A round as the worker and the trainer turn it."""
    loop.next_round(project, actor=None, preset="teaching_cnn")
    while datasets.freeze_next():
        pass
    loop.sweep()
    loop.work(lambda: True)
    turn = Round.objects.filter(project=project).latest("number")
    assert turn.state == "done", turn.error
    return turn


@pytest.mark.django_db(transaction=True)
def test_the_circle_closes(person: Person) -> None:
    project = person.project
    assert cycle.refusal(project) is not None
    person.labels(FIRST_VOTES)
    consensus.count_all()
    first = turn_once(project)

    held = Task.objects.filter(project=project, holdout=True)
    version = versions.opened(first.version)
    settled = held.filter(state="closed").count()
    assert first.labels_spent == FIRST_VOTES - settled == first.votes_spent
    assert version.manifest.counts["images"] == EACH * len(SHAPES)
    result = first.evaluation.summary["top1"]
    assert result["count"] == settled > 5
    assert result["value"] > 0.5 and result["low"] < result["value"]

    waiting = Task.objects.filter(project=project, state="open", holdout=False)
    assert first.chosen["ranked"] == waiting.count() == Proposal.objects.filter(live=True).count()
    assert set(waiting.values_list("chosen_by", flat=True)) == {"margin", "random"}
    asked = held.values("image")
    assert not Prediction.objects.filter(image__in=asked).exists()
    assert not Proposal.objects.filter(task__holdout=True).exists()
    assert set(held.values_list("chosen_by", flat=True)) == {""}

    done = person.labels(MORE_VOTES)
    chosen = Task.objects.filter(pk__in=done, holdout=False)
    assert "margin" in set(chosen.values_list("chosen_by", flat=True))
    shown = Vote.objects.filter(task__project=project, proposal__isnull=False)
    assert set(shown.values_list("task", flat=True)) == set(chosen.values_list("pk", flat=True)) != set()
    second = turn_once(project)
    assert second.labels_spent == first.labels_spent + chosen.count()
    marked = {record.chosen_by for record in versions.opened(second.version).records("train")}
    assert {"margin", "random"} & marked

    rows = cycle.rounds(project)
    assert [(row["number"], row["accuracy"]["version"]) for row in rows] == [(2, 2), (1, 2)]
    assert all(row["accuracy"]["comparable"] for row in rows)
    assert rows[0]["accuracy"]["count"] == rows[1]["accuracy"]["count"] == held.filter(state="closed").count()
