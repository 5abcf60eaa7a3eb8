"""The sweep, whole: twice, late and with nothing to do it does no harm."""

import pytest

from annotate.consensus import jobs as consensus
from annotate.ingest.models import Image, ImportedLabel
from annotate.labeling import jobs
from annotate.labeling.models import Task, Vote
from annotate.projects.models import Project
from tests import crowd
from tests.make import make_image, make_project

pytestmark = pytest.mark.django_db


def test_pictures_become_questions_imports_become_answers_and_counts_follow() -> None:
    jobs.sweep()
    consensus.sweep()
    project = make_project(redundancy=1)
    for number in range(3):
        make_image(project, number)
    first = Image.objects.order_by("pk")[0]
    ImportedLabel.objects.create(image=first, source_name="museum", label="cat", labels_as="votes")
    for _ in range(2):
        jobs.sweep()
        consensus.sweep()
    assert sorted(Task.objects.values_list("state", flat=True)) == ["closed", "open", "open"]
    assert Vote.objects.count() == 1
    counts = Project.objects.get().counts
    assert (counts["tasks"], counts["tasks_closed"], counts["votes"]) == (3, 1, 1)
    (ada,) = crowd.crowd_of(project, 1)
    assert len(crowd.take(project, ada, 5)) == 2
