"""What the decoding child makes of pictures, good and hostile; its functions called directly, without the process."""

import base64
import hashlib
import io
from pathlib import Path

import pytest
from PIL import Image, ImageOps

from annotate.ingest import decode, upright
from annotate.ingest.decode import Bounds, Refusal
from tests.annotate.ingest import hostile
from tests.annotate.ingest.hostile import coded, corner

BOUNDS = Bounds(picture_bytes=60 * 2**20, pixels=60 * 10**6, seconds=20, memory=2**31)
CASES = hostile.files()


def prepared(data: bytes, folder: Path) -> tuple[dict[str, object], Image.Image]:
    """(what the child says, the normalised picture)."""
    told = decode.prepare(data, str(folder / "x"), BOUNDS)
    return told, Image.open(folder / "x.full")


def upright_of(data: bytes) -> Image.Image:
    source = Image.open(io.BytesIO(data))
    source.load()
    return upright.normalised(source)[0]


@pytest.mark.parametrize("name", sorted(CASES))
def test_each_file_is_taken_or_refused_with_its_reason(name: str, tmp_path: Path) -> None:
    data, expected = CASES[name]
    if not expected:
        told, picture = prepared(data, tmp_path)
        assert picture.mode == "RGB"
        assert (told["width"], told["height"]) == picture.size
        return
    source = tmp_path / "source"
    source.write_bytes(data)
    told = decode.answer({"source": str(source), "prefix": str(tmp_path / "x")}, BOUNDS)
    assert (told["ok"], told.get("code")) == (False, expected)
    assert str(told["reason"]).endswith(".")


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_every_orientation_is_turned_upright_once(form: str, orientation: int, tmp_path: Path) -> None:
    options = {"lossless": True} if form == "WEBP" else {}
    data = coded(corner(), form, exif=hostile.exif(orientation), **options)
    expected = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")
    assert upright_of(data).tobytes() == expected.tobytes()
    told, picture = prepared(data, tmp_path)
    assert told["orientation"] == orientation
    assert picture.size == expected.size
    assert (told["original_width"], told["original_height"]) == (40, 24)
    if form != "JPEG":
        assert picture.tobytes() == expected.tobytes()
    assert picture.getexif().get(0x0112) is None


@pytest.mark.parametrize("orientation", [0, 9, 60000])
def test_an_undefined_orientation_means_upright(orientation: int) -> None:
    data = coded(corner(), "PNG", exif=hostile.exif(orientation))
    assert upright_of(data).tobytes() == corner().tobytes()


def test_sixteen_bits_are_scaled_and_not_clipped() -> None:
    grey = Image.new("I;16", (3, 1))
    for x, value in enumerate((0, 32768, 65535)):
        grey.putpixel((x, 0), value)
    picture = upright_of(coded(grey, "PNG"))
    assert [picture.getpixel((x, 0)) for x in range(3)] == [(0, 0, 0), (128, 128, 128), (255, 255, 255)]


