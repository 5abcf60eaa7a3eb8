"""The life of a run: started, claimed, driven, stopped, resumed, ended once."""

import json
import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from annotate.accounts.models import User
from annotate.core import audit, errors
from annotate.datasets import selectors as datasets
from annotate.datasets.models import DatasetVersion
from annotate.projects.models import Project
from training.models import Checkpoint, Evaluation, LearningCurve, Run, Weights
from training.selectors import folders, offers

log = logging.getLogger(__name__)

State = Run.State
GIVEN_UP = "The worker was lost {times} times while this run was going on; look at the server, then resume the run."


def start_run(
    project: Project,
    *,
    actor: User | None,
    version: DatasetVersion,
    preset: str = "",
    config: Mapping[str, Any] | None = None,
    weights: Weights | None = None,
    name: str = "",
    curve: LearningCurve | None = None,
) -> Run:
    """A queued run on a ready version, its config whole and checked; a worker will claim it.

    Invalid where the version is not ready or of another project, the preset or an option is not known, what it learns
    is not what the project's labels are made of, or the weights are missing, unwanted, or of another architecture.
    """
    if version.project_id != project.pk:
        raise errors.NotFound("not_found", "There is no such version in this project.")
    if version.state != DatasetVersion.State.READY:
        raise errors.Conflict("version_not_ready", "This version is not ready to be trained on.")
    if not preset and not config:
        raise errors.Invalid("no_config", "A run needs a preset or a config.")
    whole = offers.full_config(preset, config or {})
    offers.check_kind(whole, project.kind)
    _check_weights(project, whole, weights)
    with transaction.atomic():
        run = Run.objects.create(
            project=project, version=version, weights=weights, preset=preset, config=whole, name=name, curve=curve,
            epochs=whole.get("epochs") or 0, created_by_id=actor.pk if actor else None,
        )  # fmt: skip
        run.folder = str(folders.run_folder(run).relative_to(settings.FOVEA_HOME))
        run.save(update_fields=["folder"])
        data = {"version": version.number, "preset": preset, "config": dict(config or {})}
        _note("start_run", run, actor, data)
    return run


def _check_weights(project: Project, config: Mapping[str, Any], weights: Weights | None) -> None:
    if weights is None:
        offer = offers.named("architectures", config["architecture"])
        if config["start"] == "weights" and not (offer and offer["weights"]):
            sentence = "This config starts from weights, and none are published for its network: name an uploaded file."
            raise errors.Invalid("weights_missing", sentence)
        return
    if weights.project_id != project.pk:
        raise errors.NotFound("not_found", "There are no such weights in this project.")
    if config["start"] != "weights":
        raise errors.Invalid("weights_unused", "This config starts from scratch and would not use these weights.")
    if weights.architecture != config["architecture"]:
        data = {"weights": weights.architecture, "config": config["architecture"]}
        raise errors.Invalid("weights_of_another", "These weights belong to another architecture.", data)
    side = weights.facts.get("size", config["size"])
    if side != config["size"]:
        sentence = f"These weights are for pictures of {side} pixels, and the config asks for {config['size']}."
        raise errors.Invalid("weights_of_another_size", sentence, {"weights": side, "config": config["size"]})


def stop_run(run: Run, *, actor: User | None) -> Run:
    """Asks a run to stop at its last whole epoch; one that only waits stops at once. Conflict where it has ended."""
    now = timezone.now()
    with transaction.atomic():
        rows = Run.objects.filter(pk=run.pk)
        changed = rows.filter(state=State.QUEUED).update(state=State.STOPPED, finished_at=now)
        changed = changed or rows.filter(state=State.RUNNING).update(state=State.STOPPING)
        run.refresh_from_db()
        if changed:
            _note("stop_run", run, actor, {})
    if not changed and run.state != State.STOPPING:
        raise errors.Conflict("run_has_ended", "This run has ended.", {"state": run.state})
    return run


def resume_run(run: Run, *, actor: User | None) -> Run:
    """Queues a stopped or failed run again; it goes on from its last checkpoint. Conflict for any other."""
    with transaction.atomic():
        ended = Run.objects.filter(pk=run.pk, state__in=(State.STOPPED, State.FAILED))
        changed = ended.update(state=State.QUEUED, losses=0, error=None, finished_at=None, heartbeat=None)
        run.refresh_from_db()
        if changed:
            _note("resume_run", run, actor, {})
    if not changed:
        raise errors.Conflict("run_not_resumable", "Only a stopped or failed run can go on.", {"state": run.state})
    return run


def silent_since() -> Any:
    """The moment before which a heartbeat counts as that of a lost worker."""
    return timezone.now() - timedelta(seconds=settings.HEARTBEAT_SECONDS * 2)


def waiting_runs() -> QuerySet[Run]:
    """Runs that want a worker: queued, or left by one that fell silent."""
    return Run.objects.filter(Q(state=State.QUEUED) | Q(state=State.RUNNING, heartbeat__lt=silent_since()))


