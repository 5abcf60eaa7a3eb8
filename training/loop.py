"""Where the circle closes: freeze, train, evaluate, and let the model choose what people are asked next.

A round goes on wherever it stood: each step is written in one transaction that finds the round still in the state it
was read in, so that any number of sweeps may call it. What the model says of pictures reaches people only through the
services of labeling, and never a picture of the holdout. Pictures that came in after the freeze wait, in random order
among the chosen ones, for the next round.
"""

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from annotate.accounts.models import User
from annotate.core import audit, errors
from annotate.datasets import selectors as datasets
from annotate.datasets import services as freezing
from annotate.datasets.models import DatasetVersion
from annotate.ingest.models import Image
from annotate.labeling import services as labeling
from annotate.projects.models import Project
from training import services
from training.models import Checkpoint, Evaluation, Round, Run, Weights
from training.selectors import cycle, folders, offers
from training.selectors import runs as shown
from training.services import child, guesses, heart, waiting

log = logging.getLogger(__name__)

State = Round.State
KeepGoing = Callable[[], bool]
CHUNK = 500
RANDOM_SHARE = 0.1
ASKED = "unlabeled,unresolved"
GIVEN_UP = "The worker was lost again and again while the model chose; look at the server, then start the next round."


def next_round(project: Project, *, actor: User | None, preset: str = "", strategy: str = "") -> Round:
    """A new round, its version asked for.

    Conflict, with the reason, where there is nothing to learn from yet or another round is under way; Invalid for a
    preset or strategy that is not known.
    """
    refusal = cycle.refusal(project)
    if refusal is not None:
        raise errors.Conflict(refusal.code, refusal.message)
    preset = preset or cycle.usual_preset(project)
    strategy = strategy or project.order
    offers.check_kind(offers.full_config(preset, {}), project.kind)
    if strategy not in offers.strategies():
        raise errors.Invalid("unknown_strategy", f"There is no strategy named {strategy!r}.", {"strategy": strategy})
    with transaction.atomic():
        Project.objects.select_for_update().get(pk=project.pk)
        if Round.objects.filter(project=project).exclude(state__in=cycle.ENDED).exists():
            raise errors.Conflict("round_under_way", cycle.UNDER_WAY)
        last = Round.objects.filter(project=project).order_by("-number").first()
        turn = Round.objects.create(
            project=project, number=last.number + 1 if last else 1, preset=preset, strategy=strategy,
            created_by_id=actor.pk if actor else None,
        )  # fmt: skip
        turn.version = freezing.start_freeze(project, actor=actor, note=f"Round {turn.number}")
        turn.save(update_fields=["version"])
        audit.record(
            "next_round", actor=actor.pk if actor else None, subject="round", subject_id=turn.pk,
            project_id=project.pk, data={"number": turn.number, "preset": preset, "strategy": strategy},
        )  # fmt: skip
    return turn


def rescore(project: Project) -> list[Evaluation]:
    """Every round's checkpoint scored again on the newest version's holdout, so that rounds can be compared.

    Conflict where no round has a checkpoint yet.
    """
    version = datasets.newest_ready(project)
    runs = Run.objects.filter(project=project, pk__in=Round.objects.filter(project=project).values("run"))
    checkpoints = [shown.checkpoint_of(run) for run in runs.prefetch_related("checkpoints__run")]
    found = [checkpoint for checkpoint in checkpoints if checkpoint is not None]
    if version is None or not found:
        raise errors.Conflict("no_rounds", "No round of this project has a model yet.")
    return [services.request_evaluation(checkpoint, version) for checkpoint in found]


def sweep() -> None:
    """Ends the runs that nobody will take up, and moves every round on as far as it goes without an engine."""
    services.end_silent_runs()
    advance_rounds()


def work(keep_going: KeepGoing) -> None:
    """Drives whatever waits for an engine until nothing does: what ends soon first, then the oldest run."""
    while keep_going():
        advance_rounds()
        if not (services.drive_evaluation(keep_going) or choose_next(keep_going) or services.drive_run(keep_going)):
            return


def advance_rounds() -> None:
    """One step for each round that waits for something that has happened."""
    _take_up_resumed()
    steps = {State.FREEZING: _after_freeze, State.TRAINING: _after_training, State.EVALUATING: _after_evaluation}
    turns = Round.objects.filter(state__in=steps).select_related("project", "version__job", "run", "evaluation")
    for turn in turns.order_by("id"):
        try:
            steps[State(turn.state)](turn)
        except errors.Refused as refused:
            _fail(turn, {"fault": "data", "message": refused.message, "log": ""})
        except (OSError, ValueError) as error:
            log.exception("round %s", turn.pk)
            _fail(turn, {"fault": "server", "message": f"The version cannot be read: {error}", "log": ""})


def _take_up_resumed() -> None:
    """A newest round that ended because its training was stopped or failed goes on when that run is resumed."""
    resumed = Q(run__state__in=shown.LIVE) | Q(run__state=Run.State.FINISHED, run__checkpoints__isnull=False)
    for turn in Round.objects.filter(resumed, state=State.FAILED, evaluation=None).distinct():
        if not Round.objects.filter(project=turn.project_id, number__gt=turn.number).exists():
            rows = Round.objects.filter(pk=turn.pk, state=State.FAILED)
            rows.update(state=State.TRAINING, error=None, finished_at=None)


