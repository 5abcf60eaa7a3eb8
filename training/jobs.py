"""What workers execute for training. A message is only a hint: what there is to do stands in the database."""

from celery import shared_task
from celery.worker import state as worker

from annotate.core import hint
from training import loop, services


def keep_going() -> bool:
    """Whether this worker is to go on: false once it was asked to shut down."""
    return worker.should_stop is None and worker.should_terminate is None


@shared_task(queue="training", expires=600)
def train() -> None:
    """Drives whatever waits for an engine, one after the other, until nothing does. A second message finds nothing."""
    loop.work(keep_going)


@shared_task(queue="try", expires=120)
def try_models() -> None:
    """Answers the pictures that people show to models. A second message finds nothing, or somebody at it."""
    services.answer_tryouts(keep_going)


@shared_task
def sweep() -> None:
    """Moves rounds and rechecks on, ends what nobody will take up, and tells an idle trainer where work waits."""
    loop.sweep()
    services.move_rechecks_on()
    services.forget_previews()
    services.forget_tryouts()
    if services.waiting_tryouts().exists():
        hint.SENDER.send(try_models)
    if services.hint_is_due() and not hint.SENDER.send(train):
        services.forget_hint()