def claim_run() -> Run | None:
    """The oldest run that wants a worker, now ours under a new attempt number; None where none does.

    Two callers never get the same run: the change is made only where state and attempt are still those that were
    read. An earlier holder's writes no longer find the row.
    """
    for run in waiting_runs().order_by("id")[:20]:
        lost = run.state == State.RUNNING
        if lost and run.losses + 1 >= settings.RUN_ATTEMPTS:
            end_silent_runs()
            continue
        now = timezone.now()
        same = waiting_runs().filter(pk=run.pk, state=run.state, attempt=run.attempt)
        changes: dict[str, Any] = {"state": State.RUNNING, "attempt": run.attempt + 1, "heartbeat": now}
        if lost:
            changes["losses"] = F("losses") + 1
        if same.update(**changes):
            Run.objects.filter(pk=run.pk, started_at=None).update(started_at=now)
            return Run.objects.select_related("version", "weights", "project").get(pk=run.pk)
    return None


def end_silent_runs() -> int:
    """Ends what nobody will take up again: silent runs that were to stop, and those lost too often."""
    now = timezone.now()
    silent = Run.objects.filter(heartbeat__lt=silent_since())
    ended = silent.filter(state=State.STOPPING).update(state=State.STOPPED, finished_at=now)
    times = settings.RUN_ATTEMPTS
    error = {"fault": "server", "message": GIVEN_UP.format(times=times), "log": ""}
    lost = silent.filter(state=State.RUNNING, losses__gte=times - 1)
    return ended + lost.update(state=State.FAILED, finished_at=now, error=error, losses=times)


def mine(run: Run) -> QuerySet[Run]:
    """The row as long as this attempt holds it: every write of a driver goes through here."""
    return Run.objects.filter(pk=run.pk, attempt=run.attempt, state__in=(State.RUNNING, State.STOPPING))


def record_progress(run: Run, changes: Mapping[str, Any]) -> str | None:
    """Writes heartbeat and progress; the run's state, or None where another attempt holds it or it was ended."""
    if not mine(run).update(heartbeat=timezone.now(), **changes):
        return None
    return Run.objects.values_list("state", flat=True).get(pk=run.pk)


def release_run(run: Run) -> None:
    """Gives the run back to the queue: this worker is leaving in good order."""
    mine(run).filter(state=State.RUNNING).update(state=State.QUEUED, heartbeat=None)
    mine(run).filter(state=State.STOPPING).update(state=State.STOPPED, finished_at=timezone.now())


def stopped_early(run: Run) -> bool:
    """Ends the run as stopped, with no new checkpoint; False where another attempt holds it."""
    return bool(mine(run).update(state=State.STOPPED, finished_at=timezone.now()))


def fail_run(run: Run, error: Mapping[str, Any]) -> bool:
    """Ends the run with a reason; False where another attempt holds it."""
    return bool(mine(run).update(state=State.FAILED, error=dict(error), finished_at=timezone.now()))


def finish_run(run: Run, result: Mapping[str, Any], facts: Mapping[str, Any], digest: str) -> bool:
    """Ends the run, records the checkpoint it recommends and, where it came to its end, asks for its evaluation.

    False where another attempt holds the run.
    """
    finished = result.get("state") == "finished"
    with transaction.atomic():
        ended = mine(run).update(
            state=State.FINISHED if finished else State.STOPPED,
            finished_at=timezone.now(),
            epoch=result.get("epoch") or 0,
            error=None,
            progress={**run.progress, **{name: result.get(name) for name in SHOWN}, "seconds_left": 0},
        )
        if not ended:
            return False
        checkpoint, _ = Checkpoint.objects.get_or_create(
            run=run,
            digest=digest,
            defaults={"epoch": result.get("epoch") or 0, "folder": result["checkpoint"], "facts": dict(facts)},
        )
        if finished:
            Evaluation.objects.get_or_create(
                checkpoint=checkpoint, version=run.version, defaults={"project_id": run.project_id}
            )
    return True


SHOWN = ("train_loss", "train_accuracy", "val_loss", "val_accuracy", "val_map", "val_map50", "best_epoch")


def arguments(run: Run) -> list[str]:
    """The very command that a researcher would type, after `python -m training.engine`; writes the config beside it."""
    folder = folders.run_folder(run)
    folder.mkdir(parents=True, exist_ok=True)
    asked = folder / "asked.json"
    asked.write_text(json.dumps(run.config, indent=1), encoding="utf-8")
    command = ["fit", "--version", str(datasets.folder_of(run.version)), "--out", str(folder)]
    command += ["--config", str(asked), "--cache", str(folders.cache_folder())]
    if run.weights:
        command += ["--weights", str(folders.weights_file(run.weights))]
    command += ["--watch-stdin", "--attempt", str(run.attempt)]
    if run.attempt > 1:
        command.append("--resume")
    return command


def _note(verb: str, run: Run, actor: User | None, data: dict[str, Any]) -> None:
    audit.record(
        verb, actor=actor.pk if actor else None, subject="run", subject_id=run.pk, project_id=run.project_id, data=data
    )
