"""Writing a version: whole or not at all, once, and never with what a reader could not trust."""

import hashlib
import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from annotate.manifest import write
from annotate.manifest.read import open_version
from annotate.manifest.schema import ClassEntry, Label, ManifestFields, Record, VoteRow
from annotate.manifest.write import write_version
from tests.make_version import draw_picture, make_version

FIELDS = ManifestFields(project="p", kind="choice", classes=(ClassEntry(0, 5, "a", "a"), ClassEntry(1, 9, "b", "b")))


def pictures(count: int) -> dict[str, bytes]:
    drawn = [draw_picture(0, seed=seed) for seed in range(count)]
    return {hashlib.sha256(content).hexdigest(): content for content in drawn}


def record_of(digest: str, **fields: object) -> Record:
    return Record(digest, f"images/{digest[:2]}/{digest}.png", 24, 24, **fields)  # type: ignore[arg-type]


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    contents = pictures(3)
    first, second, third = sorted(contents)
    shares = {"5": 0.75, "9": 0.125, "nothing": 0.125}
    label = Label(
        "choice",
        {"choice": [5]},
        0.75,
        shares,
        votes=3,
        agreement=2 / 3,
        counts={"5": 2, "nothing": 1},
        extra={"x": [1]},
    )
    records = [
        record_of(first, split="train", state="labeled", labels=(label,), votes=(0, 1), extra={"later": {"a": None}}),
        record_of(second, split="holdout", state="unresolved", group="g", author="Ä", name="weird\nname"),
        record_of(third, state="empty", labels=(Label("choice", {"nothing": True}, 1.0, gold=True, source="gold"),)),
    ]
    votes = [
        VoteRow(first, "p1", 1, {"choice": [5]}, "2025-01-01T00:00:00Z", proposed=True),
        VoteRow(
            first, "p2", 2, {"pass": "skip", "reason": "ü"}, "2025-01-02T00:00:00Z", counted=False, extra={"ms": 5}
        ),
    ]
    opener = lambda record: io.BytesIO(contents[record.digest])  # noqa: E731
    written = write_version(tmp_path / "v", FIELDS, records=records, votes=votes, open_image=opener)
    version = open_version(tmp_path / "v")
    assert version.manifest == written
    assert list(version.records()) == records
    assert list(version.votes()) == votes
    assert [record.digest for record in version.records("holdout")] == [second]
    assert version.image_path(records[0]).read_bytes() == contents[first]
    assert written.counts["splits"] == {"train": 1, "val": 0, "holdout": 1, "left_out": 1}
    assert written.counts["states"] == {"labeled": 1, "empty": 1, "unresolved": 1, "unlabeled": 0}
    assert (written.counts["images"], written.counts["votes"]) == (3, 2)
    version.verify()


def test_many_shards_are_one_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = make_version(tmp_path / "whole", train=20, val=4, holdout=5)
    monkeypatch.setattr(write, "SHARD_ROWS", 7)
    cut = make_version(tmp_path / "cut", train=20, val=4, holdout=5)
    assert (len(whole.record_shards), len(cut.record_shards), len(cut.vote_shards)) == (1, 5, 9)
    assert cut.digest == whole.digest
    assert list(open_version(tmp_path / "cut").records()) == list(open_version(tmp_path / "whole").records())


@pytest.mark.parametrize("group", [1, 3, 10])
def test_a_table_is_written_a_group_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, group: int) -> None:
    whole = make_version(tmp_path / "whole", train=20, val=4, holdout=5)
    monkeypatch.setattr(write, "SHARD_ROWS", 10)
    monkeypatch.setattr(write, "GROUP_ROWS", group)
    cut = make_version(tmp_path / "cut", train=20, val=4, holdout=5)
    files = [pq.ParquetFile(tmp_path / "cut" / name) for name in cut.record_shards]
    assert [one.metadata.num_rows for one in files[:-1]] == [10] * (len(files) - 1)
    assert max(one.metadata.row_group(n).num_rows for one in files for n in range(one.num_row_groups)) == group
    assert cut.digest == whole.digest
    assert list(open_version(tmp_path / "cut").records()) == list(open_version(tmp_path / "whole").records())
    assert list(open_version(tmp_path / "cut").votes()) == list(open_version(tmp_path / "whole").votes())


def test_a_version_of_nothing_is_a_version(tmp_path: Path) -> None:
    write_version(tmp_path / "v", FIELDS, records=[], link=lambda record, path: None)
    assert list(open_version(tmp_path / "v").records()) == []
    open_version(tmp_path / "v").verify()


