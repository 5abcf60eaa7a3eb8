"""A worker that takes nothing while messages wait for it ends itself, and no other worker does."""

import threading
from pathlib import Path

import pytest
from celery import Celery
from kombu import Queue

from annotate.core import watch


class Clock:
    """A time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_messages_that_wait_for_an_idle_worker_make_it_deaf_in_time(clock: Clock) -> None:
    one = watch.Watch(lambda: 3, clock)
    assert not one.deaf()
    clock.now += watch.DEAF_SECONDS - 1
    assert not one.deaf()
    clock.now += 1
    assert one.deaf()


def test_a_worker_that_works_hears(clock: Clock) -> None:
    one = watch.Watch(lambda: 3, clock)
    one.begins()
    for _ in range(3):
        assert not one.deaf()
        clock.now += watch.DEAF_SECONDS  # a training of hours
    one.ends()
    assert not one.deaf()
    clock.now += watch.DEAF_SECONDS - 1
    one.begins()  # it took something between two looks
    one.ends()
    clock.now += 1
    assert not one.deaf()


def test_an_empty_queue_and_a_broker_that_is_away_say_nothing(clock: Clock) -> None:
    replies = [1, 0, 1, OSError("away"), 1]

    def waiting() -> int:
        reply = replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return reply

    one = watch.Watch(waiting, clock)
    while replies:
        assert not one.deaf()
        clock.now += watch.DEAF_SECONDS


def test_messages_are_counted_in_the_queues_that_a_worker_reads(tmp_path: Path) -> None:
    folders = {"data_folder_in": str(tmp_path / "queue"), "data_folder_out": str(tmp_path / "queue")}
    (tmp_path / "queue").mkdir()
    app = Celery("try", broker="folder://localhost", set_as_current=False)
    app.conf.broker_transport_options = {**folders, "control_folder": str(tmp_path / "control")}
    app.conf.task_queues = [Queue("mine"), Queue("others")]
    app.amqp.queues.select(["mine"])
    for name, number in (("mine", 2), ("others", 5)):
        with app.connection_for_write() as connection:
            for _ in range(number):
                connection.Producer().publish({}, routing_key=name, declare=[Queue(name)], serializer="json")
    assert watch.messages_waiting(app) == 2


def test_the_thread_ends_a_process_that_is_deaf(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "DEAF_SECONDS", 0.0)
    monkeypatch.setattr(watch, "messages_waiting", lambda _: 1)
    left, codes = threading.Event(), []

    def leave(code: int) -> None:
        codes.append(code)
        left.set()

    watch.begin(None, leave)  # type: ignore[arg-type]
    assert left.wait(10)
    assert codes == [watch.DEAF]
