"""From decoded files to rows: one short transaction for a handful of pictures, all or nothing."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from annotate.core import storage
from annotate.ingest import holdout, incoming, likeness, pages, rows
from annotate.ingest.decoder import Decoded, Refused
from annotate.ingest.models import Batch, BatchFile, Image, ImportedLabel
from annotate.ingest.placing import Turned, upright
from annotate.ingest.source import readable_name
from annotate.projects.models import GuidePicture

State = BatchFile.State
Outcome = Decoded | Refused


@dataclass
class _Chunk:
    """One transaction's work: outcomes by file id, and the pictures that files of this chunk became."""

    batch: Batch
    outcomes: dict[int, Outcome]
    phashes: dict[int, int]
    pictures: dict[str, Image] = field(default_factory=dict)
    labels: list[tuple[BatchFile, Image]] = field(default_factory=list)
    boxes: int = 0
    boxes_left_out: int = 0


def keep(batch: Batch, files: list[BatchFile], outcomes: dict[int, Outcome], *, may_go_on: Callable[[], bool]) -> bool:
    """Settles the files that have outcomes (by id): bytes first, then rows. False, and nothing, where it may not.

    `may_go_on` is asked inside the transaction and must lock the job's row, so that of two workers one writes.
    """
    decoded = {number: one for number, one in outcomes.items() if isinstance(one, Decoded)}
    hashes = likeness.hashes_of([one.grey for one in decoded.values()])
    phashes = dict(zip(decoded, (likeness.stored(int(value)) for value in hashes), strict=True))
    with storage.held():
        if not _adopt(decoded, {file.pk: file.staged for file in files}):
            return False
        with transaction.atomic():
            if not may_go_on():
                return False
            done = _settle(_Chunk(batch, outcomes, phashes), _still_pending(files, set(outcomes)))
    incoming.discard(done)
    return True


def _still_pending(files: list[BatchFile], wanted: set[int]) -> list[BatchFile]:
    """Those of `files` that nobody has settled meanwhile (a cancellation does), locked."""
    waiting = BatchFile.objects.select_for_update().filter(pk__in=wanted, state=State.PENDING).order_by("pk")
    pending = set(waiting.values_list("pk", flat=True))
    return [file for file in files if file.pk in pending]


def _adopt(decoded: dict[int, Decoded], staged: dict[int, str]) -> bool:
    """Puts all renditions and originals in their places; False where a delivered file was taken away (cancelled).

    A delivered file keeps its staged name, which must outlive a crash, until its row is settled.
    """
    made: dict[Path, Path] = {}
    originals: dict[Path, Path] = {}
    for number, one in decoded.items():
        for kind in one.made:
            if kind == "full":
                made[storage.path(one.digest, one.suffix)] = Path(f"{one.prefix}.full")
            else:
                made[storage.path(one.digest, ".jpg", kind=kind)] = Path(f"{one.prefix}.{kind}")
        target = storage.path(one.original_digest, one.original_suffix, kind="original")
        originals[target] = incoming.path_of(staged[number])
    try:
        storage.adopt(
            ((draft, target) for target, draft in made.items()),
            shared=((file, target) for target, file in originals.items()),
        )
    except FileNotFoundError:
        return False
    return True


def _settle(chunk: _Chunk, files: list[BatchFile]) -> list[str]:
    """Images, groups, labels and the files' own states; the staged names that nobody needs once this is committed."""
    project = chunk.batch.project
    draw = holdout.lock(project)
    taken = [file for file in files if isinstance(chunk.outcomes[file.pk], Decoded)]
    for file in files:
        outcome = chunk.outcomes[file.pk]
        if isinstance(outcome, Refused):
            file.state, file.code, file.message = State.REFUSED, outcome.code, outcome.reason[:300]
    _find_known(chunk, taken)
    fresh: dict[str, BatchFile] = {}
    for file in taken:
        digest = _decoded(chunk, file).digest
        if digest not in chunk.pictures:
            fresh.setdefault(digest, file)
    _make(chunk, draw, list(fresh.values()))
    for file in taken:
        _link_file(chunk, file, new=fresh.get(_decoded(chunk, file).digest) is file)
    _import_labels(chunk)
    return _count(chunk, files)


