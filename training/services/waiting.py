"""What waits for the engine, and when its workers were last told."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from training.models import Hint, Round
from training.services import evaluations, runs

QUEUE = "training"
HINT_SECONDS = 20


def engine_work_waits() -> bool:
    """Whether a run, an evaluation or a round's choice wants a worker with an engine."""
    if runs.waiting_runs().exists() or evaluations.waiting_evaluations().exists():
        return True
    return waiting_choices().exists()


def waiting_choices() -> QuerySet[Round]:
    """Rounds whose model is to say what is asked next, and that no live worker holds."""
    choosing = Round.objects.filter(state=Round.State.CHOOSING)
    return choosing.filter(Q(heartbeat=None) | Q(heartbeat__lt=runs.silent_since()))


def hint_is_due() -> bool:
    """True for one caller in every HINT_SECONDS while work waits: a busy worker is not told a thousand times.

    A worker that ends what it has looks for more by itself; the hint is for one that sits idle.
    """
    if not engine_work_waits():
        return False
    now = timezone.now()
    stale = Hint.objects.filter(queue=QUEUE, sent_at__lt=now - timedelta(seconds=HINT_SECONDS))
    if stale.update(sent_at=now):
        return True
    try:
        with transaction.atomic():
            return Hint.objects.get_or_create(queue=QUEUE, defaults={"sent_at": now})[1]
    except IntegrityError:
        return False


def forget_hint() -> None:
    """The hint did not go out: the next sweep tries again."""
    Hint.objects.filter(queue=QUEUE).delete()
