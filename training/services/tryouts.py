"""Showing a picture to a model: taken in, decoded as any other, answered by a warm engine, and forgotten.

Nothing of the picture outlives its answer: its folder goes before the answer is written, whatever that is, and a sweep
takes what a lost process left. The row with the answer goes when its reader has it, at the latest after some minutes.
"""

import logging
import secrets
import shutil
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from annotate.accounts.models import User
from annotate.core import errors
from annotate.ingest import decoder, incoming
from annotate.ingest.incoming import Staged
from annotate.ingest.services import work
from annotate.projects.models import Project
from training.models import Tryout
from training.selectors import folders
from training.selectors.tryouts import NOT_SERVED, UNSERVED_SECONDS, Model
from training.services import runs
from training.services.warm import Died, Refused, TooSlow, Warm

log = logging.getLogger(__name__)

MOST_WAITING = 4
KEPT_SECONDS = 600
ANSWER_SECONDS = 120
MOST_ATTEMPTS = 2
USUAL_SIZE = 224
PICTURE, SEEN = "original", "seen"

State = Tryout.State
LIVE = (State.QUEUED, State.RUNNING)
ENGINE = Warm()
AT_WORK = threading.Lock()

SENTENCES = {
    "try_interrupted": "The server was interrupted while it looked at this picture; try again.",
    "try_model_gone": "The files of this model are not there any more; choose another.",
    "try_engine_died": "The engine broke down while it looked at this picture; try again.",
    "try_too_slow": "The model took too long; try again, or choose a smaller one.",
    "try_picture_unreadable": "The model's own reader cannot read this picture.",
    "try_no_memory": "There is not enough memory for this model on this server now; try again later.",
    "try_no_engine": "The engine cannot be started on this server; its administrator finds the reason in the log.",
}
ABOUT = {"memory": "try_no_memory", "model": "try_model_unusable", "picture": "try_picture_unreadable"}


class Failed(Exception):
    """Why a picture gets no answer, as the page is told."""

    def __init__(self, code: str, sentence: str = "") -> None:
        super().__init__(code)
        self.error = {"code": code, "message": sentence or SENTENCES[code]}


def start_tryout(project: Project, *, actor: User, model: Model, staged: Staged) -> Tryout:
    """Takes over a staged picture for a worker to show it to the model; TooMany where this person has some waiting."""
    since = timezone.now() - timedelta(seconds=KEPT_SECONDS)
    if Tryout.objects.filter(created_by=actor, state__in=LIVE, created_at__gt=since).count() >= MOST_WAITING:
        sentence = "Some of your pictures are still waiting for their answers."
        raise errors.TooMany("tryouts_waiting", sentence, {"limit": MOST_WAITING}, retry_after=5)
    key = secrets.token_hex(16)
    folder = folders.tryouts_folder() / key
    folder.mkdir(mode=0o700, parents=True)
    try:
        incoming.path_of(staged.name).replace(folder / PICTURE)
        return Tryout.objects.create(
            project=project, checkpoint=model.checkpoint, weights=model.weights, key=key, created_by=actor
        )
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def forget_tryout(tryout: Tryout) -> None:
    """The picture and the row are gone, answered or not."""
    Tryout.objects.filter(pk=tryout.pk).delete()
    shutil.rmtree(folders.tryout_folder(tryout), ignore_errors=True)


def waiting_tryouts() -> QuerySet[Tryout]:
    """What no live worker has in hand."""
    lost = Q(state=State.RUNNING, heartbeat__lt=runs.silent_since(), attempt__lt=MOST_ATTEMPTS)
    return Tryout.objects.filter(Q(state=State.QUEUED) | lost)


def answer_tryouts(keep_going: Callable[[], bool]) -> None:
    """Answers whatever waits, one after the other. Only one thread of a process does so; for the others it returns."""
    while keep_going() and waiting_tryouts().exists() and AT_WORK.acquire(blocking=False):
        try:
            while keep_going() and (tryout := _claim()) is not None:
                _answer(tryout, keep_going)
        finally:
            AT_WORK.release()