def _decoded(chunk: _Chunk, file: BatchFile) -> Decoded:
    outcome = chunk.outcomes[file.pk]
    assert isinstance(outcome, Decoded)
    return outcome


def _find_known(chunk: _Chunk, files: list[BatchFile]) -> None:
    digests = {_decoded(chunk, file).digest for file in files}
    for image in Image.objects.filter(project=chunk.batch.project, digest__in=digests):
        chunk.pictures[image.digest] = image


def _make(chunk: _Chunk, draw: holdout.HoldoutDraw, files: list[BatchFile]) -> None:
    """New pictures, placed by the draw in the order in which they came."""
    project = chunk.batch.project
    examples = set(
        GuidePicture.objects.filter(
            project=project, digest__in=[_decoded(chunk, file).digest for file in files]
        ).values_list("digest", flat=True)
    )
    newcomers = [
        holdout.Newcomer(chunk.phashes[file.pk], file.split, file.group_name, _decoded(chunk, file).digest in examples)
        for file in files
    ]
    images, unknown = [], []
    for file, newcomer, place in zip(files, newcomers, holdout.place(project, draw, newcomers), strict=True):
        image = _image(chunk, file, place)
        if newcomer.example:
            image.state = Image.State.EXAMPLE
        images.append(image)
        if not place.known:
            unknown.append(image)
    rows.insert(images)
    holdout.remember(unknown)
    chunk.pictures.update({image.digest: image for image in images})


def _image(chunk: _Chunk, file: BatchFile, place: holdout.Place) -> Image:
    batch, one = chunk.batch, _decoded(chunk, file)
    return Image(
        project=batch.project,
        batch=batch,
        digest=one.digest,
        suffix=one.suffix,
        original_digest=one.original_digest,
        original_suffix=one.original_suffix,
        name=file.path[-500:],
        width=one.width,
        height=one.height,
        original_width=one.original_width,
        original_height=one.original_height,
        orientation=one.orientation,
        bytes=one.size,
        phash=chunk.phashes[file.pk],
        group=place.group,
        group_name=file.group_name,
        split=place.split,
        split_imported=place.imported,
        problem=place.problem,
        source=(batch.source_name or batch.name)[:100],
        licence=batch.licence,
        author=batch.author,
    )


def _link_file(chunk: _Chunk, file: BatchFile, *, new: bool) -> None:
    """What became of one good file: a new picture, one whose bytes had been thrown away, or one that is there."""
    image = chunk.pictures[_decoded(chunk, file).digest]
    file.image = image
    file.state = State.ADDED
    if image.state == Image.State.EMPTIED:
        image.state, image.state_before, image.deleted_at = Image.State.READY, "", None
        image.bytes = _decoded(chunk, file).size
        image.save(update_fields=["state", "state_before", "deleted_at", "bytes"])
    elif not new:
        file.state = State.DUPLICATE
        file.code, file.message = duplicate_words(image)
    chunk.labels.append((file, image))


def duplicate_words(image: Image) -> tuple[str, str]:
    """(code, sentence) for a file whose picture the project has already."""
    if image.state == Image.State.DELETED:
        return "in_bin", "The project's bin holds this very picture; it can be restored from there."
    return "duplicate", f"The project has this very picture already, as {image.name}."[:300]


def settle_duplicates(
    batch: Batch, files: list[BatchFile], known: dict[int, Image], *, may_go_on: Callable[[], bool]
) -> bool:
    """Settles files whose very bytes the project has, without decoding them; their labels are taken all the same."""
    with transaction.atomic():
        if not may_go_on():
            return False
        chunk = _Chunk(batch, {}, {})
        settled = _still_pending(files, set(known))
        for file in settled:
            file.image = known[file.pk]
            file.state = State.DUPLICATE
            file.code, file.message = duplicate_words(known[file.pk])
            chunk.labels.append((file, known[file.pk]))
        _import_labels(chunk)
        done = _count(chunk, settled)
    incoming.discard(done)
    return True


