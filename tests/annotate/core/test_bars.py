"""Rate and time left, from the job's own times."""

from datetime import UTC, datetime, timedelta

import pytest

from annotate.core import bars
from annotate.core.progress import LongJob

START = datetime(2025, 1, 1, tzinfo=UTC)


def test_a_running_job_tells_rate_and_time_left() -> None:
    job = LongJob(state="running", done=50, total=150, started_at=START, heartbeat=START + timedelta(seconds=10))
    assert bars.pace(job) == (5.0, pytest.approx(20.0))


def test_an_ended_job_has_a_rate_and_nothing_left_to_wait_for() -> None:
    job = LongJob(state="done", done=100, total=100, started_at=START, finished_at=START + timedelta(seconds=50))
    assert bars.pace(job) == (2.0, None)


@pytest.mark.parametrize(
    "job",
    [
        LongJob(state="queued"),
        LongJob(state="running", done=0, total=9, started_at=START, heartbeat=START + timedelta(seconds=3)),
        LongJob(state="running", done=3, total=9, started_at=START, heartbeat=START),
    ],
)
def test_nothing_is_said_before_there_is_something_to_say(job: LongJob) -> None:
    assert bars.pace(job) == (None, None)
    shown = bars.bar(job)
    assert shown is not None and shown["seconds_left"] is None


def test_no_job_is_no_bar() -> None:
    assert bars.bar(None) is None
