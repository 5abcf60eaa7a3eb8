"""A version folder, read: from disk, or through an opener from wherever its files lie."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow.compute as pc
import pyarrow.parquet as pq

from annotate.manifest.schema import FORMAT, ClassEntry, Label, Manifest, Record, VoteRow, canonical_line

Opener = Callable[[str], BinaryIO]
BATCH_ROWS = 1000


@dataclass(frozen=True)
class Version:
    """An opened version: rows are read in passes, in the order of the shards, never held all at once."""

    folder: Path
    manifest: Manifest
    opener: Opener

    def records(self, split: str | None = None) -> Iterator[Record]:
        """Every record, or those of one split."""
        for row in self._rows(self.manifest.record_shards):
            if split is None or row["split"] == split:
                yield _record(row)

    def find(self, digest: str) -> Record | None:
        """The record of one picture; None where the version has none. Reads the one group of rows it can lie in."""
        for name in self.manifest.record_shards:
            with self.opener(name) as file:
                table = pq.ParquetFile(file)
                for group in range(table.num_row_groups):
                    if _may_hold(table.metadata.row_group(group), digest):
                        rows = table.read_row_group(group)
                        found = rows.filter(pc.equal(rows["digest"], digest)).to_pylist()
                        if found:
                            return _record(found[0])
        return None

    def votes(self) -> Iterator[VoteRow]:
        """Every vote; its place in this order is the number that records name."""
        for row in self._rows(self.manifest.vote_shards):
            row["answer"] = json.loads(row["answer"])
            yield VoteRow(**_split_known(row, VoteRow))

    def image_path(self, record: Record) -> Path:
        """Where the picture lies in a folder on disk."""
        return self.folder / record.path

    def open_image(self, record: Record) -> BinaryIO:
        """The picture's bytes."""
        return self.opener(record.path)

    def verify(self, *, images: bool = True) -> None:
        """Nothing, if rows and pictures are what the manifest sealed; ValueError names the first that is not."""
        seal = hashlib.sha256()
        for record in self.records():
            seal.update(canonical_line(record))
            if images:
                self._verify_image(record)
        for vote in self.votes():
            seal.update(canonical_line(vote))
        if seal.hexdigest() != self.manifest.digest:
            raise ValueError("the records and votes of this version are not those its manifest was written for")

    def _verify_image(self, record: Record) -> None:
        seal = hashlib.sha256()
        try:
            with self.open_image(record) as file:
                while chunk := file.read(1 << 20):
                    seal.update(chunk)
        except OSError as error:
            raise ValueError(f"record {record.digest}: its picture cannot be read ({error.strerror})") from error
        if seal.hexdigest() != record.digest:
            raise ValueError(f"record {record.digest}: its picture was changed")

    def _rows(self, shards: tuple[str, ...]) -> Iterator[dict[str, Any]]:
        for name in shards:
            with self.opener(name) as file:
                for batch in pq.ParquetFile(file).iter_batches(batch_size=BATCH_ROWS):
                    yield from batch.to_pylist()


def open_version(folder: Path, opener: Opener | None = None) -> Version:
    """The version in a folder, or behind an opener of relative paths.

    ValueError where there is no manifest, it is no JSON object of ours, or its format number is not known here.
    """
    folder = Path(folder)
    open_file = opener or _disk_opener(folder)
    try:
        with open_file("manifest.json") as file:
            found = json.load(file)
    except FileNotFoundError as error:
        raise ValueError(f"{folder.name}: no manifest.json, so this is no version folder") from error
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{folder.name}: manifest.json is not JSON ({error})") from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        number = found.get("format") if isinstance(found, dict) else None
        raise ValueError(f"{folder.name}: format {number!r} is not known here; this release reads format {FORMAT}")
    return Version(folder=folder, manifest=_manifest(found, folder.name), opener=open_file)


def _manifest(found: dict[str, Any], name: str) -> Manifest:
    try:
        known = _split_known({**found, "extra": "{}"}, Manifest)
        known["classes"] = tuple(ClassEntry(**entry) for entry in known["classes"])
        for shards in ("record_shards", "vote_shards"):
            known[shards] = tuple(known[shards])
            if any("/" in shard or "\\" in shard or not shard.endswith(".parquet") for shard in known[shards]):
                raise ValueError("a shard lies in the version's own folder")
        return Manifest(**known)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(f"{name}: manifest.json does not hold what format {FORMAT} asks for ({error})") from error


def _may_hold(group: pq.RowGroupMetaData, digest: str) -> bool:
    """Whether the group's rows reach over the digest, as far as its statistics say."""
    columns = (group.column(place) for place in range(group.num_columns))
    ends = next(column.statistics for column in columns if column.path_in_schema == "digest")
    return ends is None or not ends.has_min_max or ends.min <= digest <= ends.max


def _record(row: dict[str, Any]) -> Record:
    row["labels"] = tuple(_label(label) for label in row["labels"] or ())
    row["votes"] = tuple(row["votes"] or ())
    return Record(**_split_known(row, Record))


def _label(row: dict[str, Any]) -> Label:
    row["value"] = json.loads(row["value"])
    row["distribution"] = dict(row["distribution"] or ())
    row["counts"] = dict(row["counts"] or ())
    return Label(**_split_known(row, Label))


def _split_known(row: Mapping[str, Any], kind: type) -> dict[str, Any]:
    """The row's known fields, with unknown ones moved into `extra` beside those it carried there."""
    names = {one.name for one in fields(kind)} - {"extra"}
    extra = dict(json.loads(row.get("extra") or "{}"))
    extra.update({name: value for name, value in row.items() if name not in names and name != "extra"})
    return {**{name: value for name, value in row.items() if name in names}, "extra": extra}


def _disk_opener(folder: Path) -> Opener:
    def open_file(path: str) -> BinaryIO:
        return (folder / path).open("rb")

    return open_file