def forget_tryouts() -> None:
    """Ends what nobody takes up or has been lost, and forgets all that is older than some minutes."""
    now = timezone.now()
    unserved = Q(state=State.QUEUED, created_at__lt=now - timedelta(seconds=UNSERVED_SECONDS))
    lost = Q(state=State.RUNNING, heartbeat__lt=runs.silent_since(), attempt__gte=MOST_ATTEMPTS)
    for which, error in ((unserved, NOT_SERVED), (lost, Failed("try_interrupted").error)):
        for tryout in Tryout.objects.filter(which):
            shutil.rmtree(folders.tryout_folder(tryout), ignore_errors=True)
            Tryout.objects.filter(which, pk=tryout.pk).update(state=State.FAILED, error=error)
    for tryout in Tryout.objects.filter(created_at__lt=now - timedelta(seconds=KEPT_SECONDS)):
        forget_tryout(tryout)
    for folder in _strays():
        shutil.rmtree(folder, ignore_errors=True)


def _strays() -> list[Path]:
    """Folders of pictures that no row knows, of a process that was killed at the wrong moment."""
    before = time.time() - KEPT_SECONDS
    found = {}
    for folder in folders.tryouts_folder().glob("*"):
        try:
            if folder.stat().st_mtime < before:
                found[folder.name] = folder
        except FileNotFoundError:
            continue
    known = set(Tryout.objects.filter(key__in=found).values_list("key", flat=True)) if found else set()
    return [folder for name, folder in found.items() if name not in known]


def _claim() -> Tryout | None:
    with transaction.atomic():
        tryout = waiting_tryouts().select_for_update(skip_locked=True).order_by("id").first()
        if tryout is not None:
            tryout.state, tryout.attempt, tryout.heartbeat = State.RUNNING, tryout.attempt + 1, timezone.now()
            tryout.save(update_fields=["state", "attempt", "heartbeat"])
    return tryout


def _mine(tryout: Tryout) -> QuerySet[Tryout]:
    return Tryout.objects.filter(pk=tryout.pk, state=State.RUNNING, attempt=tryout.attempt)


def _answer(tryout: Tryout, keep_going: Callable[[], bool]) -> None:
    """From the claim to the end of one; its picture is gone before its answer can be read."""
    state, answer, error = State.FAILED, None, None
    try:
        state, answer = State.DONE, _look(tryout, keep_going)
    except Failed as failure:
        error = failure.error
    except Exception:  # whatever it is, somebody waits to be told
        log.exception("a tryout broke down")
        error = Failed("try_engine_died").error
    finally:
        shutil.rmtree(folders.tryout_folder(tryout), ignore_errors=True)
    _mine(tryout).update(state=state, answer=answer, error=error, step="")


def _look(tryout: Tryout, keep_going: Callable[[], bool]) -> dict[str, Any]:
    def tell(step: str) -> None:
        if not keep_going():
            ENGINE.close()
            raise Failed("try_interrupted")
        _mine(tryout).update(heartbeat=timezone.now(), **({"step": step[:8]} if step else {}))

    question = _question(tryout)
    try:
        tell("looking" if ENGINE.alive else "starting")
        ENGINE.start()  # it loads its libraries while the picture is decoded
        seen = _decode(tryout)
        return ENGINE.ask({"picture": str(seen), **question}, seconds=ANSWER_SECONDS, tell=tell)
    except Died:
        raise Failed("try_engine_died") from None
    except TooSlow:
        raise Failed("try_too_slow") from None
    except Refused as refusal:
        log.warning("the engine refused a tryout: %s: %s", refusal.about, refusal)
        code = ABOUT.get(refusal.about, "try_engine_died")
        raise Failed(code, SENTENCES.get(code, str(refusal))) from None
    except OSError as error:
        log.warning("the engine cannot be started: %s", error)
        raise Failed("try_no_engine") from None


def _question(tryout: Tryout) -> dict[str, Any]:
    """What the engine is asked beside the picture."""
    if tryout.checkpoint is not None:
        place = folders.checkpoint_folder(tryout.checkpoint)
        question: dict[str, Any] = {"checkpoint": str(place)}
    else:
        assert tryout.weights is not None  # a constraint of the table
        place = folders.weights_file(tryout.weights)
        size = tryout.weights.facts.get("size", USUAL_SIZE)
        question = {"weights": str(place), "architecture": tryout.weights.architecture, "size": size}
    if not place.exists():
        raise Failed("try_model_gone")
    return question


def _decode(tryout: Tryout) -> Path:
    """The picture as a project would keep it: checked, upright, in plain colours."""
    folder = folders.tryout_folder(tryout)
    with decoder.Decoder(work.bounds()) as child:
        (found,) = child.decode([decoder.Request(folder / PICTURE, str(folder / SEEN))])
    if isinstance(found, decoder.Refused):
        raise Failed(found.code, found.reason)
    return folder / f"{SEEN}.full"