def test_pictures_may_be_linked(tmp_path: Path) -> None:
    contents = pictures(1)
    (digest,) = contents
    source = tmp_path / "blob"
    source.write_bytes(contents[digest])
    write_version(tmp_path / "v", FIELDS, records=[record_of(digest)], link=lambda _, path: path.hardlink_to(source))
    assert (tmp_path / "v" / "images" / digest[:2] / f"{digest}.png").stat().st_nlink == 2
    open_version(tmp_path / "v").verify()


def test_an_existing_folder_is_refused_and_untouched(tmp_path: Path) -> None:
    make_version(tmp_path / "v")
    before = sorted(path.stat().st_mtime_ns for path in (tmp_path / "v").rglob("*"))
    with pytest.raises(ValueError, match="written once"):
        make_version(tmp_path / "v", seed=1)
    assert sorted(path.stat().st_mtime_ns for path in (tmp_path / "v").rglob("*")) == before


def refuse(tmp_path: Path, records: list[Record], votes: list[VoteRow], contents: dict[str, bytes], match: str) -> None:
    opener = lambda record: io.BytesIO(contents[record.digest])  # noqa: E731
    with pytest.raises(ValueError, match=match):
        write_version(tmp_path / "area" / "v", FIELDS, records=records, votes=votes, open_image=opener)
    assert list((tmp_path / "area").iterdir()) == []


def test_what_a_reader_could_not_trust_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    contents = pictures(2)
    first, second = (record_of(digest) for digest in sorted(contents))
    vote = VoteRow(first.digest, "p1", 1, {"choice": [5]}, "")
    refuse(tmp_path, [second, first], [], contents, "rising order")
    refuse(tmp_path, [first, first], [], contents, "each once")
    refuse(tmp_path, [first], [], {first.digest: b"other"}, "do not have this digest")
    refuse(tmp_path, [replace(first, votes=(0, 1))], [vote], contents, "stands on vote 1, and there are 1")
    strange = Label("choice", {"choice": [6]}, 1.0, {"6": 1.0})
    refuse(
        tmp_path, [replace(first, state="labeled", labels=(strange,))], [], contents, "class 6 is not in the manifest"
    )
    refuse(tmp_path, [replace(first, extra={"x": float("nan")})], [], contents, first.digest)


def test_a_writer_that_dies_leaves_no_version(tmp_path: Path) -> None:
    contents = pictures(2)

    def records() -> Iterator[Record]:
        yield record_of(min(contents))
        raise RuntimeError("cancelled")

    with pytest.raises(RuntimeError, match="cancelled"):
        write_version(
            tmp_path / "area" / "v", FIELDS, records=records(), open_image=lambda one: io.BytesIO(contents[one.digest])
        )
    assert list((tmp_path / "area").iterdir()) == []


DIGEST = "ab" * 32


@pytest.mark.parametrize(
    ("fields", "match"),
    [
        ({"digest": "AB" * 32}, "SHA-256"),
        ({"path": f"images/ab/../../{DIGEST}.png"}, "path"),
        ({"path": f"images/ab/{DIGEST}.exe"}, "path"),
        ({"path": f"images/ab/{'cd' * 32}.png"}, "path"),
        ({"split": "test"}, "split"),
        ({"state": "done"}, "state"),
        ({"state": "labeled"}, "contradict"),
        ({"width": 0}, "pixel"),
        ({"extra": {"width": 3}}, "repeat known ones: width"),
    ],
)
def test_a_record_checks_itself(fields: dict[str, object], match: str) -> None:
    good: dict[str, object] = {"digest": DIGEST, "path": f"images/ab/{DIGEST}.png", "width": 1, "height": 1}
    assert Record(**good).split == ""  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=match):
        Record(**{**good, **fields})  # type: ignore[arg-type]


def test_labels_and_classes_check_themselves() -> None:
    with pytest.raises(ValueError, match="source"):
        Label("choice", {}, 1.0, source="guess")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="between 0 and 1"):
        Label("choice", {}, 1.5)
    with pytest.raises(ValueError, match="between 0 and 1"):
        Label("choice", {}, 1.0, {"5": float("nan")})
    with pytest.raises(ValueError, match="without a gap"):
        ManifestFields(project="", kind="choice", classes=(ClassEntry(1, 5, "a", "a"),))
    with pytest.raises(ValueError, match="same id"):
        ManifestFields(project="", kind="choice", classes=(ClassEntry(0, 5, "a", "a"), ClassEntry(1, 5, "b", "b")))
