"""The sweep as the worker runs it."""

from typing import Any

import pytest

from annotate.core import hint
from annotate.ingest import jobs, services
from annotate.ingest.models import Batch
from annotate.ingest.services import sweep
from tests.annotate.ingest.deliver import deliver, pictures, ready


@pytest.mark.django_db
def test_it_does_what_waits_and_asks_to_come_back_for_more(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(hint, "nudge", asked.append)
    jobs.sweep()
    assert asked == []
    project, _ = ready()
    batch = deliver(project, pictures(3))
    jobs.sweep()
    batch.refresh_from_db()
    assert (batch.state, batch.added, asked) == (Batch.State.DONE, 3, [])
    other = deliver(project, pictures(3, first=5))
    with monkeypatch.context() as patched:
        patched.setattr(services, "ingest_pending", lambda: sweep.ingest_pending(seconds=0))
        jobs.sweep()
    other.refresh_from_db()
    assert (other.added, asked) == (3, [jobs.sweep])


@pytest.mark.django_db
def test_a_quiet_sweep_costs_little(django_assert_max_num_queries: Any) -> None:
    project, _ = ready()
    deliver(project, pictures(2))
    services.ingest_pending()
    with django_assert_max_num_queries(4):
        jobs.sweep()
