"""Deliveries that are looked at first: what they hold, what their classes mean, and the word to take them in."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from annotate.accounts.models import User
from annotate.core import audit, errors, progress
from annotate.ingest import incoming, pages
from annotate.ingest.analysis import Tally
from annotate.ingest.models import Batch, BatchFile, Image
from annotate.ingest.services import dropped
from annotate.ingest.services.feed import limits
from annotate.ingest.services.work import Interrupted
from annotate.ingest.source import Item, Rejected, Unfit
from annotate.ingest.sources import LAYOUTS, opened
from annotate.kinds import KINDS
from annotate.projects import selectors as projects
from annotate.projects import services as classes
from annotate.projects.models import Project
from annotate.taxonomy.reader import Draft

State = BatchFile.State


def analyse_batch(batch: Batch, job: progress.LongJob) -> None:
    """Counts what a closed, staged delivery holds and lets it wait for its word. Raises Interrupted."""
    tally = Tally(partial(_known, batch.project))
    tally.layouts.add(dropped.arrange(batch, _pulse(job, tally)))
    tally.expected = batch.files.filter(state=State.PENDING, archive=False).count()
    tally.add_all(_entries(batch, tally), _pulse(job, tally))
    with transaction.atomic():
        if not progress.beat(job, done=tally.pictures, total=tally.pictures):
            raise Interrupted
        waiting = Batch.objects.filter(pk=batch.pk, state=Batch.State.CLOSED, staged=True)
        waiting.update(state=Batch.State.ANALYSED, analysis=tally.view(), touched_at=timezone.now())


def analyse_place(project: Project, path: str) -> dict[str, Any]:
    """What a folder or zip on this machine holds, as a delivery of it would; Invalid where it cannot be read."""
    tally = Tally(partial(_known, project))
    try:
        tally.add_all(_looked_into(path, tally), lambda: None)
    except Unfit as unfit:
        raise errors.Invalid(unfit.code, unfit.reason) from None
    return tally.view()


def commit_batch(
    batch: Batch,
    *,
    actor: User,
    labels_as: str,
    mapping: Sequence[Mapping[str, Any]] = (),
    source_name: str = "",
    take_splits: bool = True,
    unsaid_is_empty: bool = False,
) -> Batch:
    """Says how an analysed delivery is to be taken in, and lets the sweep do it.

    `mapping` as in `map_classes`. Conflict unless the delivery has been analysed and waits, and where its labels are
    not of the project's kind.
    """
    with transaction.atomic():
        now = Batch.objects.select_for_update().select_related("project").get(pk=batch.pk)
        if now.state != Batch.State.ANALYSED:
            raise errors.Conflict("not_analysed", "This delivery does not wait to be taken in.", {"state": now.state})
        now.mapping = {}
        if labels_as != Batch.LabelsAs.NONE:
            now.mapping = map_classes(now.project, now.analysis, actor=actor, mapping=mapping)
            now.source_name = (source_name or now.source_name or now.name or "import")[:100]
        now.labels_as, now.take_splits, now.unsaid_is_empty = labels_as, take_splits, unsaid_is_empty
        now.state, now.staged, now.touched_at = Batch.State.CLOSED, False, timezone.now()
        now.save()
        _follow(now)
        audit.record(
            "committed_delivery",
            actor=actor.pk,
            subject="batch",
            subject_id=now.pk,
            project_id=now.project_id,
            data={"labels_as": labels_as, "classes": len(now.mapping)},
        )
    batch.refresh_from_db()
    return batch


def map_classes(
    project: Project, analysis: Mapping[str, Any], *, actor: User, mapping: Sequence[Mapping[str, Any]]
) -> dict[str, int | None]:
    """`{name in the source: concept id, or None to leave it out}` for every class that was found.

    `mapping` has for a name `concept` (of a class there is), `new` (the name of a class to make) or `ignore`; a name
    that is not in it is the class of that name. Refused, all or none: labels of
    another kind, a name that was not found or is mapped twice, an unknown concept, a name that means no class.
    """
    if not pages.fits(analysis["says"], project.kind):
        raise errors.Conflict("labels_of_other_kind", "The labels of this delivery are not of this project's kind.")
    found = [one["name"] for one in analysis["classes"]]
    told = {one["name"]: one for one in mapping}
    if len(told) != len(mapping) or (strange := sorted(set(told) - set(found))):
        names = [one["name"] for one in mapping] if len(told) != len(mapping) else strange
        raise errors.Invalid("bad_mapping", "A class is mapped twice, or was not found.", {"names": names[:20]})
    known = projects.concepts_by_name(project)
    new = {projects.folded(one["new"]): one["new"] for one in told.values() if one.get("new")}
    with transaction.atomic():
        if drafts := [Draft(name) for key, name in new.items() if key not in known]:
            added = classes.add_classes(project, actor=actor, entries=classes.check_drafts(drafts))
            known |= {projects.folded(row.concept.name): row.concept_id for row in added}
        resolved = {name: _meaning(name, told.get(name, {}), known) for name in found}
        unmapped = [name for name, concept in resolved.items() if concept is None and not _ignored(told.get(name))]
        if unmapped:
            said = {"names": unmapped[:100]}
            raise errors.Invalid("unmapped_classes", "Some classes of the delivery mean no class here:", said)
    return resolved


def _meaning(name: str, told: Mapping[str, Any], known: Mapping[str, int]) -> int | None:
    if _ignored(told):
        return None
    if "concept" in told:
        if told["concept"] not in known.values():
            raise errors.Invalid("unknown_class", "There is no such class in this project.", {"name": name})
        return int(told["concept"])
    return known.get(projects.folded(told.get("new") or name))


def _ignored(told: Mapping[str, Any] | None) -> bool:
    return bool(told and told.get("ignore"))


def _follow(batch: Batch) -> None:
    """Takes back from files that came loose what the word that was given does not take."""
    rows = BatchFile.objects.filter(batch=batch, state=State.PENDING, archive=False)
    if batch.labels_as == Batch.LabelsAs.NONE:
        rows.update(label="", page="")
    elif batch.unsaid_is_empty and batch.project.kind in pages.PAGED:
        unsaid = rows.filter(page="", code="")
        if KINDS[batch.project.kind].whole:
            unsaid = unsaid.filter(label="")
        unsaid.update(page=pages.to_text(pages.empty("")))
    if not batch.take_splits:
        rows.update(split="")


def _entries(batch: Batch, tally: Tally) -> Iterator[Item | Rejected]:
    """Everything that a delivery holds: loose files, then the members of its zips."""
    rows = BatchFile.objects.filter(batch=batch).exclude(state=State.OPENED).order_by("archive", "id")
    for row in rows.iterator():
        if row.state == State.REFUSED:
            yield Rejected(row.path, row.code, row.message)
        elif row.archive:
            yield from _members(row, tally)
        else:
            page = partial(pages.from_text, row.page) if row.page else None
            yield Item(row.path, partial(dropped.opened, row.staged), row.label, row.split, row.group_name, page)
            if row.code:
                tally.problem(row.path, row.code, row.message)


def _members(archive: BatchFile, tally: Tally) -> Iterable[Item | Rejected]:
    place = str(incoming.path_of(archive.staged))
    try:
        yield from _looked_into(place, tally)
    except Unfit as unfit:
        tally.problem(archive.path, unfit.code, unfit.reason)


def _looked_into(place: str, tally: Tally) -> Iterator[Item | Rejected]:
    found = opened(place, limits())
    tally.layouts.update({found.name} & LAYOUTS.keys())
    tally.expected += found.pictures
    return found.entries(0)


def _known(project: Project, digests: Sequence[str]) -> set[str]:
    """Those of some digests whose very bytes the project has a picture of."""
    rows = Image.objects.filter(project=project, original_digest__in=digests).exclude(state=Image.State.EMPTIED)
    return set(rows.values_list("original_digest", flat=True))


def _pulse(job: progress.LongJob, tally: Tally) -> Callable[[], None]:
    """Tells every few seconds that the worker lives and how many pictures it has seen. Raises Interrupted."""
    beaten = [time.monotonic()]

    def pulse() -> None:
        if time.monotonic() - beaten[0] > settings.HEARTBEAT_SECONDS / 3:
            beaten[0] = time.monotonic()
            if not progress.beat(job, done=tally.pictures, total=max(tally.pictures, tally.expected)):
                raise Interrupted

    return pulse
