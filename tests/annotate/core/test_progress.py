"""A job is held by one worker at a time, found again when that falls silent, and ends once."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from annotate.core import progress
from annotate.core.progress import LongJob


def open_job(**fields: object) -> LongJob:
    job = progress.open_job("knit", project_id=1, actor=None, total=10)
    LongJob.objects.filter(pk=job.pk).update(**fields)
    job.refresh_from_db()
    return job


def fall_silent(job: LongJob) -> None:
    LongJob.objects.filter(pk=job.pk).update(heartbeat=timezone.now() - timedelta(days=1))


@pytest.mark.django_db
def test_the_oldest_waiting_job_is_claimed_once() -> None:
    first, second = open_job(), open_job()
    claimed = [progress.claim_job("knit") for _ in range(3)]
    assert [job and job.pk for job in claimed] == [first.pk, second.pk, None]
    assert progress.claim_job("weave") is None


@pytest.mark.django_db
def test_a_silent_worker_loses_its_job_and_can_no_longer_write() -> None:
    open_job()
    lost = progress.claim_job("knit")
    assert lost and progress.beat(lost, done=3)
    fall_silent(lost)
    taken = progress.claim_job("knit")
    assert taken and (taken.pk, taken.attempt) == (lost.pk, 2)
    assert not progress.beat(lost, done=4)
    assert not progress.end_job(lost, LongJob.State.DONE)
    assert progress.end_job(taken, LongJob.State.DONE)
    assert not progress.end_job(taken, LongJob.State.FAILED)
    taken.refresh_from_db()
    assert (taken.state, taken.done) == ("done", 3)


@pytest.mark.django_db
def test_a_job_is_given_up_after_its_attempts() -> None:
    job = open_job(attempt=progress.MAX_ATTEMPTS)
    assert progress.claim_job("knit") is None
    job.refresh_from_db()
    assert job.state == "failed" and job.message and job.finished_at


@pytest.mark.django_db
def test_cancelling_ends_a_waiting_job_at_once_and_a_running_one_at_its_heartbeat() -> None:
    waiting = open_job()
    progress.cancel_job(waiting)
    assert waiting.state == "cancelled" and waiting.ended
    open_job()
    running = progress.claim_job("knit")
    assert running
    progress.cancel_job(LongJob.objects.get(pk=running.pk))
    assert not progress.beat(running)
    assert progress.end_job(running, LongJob.State.CANCELLED)


@pytest.mark.django_db
def test_a_cancelled_job_whose_worker_died_is_not_begun_again() -> None:
    job = open_job(state="running", cancel_asked=True, heartbeat=timezone.now() - timedelta(days=1))
    assert progress.claim_job("knit") is None
    job.refresh_from_db()
    assert job.state == "cancelled"


@pytest.mark.django_db
def test_an_exception_fails_the_job_with_its_sentence() -> None:
    job = open_job()

    def work(job: LongJob) -> None:
        raise ValueError("out of wool")

    with pytest.raises(ValueError, match="wool"):
        progress.run_job("knit", work)
    job.refresh_from_db()
    assert (job.state, job.message) == ("failed", "out of wool")
    assert not progress.run_job("knit", work)


@pytest.mark.django_db
def test_a_worker_that_ends_its_own_job_is_left_alone() -> None:
    job = open_job()
    assert progress.run_job("knit", lambda job: bool(progress.end_job(job, "done", data={"rows": 2})) or None)
    job.refresh_from_db()
    assert (job.state, job.data, job.done) == ("done", {"rows": 2}, 0)
    assert LongJob.objects.filter(started_at__lte=F("finished_at")).count() == 1
