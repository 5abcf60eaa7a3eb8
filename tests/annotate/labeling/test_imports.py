"""Labels that came with the pictures."""

from typing import Any

import pytest
from django.db.models import F

from annotate.consensus import services as consensus
from annotate.consensus.models import Consensus, Decision
from annotate.ingest.models import Image, ImportedLabel
from annotate.labeling import selectors
from annotate.labeling import services as labeling
from annotate.labeling.models import Proposal, Task, Vote
from annotate.projects.models import LabelClass, Project
from annotate.taxonomy.models import Concept
from tests import crowd
from tests.make import concepts, make_image, make_project

pytestmark = pytest.mark.django_db


def label(project: Project, said: str, *, labels_as: str = "votes", source: str = "museum", place: int = 0) -> None:
    image = Image.objects.filter(project=project).order_by("pk")[place]
    ImportedLabel.objects.create(image=image, source_name=source, label=said, labels_as=labels_as)


def swept() -> None:
    labeling.take_imported()
    consensus.fold_due()


def test_a_sources_label_is_its_vote_and_settles_where_one_is_enough() -> None:
    project = crowd.opened(pictures=1, redundancy=1)
    label(project, " CAT ")
    swept()
    vote = Vote.objects.get()
    assert (vote.user_id, vote.source, vote.answer, vote.counted) == (
        None, "museum", crowd.choice(project, "cat"), True,
    )  # fmt: skip
    assert crowd.state_of(vote.task_id)[0] == "closed"
    assert ImportedLabel.objects.get().taken_at is not None
    swept()
    assert Vote.objects.count() == 1


def test_people_are_asked_for_the_votes_that_the_source_left_open() -> None:
    project = crowd.opened(pictures=1, redundancy=2)
    (task,) = crowd.tasks_of(project)
    (ada,) = crowd.crowd_of(project, 1)
    label(project, "dog")
    swept()
    assert crowd.state_of(task) == ("open", 2, 1)
    assert crowd.take(project, ada) == [task]
    crowd.answer(project, ada, task, "dog")
    assert crowd.state_of(task)[0] == "closed"
    crowd.sound(project)


def test_two_sources_are_two_voters_and_one_source_is_one() -> None:
    project = crowd.opened(pictures=1, redundancy=3)
    label(project, "dog", source="a")
    label(project, "cat", source="b")
    swept()
    assert sorted(Vote.objects.values_list("source", flat=True)) == ["a", "b"]


def test_gold_is_a_ruling_that_nobody_is_asked_about() -> None:
    project = crowd.opened(pictures=1, redundancy=3)
    (task,) = crowd.tasks_of(project)
    (ada,) = crowd.crowd_of(project, 1)
    label(project, "owl", labels_as="gold")
    swept()
    row, ruling = Consensus.objects.get(task=task), Decision.objects.get()
    assert (row.source, row.decided, row.answer) == ("gold", True, crowd.choice(project, "owl"))
    assert (ruling.ruling, ruling.actor, ruling.note) == ("gold", None, "imported")
    assert crowd.state_of(task)[0] == "closed"
    assert crowd.take(project, ada) == []


def test_a_label_on_the_holdout_is_truth_marked_imported_however_it_came() -> None:
    project = crowd.opened(pictures=1, holdout=1, redundancy=3)
    label(project, "owl", labels_as="votes")
    label(project, "cat", source="another", labels_as="votes")
    swept()
    row = Consensus.objects.get()
    assert (row.source, row.decided, row.answer) == ("imported", True, crowd.choice(project, "owl"))
    assert not Vote.objects.exists()
    assert set(ImportedLabel.objects.values_list("note", flat=True)) == {"", "known_already"}


def test_unknown_names_are_listed_and_taken_up_when_the_class_is_there() -> None:
    project = crowd.opened(pictures=3, redundancy=1)
    for place in range(2):
        label(project, "snow_owl", place=place)
    label(project, "cat", place=2)
    swept()
    assert selectors.unknown_labels(project) == [{"source": "museum", "label": "snow_owl", "count": 2}]
    labeling.retry_unknown()
    swept()
    assert Vote.objects.count() == 1
    concept = Concept.objects.create(taxonomy=project.taxonomy, key="snow owl", name="Snow Owl")
    LabelClass.objects.create(project=project, concept=concept, index=3, color="#000000", added_in=2)
    Project.objects.update(schema_number=F("schema_number") + 1)
    assert labeling.retry_unknown() == 1
    swept()
    assert selectors.unknown_labels(project) == []
    assert Vote.objects.filter(concept=concept.pk).count() == 2
    assert Task.objects.filter(state="closed").count() == 3
    assert labeling.retry_unknown() == 0


