"""Reading a version: what is sealed is checked, what is new is kept, what is unknown is refused."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from annotate.manifest.read import open_version
from tests.make_version import make_version


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_version(tmp_path / "v", train=6, val=2, holdout=3, unresolved=1)
    return tmp_path / "v"


def change_manifest(folder: Path, **fields: Any) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))


def test_through_an_opener_it_reads_the_same(folder: Path) -> None:
    asked = []

    def opener(path: str) -> BinaryIO:
        asked.append(path)
        return BytesIO((folder / path).read_bytes())

    remote, local = open_version(Path("elsewhere"), opener), open_version(folder)
    assert list(remote.records()) == list(local.records())
    record = next(local.records())
    assert remote.open_image(record).read() == local.image_path(record).read_bytes()
    remote.verify()
    assert set(asked) >= {"manifest.json", "records-00000.parquet", "votes-00000.parquet", record.path}


def test_fields_of_a_later_release_are_kept_and_change_no_digest(folder: Path) -> None:
    change_manifest(folder, weather={"sunny": True})
    shard = folder / "records-00000.parquet"
    table = pq.read_table(shard)
    rows = [{"altitude": 3}] * table.num_rows
    old = table.set_column(table.column_names.index("extra"), "extra", pa.array([json.dumps(row) for row in rows]))
    pq.write_table(old, shard)
    as_extra = [(record.digest, dict(record.extra)) for record in open_version(folder).records()]
    pq.write_table(table.append_column("altitude", pa.array([3] * table.num_rows)), shard)
    version = open_version(folder)
    assert version.manifest.extra == {"weather": {"sunny": True}}
    assert [(record.digest, dict(record.extra)) for record in version.records()] == as_extra
    assert as_extra[0][1] == {"altitude": 3}


def test_unknown_formats_and_broken_heads_are_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"no manifest\.json"):
        open_version(tmp_path)
    for number in (2, "1", None):
        change_manifest(folder, format=number)
        with pytest.raises(ValueError, match="is not known here"):
            open_version(folder)
    change_manifest(folder, format=1, record_shards=["../x.parquet"])
    with pytest.raises(ValueError, match="own folder"):
        open_version(folder)
    change_manifest(folder, record_shards=["records-00000.parquet"], classes=[{"index": 0}])
    with pytest.raises(ValueError, match="does not hold"):
        open_version(folder)
    (folder / "manifest.json").write_text("{")
    with pytest.raises(ValueError, match="not JSON"):
        open_version(folder)
    (folder / "manifest.json").write_text("[]")
    with pytest.raises(ValueError, match="format None"):
        open_version(folder)


def test_a_changed_picture_is_found(folder: Path) -> None:
    version = open_version(folder)
    version.verify()
    record = list(version.records())[3]
    content = version.image_path(record).read_bytes()
    version.image_path(record).write_bytes(content[:-1] + b"\0")
    version.verify(images=False)
    with pytest.raises(ValueError, match=f"{record.digest}: its picture was changed"):
        version.verify()
    version.image_path(record).unlink()
    with pytest.raises(ValueError, match="cannot be read"):
        version.verify()


@pytest.mark.parametrize("shard", ["records-00000.parquet", "votes-00000.parquet"])
def test_a_changed_row_is_found(folder: Path, shard: str) -> None:
    rows = pq.read_table(folder / shard)
    column = "author" if "author" in rows.column_names else "person"
    changed = rows.set_column(rows.column_names.index(column), column, pa.array(["x"] * rows.num_rows))
    pq.write_table(changed, folder / shard)
    with pytest.raises(ValueError, match="not those its manifest was written for"):
        open_version(folder).verify(images=False)


def test_a_record_that_points_outside_is_refused(folder: Path) -> None:
    rows = pq.read_table(folder / "records-00000.parquet")
    paths = pa.array(["../../etc/passwd"] * rows.num_rows)
    pq.write_table(rows.set_column(1, "path", paths), folder / "records-00000.parquet")
    with pytest.raises(ValueError, match="the path is not"):
        list(open_version(folder).records())
