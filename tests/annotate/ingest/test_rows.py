"""Rows inserted the short way are the rows that Django would have written."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, models, transaction

from annotate.ingest import rows
from annotate.ingest.models import Batch, BatchFile, Image
from tests.annotate.ingest.deliver import ready
from tests.make import make_image


def fields_of(row: models.Model) -> dict[str, object]:
    left_out = {"id", "digest", "created_at"}
    return {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if f.attname not in left_out}


@pytest.mark.django_db
def test_they_read_back_as_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "MOST_PARAMETERS", 100)
    project, _ = ready()
    like = make_image(project, 1, name="% 'odd\" 猫", deleted_at=datetime(2024, 2, 3, 4, 5, 6, 789, tzinfo=UTC))
    values = fields_of(like)
    made = [Image(digest=f"{number:064}", **values) for number in range(10)]
    rows.insert(made)
    found = list(Image.objects.exclude(pk=like.pk).order_by("digest"))
    assert [row.pk for row in found] == [row.pk for row in made]
    assert all(fields_of(row) == values for row in found)
    assert {row.created_at for row in found} == {made[0].created_at}
    made[0].name = "changed"
    made[0].save()
    assert Image.objects.get(pk=made[0].pk).name == "changed"
    rows.insert([])


@pytest.mark.django_db
def test_a_broken_constraint_is_told() -> None:
    project, _ = ready()
    batch = Batch.objects.create(project=project)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.insert([BatchFile(batch=batch, key="same", path="a"), BatchFile(batch=batch, key="same", path="b")])
    assert not BatchFile.objects.exists()
