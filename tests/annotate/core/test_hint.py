"""A hint leaves after the commit, once for many, and nobody waits for it."""

import threading
from collections.abc import Callable

import pytest
from django.conf import LazySettings
from django.db import transaction

from annotate.core import hint


class Sweep:
    """Stands in for a Celery task: notes each sending, or fails as a broker does."""

    name = "test.sweep"

    def __init__(self) -> None:
        self.sent = threading.Semaphore(0)
        self.began = threading.Event()
        self.gate = threading.Event()
        self.count = 0
        self.failing = False

    def apply_async(self, *, retry: bool) -> None:
        assert not retry
        self.began.set()
        self.gate.wait()
        if self.failing:
            raise ConnectionError("refused")
        self.count += 1
        self.sent.release()


@pytest.fixture
def sweep(monkeypatch: pytest.MonkeyPatch) -> Sweep:
    monkeypatch.setattr(hint, "SENDER", hint.Sender())
    return Sweep()


@pytest.mark.django_db
def test_a_hint_waits_for_the_commit(sweep: Sweep, django_capture_on_commit_callbacks: Callable[..., object]) -> None:
    sweep.gate.set()
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():  # type: ignore[attr-defined]
        hint.nudge(sweep)
        assert not sweep.began.is_set()
    assert sweep.sent.acquire(timeout=10)


def test_many_hints_while_the_broker_is_slow_are_one_more(sweep: Sweep) -> None:
    hint.SENDER.offer(sweep)
    assert sweep.began.wait(10)
    for _ in range(50):
        hint.SENDER.offer(sweep)
    sweep.gate.set()
    assert sweep.sent.acquire(timeout=10) and sweep.sent.acquire(timeout=10)
    assert sweep.count == 2


def test_a_broker_that_is_down_is_said_once_and_then_tried_again(
    sweep: Sweep, caplog: pytest.LogCaptureFixture
) -> None:
    sweep.gate.set()
    sweep.failing = True
    assert not hint.SENDER.send(sweep)
    assert not hint.SENDER.send(sweep)
    assert len([record for record in caplog.records if record.name == hint.__name__]) == 1
    sweep.failing = False
    assert hint.SENDER.send(sweep)


@pytest.mark.django_db
def test_eager_jobs_run_in_place(
    sweep: Sweep, settings: LazySettings, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    settings.CELERY_TASK_ALWAYS_EAGER = True
    sweep.gate.set()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        hint.nudge(sweep)
    assert sweep.count == 1
