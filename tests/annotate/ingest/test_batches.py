"""Deliveries: what is counted, what a repeated request does, how one is closed and cancelled."""

import pytest

from annotate.core import errors
from annotate.core.audit import Audit
from annotate.core.progress import LongJob, cancel_job
from annotate.ingest import incoming, services
from annotate.ingest.models import Batch, BatchFile, Image
from tests.annotate.ingest.deliver import deliver, loose, pictures, ready, states
from tests.make import picture_bytes

pytestmark = pytest.mark.django_db


def staged() -> int:
    return len(list(incoming.folder().iterdir())) if incoming.folder().exists() else 0


def test_files_are_counted_once_however_often_they_are_sent() -> None:
    project, _ = ready()
    batch = deliver(project, pictures(5), close=False)
    results = services.add_files(batch, [loose(*one) for one in pictures(7)])
    assert [one["state"] for one in results] == ["received"] * 7
    batch.refresh_from_db()
    assert (batch.received, batch.refused) == (7, 0)
    assert staged() == 7


def test_the_same_path_with_other_bytes_is_another_file() -> None:
    project, _ = ready()
    twins = [("a/1.jpg", picture_bytes(1)), ("a/1.jpg", picture_bytes(2)), ("A/1.jpg", picture_bytes(1))]
    batch = deliver(project, twins)
    assert batch.files.count() == 3


def test_a_file_refused_at_the_door_is_listed() -> None:
    project, _ = ready()
    batch = services.open_batch(project, actor=None)
    refused = services.loose("big.jpg", staged=None, code="too_large", reason="The file is larger than 60 MB.")
    (told,) = services.add_files(batch, [refused])
    assert told == {
        "path": "big.jpg", "state": "refused", "code": "too_large", "message": "The file is larger than 60 MB.",
    }  # fmt: skip
    services.add_files(batch, [refused])
    batch.refresh_from_db()
    assert (batch.received, batch.refused) == (1, 1)


@pytest.mark.parametrize("end", [services.close_batch, services.cancel_batch])
def test_a_closed_or_cancelled_delivery_takes_nothing(end: object) -> None:
    project, admin = ready()
    batch = services.open_batch(project, actor=admin)
    end(batch, actor=admin)  # type: ignore[operator]
    with pytest.raises(errors.Conflict):
        services.add_files(batch, [loose("1.jpg", picture_bytes(1))])
    assert staged() == 0


def test_folders_count_only_where_labels_do() -> None:
    project, _ = ready()
    files = [("test/cat/1.jpg", picture_bytes(1))]
    plain = BatchFile.objects.get(batch=deliver(project, files))
    assert (plain.label, plain.split) == ("", "")
    labeled = BatchFile.objects.get(batch=deliver(project, files, labels_as="votes", source_name="zoo"))
    assert (labeled.label, labeled.split) == ("cat", "holdout")
    chosen = BatchFile.objects.get(batch=deliver(project, files, take_splits=True))
    assert (chosen.label, chosen.split) == ("", "holdout")


def test_a_labeled_delivery_always_has_a_source() -> None:
    project, _ = ready()
    assert services.open_batch(project, actor=None, labels_as="gold").source_name == "import"
    assert services.open_batch(project, actor=None, labels_as="votes", name="zoo").source_name == "zoo"


def test_cancelling_gives_back_what_waits_and_keeps_what_is_in() -> None:
    project, admin = ready()
    batch = deliver(project, pictures(3), close=False)
    services.ingest_pending()
    services.add_files(batch, [loose(*one) for one in pictures(4, first=3)])
    cancelled = services.cancel_batch(batch, actor=admin)
    assert cancelled.state == Batch.State.CANCELLED
    assert states(batch) == {"added": 3, "refused": 4}
    assert set(BatchFile.objects.filter(state="refused").values_list("code", flat=True)) == {"cancelled"}
    assert (cancelled.received, cancelled.added, cancelled.refused) == (7, 3, 4)
    assert staged() == 0
    job = LongJob.objects.get(pk=batch.job_id)
    assert job.state == LongJob.State.CANCELLED
    services.ingest_pending()
    assert Image.objects.count() == 3
    assert Audit.objects.filter(verb="cancelled_delivery", actor=admin.pk).exists()


def test_a_finished_delivery_cannot_be_cancelled() -> None:
    project, admin = ready()
    batch = deliver(project, pictures(1))
    services.ingest_pending()
    with pytest.raises(errors.Conflict):
        services.cancel_batch(batch, actor=admin)


def test_a_job_cancelled_by_its_own_address_cancels_its_delivery() -> None:
    project, _ = ready()
    batch = deliver(project, pictures(3))
    assert batch.job is not None
    cancel_job(batch.job)
    services.ingest_pending()
    batch.refresh_from_db()
    assert (batch.state, batch.refused, Image.objects.count()) == (Batch.State.CANCELLED, 3, 0)
