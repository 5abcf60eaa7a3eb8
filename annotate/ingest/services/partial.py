"""Uploads that break off: what of them is here already, and large files that come in parts and go on at their offset.

What was acknowledged is on the disk: bytes first, then the offset in the file's row. Bytes behind the offset were
promised to nobody and are overwritten.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from annotate.accounts.models import User
from annotate.core import errors
from annotate.ingest import incoming
from annotate.ingest.models import Batch, BatchFile, PartialFile
from annotate.ingest.services import batches
from annotate.ingest.source import ZIP_MAGIC


@dataclass(frozen=True)
class Standing:
    """How far a file is: `id` of its upload while bytes are missing, then None and what the delivery made of it."""

    path: str
    size: int
    offset: int
    id: int | None = None
    result: dict[str, Any] | None = None


def missing(batch: Batch, files: Sequence[Mapping[str, Any]]) -> tuple[list[int], int]:
    """Positions of those `{path, size, modified}` that this delivery does not have whole, nor has refused; and how many
    bytes of these are here all the same."""
    marks = [batches.mark_of(file["path"], file["size"], file["modified"]) for file in files]
    have = set(BatchFile.objects.filter(batch=batch, mark__in=marks).values_list("mark", flat=True))
    held = PartialFile.objects.filter(batch=batch, mark__in=marks).aggregate(bytes=Sum("offset"))["bytes"]
    return [place for place, mark in enumerate(marks) if mark not in have], held or 0


def expect(batch: Batch, *, expected: int, expected_bytes: int) -> Batch:
    """Says anew how much is to come in all; Conflict where the delivery takes no more files."""
    with transaction.atomic():
        now = batches.lock_open(batch)
        now.expected, now.expected_bytes, now.touched_at = expected, expected_bytes, timezone.now()
        now.save(update_fields=["expected", "expected_bytes", "touched_at"])
    batch.refresh_from_db()
    return batch


def begin_file(batch: Batch, *, actor: User, path: str, size: int, modified: int) -> Standing:
    """Where the sending of a file has to go on: at 0, at its offset, or nowhere because it is here.

    Raises Conflict where the delivery takes no more files, Forbidden where somebody else is sending this one, NoRoom.
    """
    mark = batches.mark_of(path, size, modified)
    known = BatchFile.objects.filter(batch=batch, mark=mark).first()
    if known is not None:
        refused = known.state == BatchFile.State.REFUSED
        return Standing(path, size, size, result=_result(path, *((known.code, known.message) if refused else ())))
    if size > settings.MAX_ARCHIVE_BYTES:
        told = _too_large(settings.MAX_ARCHIVE_BYTES)
        refused_one = batches.loose(path, staged=None, code=told[0], reason=told[1], mark=mark, size=size)
        batches.add_files(batch, [refused_one])
        return Standing(path, size, 0, result=_result(path, *told))
    with transaction.atomic():
        now = batches.lock_open(batch)
        row = PartialFile.objects.filter(batch=now, mark=mark).first()
        if row is None:
            incoming.require_room(size)
            row = PartialFile(batch=now, mark=mark, path=path, size=size, staged=incoming.begin(), created_by=actor)
            row.save()
            now.touched_at = row.touched_at
            now.save(update_fields=["touched_at"])
    if row.offset == row.size:  # the reply to its last part was lost, or the process died over it
        return take_part(row, actor=actor, at=row.offset, piece=b"")
    _check_own(row, actor)
    return _standing(row)


def take_part(row: PartialFile, *, actor: User, at: int, piece: bytes) -> Standing:
    """Adds bytes to a file; with the last of them the delivery has it. A part that is here already changes nothing.

    Raises Conflict (with the offset) where the part neither ends before the offset nor begins at it, Invalid where it
    reaches past the end, NotFound where the file was finished or given up meanwhile.
    """
    _check_own(row, actor)
    if at + len(piece) > row.size:
        raise errors.Invalid("past_the_end", "The part reaches past the end of the file.", {"size": row.size})
    try:
        with incoming.alone(row.staged) as file:
            row.refresh_from_db()
            if at + len(piece) > row.offset or at > row.offset:
                _append(row, file, at, piece)
            if told := _unfit(row, file):
                return _settle(row, batches.loose(row.path, staged=None, code=told[0], reason=told[1], size=row.size))
            if row.offset < row.size:
                return _standing(row)
            return _settle(row, batches.loose(row.path, staged=incoming.sealed(row.staged, file)))
    except (FileNotFoundError, PartialFile.DoesNotExist):
        raise errors.NotFound("upload_gone", "This file is not being sent any more; begin it anew.") from None


def _append(row: PartialFile, file: BinaryIO, at: int, piece: bytes) -> None:
    if at != row.offset:
        raise errors.Conflict("wrong_offset", "The file has to go on at its offset.", {"offset": row.offset})
    incoming.require_room(len(piece))
    file.truncate(at)
    file.seek(at)
    file.write(piece)
    file.flush()
    os.fsync(file.fileno())
    row.offset, row.touched_at = at + len(piece), timezone.now()
    here = PartialFile.objects.filter(pk=row.pk).update(offset=row.offset, touched_at=row.touched_at)
    if not here:  # given up since
        raise PartialFile.DoesNotExist


def _unfit(row: PartialFile, file: BinaryIO) -> tuple[str, str] | None:
    """Code and reason where no picture is so large and the first bytes are not those of an archive."""
    if row.size <= settings.MAX_PICTURE_BYTES or row.offset < min(4, row.size):
        return None
    file.seek(0)
    return None if file.read(4) in ZIP_MAGIC else _too_large(settings.MAX_PICTURE_BYTES)


def _settle(row: PartialFile, delivery: batches.Delivery) -> Standing:
    """The file as part of the delivery, in the place of its upload; its bytes stay where a row needs them."""
    entry = replace(delivery, mark=row.mark)
    with transaction.atomic():
        now = batches.lock_open(row.batch)
        PartialFile.objects.filter(pk=row.pk).delete()
        fresh = batches.record_rows(now, [entry])
    if all(one.staged != row.staged for one in fresh):
        incoming.discard([row.staged])
    return Standing(row.path, row.size, row.offset, result=_result(row.path, delivery.code, delivery.reason))


def _check_own(row: PartialFile, actor: User) -> None:
    if row.created_by_id != actor.pk:
        raise errors.Forbidden("not_yours", "Somebody else is sending this file.")


def _standing(row: PartialFile) -> Standing:
    return Standing(row.path, row.size, row.offset, id=row.pk)


def _result(path: str, code: str = "", message: str = "") -> dict[str, Any]:
    return {"path": path, "state": "refused" if code else "received", "code": code, "message": message}


def _too_large(limit: int) -> tuple[str, str]:
    return "too_large", f"The file is larger than {limit // 2**20} MB."
