"""The work on deliveries: claimed, decoded a handful at a time, kept, and found again after any crash.

A delivery has one worker at a time (its job's attempt number fences off an earlier one). Files are marked before they
are decoded; those that were under way when a worker died go one by one afterwards, so that a file that kills workers
is found, and refused the third time.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import F

from annotate.core import progress, storage
from annotate.ingest import incoming
from annotate.ingest.decode import Bounds
from annotate.ingest.decoder import Decoded, Decoder, Refused, Request
from annotate.ingest.models import Batch, BatchFile, Image
from annotate.ingest.services import batches, keep
from annotate.ingest.services.feed import Feed, feed_of, let_rest
from annotate.ingest.source import Item, Rejected, Unfit

CHUNK = 100
MAX_ATTEMPTS = 3
State = BatchFile.State
WORKER_DIED = Refused("worker_died", "The worker was killed three times while it had this file in hand.")


class Interrupted(Exception):
    """The delivery was cancelled, or another worker has it."""


@dataclass(frozen=True)
class Chunk:
    """Files under way: those whose bytes the project has, and those in the decoders' hands."""

    files: list[BatchFile]
    known: dict[int, Image]
    refused: dict[int, Refused]
    decoding: list[tuple[list[int], Future[list[Decoded | Refused]]]]


def bounds() -> Bounds:
    return Bounds(
        picture_bytes=settings.MAX_PICTURE_BYTES,
        pixels=settings.MAX_PICTURE_PIXELS,
        seconds=settings.DECODE_SECONDS,
        memory=settings.DECODE_MEMORY_BYTES,
    )


def decoders_here() -> int:
    """Decoding children for one worker: one for each core, and not more than eight. They give way to all others."""
    return max(1, min(8, os.cpu_count() or 1))


