"""Messages are hints: work is found without them, and a second one finds nothing."""

from datetime import timedelta

import pytest
from django.utils import timezone

from annotate.core import hint
from tests.training.cast import queued_run
from training import jobs
from training.models import Evaluation, Hint, Run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fake_engine")]


class Broker:
    """Counts what is sent, and refuses it while it is down."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.up = True

    def send(self, task: object) -> bool:
        if self.up:
            self.sent.append(task.name)
        return self.up


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Broker:
    broker = Broker()
    monkeypatch.setattr(hint, "SENDER", broker)
    return broker


def test_a_sweep_without_work_says_nothing(broker: Broker) -> None:
    jobs.sweep()
    assert broker.sent == [] and not Hint.objects.exists()


def test_a_busy_trainer_is_told_once_and_not_at_every_sweep(broker: Broker) -> None:
    queued_run()
    for _ in range(5):
        jobs.sweep()
    assert broker.sent == ["training.jobs.train"]
    Hint.objects.update(sent_at=timezone.now() - timedelta(minutes=1))
    for _ in range(5):
        jobs.sweep()
    assert len(broker.sent) == 2


def test_a_hint_that_did_not_go_out_is_tried_again(broker: Broker) -> None:
    queued_run()
    broker.up = False
    jobs.sweep()
    broker.up = True
    jobs.sweep()
    assert broker.sent == ["training.jobs.train"]


def test_one_message_does_all_that_waits_and_the_next_finds_nothing() -> None:
    runs = [queued_run(), queued_run(), queued_run({"fail": "data: nothing to learn"})]
    jobs.train()
    states = dict(Run.objects.values_list("pk", "state"))
    assert [states[run.pk] for run in runs] == ["finished", "finished", "failed"]
    assert list(Evaluation.objects.values_list("state", flat=True)) == ["ready", "ready"]
    jobs.train()
    assert set(Run.objects.values_list("attempt", flat=True)) == {1}


def test_the_messages_go_to_the_trainers_own_queue() -> None:
    assert jobs.train.queue == "training"
    assert jobs.train.expires is not None