def _import_labels(chunk: _Chunk) -> None:
    """What the source says of the pictures: once for each, and the first time it is said."""
    batch = chunk.batch
    said = [(image, label, file) for file, image in chunk.labels if (label := _label(chunk, file, image)) is not None]
    if not said:
        return
    known = ImportedLabel.objects.filter(image__in=[image.pk for image, _, _ in said], source_name=batch.source_name)
    earlier = {row.image_id: row for row in known}
    fresh = []
    for image, label, file in said:
        before = earlier.get(image.pk)
        if before is None:
            earlier[image.pk] = label
            fresh.append(label)
        elif before.answer != label.answer or (before.answer is None and before.label != label.label):
            file.code = "other_label"
            word = f"as “{before.label}”" if before.label else "with another label"
            file.message = f"The same picture came from {batch.source_name} {word} before; that stands."[:300]
    ImportedLabel.objects.bulk_create(fresh, ignore_conflicts=True)
    chunk.boxes = sum(len(label.answer.get("boxes", ())) for label in fresh if label.answer)


def _label(chunk: _Chunk, file: BatchFile, image: Image) -> ImportedLabel | None:
    """What is to be kept of the source's words on one picture; None where there are none, or none that can be used."""
    batch = chunk.batch
    kind = batch.project.kind
    found = ImportedLabel(image=image, source_name=batch.source_name, kind=kind, labels_as=batch.labels_as)
    if file.page:
        tags = kind != pages.KIND
        found.answer = pages.tags(pages.from_text(file.page), batch.mapping) if tags else _boxes(chunk, file, image)
        return found if found.answer else None
    if not file.label or batch.mapping.get(file.label, 0) is None:
        return None
    found.label = file.label
    if file.label in batch.mapping:
        found.answer = {"choice": [batch.mapping[file.label]]}
    return found


def _boxes(chunk: _Chunk, file: BatchFile, image: Image) -> dict[str, Any] | None:
    """A page laid on the upright picture; what of it cannot be used is told on the file and counted."""
    page = pages.from_text(file.page)
    outcome = chunk.outcomes.get(file.pk)
    one = outcome if isinstance(outcome, Decoded) else image
    facts = Turned(one.width, one.height, one.original_width, one.original_height, one.orientation)
    try:
        page = upright(page, facts)
    except ValueError as error:
        chunk.boxes_left_out += len(page.things) + len(page.problems)
        file.code, file.message = "boxes_not_placed", f"Its boxes are left out: {error}."[:300]
        return None
    if page.problems:
        chunk.boxes_left_out += len(page.problems)
        file.code = "boxes_left_out"
        file.message = readable_name(f"{len(page.problems)} left out: {'; '.join(page.problems)}"[:300])
    return pages.answer(page, chunk.batch.mapping)


def _count(chunk: _Chunk, files: list[BatchFile]) -> list[str]:
    """Writes the files' states and adds them to the delivery's counters; returns the staged names given up."""
    given_up = [file.staged for file in files]
    for file in files:
        file.staged = ""
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE ingest_batchfile SET state = %s, code = %s, message = %s, image_id = %s, staged = '', page = ''"
            " WHERE id = %s",
            [(file.state, file.code, file.message, file.image_id, file.pk) for file in files],
        )
    tally = {state: sum(file.state == state for file in files) for state in State.values}
    Batch.objects.filter(pk=chunk.batch.pk).update(
        added=F("added") + tally[State.ADDED],
        duplicate=F("duplicate") + tally[State.DUPLICATE],
        refused=F("refused") + tally[State.REFUSED],
        boxes=F("boxes") + chunk.boxes,
        boxes_left_out=F("boxes_left_out") + chunk.boxes_left_out,
    )
    return given_up
