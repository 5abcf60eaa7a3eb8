"""A version folder, written once: pictures, Parquet shards, and last the manifest that seals them."""

import hashlib
import json
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Final, Self

import pyarrow as pa
import pyarrow.parquet as pq

from annotate.manifest.schema import (
    FORMAT,
    SHARD_ROWS,
    Label,
    Manifest,
    ManifestFields,
    Record,
    VoteRow,
    canonical_line,
    row_to_json,
)

FLUSH_FILES: Final = 512
FLUSH_THREADS: Final = 16
GROUP_ROWS: Final = 1000

LABEL_TYPE = pa.struct(
    [
        ("kind", pa.string()),
        ("value", pa.string()),
        ("confidence", pa.float64()),
        ("distribution", pa.map_(pa.string(), pa.float64())),
        ("votes", pa.int32()),
        ("agreement", pa.float64()),
        ("gold", pa.bool_()),
        ("source", pa.string()),
        ("decided", pa.bool_()),
        ("counts", pa.map_(pa.string(), pa.int32())),
        ("extra", pa.string()),
    ]
)
RECORD_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("digest", "path")),
        *((name, pa.int32()) for name in ("width", "height")),
        *((name, pa.string()) for name in ("split", "group", "source", "licence", "author", "name", "state")),
        ("chosen_by", pa.string()),
        ("labels", pa.list_(LABEL_TYPE)),
        ("votes", pa.list_(pa.int64())),
        ("extra", pa.string()),
    ]
)
VOTE_SCHEMA = pa.schema(
    [
        ("digest", pa.string()),
        ("person", pa.string()),
        ("asking", pa.int32()),
        ("answer", pa.string()),
        ("created", pa.string()),
        *((name, pa.bool_()) for name in ("counted", "surplus", "proposed")),
        ("source", pa.string()),
        ("extra", pa.string()),
    ]
)


def write_version(
    folder: Path,
    fields: ManifestFields,
    *,
    records: Iterable[Record],
    votes: Iterable[VoteRow] = (),
    open_image: Callable[[Record], BinaryIO] | None = None,
    link: Callable[[Record, Path], None] | None = None,
) -> Manifest:
    """The manifest of a folder that is either whole or not there; memory does not grow with the rows.

    Records come in strictly rising order of digest. Pictures come from `open_image` (bytes are checked against the
    digest) or `link`, which puts the file at the given path itself. Refuses a folder that exists; ValueError names
    the record that cannot be written.
    """
    folder = Path(folder)
    if folder.exists():
        raise ValueError(f"{folder.name}: a version is written once, and this folder is there already")
    if (open_image is None) == (link is None):
        raise ValueError("pictures come either from open_image or from link")
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        manifest = _write_into(draft, fields, records=records, votes=votes, place=link or _copier(open_image))
        draft.chmod(0o755)
        draft.rename(folder)
        _sync(folder.parent)
        return manifest
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def _write_into(
    draft: Path,
    fields: ManifestFields,
    *,
    records: Iterable[Record],
    votes: Iterable[VoteRow],
    place: Callable[[Record, Path], None],
) -> Manifest:
    seal = hashlib.sha256()
    tally = _Tally(fields)
    record_table = _Shards(draft, "records", RECORD_SCHEMA)
    last, highest = "", -1
    with _Flusher() as flusher:
        for record in records:
            if record.digest <= last:
                raise ValueError(f"record {record.digest}: records come in rising order of digest, each once")
            last, highest = record.digest, max(highest, *record.votes, -1)
            target = draft / record.path
            target.parent.mkdir(parents=True, exist_ok=True)
            place(record, target)
            flusher.add(target)
            seal.update(canonical_line(record))
            tally.add(record)
            record_table.add(_record_row(record))
    vote_table = _Shards(draft, "votes", VOTE_SCHEMA)
    for vote in votes:
        seal.update(canonical_line(vote))
        vote_table.add(_vote_row(vote))
    if highest >= vote_table.rows:
        raise ValueError(f"a record stands on vote {highest}, and there are {vote_table.rows}")
    manifest = Manifest(
        **{name: getattr(fields, name) for name in fields.__dataclass_fields__},
        format=FORMAT,
        digest=seal.hexdigest(),
        counts={**tally.counts(), "votes": vote_table.rows},
        record_shards=record_table.close(),
        vote_shards=vote_table.close(),
    )
    with (draft / "manifest.json").open("w", encoding="utf-8") as file:
        json.dump(row_to_json(manifest), file, indent=2, ensure_ascii=False, allow_nan=False)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    for inner, _, _ in os.walk(draft, topdown=False):
        _sync(Path(inner))
    return manifest