def _locked(turn: Round) -> Round | None:
    """The row, held until the transaction ends, if it is still in the state that was seen."""
    return Round.objects.select_for_update().filter(pk=turn.pk, state=turn.state).first()


def _fail(turn: Round, error: dict[str, Any]) -> None:
    rows = Round.objects.filter(pk=turn.pk, state=turn.state, attempt=turn.attempt)
    rows.update(state=State.FAILED, error=error, finished_at=timezone.now())


def _after_freeze(turn: Round) -> None:
    version = turn.version
    if version is None or datasets.state_of(version) == "failed":
        why = version.job.message if version and version.job else ""
        _fail(turn, {"fault": "data", "message": why or "The version could not be frozen.", "log": ""})
    elif version.state == DatasetVersion.State.READY:
        labels, votes = cycle.spent_on(datasets.folder_of(version))
        config = offers.full_config(turn.preset, {})
        weights = _own_weights(turn.project, config)
        with transaction.atomic():
            row = _locked(turn)
            if row is None:
                return
            row.run = services.start_run(
                turn.project,
                actor=None,
                version=version,
                preset=turn.preset,
                weights=weights,
                name=f"Round {turn.number}",
            )
            row.state, row.labels_spent, row.votes_spent = State.TRAINING, labels, votes
            row.save(update_fields=["run", "state", "labels_spent", "votes_spent"])


def _own_weights(project: Project, config: dict[str, Any]) -> Weights | None:
    """The newest uploaded weights for a preset that starts from weights; None leaves it to the published ones."""
    if config["start"] != "weights":
        return None
    return Weights.objects.filter(project=project, architecture=config["architecture"]).order_by("-id").first()


def _after_training(turn: Round) -> None:
    run = turn.run
    if run is not None and run.state in shown.LIVE:
        return
    checkpoint = shown.checkpoint_of(run) if run is not None else None
    if run is None or run.state != Run.State.FINISHED or checkpoint is None:
        stopped = {"fault": "config", "message": "The training of this round was stopped.", "log": ""}
        _fail(turn, (run.error if run else None) or stopped)
        return
    with transaction.atomic():
        row = _locked(turn)
        if row is None:
            return
        row.evaluation = services.request_evaluation(checkpoint, run.version)
        row.state = State.EVALUATING
        row.save(update_fields=["evaluation", "state"])
        for earlier in _earlier_checkpoints(turn):
            services.request_evaluation(earlier, run.version)


def _earlier_checkpoints(turn: Round) -> Iterator[Checkpoint]:
    """Those that the new one will be compared with: each is scored again on the same holdout."""
    earlier = Round.objects.filter(project=turn.project, number__lt=turn.number, state=State.DONE)
    for row in earlier.select_related("run"):
        checkpoint = shown.checkpoint_of(row.run) if row.run else None
        if checkpoint is not None:
            yield checkpoint


def _after_evaluation(turn: Round) -> None:
    evaluation = turn.evaluation
    if evaluation is None or evaluation.state == Evaluation.State.FAILED:
        _fail(turn, (evaluation.error if evaluation else None) or {"fault": "server", "message": "", "log": ""})
    elif evaluation.state == Evaluation.State.READY:
        rows = Round.objects.filter(pk=turn.pk, state=State.EVALUATING)
        rows.update(state=State.CHOOSING, attempt=0, heartbeat=None)


def choose_next(keep_going: KeepGoing) -> bool:
    """Claims one round whose model is to choose, and lets it; False where none waits."""
    turn = _claim_choice()
    if turn is None:
        return False
    beat = heart.Heart(lambda: _mine(turn), keep_going)
    try:
        chosen = _choose(turn, beat)
    except _Ended as end:
        _give_up(turn, end.ended, leaving=not keep_going())
        return True
    if chosen is not None:
        _mine(turn).update(state=State.DONE, chosen=chosen, error=None, finished_at=timezone.now())
    return True


def _claim_choice() -> Round | None:
    for row in waiting.waiting_choices().order_by("id")[:20]:
        same = waiting.waiting_choices().filter(pk=row.pk, attempt=row.attempt)
        if row.attempt >= settings.RUN_ATTEMPTS:
            error = {"fault": "server", "message": GIVEN_UP, "log": ""}
            same.update(state=State.FAILED, error=error, finished_at=timezone.now())
        elif same.update(attempt=row.attempt + 1, heartbeat=timezone.now()):
            return Round.objects.select_related("project", "version", "evaluation__checkpoint__run").get(pk=row.pk)
    return None


def _mine(turn: Round) -> QuerySet[Round]:
    return Round.objects.filter(pk=turn.pk, attempt=turn.attempt, state=State.CHOOSING)


class _Ended(Exception):
    """An engine command ended otherwise than done."""

    def __init__(self, ended: child.Ended) -> None:
        super().__init__(ended.words)
        self.ended = ended