def test_a_synonym_names_its_class_and_never_hides_anothers_name() -> None:
    project = crowd.opened(pictures=2, redundancy=1)
    dog = project.classes.get(concept__name="dog").concept
    dog.synonyms = ["hound", "cat"]
    dog.save()
    label(project, "Hound", place=0)
    label(project, "cat", place=1)
    swept()
    said = Vote.objects.order_by("task__image_id").values_list("answer", flat=True)
    assert list(said) == [crowd.choice(project, "dog"), crowd.choice(project, "cat")]


def boxed(**settings: Any) -> Project:
    return crowd.opened(kind="box", consensus_method="boxes", **settings)


def label_boxes(project: Project, *boxes: dict[str, Any], labels_as: str = "votes", place: int = 0) -> ImportedLabel:
    image = Image.objects.filter(project=project).order_by("pk")[place]
    answer = {"boxes": list(boxes)} if boxes else {"nothing": True}
    return ImportedLabel.objects.create(image=image, source_name="lab", kind="box", answer=answer, labels_as=labels_as)


CAT = {"class": "Cat", "box": [1.0, 2.0, 10.5, 12.0], "difficult": True}


def test_boxes_of_a_source_are_its_vote_with_classes_by_name_or_as_they_were_mapped() -> None:
    project = boxed(pictures=2, redundancy=3)
    known = concepts(project)
    label_boxes(project, CAT, {"class": "whatever", "concept": known["owl"], "box": [0, 0, 5, 5]})
    label_boxes(project, place=1)
    labeling.take_imported()
    said = list(Vote.objects.order_by("task__image_id").values_list("answer", "source", "counted"))
    assert said == [
        ({"boxes": [
            {"concept": known["cat"], "box": [1.0, 2.0, 10.5, 12.0], "difficult": True},
            {"concept": known["owl"], "box": [0.0, 0.0, 5.0, 5.0]},
        ]}, "lab", True),
        ({"nothing": True}, "lab", True),
    ]  # fmt: skip


def test_one_unknown_class_lets_the_whole_picture_wait() -> None:
    project = boxed(pictures=1, redundancy=1)
    row = label_boxes(project, CAT, {"class": "wolf", "box": [0, 0, 5, 5]})
    labeling.take_imported()
    assert selectors.unknown_labels(project) == [{"source": "lab", "label": "wolf", "count": 1}]
    assert not Vote.objects.exists()
    dog = project.classes.get(concept__name="dog").concept
    dog.synonyms = ["wolf"]
    dog.save()
    ImportedLabel.objects.filter(pk=row.pk).update(taken_at=None, note="")
    labeling.take_imported()
    assert [one["concept"] for one in Vote.objects.get().answer["boxes"]] == [concepts(project)["cat"], dog.pk]


def test_boxes_as_gold_stand_on_the_task() -> None:
    project = boxed(pictures=2, holdout=1, redundancy=3)
    label_boxes(project, CAT, labels_as="gold", place=1)
    label_boxes(project, CAT, labels_as="votes", place=0)
    labeling.take_imported()
    for task in Task.objects.all():
        assert task.gold["boxes"][0]["box"] == [1.0, 2.0, 10.5, 12.0]


def test_proposals_are_offered_and_dropped_on_the_holdout_and_on_settled_pictures() -> None:
    project = boxed(pictures=3, holdout=1, redundancy=1)
    Task.objects.filter(image=Image.objects.order_by("pk")[2]).update(state="closed")
    for place in range(3):
        label_boxes(project, CAT, labels_as="proposals", place=place)
    labeling.take_imported()
    offered = Proposal.objects.get(live=True)
    assert (offered.task.image, offered.model) == (Image.objects.order_by("pk")[1], "lab")
    assert offered.answer["boxes"][0]["concept"] == concepts(project)["cat"]
    notes = ImportedLabel.objects.order_by("image_id").values_list("note", flat=True)
    assert list(notes) == ["holdout", "", "settled"]
    assert not Vote.objects.exists()


def test_an_answer_that_the_kind_does_not_allow_is_marked_and_stops_nobody() -> None:
    project = boxed(pictures=3, redundancy=1)
    label_boxes(project, {**CAT, "box": [5, 5, 1, 1]})
    label_boxes(project, CAT, place=1)
    label_boxes(project, {**CAT, "box": [5, 5, 33, 20]}, place=2)
    labeling.take_imported()
    assert set(ImportedLabel.objects.values_list("note", flat=True)) == {"bad_answer", ""}
    assert Vote.objects.count() == 1


def test_nobody_is_asked_what_came_with_the_picture() -> None:
    project = make_project(classes=("cat", "dog"), redundancy=1)
    known, asked = make_image(project, 1), make_image(project, 2)
    ImportedLabel.objects.create(image=known, source_name="museum", label="cat", labels_as="votes")
    assert labeling.open_tasks() == 2
    (ada,) = crowd.crowd_of(project, 1)
    assert crowd.take(project, ada, 5) == [Task.objects.get(image=asked).pk]
    swept()
    assert crowd.state_of(Task.objects.get(image=known).pk) == ("closed", 1, 1)
