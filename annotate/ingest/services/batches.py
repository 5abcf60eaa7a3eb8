"""Deliveries: opened, filled, closed, cancelled. The work on what they hold is in `work`."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from annotate.accounts.models import User
from annotate.codec import Page
from annotate.core import audit, errors, progress, storage
from annotate.ingest import incoming, pages, rows
from annotate.ingest.incoming import Staged
from annotate.ingest.models import Batch, BatchFile, PartialFile
from annotate.ingest.source import placed, readable_name
from annotate.kinds import KINDS
from annotate.projects.models import Project

KIND = "ingest"
State = BatchFile.State


@dataclass(frozen=True)
class Delivery:
    """One delivered file: staged bytes, or (staged None) why there are none. `inside`: its place in its archive.

    `label`, `split` and `page` are what the source said; the batch decides whether they are taken. A code beside
    staged bytes says what of the source's words could not be read. `mark` (of `mark_of`) lets a sender who begins again
    find it; `size` is what a file was said to have that was refused unseen.
    """

    path: str
    staged: Staged | None = None
    code: str = ""
    reason: str = ""
    label: str = ""
    split: str = ""
    group: str = ""
    page: Page | None = None
    mark: str | None = None
    size: int = 0


def loose(path: str, *, staged: Staged | None, code: str = "", reason: str = "", **told: Any) -> Delivery:
    """A delivery of one file by its path in the folder that a person chose; `told`: group, mark, size."""
    split, label = placed(path)
    return Delivery(path, staged, code, reason, label, split, **told)


def mark_of(path: str, size: int, modified: int) -> str:
    """What a sender who begins again knows a file by: path, bytes, and the time of its last change in milliseconds."""
    told = f"{path}\x00{size}\x00{modified}"
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def open_batch(
    project: Project,
    *,
    actor: User | None,
    name: str = "",
    labels_as: str = Batch.LabelsAs.NONE,
    source_name: str = "",
    take_splits: bool | None = None,
    licence: str = "",
    author: str = "",
    staged: bool = False,
    mapping: Mapping[str, int | None] | None = None,
    unsaid_is_empty: bool = False,
    expected: int = 0,
    expected_bytes: int = 0,
) -> Batch:
    """A delivery that files can be added to, with its bar. Labels come from folders or annotations where `labels_as`
    says so. A `staged` one is looked at when it is closed, and taken in when it was said how.

    Folders called train, val, test or holdout decide the side only of labeled deliveries, unless `take_splits` says
    otherwise: a folder that happens to be called "test" must not swallow a project.
    """
    labeled = labels_as != Batch.LabelsAs.NONE
    with transaction.atomic():
        job = progress.open_job(KIND, project_id=project.pk, actor=actor.pk if actor else None, title=name)
        batch = Batch.objects.create(
            project=project,
            name=name,
            labels_as=labels_as,
            take_splits=labeled if take_splits is None else take_splits,
            source_name=(source_name or name or "import")[:100] if labeled else source_name,
            licence=licence or project.licence,
            author=author,
            staged=staged,
            mapping=dict(mapping or {}),
            unsaid_is_empty=unsaid_is_empty,
            expected=expected,
            expected_bytes=expected_bytes,
            job=job,
            created_by=actor,
        )
        progress.LongJob.objects.filter(pk=job.pk).update(subject_id=batch.pk)
        audit.record(
            "opened_delivery",
            actor=actor.pk if actor else None,
            subject="batch",
            subject_id=batch.pk,
            project_id=project.pk,
            data={"name": name, "labels_as": labels_as},
        )
    return batch


def add_files(batch: Batch, deliveries: Sequence[Delivery]) -> list[dict[str, Any]]:
    """Records delivered files, in their order: `{path, state, code, message}` of each.

    What this delivery has already (same path, same bytes) is left as it is, so a repeated request changes nothing.
    Raises Conflict where the delivery was closed or cancelled; the staged bytes are removed then.
    """
    staged = [delivery.staged.name for delivery in deliveries if delivery.staged]
    try:
        storage.flush(incoming.path_of(name) for name in staged)
        with transaction.atomic():
            fresh = _record(batch, deliveries)
    except BaseException:
        incoming.discard(staged)
        raise
    kept = {row.staged for row in fresh}
    incoming.discard(name for name in staged if name not in kept)
    return [
        {
            "path": delivery.path,
            "state": "received" if delivery.staged else State.REFUSED.value,
            "code": delivery.code,
            "message": delivery.reason,
        }
        for delivery in deliveries
    ]


def _record(batch: Batch, deliveries: Sequence[Delivery]) -> list[BatchFile]:
    """The rows that are new; the batch's row is locked meanwhile, so that no file is counted twice."""
    return record_rows(lock_open(batch), deliveries)


