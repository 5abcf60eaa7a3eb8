"""PURE. Boxes that came with a picture, laid on the upright picture that is kept of it."""

from dataclasses import dataclass, replace
from typing import Final

from annotate.codec import Page, in_pixels
from annotate.kind import Box

UPRIGHT: Final = 1
# EXIF orientations that swap width and height.
LYING: Final = (5, 6, 7, 8)


@dataclass(frozen=True)
class Turned:
    """A decoded picture: its upright size, the size as stored in the file, and the EXIF orientation undone between."""

    width: int
    height: int
    stored_width: int
    stored_height: int
    orientation: int


def upright(page: Page, picture: Turned) -> Page:
    """The page in upright pixels; boxes beyond the picture are listed.

    A page speaks of the upright picture or of the stored one, and its size tells which. ValueError where it cannot
    tell (turned, and the same size both ways), or where the size is neither: better no box than one in a wrong place.
    """
    said = (page.width, page.height)
    if page.relative:
        return in_pixels(page, picture.width, picture.height)
    both_ways = (picture.width, picture.height) == (picture.stored_width, picture.stored_height)
    if picture.orientation != UPRIGHT and (both_ways or said == (0, 0)):
        raise ValueError(
            "the picture was turned upright by its EXIF orientation, and the annotation does not tell whether its boxes"
            " were drawn before or after"
        )
    if said not in ((0, 0), (picture.width, picture.height)):
        if said != (picture.stored_width, picture.stored_height):
            raise ValueError(
                f"the annotation speaks of a picture of {page.width} x {page.height} pixels,"
                f" and this one has {picture.width} x {picture.height}"
            )
        things = [replace(thing, box=_turned(thing.box, picture)) for thing in page.things]
        page = replace(page, things=tuple(things))
    return in_pixels(page, picture.width, picture.height)


def _turned(box: Box, picture: Turned) -> Box:
    """A box on the stored picture, on the upright one; `orientation` is one of LYING."""
    across, down = picture.stored_width, picture.stored_height
    x0, y0, x1, y1 = box
    if picture.orientation == 5:
        return y0, x0, y1, x1
    if picture.orientation == 6:
        return down - y1, x0, down - y0, x1
    if picture.orientation == 7:
        return down - y1, across - x1, down - y0, across - x0
    return y0, across - x1, y1, across - x0
