"""Boxes drawn on a stored picture lie on the same pixels of the upright one."""

import io

import pytest
from PIL import Image

from annotate.codec import Page, Thing
from annotate.ingest.placing import Turned, upright
from annotate.ingest.upright import ORIENTATION_TAG, normalised


def turned(orientation: int, size: tuple[int, int], box: tuple[int, int, int, int]) -> tuple[Turned, Image.Image]:
    """A black picture with a white box, stored under an EXIF orientation, and what decoding makes of it."""
    stored = Image.new("RGB", size)
    stored.paste((255, 255, 255), box)
    exif = Image.Exif()
    exif[ORIENTATION_TAG] = orientation
    out = io.BytesIO()
    stored.save(out, "PNG", exif=exif)
    source = Image.open(out)
    source.load()
    picture, found = normalised(source)
    assert found == orientation
    return Turned(picture.width, picture.height, *size, orientation), picture


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_box_on_the_stored_picture_covers_the_same_pixels_upright(orientation: int) -> None:
    box = (3, 2, 17, 9)
    facts, picture = turned(orientation, (40, 20), box)
    page = Page("a.png", 40, 20, (Thing("cat", tuple(float(v) for v in box)),))
    if orientation in (2, 3, 4):
        with pytest.raises(ValueError, match="before or after"):
            upright(page, facts)
        return
    (thing,) = upright(page, facts).things
    assert thing.box == picture.getbbox()


@pytest.mark.parametrize("orientation", [5, 6, 7, 8])
def test_a_box_on_the_upright_picture_stays(orientation: int) -> None:
    facts, picture = turned(orientation, (40, 20), (3, 2, 17, 9))
    page = Page("a.png", picture.width, picture.height, (Thing("cat", (1.0, 2.0, 3.5, 4.0)),))
    assert upright(page, facts) == page


@pytest.mark.parametrize(("size", "said", "orientation"), [
    ((20, 20), (20, 20), 6), ((40, 20), (0, 0), 6), ((40, 20), (0, 0), 3), ((20, 20), (20, 20), 3),
])  # fmt: skip
def test_where_nobody_can_tell_no_box_is_guessed(
    size: tuple[int, int], said: tuple[int, int], orientation: int
) -> None:
    facts, _ = turned(orientation, size, (1, 1, 5, 5))
    with pytest.raises(ValueError, match="before or after"):
        upright(Page("a.png", *said, (Thing("cat", (1.0, 1.0, 5.0, 5.0)),)), facts)


def test_another_size_is_another_picture() -> None:
    with pytest.raises(ValueError, match="speaks of a picture of 80 x 40 pixels, and this one has 40 x 20"):
        upright(Page("a.png", 80, 40), Turned(40, 20, 40, 20, 1))


def test_shares_and_unknown_sizes_are_held_to_the_picture() -> None:
    facts = Turned(20, 40, 40, 20, 6)
    shares = Page("a.txt", 1, 1, (Thing("cat", (0.0, 0.0, 0.5, 1.0)), Thing("dog", (0.5, 0.5, 1.5, 1.0))), (), True)
    found = upright(shares, facts)
    assert [thing.box for thing in found.things] == [(0.0, 0.0, 10.0, 40.0)]
    assert len(found.problems) == 1
    unknown = Page("a.xml", 0, 0, (Thing("cat", (0.0, 0.0, 20.0, 40.0)), Thing("cat", (0.0, 0.0, 21.0, 40.0))))
    found = upright(unknown, Turned(20, 40, 20, 40, 1))
    assert (len(found.things), len(found.problems)) == (1, 1)