def test_cmyk_becomes_the_colour_that_it_was() -> None:
    picture = upright_of(coded(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG", quality=100))
    red, green, blue = picture.getpixel((4, 4))
    assert red > 240
    assert max(green, blue) < 16


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA"])
def test_every_mode_becomes_rgb_on_white(mode: str) -> None:
    source = corner().convert(mode)
    picture = upright_of(coded(source, "PNG"))
    assert picture.mode == "RGB"
    assert picture.tobytes() == source.convert("RGB").tobytes()


def test_what_is_clear_shows_white() -> None:
    clear = Image.new("RGBA", (4, 4), (255, 0, 0, 0))
    half = Image.new("RGBA", (4, 4), (255, 0, 0, 128))
    palette = Image.new("P", (4, 4), 1)
    palette.putpalette([0, 0, 0, 9, 9, 9])
    assert upright_of(coded(clear, "PNG")).getpixel((0, 0)) == (255, 255, 255)
    assert upright_of(coded(half, "PNG")).getpixel((0, 0)) == (255, 127, 127)
    assert upright_of(coded(palette, "PNG", transparency=1)).getpixel((0, 0)) == (255, 255, 255)
    assert upright_of(coded(palette, "GIF", transparency=1)).getpixel((0, 0)) == (255, 255, 255)


def test_only_the_first_frame_counts() -> None:
    assert upright_of(hostile.many_frames("WEBP")).size == (40, 24)
    first = Image.open(io.BytesIO(hostile.many_frames())).convert("RGB")
    assert upright_of(hostile.many_frames()).tobytes() == first.tobytes()


def test_a_foreign_profile_is_applied_and_gone(tmp_path: Path) -> None:
    data = coded(Image.new("RGB", (8, 8), (255, 0, 0)), "PNG", icc_profile=hostile.swapped_profile())
    _, picture = prepared(data, tmp_path)
    red_now, green_now, _ = picture.getpixel((4, 4))
    assert green_now > 200
    assert red_now < 60
    assert "icc_profile" not in picture.info


def test_nothing_but_pixels_travels_on(tmp_path: Path) -> None:
    data = coded(corner(), "JPEG", comment=b"secret words", exif=hostile.exif(6)) + b"<script>tail</script>"
    told, _ = prepared(data, tmp_path)
    kept = (tmp_path / "x.full").read_bytes()
    assert b"secret" not in kept
    assert b"Exif" not in kept
    assert b"script" not in kept
    assert told["digest"] == hashlib.sha256(kept).hexdigest()
    assert told["original_digest"] == hashlib.sha256(data).hexdigest()
    assert (told["suffix"], told["original_suffix"]) == (".jpg", ".jpg")


def test_lossy_pictures_stay_jpeg_and_others_become_png(tmp_path: Path) -> None:
    forms = {"JPEG": {}, "WEBP": {}, "PNG": {}, "GIF": {}}
    suffixes = {
        form: prepared(coded(corner(), form, **options), tmp_path)[0]["suffix"] for form, options in forms.items()
    }
    assert suffixes == {"JPEG": ".jpg", "WEBP": ".jpg", "PNG": ".png", "GIF": ".png"}
    assert prepared(coded(corner(), "WEBP", lossless=True), tmp_path)[0]["suffix"] == ".png"


def test_renditions_are_made_where_they_are_smaller(tmp_path: Path) -> None:
    small, _ = prepared(coded(corner((320, 200)), "JPEG"), tmp_path)
    assert small["made"] == ["full"]
    large, _ = prepared(coded(corner((64, 64)).resize((2600, 1300)), "JPEG"), tmp_path)
    assert large["made"] == ["full", "display", "thumb"]
    assert Image.open(tmp_path / "x.display").size == (2048, 1024)
    assert Image.open(tmp_path / "x.thumb").size == (320, 160)
    line, _ = prepared(hostile.files()["line.png"][0], tmp_path)
    assert line["made"] == ["full", "display", "thumb"]
    assert Image.open(tmp_path / "x.thumb").size == (1, 320)
    assert len(base64.b64decode(str(line["grey"]))) == 32 * 32


def test_a_heavy_lossless_picture_is_shown_as_jpeg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = coded(corner((200, 100)), "PNG")
    assert prepared(data, tmp_path)[0]["made"] == ["full"]
    monkeypatch.setattr(decode, "DISPLAY_BYTES", 100)
    assert prepared(data, tmp_path)[0]["made"] == ["full", "display"]
    assert Image.open(tmp_path / "x.display").size == (200, 100)


def test_a_plain_picture_is_not_taken_for_an_inflated_one() -> None:
    blank = Image.new("RGB", (4000, 3000), (10, 200, 30))
    for options in ({}, {"optimize": True}, {"progressive": True, "quality": 10}, {"subsampling": 0}):
        decode.open_checked(coded(blank, "JPEG", **options), BOUNDS)
    decode.open_checked(coded(Image.new("L", (4000, 3000)), "JPEG", optimize=True, quality=1), BOUNDS)


def test_the_pixel_limit_is_the_settings_own() -> None:
    data = coded(corner(), "PNG")
    with pytest.raises(Refusal, match="million"):
        decode.open_checked(data, Bounds(10**6, 40 * 24 - 1, 20, 2**31))
    assert decode.open_checked(data, Bounds(10**6, 40 * 24, 20, 2**31)).size == (40, 24)
