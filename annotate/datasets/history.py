"""What happened to one picture, oldest first, and the versions and exports it stood in."""

from collections.abc import Mapping, Sequence
from typing import Any

from annotate.accounts.models import User
from annotate.consensus.models import Consensus
from annotate.core import rest
from annotate.core.audit import Audit
from annotate.datasets import people, selectors
from annotate.datasets.models import DatasetVersion, Export
from annotate.ingest.models import Image, ImportedLabel
from annotate.labeling import services as labeling
from annotate.labeling.models import Lease, Proposal, Task, Vote
from annotate.projects.models import Project
from annotate.projects.roles import Action

PAGE = 50
SIDES = ["train", "val", "holdout", "left_out"]
ASKED_AGAIN = "task_asked_again"
WHAT = (
    "added", "imported", "handed_out", "vote", "settled", "decision", "proposal", "asked_again", "exclude", "include",
    "delete", "restore",
)  # fmt: skip
EVENT: dict[str, Any] = {
    "person": "", "answer": None, "text": "", "note": "", "asking": None, "counted": None, "surplus": None,
    "superseded": None, "proposed": None, "score": None, "took_ms": None, "gold": None,
}  # fmt: skip
Events = list[dict[str, Any]]


def page(
    project: Project,
    image: Image,
    *,
    task: Task | None,
    rulings: Sequence[Mapping[str, Any]],
    reader: frozenset[Action],
    query: Mapping[str, str],
) -> dict[str, Any]:
    """One page of the picture's events, by a number of queries that does not grow with them."""
    events = _arrival(project, image, reader=reader)
    events += [
        {**EVENT, "at": one["at"], "what": "decision", "text": one["ruling"]}
        | {key: one[key] for key in ("person", "answer", "asking", "note")}
        for one in rulings
    ]
    if task is not None:
        events += _asked(project, task, reader=reader)
    events += _acts(project, image, task, reader=reader)
    events.sort(key=lambda event: event["at"])
    start = rest.offset_in(query)
    following = rest.encode_cursor([start + PAGE]) if len(events) > start + PAGE else None
    return {"items": events[start : start + PAGE], "next": following}


def _arrival(project: Project, image: Image, *, reader: frozenset[Action]) -> Events:
    """How it came in, and what its source said of it: an answer where it is one, else the source's word."""
    batch = image.batch
    by = people.shown(project, batch.created_by, reader=reader) if batch else ""
    events = [{**EVENT, "at": image.created_at, "what": "added", "person": by, "text": batch.name if batch else ""}]
    labels = list(ImportedLabel.objects.filter(image=image))
    for label, answer in zip(labels, labeling.imported_answers(project, labels), strict=True):
        told = {"person": label.source_name, "text": label.label, "answer": answer, "note": label.note}
        events.append({**EVENT, "at": label.created_at, "what": "imported", **told})
    return events


def _asked(project: Project, task: Task, *, reader: frozenset[Action]) -> Events:
    """Who has it before them now, what people and models said of it, and what the crowd's answers came to."""
    events: Events = [
        {**EVENT, "at": one.created_at, "what": "handed_out", "asking": task.asking}
        | {"person": people.shown(project, one.user, reader=reader)}
        for one in Lease.objects.filter(task=task).select_related("user")
    ]
    votes = Vote.objects.filter(task=task).select_related("user").order_by("id")
    events += [_vote(project, one, reader=reader) for one in votes]
    events += [
        {**EVENT, "at": one.created_at, "what": "proposal", "person": one.model, "answer": one.answer}
        | {"score": one.score, "superseded": not one.live}
        for one in Proposal.objects.filter(task=task)
    ]
    consensus: Consensus | None = getattr(task, "consensus", None)
    if consensus is not None and task.closed_at is not None and _settled(task, consensus):
        settled = {"answer": consensus.answer, "score": consensus.confidence, "text": consensus.method}
        events.append({**EVENT, "at": task.closed_at, "what": "settled", "asking": task.asking, **settled})
    return events


def _settled(task: Task, consensus: Consensus) -> bool:
    """Whether the crowd's own answer stands, and no ruling that has an event of its own."""
    crowd = consensus.source == Consensus.Source.CONSENSUS and consensus.answer is not None
    return task.state == Task.State.CLOSED and crowd


def _acts(project: Project, image: Image, task: Task | None, *, reader: frozenset[Action]) -> Events:
    """When it was asked again, taken out and brought back, by whom and why, as the audit has it."""
    acts = list(Audit.objects.filter(subject="image", subject_id=image.pk, verb__startswith="pictures_"))
    if task is not None:
        acts += Audit.objects.filter(subject="task", subject_id=task.pk, verb=ASKED_AGAIN)
    actors = User.objects.in_bulk([one.actor for one in acts if one.actor is not None])
    return [
        {
            **EVENT,
            "at": one.at,
            "what": "asked_again" if one.verb == ASKED_AGAIN else one.verb.removeprefix("pictures_"),
            "person": people.shown(project, actors.get(one.actor or 0), reader=reader),
            "asking": one.data.get("asking"),
            "note": one.data.get("note", ""),
        }
        for one in acts
    ]


def _vote(project: Project, one: Vote, *, reader: frozenset[Action]) -> dict[str, Any]:
    return {
        **EVENT,
        "at": one.created_at,
        "what": "vote",
        "person": people.shown(project, one.user, reader=reader) or one.source,
        "answer": one.answer,
        "asking": one.asking,
        "counted": one.counted,
        "surplus": one.surplus,
        "superseded": one.superseded,
        "proposed": one.proposal_id is not None,
        "took_ms": one.took_ms,
        "gold": one.gold,
    }


def versions_with(project: Project, image: Image, query: Mapping[str, str]) -> dict[str, Any]:
    """The versions that the picture stood in, the newest first: its split and answer there, and what was exported.

    A few versions a page, of each one group of rows read; a page may come back short, with more behind it.
    """
    # what was frozen before it came cannot hold it
    rows = selectors.versions_of(project).filter(state=DatasetVersion.State.READY, created_at__gte=image.created_at)
    found = rest.keyset_page(rows, {**query, "limit": "10"}, keys=("-id",), show=lambda version: version)
    exports: dict[int, list[dict[str, Any]]] = {}
    for one in Export.objects.filter(version__in=found["items"]).order_by("id"):
        exports.setdefault(one.version_id, []).append({"id": one.pk, "format": one.format, "at": one.created_at})
    items = [
        {"id": one.pk, "number": one.number, "at": one.created_at, **told, "exports": exports.get(one.pk, [])}
        for one in found["items"]
        if (told := _stood(one, image.digest)) is not None
    ]
    return {**found, "items": items}


def _stood(version: DatasetVersion, digest: str) -> dict[str, Any] | None:
    """What the version holds of the picture; None where it does not, or its folder is gone."""
    try:
        record = selectors.opened(version).find(digest)
    except (OSError, ValueError):
        return None
    if record is None:
        return None
    label = record.labels[0] if record.labels else None
    answer = label.value if label else None
    return {"split": record.split or "left_out", "state": record.state, "answer": answer}