class _Flusher:
    """Files onto the disk, many at a time: one after the other a disk waits for each, together it waits once."""

    def __init__(self) -> None:
        """Nothing waits yet."""
        self._pool = ThreadPoolExecutor(FLUSH_THREADS)
        self._waiting: list[Path] = []

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """All that was added is on disk, unless an error made it worthless."""
        if error is None:
            self._flush()
        self._pool.shutdown()

    def add(self, path: Path) -> None:
        """Flush this file with the next lot."""
        self._waiting.append(path)
        if len(self._waiting) >= FLUSH_FILES:
            self._flush()

    def _flush(self) -> None:
        for _ in self._pool.map(_sync, self._waiting):
            pass
        self._waiting = []


class _Tally:
    """Pictures counted as they pass: in all, per split, per state."""

    def __init__(self, fields: ManifestFields) -> None:
        """Every split and state starts at nothing, so that an empty one is seen."""
        self._splits: Counter[str] = Counter(train=0, val=0, holdout=0, left_out=0)
        self._states: Counter[str] = Counter(labeled=0, empty=0, unresolved=0, unlabeled=0)
        self._concepts = {str(entry.id) for entry in fields.classes} | {"nothing"}

    def add(self, record: Record) -> None:
        """Count one; ValueError for a label that speaks of a class the manifest does not list."""
        self._splits[record.split or "left_out"] += 1
        self._states[record.state] += 1
        for label in record.labels:
            if strange := sorted(set(label.distribution) - self._concepts):
                raise ValueError(f"record {record.digest}: class {strange[0]} is not in the manifest")

    def counts(self) -> dict[str, Any]:
        """As the manifest states them."""
        return {"images": self._splits.total(), "splits": dict(self._splits), "states": dict(self._states)}


class _Shards:
    """Rows into Parquet files of at most SHARD_ROWS rows, named records-00000.parquet and so on.

    A file is written in groups of GROUP_ROWS: whoever writes or reads holds one group of them in memory.
    """

    def __init__(self, folder: Path, stem: str, schema: pa.Schema) -> None:
        """Nothing is written before the first full group or `close`."""
        self._folder, self._stem, self._schema = folder, stem, schema
        self._rows: list[dict[str, Any]] = []
        self._names: list[str] = []
        self._file: BinaryIO | None = None
        self._writer: pq.ParquetWriter | None = None
        self._written = 0  # rows of the file that is open
        self.rows = 0

    def add(self, row: dict[str, Any]) -> None:
        """Keep one row, and write a group when it is full."""
        self._rows.append(row)
        self.rows += 1
        full = self._written + len(self._rows) == SHARD_ROWS
        if full or len(self._rows) == GROUP_ROWS:
            self._write_group()
        if full:
            self._end_file()

    def close(self) -> tuple[str, ...]:
        """The names of all shards; at least one, also for no rows at all."""
        if self._rows or not self._names:
            self._write_group()
        self._end_file()
        return tuple(self._names)

    def _write_group(self) -> None:
        if self._writer is None:
            name = f"{self._stem}-{len(self._names):05d}.parquet"
            self._file = (self._folder / name).open("wb")
            self._writer = pq.ParquetWriter(self._file, self._schema, compression="zstd")
            self._names.append(name)
        self._writer.write_table(pa.Table.from_pylist(self._rows, schema=self._schema))
        self._written += len(self._rows)
        self._rows = []

    def _end_file(self) -> None:
        if self._writer is None or self._file is None:
            return
        self._writer.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._file = self._writer = None
        self._written = 0


def _record_row(record: Record) -> dict[str, Any]:
    row = {one.name: getattr(record, one.name) for one in RECORD_SCHEMA}
    row["labels"] = [_label_row(label) for label in record.labels]
    row["votes"] = list(record.votes)
    row["extra"] = _json(record.extra)
    return row


def _label_row(label: Label) -> dict[str, Any]:
    row = asdict(label)
    row["value"] = _json(label.value)
    row["distribution"] = sorted(label.distribution.items())
    row["counts"] = sorted(label.counts.items())
    row["extra"] = _json(label.extra)
    return row


def _vote_row(vote: VoteRow) -> dict[str, Any]:
    return {
        **{one.name: getattr(vote, one.name) for one in VOTE_SCHEMA},
        "answer": _json(vote.answer),
        "extra": _json(vote.extra),
    }


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def _copier(open_image: Callable[[Record], BinaryIO] | None) -> Callable[[Record, Path], None]:
    def copy(record: Record, target: Path) -> None:
        assert open_image is not None  # write_version saw to it
        seal = hashlib.sha256()
        with open_image(record) as source, target.open("xb") as file:
            while chunk := source.read(1 << 20):
                seal.update(chunk)
                file.write(chunk)
        if seal.hexdigest() != record.digest:
            raise ValueError(f"record {record.digest}: the picture's bytes do not have this digest")

    return copy


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