class Worker:
    """One claimed delivery in hand, with decoding children of its own; use it in `with`.

    `entries` are pictures still to be taken in from a source, beside the files that wait already. `report` is told
    of the delivery's counters now and then.
    """

    def __init__(
        self,
        batch: Batch,
        job: progress.LongJob,
        *,
        entries: Iterator[Item | Rejected] | None = None,
        report: Callable[[Batch], None] | None = None,
        decoders: int = 0,
    ) -> None:
        self.batch = batch
        self.job = job
        self._report = report
        self._feed = Feed(entries) if entries is not None else None
        # A thread for each decoder: two handfuls under way must not talk to one child at once.
        self._decoders = [(Decoder(bounds()), ThreadPoolExecutor(1)) for _ in range(decoders or decoders_here())]
        self._drafts = Path(tempfile.mkdtemp(dir=storage.root("drafts")))
        self._beaten = time.monotonic()

    def __enter__(self) -> "Worker":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._feed and self._feed.archive:
            let_rest(self._feed)
        for decoder, _ in self._decoders:
            decoder.close()
        for _, thread in self._decoders:
            thread.shutdown(cancel_futures=True)
        shutil.rmtree(self._drafts, ignore_errors=True)

    def run(self, until: float) -> None:
        """Works until nothing waits, or until `until` (monotonic seconds). Raises Interrupted."""
        current = self._start()
        while current:
            # The next files are decoded while these are written.
            coming = self._start(beside=True) if time.monotonic() < until else None
            self._finish(current)
            if coming is None and time.monotonic() < until:
                coming = self._start()
            current = coming

    def pulse(self) -> None:
        """Tells every few seconds that the worker lives. Raises Interrupted where it should not go on."""
        if time.monotonic() - self._beaten > settings.HEARTBEAT_SECONDS / 3 and not self._beat():
            raise Interrupted

    def _beat(self) -> bool:
        """Heartbeat and progress; inside a transaction this locks the job, so that of two workers only one writes."""
        self._beaten = time.monotonic()
        self.batch.refresh_from_db(fields=["state", "received", "added", "duplicate", "refused"])
        done = self.batch.added + self.batch.duplicate + self.batch.refused
        if self._report:
            self._report(self.batch)
        return progress.beat(self.job, done=done, total=self.batch.received)

    def _start(self, *, beside: bool = False) -> Chunk | None:
        """Sends the next files through the decoders; None where none wait. `beside` others, which are not touched."""
        files = self._fresh()
        while not files and self._take_in():
            files = self._fresh()
        if not files and not beside:
            files = self._tried_before()
        if not files:
            return None
        BatchFile.objects.filter(pk__in=[file.pk for file in files]).update(attempt=F("attempt") + 1)
        known = self._known(files)
        refused = {file.pk: WORKER_DIED for file in files if file.attempt >= MAX_ATTEMPTS}
        asked = [file for file in files if file.pk not in known and file.pk not in refused]
        decoding = []
        for number, (decoder, thread) in enumerate(self._decoders):
            if part := asked[number :: len(self._decoders)]:
                requests = [Request(incoming.path_of(file.staged), str(self._drafts / file.staged)) for file in part]
                decoding.append(([file.pk for file in part], thread.submit(_decode_all, decoder, requests)))
        return Chunk(files, known, refused, decoding)

    def _fresh(self) -> list[BatchFile]:
        waiting = BatchFile.objects.filter(batch=self.batch, state=State.PENDING, archive=False, attempt=0)
        return list(waiting.order_by("id")[:CHUNK])

    def _tried_before(self) -> list[BatchFile]:
        """One file that was under way when a worker died; alone, so that only the culprit is tried in vain."""
        waiting = BatchFile.objects.filter(batch=self.batch, state=State.PENDING, archive=False, attempt__gt=0)
        return list(waiting.order_by("attempt", "id")[:1])

    def _known(self, files: list[BatchFile]) -> dict[int, Image]:
        images = Image.objects.filter(
            project=self.batch.project, original_digest__in={file.digest for file in files}
        ).exclude(state=Image.State.EMPTIED)
        by_digest = {image.original_digest: image for image in images}
        return {file.pk: by_digest[file.digest] for file in files if file.digest in by_digest}

    def _finish(self, chunk: Chunk) -> None:
        """Waits for the decoders and keeps what came of it. A fault that is not a file's costs the files no attempt."""
        try:
            outcomes: dict[int, Decoded | Refused] = dict(chunk.refused)
            for numbers, future in chunk.decoding:
                outcomes.update(zip(numbers, self._wait(future), strict=True))
            kept = not chunk.known or keep.settle_duplicates(self.batch, chunk.files, chunk.known, may_go_on=self._beat)
            kept = kept and (not outcomes or keep.keep(self.batch, chunk.files, outcomes, may_go_on=self._beat))
        except (OSError, DatabaseError):
            untried = BatchFile.objects.filter(pk__in=[file.pk for file in chunk.files], attempt__gt=0)
            untried.update(attempt=F("attempt") - 1)
            raise
        if not kept:
            raise Interrupted

    def _wait(self, future: Future[list[Decoded | Refused]]) -> list[Decoded | Refused]:
        while True:
            try:
                return future.result(timeout=settings.HEARTBEAT_SECONDS / 3)
            except NotYet:
                self.pulse()

    def _take_in(self) -> bool:
        """Stages some more of what a source holds; False where there is none that holds anything."""
        feed = self._feed or self._next_archive()
        self._feed = None
        if feed is None:
            return False
        try:
            deliveries = feed.take(self.pulse)
        except Unfit as unfit:
            if feed.archive is None:
                raise
            self._refuse_archive(feed.archive, unfit)
            return True
        staged = [delivery.staged.name for delivery in deliveries if delivery.staged]
        storage.flush(incoming.path_of(name) for name in staged)
        kept: set[str] = set()
        try:
            kept = self._record(feed, deliveries)
        finally:
            incoming.discard(name for name in staged if name not in kept)
        if not feed.ended:
            self._feed = feed
        return True

    def _record(self, feed: Feed, deliveries: list[batches.Delivery]) -> set[str]:
        """Rows for staged deliveries, and in the same transaction how far the archive is open; the names kept."""
        archive = feed.archive
        with transaction.atomic():
            if not self._beat():
                raise Interrupted
            batch = Batch.objects.select_for_update().get(pk=self.batch.pk)
            kept = {row.staged for row in batches.record_rows(batch, deliveries)}
            if archive:
                archive.position += len(deliveries)
                archive.attempt = 0
                spent = archive.staged
                if feed.ended:
                    archive.state, archive.staged = State.OPENED, ""
                archive.save(update_fields=["position", "attempt", "state", "staged"])
        if archive and feed.ended:
            incoming.discard([spent])
        return kept

    def _next_archive(self) -> Feed | None:
        waiting = BatchFile.objects.filter(batch=self.batch, state=State.PENDING, archive=True)
        archive = waiting.order_by("attempt", "id").first()
        if archive is None:
            return None
        if archive.attempt >= MAX_ATTEMPTS:
            self._refuse_archive(archive, Unfit(WORKER_DIED.code, WORKER_DIED.reason))
            return self._next_archive()
        BatchFile.objects.filter(pk=archive.pk).update(attempt=F("attempt") + 1)
        return feed_of(archive)

    def _refuse_archive(self, archive: BatchFile, unfit: Unfit) -> None:
        """A zip that cannot be opened (any further) is listed as one refused file."""
        with transaction.atomic():
            if not self._beat():
                raise Interrupted
            BatchFile.objects.filter(pk=archive.pk).update(
                state=State.REFUSED, staged="", code=unfit.code, message=unfit.reason[:300]
            )
            Batch.objects.filter(pk=self.batch.pk).update(received=F("received") + 1, refused=F("refused") + 1)
        incoming.discard([archive.staged])


def _decode_all(decoder: Decoder, requests: list[Request]) -> list[Decoded | Refused]:
    return list(decoder.decode(requests))
