"""The circle as the cycle page shows it: what waits in each stage, the rounds, and whether the next may begin."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.db.models import Count, Q, QuerySet

from annotate.consensus.models import Consensus
from annotate.datasets import selectors as datasets
from annotate.datasets.models import DatasetVersion
from annotate.ingest.models import Image
from annotate.kinds import KINDS
from annotate.labeling.models import Task
from annotate.manifest.read import open_version
from annotate.projects.models import Project
from training.models import Checkpoint, Evaluation, Round, Run
from training.selectors import offers

ENDED = (Round.State.DONE, Round.State.FAILED)
ENOUGH_HOLDOUT = 30
MOST = 10_000
MOST_ROUNDS = 200
SEEN_SPLITS = pa.array(["train", "val"])
SEEN_STATES = pa.array(["labeled", "empty"])
UNDER_WAY = "A round is under way; the next can begin when it has ended."


@dataclass(frozen=True)
class Said:
    """A code for the client's words, and an English sentence for scripts."""

    code: str
    message: str


def usual_preset(project: Project) -> str:
    """The preset of the last round, else the one offered first."""
    last = Round.objects.filter(project=project).order_by("-number").values_list("preset", flat=True).first()
    return last or offers.default_preset(project.kind)


def refusal(project: Project) -> Said | None:
    """Why the next round cannot begin; None where it can."""
    if Round.objects.filter(project=project).exclude(state__in=ENDED).exists():
        return Said("round_under_way", UNDER_WAY)
    if project.classes.filter(archived_at=None).count() < (1 if KINDS[project.kind].several else 2):
        return Said(
            "too_few_classes",
            "A model needs at least two classes to tell apart, or one to find in boxes: add some first.",
        )
    seen = classes_settled(project)
    if not seen:
        sentence = "No picture outside the holdout has a settled answer yet: label some first."
        return Said("nothing_labeled", sentence)
    if len(seen) < 2 and not KINDS[project.kind].several:  # where parts are told from the rest, one class is enough
        sentence = (
            "All settled pictures are of one class: label some of another, so that there is a difference to learn."
        )
        return Said("one_class_labeled", sentence)
    return None


def classes_settled(project: Project) -> set[int]:
    """Up to two concepts that pictures outside the holdout are settled as; those of one picture where it may show
    several."""
    kind, tasks = KINDS[project.kind], Q(task__holdout=False, task__image__state=Image.State.READY)
    settled = Consensus.objects.filter(tasks, project=project, task__state=Task.State.CLOSED)
    found = _named_first(settled) if kind.several else _first_two(settled)
    if len(found) < (1 if kind.several else 2):
        known = Task.objects.filter(project=project, holdout=False, gold__isnull=False, image__state=Image.State.READY)
        for answer in known.order_by("id").values_list("gold", flat=True)[:MOST].iterator():
            found.update(kind.classes(answer))
            if len(found) >= 2:
                break
    return found


def _first_two(settled: QuerySet[Consensus]) -> set[int]:
    """Two looks along the index instead of a walk through everything that is settled as the first class."""
    concepts = settled.order_by("concept_id").values_list("concept_id", flat=True)
    first = concepts.filter(concept_id__gte=0).first()
    second = None if first is None else concepts.filter(concept_id__gt=first).first()
    return {concept for concept in (first, second) if concept is not None}


def _named_first(settled: QuerySet[Consensus]) -> set[int]:
    """The classes that the first answer names that names any."""
    named = settled.exclude(named={}).order_by("task_id").values_list("named", flat=True).first()
    return {int(concept) for concept in named or {}}


def warnings(project: Project) -> list[Said]:
    """What makes a round's figures weak, without forbidding it."""
    settled = _settled_holdout(project)
    if settled == 0:
        sentence = "No holdout picture is settled, so the model cannot be tested: label the holdout too."
        return [Said("no_holdout", sentence)]
    if settled < ENOUGH_HOLDOUT:
        sentence = f"Only {settled} holdout pictures are settled: with at least 30 the figures say more."
        return [Said("few_holdout", sentence)]
    return []


def _settled_holdout(project: Project) -> int:
    """From the counters that the sweeps keep, else counted as far as it matters."""
    if "holdout_settled" in project.counts:
        return int(project.counts["holdout_settled"])
    rows = Task.objects.filter(project=project, holdout=True, state=Task.State.CLOSED)
    return rows.filter(image__state=Image.State.READY)[:ENOUGH_HOLDOUT].count()


def spent_on(folder: Path) -> tuple[int, int]:
    """Labels that a model trained on this version has seen (train and validation), and the votes they stand on."""
    version = open_version(folder)
    labels = votes = 0
    for shard in version.manifest.record_shards:
        table = pq.read_table(folder / shard, columns=["split", "state", "votes"])
        seen = pc.and_(
            pc.is_in(table["split"], value_set=SEEN_SPLITS),
            pc.is_in(table["state"], value_set=SEEN_STATES),
        )
        table = table.filter(seen)
        labels += table.num_rows
        votes += pc.sum(pc.list_value_length(table["votes"])).as_py() or 0
    return labels, votes