def lock_open(batch: Batch) -> Batch:
    """The delivery's row, locked; Conflict where it was closed or cancelled."""
    now = Batch.objects.select_for_update().get(pk=batch.pk)
    if now.state != Batch.State.OPEN:
        raise errors.Conflict("batch_closed", "This delivery takes no more files.", {"state": now.state})
    return now


def record_rows(batch: Batch, deliveries: Sequence[Delivery]) -> list[BatchFile]:
    """Writes rows for what the delivery does not have yet and counts them; needs the batch's row locked."""
    made = {row.key: row for row in (_row(batch, delivery) for delivery in reversed(deliveries))}
    have = dict(BatchFile.objects.filter(batch=batch, key__in=list(made)).values_list("key", "mark"))
    fresh = [row for key, row in reversed(made.items()) if key not in have]
    rows.insert(fresh)
    for key, mark in have.items():
        if made[key].mark not in {None, mark}:  # the same file, copied: it has another time now
            BatchFile.objects.filter(batch=batch, key=key).update(mark=made[key].mark)
    promised = [row for row in fresh if row.mark]
    counted = [row for row in fresh if not row.archive]
    refused = sum(row.state == State.REFUSED for row in counted)
    Batch.objects.filter(pk=batch.pk).update(
        received=F("received") + len(counted),
        refused=F("refused") + refused,
        arrived=F("arrived") + len(promised),
        arrived_bytes=F("arrived_bytes") + sum(row.bytes for row in promised),
        touched_at=timezone.now(),
    )
    return fresh


def _row(batch: Batch, delivery: Delivery) -> BatchFile:
    path = readable_name(delivery.path)
    staged = delivery.staged
    told = delivery.path.encode("utf-8", "surrogatepass")
    # One file may be refused for several records of it, each for a reason of its own.
    seal = staged.digest if staged else f"{delivery.code} {delivery.reason}"
    key = hashlib.sha256(told + b"\x00" + seal.encode("utf-8", "surrogatepass")).hexdigest()
    says, kind = batch.staged or batch.labels_as != Batch.LabelsAs.NONE, batch.project.kind
    page = delivery.page
    named = bool(delivery.label) and KINDS[kind].whole
    if page is None and batch.unsaid_is_empty and not delivery.code and not named:
        page = pages.empty(path)
    return BatchFile(
        batch=batch,
        key=key,
        mark=delivery.mark,
        path=path,
        staged=staged.name if staged else "",
        digest=staged.digest if staged else "",
        bytes=staged.size if staged else delivery.size,
        archive=bool(staged and staged.archive),
        state=State.PENDING if staged else State.REFUSED,
        code=delivery.code,
        message=readable_name(delivery.reason[:300]),
        label=readable_name(delivery.label, 200) if says and kind != pages.KIND else "",
        page=pages.to_text(page) if says and kind in pages.PAGED and page else "",
        split=delivery.split if batch.take_splits or batch.staged else "",
        group_name=readable_name(delivery.group, 200),
    )


def close_batch(batch: Batch, *, actor: User | None) -> Batch:
    """Says that nothing more will come; the delivery is done when its last file is. Closing twice is closing once.

    Files of which only a part has come are let go.
    """
    with transaction.atomic():
        Batch.objects.filter(pk=batch.pk, state=Batch.State.OPEN).update(
            state=Batch.State.CLOSED, touched_at=timezone.now()
        )
        parts = _let_go_partials(batch)
    incoming.discard(parts)
    batch.refresh_from_db()
    return batch


def _let_go_partials(batch: Batch) -> list[str]:
    """Removes the rows of half-sent files; the names of their bytes, for when that is committed."""
    rows = PartialFile.objects.filter(batch=batch)
    staged = list(rows.values_list("staged", flat=True))
    rows.delete()
    return staged


def cancel_batch(batch: Batch, *, actor: User | None) -> Batch:
    """Stops a delivery: what is in stays, what waits is refused as "cancelled". Raises Conflict when done."""
    with transaction.atomic():
        # The job first: the worker takes its locks in the same order.
        if batch.job:
            progress.cancel_job(batch.job)
        now = Batch.objects.select_for_update().get(pk=batch.pk)
        if now.state == Batch.State.DONE:
            raise errors.Conflict("batch_done", "This delivery is finished already.")
        waiting = BatchFile.objects.filter(batch=batch, state=State.PENDING)
        staged = [*waiting.values_list("staged", flat=True), *_let_go_partials(batch)]
        waiting.filter(archive=True).update(state=State.OPENED, staged="")
        given_back = waiting.update(
            state=State.REFUSED, staged="", code="cancelled", message="The delivery was cancelled before its turn."
        )
        Batch.objects.filter(pk=batch.pk).update(state=Batch.State.CANCELLED, refused=F("refused") + given_back)
        audit.record(
            "cancelled_delivery",
            actor=actor.pk if actor else None,
            subject="batch",
            subject_id=batch.pk,
            project_id=batch.project_id,
            data={"given_back": given_back},
        )
    incoming.discard(staged)
    batch.refresh_from_db()
    return batch
