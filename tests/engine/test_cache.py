"""Pictures are decoded once, sealed, shared; a damaged cache is made again and a damaged picture is named."""

import io
import threading
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from annotate.manifest.read import Version, open_version
from tests.make_version import draw_picture, make_version
from training.engine.cache import decode, open_cache
from training.engine.errors import Fault, Stopped


def quiet(done: int, total: int) -> None:
    """Progress of no interest."""


@pytest.fixture
def opened(tmp_path: Path) -> Version:
    make_version(tmp_path / "v", train=6, val=2, holdout=2, unlabeled=2)
    return open_version(tmp_path / "v")


def test_rows_are_the_records_in_order(opened: Version, tmp_path: Path) -> None:
    pixels = open_cache(opened, tmp_path / "c", size=24, resize="crop", progress=quiet)
    assert pixels.dtype == torch.uint8
    for row, record in zip(pixels, opened.records(), strict=True):
        with Image.open(opened.image_path(record)) as picture:
            assert np.array_equal(row.numpy(), np.asarray(picture))


def test_it_is_built_once_and_told_of(opened: Version, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    open_cache(opened, tmp_path / "c", size=16, resize="crop", progress=lambda *args: told.append(args))
    assert told[-1] == (12, 12)
    (made,) = (tmp_path / "c").glob("*/pixels.bin")
    stamp = made.stat().st_mtime_ns
    again: list[tuple[int, int]] = []
    open_cache(opened, tmp_path / "c", size=16, resize="crop", progress=lambda *args: again.append(args))
    assert made.stat().st_mtime_ns == stamp
    assert again == []
    open_cache(opened, tmp_path / "c", size=16, resize="press", progress=quiet)
    open_cache(opened, tmp_path / "c", size=24, resize="crop", progress=quiet)
    assert len(list((tmp_path / "c").glob("*/seal.json"))) == 3


@pytest.mark.parametrize("damage", ["flip", "cut", "no seal", "no json"])
def test_a_damaged_cache_is_made_again(opened: Version, tmp_path: Path, damage: str) -> None:
    whole = open_cache(opened, tmp_path / "c", size=16, resize="crop", progress=quiet).clone()
    (folder,) = (path.parent for path in (tmp_path / "c").glob("*/pixels.bin"))
    content = (folder / "pixels.bin").read_bytes()
    if damage == "flip":
        (folder / "pixels.bin").write_bytes(content[:-1] + bytes([content[-1] ^ 255]))
    elif damage == "cut":
        (folder / "pixels.bin").write_bytes(content[:100])
    elif damage == "no seal":
        (folder / "seal.json").unlink()
    else:
        (folder / "seal.json").write_text("[")
    again = open_cache(opened, tmp_path / "c", size=16, resize="crop", progress=quiet)
    assert torch.equal(again, whole)


def test_two_at_once_build_one(opened: Version, tmp_path: Path) -> None:
    found: list[torch.Tensor] = []

    def work() -> None:
        found.append(open_cache(opened, tmp_path / "c", size=16, resize="crop", progress=quiet))

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 3
    assert all(torch.equal(one, found[0]) for one in found)
    assert sorted(path.suffix for path in (tmp_path / "c").iterdir()) == ["", ".lock"]


def test_giving_up_leaves_nothing_half_made(opened: Version, tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        open_cache(opened, tmp_path / "c", size=16, resize="crop", progress=stop)
    assert [path for path in (tmp_path / "c").iterdir() if path.suffix != ".lock"] == []


def test_a_changed_or_missing_picture_is_the_datas_fault_and_named(opened: Version, tmp_path: Path) -> None:
    record = list(opened.records())[4]
    opened.image_path(record).write_bytes(draw_picture(0, seed=999))
    with pytest.raises(Fault, match=f"data: picture {record.digest[:12]} .*is not the one"):
        open_cache(opened, tmp_path / "c", size=16, resize="crop", progress=quiet)
    opened.image_path(record).unlink()
    with pytest.raises(Fault, match=f"data: picture {record.digest[:12]} .*cannot be read"):
        open_cache(opened, tmp_path / "c", size=16, resize="crop", progress=quiet)


def test_an_oblong_is_cut_or_pressed() -> None:
    picture = Image.new("RGB", (60, 20), (255, 0, 0))
    picture.paste((0, 0, 255), (20, 0, 40, 20))
    out = io.BytesIO()
    picture.save(out, "PNG")
    cut, pressed = (decode(out.getvalue(), size=20, resize=rule) for rule in ("crop", "press"))
    assert cut.shape == pressed.shape == (20, 20, 3)
    assert (cut == (0, 0, 255)).all()
    assert pressed[10, 2].tolist() == [255, 0, 0]
    assert pressed[10, 10].tolist() == [0, 0, 255]


def test_an_empty_version_has_an_empty_cache(tmp_path: Path) -> None:
    make_version(tmp_path / "v", train=0, val=0, holdout=0)
    pixels = open_cache(open_version(tmp_path / "v"), tmp_path / "c", size=16, resize="crop", progress=quiet)
    assert pixels.shape == (0, 16, 16, 3)
