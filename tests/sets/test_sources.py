"""Every way in keeps the contract: one entry for each thing there, always in the same order, bytes only when asked."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from annotate.ingest.source import Item, Limits, Rejected, Unfit, placed, readable_name
from annotate.ingest.sources import SOURCES, drawn, source_for
from tests.annotate.ingest.hostile import encrypt_in_zip, link_in_zip, write_zip
from tests.make import picture_bytes

LIMITS = Limits(picture_bytes=2**20, archive_bytes=2**24)


def _folder(folder: Path) -> str:
    for number, name in enumerate(("train/cat/1.png", "train/dog/2.png", "test/cat/3.png", "loose.png")):
        (folder / "tree" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "tree" / name).write_bytes(picture_bytes(number))
    return str(folder / "tree")


def _zip(folder: Path) -> str:
    members = {f"{name}/{number}.png": picture_bytes(number) for number, name in enumerate(("cat", "dog", "val/owl"))}
    return str(write_zip(folder / "pictures.zip", members))


def _upload(folder: Path) -> str:
    (folder / "one.png").write_bytes(picture_bytes(1))
    return str(folder / "one.png")


# One place of each kind; a source without a line here fails.
PLACES: dict[str, Callable[[Path], str]] = {
    "folder": _folder, "zip": _zip, "upload": _upload, "drawn": lambda folder: "drawn:12:3",
}  # fmt: skip


def entries(place: str, *, start: int = 0) -> list[Item | Rejected]:
    return list(source_for(place).read(place, LIMITS, start=start))


def items(place: str) -> list[Item]:
    return [entry for entry in entries(place) if isinstance(entry, Item)]


@pytest.fixture(params=sorted(SOURCES))
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    found = PLACES[request.param](tmp_path)
    assert source_for(found).name == request.param
    return found


def test_it_yields_pictures_with_names(place: str) -> None:
    found = items(place)
    assert found
    assert len({item.name for item in found}) == len(found)
    for item in found:
        with item.open() as stream:
            assert Image.open(io.BytesIO(stream.read())).size
        assert item.split in {"", "train", "holdout"}


def test_it_says_the_same_again_from_any_place_on(place: str) -> None:
    whole = [(entry.name, type(entry)) for entry in entries(place)]
    for start in range(len(whole) + 1):
        assert [(entry.name, type(entry)) for entry in entries(place, start=start)] == whole[start:]


def test_bytes_are_the_same_again(place: str) -> None:
    assert [item.open().read() for item in items(place)] == [item.open().read() for item in items(place)]


def test_no_place_is_no_source(tmp_path: Path) -> None:
    with pytest.raises(Unfit):
        source_for(str(tmp_path / "nowhere"))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("1.png", ("", "")), ("cat/1.png", ("", "cat")), ("train/cat/1.png", ("train", "cat")),
        ("a/b/test/cat/1.png", ("holdout", "cat")), ("Valid/cat/1.png", ("train", "cat")),
        ("holdout/1.png", ("holdout", "")), ("pets/cat/1.png", ("", "cat")), ("./cat/1.png", ("", "cat")),
    ],
)  # fmt: skip
def test_folders_say_splits_and_labels(name: str, expected: tuple[str, str]) -> None:
    assert placed(name) == expected


def test_odd_names_become_text_that_can_be_kept() -> None:
    assert readable_name("a\x00b\nc\u202ed\udc80.png") == "a\ufffdb\ufffdc\ufffdd?.png"
    assert readable_name("x" * 2000 + ".png") == ("x" * 996 + ".png")
    assert readable_name("=cmd()|'猫'.png") == "=cmd()|'猫'.png"


class TestFolder:
    def test_links_and_devices_are_listed_and_not_followed(self, tmp_path: Path) -> None:
        secret = tmp_path / "secret.png"
        secret.write_bytes(picture_bytes(9))
        root = Path(_folder(tmp_path))
        (root / "link.png").symlink_to(secret)
        (root / "around").symlink_to(root)
        found = entries(str(root))
        assert {entry.name: entry.code for entry in found if isinstance(entry, Rejected)} == {
            "around": "not_regular", "link.png": "not_regular",
        }  # fmt: skip
        assert len(found) == 6

    def test_a_file_turned_link_after_listing_is_not_opened(self, tmp_path: Path) -> None:
        root = Path(_folder(tmp_path))
        item = next(entry for entry in items(str(root)) if entry.name == "loose.png")
        (root / "loose.png").unlink()
        (root / "loose.png").symlink_to(tmp_path)
        with pytest.raises(Unfit):
            item.open()

    def test_litter_and_hidden_files_are_not_pictures(self, tmp_path: Path) -> None:
        root = Path(_folder(tmp_path))
        for name in (".hidden", "Thumbs.db", "__MACOSX/._1.png", ".git/config"):
            (root / name).parent.mkdir(exist_ok=True)
            (root / name).write_bytes(b"x")
        assert len(entries(str(root))) == 4

    def test_files_over_the_limit_are_refused(self, tmp_path: Path) -> None:
        root = Path(_folder(tmp_path))
        (root / "large.png").write_bytes(b"x" * (LIMITS.picture_bytes + 1))
        with pytest.raises(Unfit) as told:
            next(item for item in items(str(root)) if item.name == "large.png").open()
        assert told.value.code == "too_large"


def outcome(place: Path) -> dict[str, str]:
    """By name: "" for a member that opens, else why not."""
    found = {}
    for entry in entries(str(place)):
        if isinstance(entry, Rejected):
            found[entry.name] = entry.code
            continue
        try:
            entry.open().read()
            found[entry.name] = ""
        except Unfit as unfit:
            found[entry.name] = unfit.code
    return found


class TestZip:
    def test_names_that_point_outside_are_refused_and_the_rest_goes_on(self, tmp_path: Path) -> None:
        bad = ["../up.png", "a/../../up.png", "/root.png", "C:/drive.png", "back\\slash.png"]
        place = write_zip(tmp_path / "slip.zip", {"good.png": picture_bytes(1), **dict.fromkeys(bad, b"x")})
        assert outcome(place) == {"good.png": "", **dict.fromkeys(bad, "unsafe_name")}

    def test_links_are_refused(self, tmp_path: Path) -> None:
        place = write_zip(tmp_path / "link.zip", {"good.png": picture_bytes(1)})
        link_in_zip(place, "link.png", "/etc/passwd")
        assert outcome(place) == {"good.png": "", "link.png": "not_regular"}

    def test_encrypted_and_oddly_packed_members_are_refused(self, tmp_path: Path) -> None:
        place = write_zip(tmp_path / "locked.zip", {"good.png": picture_bytes(1), "locked.png": picture_bytes(2)})
        encrypt_in_zip(place, "locked.png")
        assert outcome(place) == {"good.png": "", "locked.png": "encrypted"}
        packed = write_zip(tmp_path / "packed.zip", {"bz.png": picture_bytes(1)}, method=12)
        assert outcome(packed) == {"bz.png": "unknown_method"}

    def test_damaged_members_are_refused(self, tmp_path: Path) -> None:
        place = write_zip(tmp_path / "bad.zip", {"1.png": picture_bytes(1), "2.png": picture_bytes(2)}, method=0)
        data = bytearray(place.read_bytes())
        data[60] ^= 255
        place.write_bytes(bytes(data))
        assert outcome(place) == {"1.png": "bad_checksum", "2.png": ""}

    def test_a_cut_zip_and_no_zip_are_refused_whole(self, tmp_path: Path) -> None:
        place = write_zip(tmp_path / "cut.zip", {"1.png": picture_bytes(1)})
        place.write_bytes(place.read_bytes()[:-30])
        with pytest.raises(Unfit) as told:
            entries(str(place))
        assert told.value.code == "bad_archive"

    def test_bombs_are_stopped_on_real_bytes(self, tmp_path: Path) -> None:
        large = b"\0" * (LIMITS.picture_bytes * 8)
        place = write_zip(tmp_path / "bomb.zip", {"good.png": picture_bytes(1), "bomb.png": large})
        assert outcome(place) == {"good.png": "", "bomb.png": "too_large"}
        roomy = Limits(picture_bytes=2**26, archive_bytes=2**26)
        bomb = next(e for e in SOURCES["zip"].read(str(place), roomy) if isinstance(e, Item) and e.name == "bomb.png")
        with pytest.raises(Unfit, match="200 times"):
            bomb.open()

    def test_a_lying_size_is_found_out(self, tmp_path: Path) -> None:
        place = write_zip(tmp_path / "lie.zip", {"lie.png": picture_bytes(1)}, method=0)
        data = bytearray(place.read_bytes())
        for at in (data.index(b"PK\x03\x04") + 22, data.index(b"PK\x01\x02") + 24):
            data[at : at + 4] = (9).to_bytes(4, "little")
        place.write_bytes(bytes(data))
        assert outcome(place) == {"lie.png": "bad_checksum"}

    def test_members_that_share_bytes_are_refused(self, tmp_path: Path) -> None:
        place = write_zip(tmp_path / "shared.zip", {"1.png": picture_bytes(1), "2.png": picture_bytes(2)}, method=0)
        data = bytearray(place.read_bytes())
        second = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 4)
        data[second + 42 : second + 46] = (10).to_bytes(4, "little")
        place.write_bytes(bytes(data))
        assert set(outcome(place).values()) == {"bomb"}

    def test_the_whole_archive_has_a_limit_and_a_count(self, tmp_path: Path) -> None:
        place = write_zip(tmp_path / "many.zip", {f"{n}.png": picture_bytes(n, size=(90, 90)) for n in range(9)})
        few = Limits(picture_bytes=2**20, archive_bytes=2**20, members=8)
        with pytest.raises(Unfit) as told:
            list(SOURCES["zip"].read(str(place), few))
        assert told.value.code == "too_many_members"
        tight = Limits(picture_bytes=2**20, archive_bytes=len(picture_bytes(0, size=(90, 90))) + 10)
        first, second, *_ = SOURCES["zip"].read(str(place), tight)
        assert isinstance(first, Item)
        assert isinstance(second, Item)

    def test_an_archive_inside_stays_closed(self, tmp_path: Path) -> None:
        inner = write_zip(tmp_path / "inner.zip", {"1.png": picture_bytes(1)})
        place = write_zip(tmp_path / "outer.zip", {"inner.zip": inner.read_bytes(), "2.png": picture_bytes(2)})
        assert outcome(place) == {"inner.zip": "nested_archive", "2.png": ""}

    def test_twin_names_are_both_there(self, tmp_path: Path) -> None:
        place = tmp_path / "twins.zip"
        with pytest.warns(UserWarning, match="Duplicate name"):
            import_twice(place)
        assert [entry.name for entry in entries(str(place))] == ["1.png", "1.png"]
        assert items(str(place))[0].open().read() != items(str(place))[1].open().read()


def import_twice(place: Path) -> None:
    write_zip(place, {"1.png": picture_bytes(1)})
    with zipfile.ZipFile(place, "a") as archive:
        archive.writestr("1.png", picture_bytes(2))


class TestDrawn:
    def test_shapes_are_balanced_and_seeds_differ(self) -> None:
        labels = [item.label for item in items("drawn:60:1")]
        assert {labels.count(shape) for shape in drawn.SHAPES} == {10}
        assert [item.open().read() for item in items("drawn:2:1")] != [
            item.open().read() for item in items("drawn:2:2")
        ]

    def test_sizes_are_as_said_and_names_tell_nothing(self) -> None:
        for item in items("drawn:12:5"):
            assert all(96 <= side <= 160 for side in Image.open(item.open()).size)
            assert item.label not in item.name

    @pytest.mark.parametrize("hardship", sorted(set(drawn.HARDSHIPS)))
    def test_each_hardship_can_be_drawn_for_each_shape(self, hardship: str) -> None:
        pictures = {drawn.draw(shape, "1", hardship=hardship) for shape in drawn.SHAPES}
        assert len(pictures) == len(drawn.SHAPES)
        assert drawn.example("star") not in pictures
