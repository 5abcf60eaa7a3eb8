"""A labeled set that came as loose files: its annotations are laid to its pictures before anybody looks at them."""

from collections.abc import Callable
from functools import partial
from pathlib import PurePosixPath
from typing import BinaryIO

from django.db import transaction
from django.db.models import F

from annotate.ingest import incoming, pages, sources
from annotate.ingest.layout import Arrangement, Pile
from annotate.ingest.models import Batch, BatchFile
from annotate.ingest.services.batches import Delivery, record_rows
from annotate.ingest.source import BESIDE, Item, Unfit, readable_name

AT_ONCE = 200
State = BatchFile.State


def arrange(batch: Batch, pulse: Callable[[], None]) -> str:
    """Gives waiting pictures the pages and splits that the files beside them say, and takes those files away.

    Returns the name of the layout. Nothing happens, and it is "", where the files do not lie as any layout wants
    them. A worker that dies in the middle is followed by one that begins again: the files beside go last.
    """
    rows = BatchFile.objects.filter(batch=batch, state=State.PENDING, archive=False).order_by("id")
    staged: dict[str, str] = {}
    for path, name in rows.values_list("path", "staged"):
        staged.setdefault(path, name)
    pile = Pile({path: Item(path, partial(opened, name)) for path, name in staged.items()})
    found = sources.arrange(pile)
    if found is None:
        return ""
    layout, arrangement = found
    _say(batch, pile, arrangement, pulse)
    _take_away(batch, arrangement)
    return layout


def opened(staged: str) -> BinaryIO:
    """The bytes of a staged file; Unfit where they were lost."""
    try:
        return incoming.path_of(staged).open("rb")
    except FileNotFoundError:
        raise Unfit("lost", "The delivered bytes are not there any more.") from None


def _say(batch: Batch, pile: Pile, found: Arrangement, pulse: Callable[[], None]) -> None:
    for start in range(0, len(pile.pictures), AT_ONCE):
        names = pile.pictures[start : start + AT_ONCE]
        rows = list(BatchFile.objects.filter(batch=batch, path__in=names, state=State.PENDING, archive=False))
        for row in rows:
            row.label, row.split = "", found.splits.get(row.path, "")
            if page := found.pages.get(row.path):
                try:
                    row.page = pages.to_text(page())
                except ValueError as error:
                    row.code, row.message = "bad_annotation", readable_name(str(error)[:300])
            pulse()
        BatchFile.objects.bulk_update(rows, ["label", "split", "page", "code", "message"])


def _take_away(batch: Batch, found: Arrangement) -> None:
    """The files beside are no pictures and no longer counted as such; what belongs to no picture is listed."""
    with transaction.atomic():
        now = Batch.objects.select_for_update().get(pk=batch.pk)
        waiting = BatchFile.objects.filter(batch=batch, state=State.PENDING, archive=False)
        rows = waiting.only("id", "path", "staged")
        beside = [row for row in rows.iterator() if PurePosixPath(row.path).suffix.lower() in BESIDE]
        for start in range(0, len(beside), AT_ONCE):
            ids = [row.pk for row in beside[start : start + AT_ONCE]]
            BatchFile.objects.filter(pk__in=ids).update(state=State.OPENED, staged="")
        Batch.objects.filter(pk=batch.pk).update(received=F("received") - len(beside))
        record_rows(now, [Delivery(one.name, None, one.code, one.reason) for one in found.problems])
    incoming.discard(row.staged for row in beside)
