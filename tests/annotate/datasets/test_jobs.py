"""The sweep does what waits, whatever it is, and nothing where nothing does."""

import pytest

from annotate.core.progress import LongJob
from annotate.datasets import facets, jobs, services
from annotate.datasets.models import DatasetVersion, Export
from tests.annotate.datasets import crowd

pytestmark = pytest.mark.django_db


def test_the_sweep_freezes_counts_and_exports() -> None:
    project, admin, _ = crowd.small_project(5)
    for _ in range(2):
        services.start_freeze(project, actor=admin)
    jobs.sweep()
    assert list(DatasetVersion.objects.values_list("state", flat=True)) == ["ready", "ready"]
    assert facets.facets_of(project) is not None
    for version in DatasetVersion.objects.all():
        services.start_export(version, actor=admin, form="csv")
    jobs.sweep()
    assert list(Export.objects.values_list("state", flat=True)) == ["ready", "ready"]
    jobs.sweep()
    assert set(LongJob.objects.values_list("state", "attempt")) == {("done", 1)}