def _give_up(turn: Round, ended: child.Ended, *, leaving: bool) -> None:
    if leaving:
        _mine(turn).update(heartbeat=None, attempt=turn.attempt - 1)
    else:
        error = child.explain(ended)
        _mine(turn).update(state=State.FAILED, error=error, finished_at=timezone.now())


def _choose(turn: Round, beat: heart.Heart) -> dict[str, Any] | None:
    """What was chosen, told to labeling; None where the round is not ours any more."""
    assert turn.version is not None and turn.evaluation is not None  # a round that chooses has both
    checkpoint = turn.evaluation.checkpoint
    folder = folders.round_folder(turn)
    folder.mkdir(parents=True, exist_ok=True)
    predictions, ranking = folder / "predictions.parquet", folder / "ranking.json"
    version = str(datasets.folder_of(turn.version))
    place = ["--checkpoint", str(folders.checkpoint_folder(checkpoint)), "--cache", str(folders.cache_folder())]
    asked = ["--version", version, *place, "--out", str(folder), "--states", ASKED, "--watch-stdin"]
    _engine("predict", asked, folder=folder, beat=beat)
    if beat.lost:
        return None
    if pq.ParquetFile(predictions).metadata.num_rows == 0:
        return {"predicted": 0, "proposed": 0, "ranked": 0, "by": {}}
    seed = (turn.project.seed + turn.number) % 2**31
    how = ["--strategy", turn.strategy, "--seed", str(seed), "--random-share", str(RANDOM_SHARE)]
    how += ["--each"] if turn.project.kind == guesses.SEVERAL else []
    how += ["--concepts", *map(str, sorted(_live_concepts(turn.project)))]
    _engine("select", ["--predictions", str(predictions), *how, "--out", str(ranking)], folder=folder, beat=beat)
    if beat.lost:
        return None
    told = _tell_labeling(turn, checkpoint, predictions=predictions, beat=beat)
    return told and {**told, **_order_queue(turn, ranking)}


def _engine(command: str, arguments: list[str], *, folder: Path, beat: heart.Heart) -> None:
    ended = child.run_engine([command, *arguments], words=folder / f"words-{command}.txt", look=beat.look)
    if ended.code != child.Code.DONE and not beat.lost:
        raise _Ended(ended)


def _tell_labeling(
    turn: Round, checkpoint: Checkpoint, *, predictions: Path, beat: heart.Heart
) -> dict[str, Any] | None:
    """Keeps the model's word on every picture and, where the project shows them, offers its answers to people."""
    model = f"checkpoint {checkpoint.pk}"
    concepts = [int(entry["id"]) for entry in sorted(checkpoint.facts["classes"], key=lambda one: one["index"])]
    live = _live_concepts(turn.project)
    propose = guesses.proposer(turn.project.kind, turn.evaluation.summary if turn.evaluation else {})
    predicted = proposed = 0
    for rows in guesses.read_guesses(predictions):
        if beat.look() is child.Wish.KILL:
            return None
        images = _images(turn.project, [row["digest"] for row in rows])
        known = [(images[row["digest"]], row) for row in rows if row["digest"] in images]
        shares = {image: guesses.distribution_of(row, concepts) for image, row in known}
        kept = {image: of for image, of in shares.items() if of is not None}
        labeling.add_predictions(turn.project, model=model, distributions=kept)
        predicted += len(known)
        if turn.project.show_proposals:
            answers = {image: propose(row, concepts, live) for image, row in known}
            proposed += labeling.propose(turn.project, model=model, answers=answers)
    return {"predicted": predicted, "proposed": proposed}


def _live_concepts(project: Project) -> set[int]:
    """What may be answered now: a class may have been archived since the model learned it."""
    return set(project.classes.filter(archived_at=None).values_list("concept_id", flat=True))


def _order_queue(turn: Round, ranking: Path) -> dict[str, Any]:
    """Puts the queue in the model's order. Places lie between 0 and 1, as the random ranks of all other tasks do, so
    that holdout tasks and newly arrived pictures come up among the chosen ones, in proportion."""
    ranked = json.loads(ranking.read_text(encoding="utf-8"))["ranking"]
    by_choice: dict[str, dict[int, float]] = {}
    for start in range(0, len(ranked), CHUNK):
        part = ranked[start : start + CHUNK]
        images = _images(turn.project, [row["digest"] for row in part])
        for place, row in enumerate(part, start=start):
            if row["digest"] in images:
                ranks = by_choice.setdefault(row["chosen_by"], {})
                ranks[images[row["digest"]]] = (place + 0.5) / len(ranked)
    counts = {
        chosen_by: labeling.set_ranks(turn.project, ranks, chosen_by=chosen_by)
        for chosen_by, ranks in sorted(by_choice.items())
    }
    return {"ranked": sum(counts.values()), "by": counts}


def _images(project: Project, digests: list[str]) -> dict[str, int]:
    """Ids of pictures that may be asked about: never one of the holdout or between the sides, none taken out since."""
    rows = Image.objects.filter(project=project, digest__in=digests, state=Image.State.READY)
    return dict(rows.filter(split=Image.Split.TRAIN).values_list("digest", "id"))
