"""One claimed run, driven: the engine started, followed, stopped on request, and its end written down."""

import hashlib
import json
import logging
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections

from training.models import Run
from training.selectors import folders
from training.selectors import runs as shown
from training.services import child, runs

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.5
WRITE_SECONDS = 1.0
KeepGoing = Callable[[], bool]
STEP = ("step", "loss", "lr", "images_per_s")
EPOCH = ("train_loss", "train_accuracy", "val_loss", "val_accuracy", "val_map", "val_map50", "lr")


class Follower:
    """Reads what the engine adds to its metrics, and keeps the run's row and heartbeat in step with it."""

    def __init__(self, run: Run, keep_going: KeepGoing) -> None:
        self.run = run
        self.keep_going = keep_going
        self.cursor = 0
        self.changes: dict[str, Any] = {}
        self.beaten = self.looked = 0.0
        self.lost = False

    def look(self) -> child.Wish:
        """What the engine is to do now; called several times a second."""
        self.read()
        now = time.monotonic()
        if not self.lost and now - self.looked >= LOOK_SECONDS:
            self.looked = now
            self.meet_row(now)
        if self.lost:
            return child.Wish.KILL
        if not self.keep_going():
            return child.Wish.LEAVE
        return child.Wish.STOP if self.run.state == Run.State.STOPPING else child.Wish.GO_ON

    def meet_row(self, now: float) -> None:
        """Heartbeat and progress where they are due, then the row's state: to be stopped, or no longer ours.

        A database that does not answer for a while does not end a training of hours: should it last, another worker
        claims the run and this one learns of it here.
        """
        due = now - self.beaten >= settings.HEARTBEAT_SECONDS / 4
        due = due or (bool(self.changes) and now - self.beaten >= WRITE_SECONDS)
        try:
            if due:
                state = runs.record_progress(self.run, self.changes)
                self.changes, self.beaten = {}, now
            else:
                state = runs.mine(self.run).values_list("state", flat=True).first()
        except (OperationalError, InterfaceError):
            log.warning("run %s: the database does not answer", self.run.pk, exc_info=True)
            close_old_connections()
            return
        self.lost = state is None
        self.run.state = state or self.run.state

    def read(self) -> None:
        """Takes in the new lines; a line that is no event of ours is passed over."""
        page = shown.metrics_after(self.run, self.cursor)
        self.cursor = page["next"]
        for line in page["lines"]:
            self.take(line)

    def take(self, line: dict[str, Any]) -> None:
        """One event of the engine, as changes to the run's row."""
        event, progress = line.get("event"), self.run.progress
        if event == "start":
            self.changes["epochs"] = int(line.get("epochs") or 0)
            progress = {"steps_per_epoch": line.get("steps_per_epoch"), "train": line.get("train")}
        elif event == "cache":
            progress = {**progress, "cache": {"done": line.get("done"), "total": line.get("total")}}
        elif event == "step":
            progress = {**progress, **{name: line.get(name) for name in STEP}, "epoch_under_way": line.get("epoch")}
            progress.pop("cache", None)
        elif event == "epoch":
            self.changes["epoch"] = int(line.get("epoch") or 0)
            progress = {**progress, **{name: line.get(name) for name in EPOCH}}
        else:
            return
        if "seconds_left" in line:
            progress = {**progress, "seconds_left": line["seconds_left"]}
        self.run.progress = self.changes["progress"] = progress


def drive_run(keep_going: KeepGoing) -> bool:
    """Claims one waiting run and drives it to its end; False where none waited.

    `keep_going` turning false makes the engine leave and gives the run back to the queue.
    """
    run = runs.claim_run()
    if run is None:
        return False
    log.info("run %s: attempt %s", run.pk, run.attempt)
    folder = folders.run_folder(run)
    follower = Follower(run, keep_going)
    ended = child.run_engine(runs.arguments(run), words=folder / f"words-{run.attempt}.txt", look=follower.look)
    follower.read()
    runs.record_progress(run, follower.changes)
    if not follower.lost and not write_end(run, ended, leaving=not keep_going()):
        log.warning("run %s: attempt %s is not the latest any more", run.pk, run.attempt)
    return True


def write_end(run: Run, ended: child.Ended, *, leaving: bool) -> bool:
    """Turns the engine's end into the run's; False where another attempt holds the run."""
    if ended.code == child.Code.DONE or (ended.code == child.Code.STOPPED and not leaving):
        try:
            result, facts, digest = read_result(run)
        except FileNotFoundError:
            if ended.code == child.Code.STOPPED:
                return runs.stopped_early(run)
            return runs.fail_run(run, _no_result("there is no result", ended))
        except (OSError, ValueError, KeyError, TypeError) as error:
            return runs.fail_run(run, _no_result(str(error), ended))
        return runs.finish_run(run, result, facts, digest)
    if leaving:
        runs.release_run(run)
        return True
    if run.state == Run.State.STOPPING and ended.killed:
        return runs.stopped_early(run)
    return runs.fail_run(run, child.explain(ended, log_lines=shown.log_tail(run)))


def read_result(run: Run) -> tuple[dict[str, Any], dict[str, Any], str]:
    """What the engine left: its result, what the checkpoint says of itself, and the digest that seals it.

    FileNotFoundError where it ended before its first checkpoint, ValueError where the result is not one.
    """
    folder = folders.run_folder(run)
    result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    if not isinstance(result, dict) or not isinstance(result.get("checkpoint"), str):
        raise FileNotFoundError("no checkpoint")
    place = (folder / result["checkpoint"]).resolve()
    if folder.resolve() not in place.parents:
        raise ValueError("the result names a checkpoint outside its run")
    sealed = (place / "checkpoint.json").read_bytes()
    said = json.loads(sealed)
    facts = {name: said.get(name) for name in ("classes", "version_digest", "seed", "code_revision", "files")}
    return result, facts, hashlib.sha256(sealed).hexdigest()


def _no_result(why: str, ended: child.Ended) -> dict[str, Any]:
    sentence = f"The engine ended, but its result cannot be read: {why}"
    return {**child.explain(ended), "fault": "server", "message": sentence}