def stages(project: Project) -> list[dict[str, Any]]:
    """The six stations of the ring: what waits there, what is done, and how its newest piece of work stands."""
    newest = DatasetVersion.objects.filter(project=project).order_by("-number").select_related("job").first()
    ready = datasets.newest_ready(project)
    turn = Round.objects.filter(project=project).order_by("-number").first()
    tasks = dict(_capped_tasks(project))
    settled = tasks["closed"] - ((ready.counts.get("labeled", 0) + ready.counts.get("empty", 0)) if ready else 0)
    return [
        _stage("pictures", waiting=_capped(_without_task(project)), done=tasks["all"], link=("data", None)),
        _stage(
            "label",
            waiting=tasks["open"],
            done=tasks["closed"],
            state="open" if tasks["open"] else "done",
            link=("review", None) if tasks["review"] and not tasks["open"] else ("label", None),
            review=tasks["review"],
        ),
        _stage(
            "freeze",
            waiting=max(0, settled),
            done=newest.number if newest else 0,
            state=datasets.state_of(newest) if newest else "",
            link=("version", newest.pk if newest else None),
        ),
        _train_stage(project),
        _evaluate_stage(project),
        _stage(
            "choose",
            waiting=int(turn is not None and turn.state == Round.State.CHOOSING),
            done=(turn.chosen.get("ranked", 0) if turn else 0),
            state=turn.state if turn else "",
            link=("label", None),
        ),
    ]


def _stage(
    name: str, *, waiting: int, done: int, state: str = "", link: tuple[str, int | None], **more: Any
) -> dict[str, Any]:
    place = {"page": link[0], "id": link[1]}
    return {"name": name, "waiting": waiting, "done": done, "state": state, "link": place, "review": 0, **more}


def _without_task(project: Project) -> Any:
    return Image.objects.filter(project=project, state=Image.State.READY, has_task=False)


def _capped(rows: Any) -> int:
    """A count that stops at 10,000: no page makes the database walk through a project."""
    return int(rows.order_by()[:MOST].count())


def _capped_tasks(project: Project) -> dict[str, int]:
    """Tasks by state, from the counters that the sweeps keep, else counted up to 10,000."""
    rows, kept = Task.objects.filter(project=project), project.counts
    found = {
        state: int(kept[f"tasks_{state}"]) if f"tasks_{state}" in kept else _capped(rows.filter(state=state))
        for state in ("open", "closed", "review")
    }
    return {**found, "all": int(kept.get("images", sum(found.values())))}


def _train_stage(project: Project) -> dict[str, Any]:
    states = (Run.State.QUEUED, Run.State.RUNNING, Run.State.STOPPING)
    counts = Run.objects.filter(project=project).aggregate(
        waiting=Count("pk", filter=Q(state__in=states)), done=Count("pk", filter=Q(state=Run.State.FINISHED))
    )
    run = Run.objects.filter(project=project).order_by("-id").first()
    return _stage("train", **counts, state=run.state if run else "", link=("run", run.pk if run else None))


def _evaluate_stage(project: Project) -> dict[str, Any]:
    states = (Evaluation.State.QUEUED, Evaluation.State.RUNNING)
    counts = Evaluation.objects.filter(project=project).aggregate(
        waiting=Count("pk", filter=Q(state__in=states)), done=Count("pk", filter=Q(state=Evaluation.State.READY))
    )
    row = Evaluation.objects.filter(project=project).order_by("-id").first()
    return _stage("evaluate", **counts, state=row.state if row else "", link=("evaluation", row.pk if row else None))


def rounds(project: Project) -> list[dict[str, Any]]:
    """The rounds, newest first, each with its accuracy on one and the same holdout where it was scored there."""
    turns = list(
        Round.objects.filter(project=project)
        .select_related("version", "run", "evaluation")
        .order_by("-number")[:MOST_ROUNDS]
    )
    newest: dict[int, Checkpoint] = {}
    for checkpoint in Checkpoint.objects.filter(run__in=[turn.run_id for turn in turns if turn.run_id]).order_by("id"):
        newest[checkpoint.run_id] = checkpoint
    scored: dict[int, dict[int, Evaluation]] = {}
    rows = Evaluation.objects.filter(checkpoint__in=newest.values(), state=Evaluation.State.READY)
    for row in rows.select_related("version"):
        scored.setdefault(row.checkpoint_id, {})[row.version.number] = row
    models = [newest[turn.run_id].pk for turn in turns if turn.run_id in newest]
    shared = max((number for model in models[:1] for number in scored.get(model, {})), default=None)
    return [_round(turn, newest.get(turn.run_id or 0), scored, shared) for turn in turns]


def _round(
    turn: Round, checkpoint: Checkpoint | None, scored: dict[int, dict[int, Evaluation]], shared: int | None
) -> dict[str, Any]:
    by_version = scored.get(checkpoint.pk, {}) if checkpoint else {}
    own = turn.version.number if turn.version else None
    number = shared if shared in by_version else own
    evaluation = by_version.get(number) if number is not None else None
    return {
        "id": turn.pk,
        "number": turn.number,
        "state": turn.state,
        "preset": turn.preset,
        "strategy": turn.strategy,
        "version": {"id": turn.version.pk, "number": turn.version.number} if turn.version else None,
        "run": turn.run_id,
        "run_state": turn.run.state if turn.run else None,
        "evaluation": evaluation.pk if evaluation else turn.evaluation_id,
        "labels_spent": turn.labels_spent,
        "votes_spent": turn.votes_spent,
        "accuracy": _accuracy(evaluation, shared) if evaluation else None,
        "chosen": turn.chosen,
        "error": turn.error,
        "created_at": turn.created_at,
        "finished_at": turn.finished_at,
    }


def _accuracy(evaluation: Evaluation, shared: int | None) -> dict[str, Any]:
    """Top-1, for boxes mAP at overlap .5, for several classes mAP, with interval and count.

    `comparable` says whether it was scored on the holdout that all others were.
    """
    summary = evaluation.summary
    told = summary.get("top1") or summary.get("map50") or summary.get("map") or {}
    counts = evaluation.summary.get("counts") or {}
    number = evaluation.version.number
    return {
        **{name: told.get(name) for name in ("value", "low", "high")},
        "count": told.get("count") or 0,
        "unresolved": counts.get("unresolved", 0),
        "version": number,
        "comparable": number == shared,
    }
