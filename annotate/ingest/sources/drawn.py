"""Pictures that the program draws itself: shapes on textured ground, some of them hard on purpose."""

import io
import math
import random
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import BinaryIO

from PIL import Image, ImageDraw, ImageFilter

from annotate.ingest.source import Item, Limits, Rejected

Point = tuple[float, float]
Color = tuple[int, int, int]
# Drawn this much larger and then reduced, so that edges are smooth.
FINE = 2
PLACE = re.compile(r"drawn:(\d{1,6})(?::(\d{1,9}))?")
HARDSHIPS = ("", "", "", "", "small", "faint", "cluttered", "occluded")


def _ring(corners: int, reach: Callable[[int], float], turn: float = -math.pi / 2) -> list[Point]:
    angles = [turn + 2 * math.pi * corner / corners for corner in range(corners)]
    return [(reach(n) * math.cos(angle), reach(n) * math.sin(angle)) for n, angle in enumerate(angles)]


def _heart() -> list[Point]:
    points = []
    for step in range(60):
        t = 2 * math.pi * step / 60
        x = 16 * math.sin(t) ** 3
        y = 13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t)
        points.append((x / 17, -y / 17))
    return points


def _cross(arm: float = 0.34) -> list[Point]:
    quarter = [(arm, -1.0), (arm, -arm), (1.0, -arm)]
    turned = [[(x, y), (-y, x), (-x, -y), (y, -x)] for x, y in quarter]
    return [turned[corner][turn] for turn in range(4) for corner in range(3)]


# Outlines within the unit circle.
SHAPES: dict[str, list[Point]] = {
    "circle": _ring(60, lambda _: 0.9),
    "triangle": _ring(3, lambda _: 1.0),
    "square": _ring(4, lambda _: 1.0, -math.pi / 4),
    "star": _ring(10, lambda n: 0.42 if n % 2 else 1.0),
    "cross": _cross(),
    "heart": _heart(),
}
DEFINITIONS = {
    "circle": "Round, with the same distance to its middle everywhere.",
    "triangle": "Three straight sides and three corners.",
    "square": "Four equal straight sides and four right angles, turned in any direction.",
    "star": "Five points, with inward corners between them.",
    "cross": "Two bars of equal length that meet at right angles in their middles.",
    "heart": "Two round lobes above, one point below; it may be turned a little.",
}


class Drawn:
    """`drawn:COUNT` or `drawn:COUNT:SEED`: that many pictures of 96 to 160 pixels, the same ones every time."""

    name = "drawn"

    def accepts(self, place: str) -> bool:
        return PLACE.fullmatch(place) is not None

    def read(self, place: str, limits: Limits, *, start: int = 0) -> Iterator[Item | Rejected]:
        asked = PLACE.fullmatch(place)
        if asked is None:
            raise ValueError(f"not a place that can be drawn: {place!r}")
        count, seed = int(asked[1]), int(asked[2] or 0)
        names = sorted(SHAPES)
        order = [names[number % len(names)] for number in range(count)]
        random.Random(f"order {seed}").shuffle(order)
        for number, shape in list(enumerate(order))[start:]:
            yield Item(f"drawing-{number:04d}.jpg", partial(_open, shape, f"{seed}/{number}"), shape)


def example(shape: str) -> bytes:
    """A plain picture of one shape, for a guide: none of the pictures that `read` gives."""
    return draw(shape, f"example of {shape}", hardship="")


def _open(shape: str, seed: str) -> BinaryIO:
    rng = random.Random(f"hardship {seed}")
    return io.BytesIO(draw(shape, seed, hardship=rng.choice(HARDSHIPS)))


def draw(shape: str, seed: str, *, hardship: str) -> bytes:
    """One JPEG of `shape`; `hardship` is "", "small", "faint", "cluttered" or "occluded"."""
    rng = random.Random(f"{shape} {seed}")
    width, height = rng.randint(96, 160), rng.randint(96, 160)
    ground, ink = _colors(rng, faint=hardship == "faint")
    picture = _texture(rng, (width * FINE, height * FINE), ground)
    if hardship == "cluttered":
        for _ in range(rng.randint(7, 11)):
            _scribble(rng, picture, _near(rng, ink, 70))
    short = min(picture.size)
    reach = short * (rng.uniform(0.10, 0.14) if hardship == "small" else rng.uniform(0.24, 0.42))
    middle = tuple(rng.uniform(reach, side - reach) for side in picture.size)
    turn = rng.uniform(-0.35, 0.35) if shape in {"heart", "triangle"} else rng.uniform(0, 2 * math.pi)
    corners = _placed(SHAPES[shape], (middle[0], middle[1]), reach, turn)
    pen = ImageDraw.Draw(picture)
    if rng.random() < 0.25:
        pen.line([*corners, corners[0], corners[1]], fill=ink, width=max(4, int(reach * 0.16)), joint="curve")
    else:
        pen.polygon(corners, fill=ink)
    if hardship == "occluded":
        _bar(rng, picture, (middle[0], middle[1]), reach, _near(rng, ground, 60))
    picture = picture.resize((width, height), Image.Resampling.LANCZOS)
    if rng.random() < 0.3:
        picture = picture.filter(ImageFilter.GaussianBlur(rng.uniform(0.4, 1.2)))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=90)
    return out.getvalue()


def _placed(outline: list[Point], middle: Point, reach: float, turn: float) -> list[Point]:
    cos, sin = math.cos(turn), math.sin(turn)
    return [(middle[0] + reach * (x * cos - y * sin), middle[1] + reach * (x * sin + y * cos)) for x, y in outline]


def _colors(rng: random.Random, *, faint: bool) -> tuple[Color, Color]:
    """Ground and ink whose brightness differs by 18 to 30 of 255 when faint, else by at least 75."""
    while True:
        ground = (rng.randint(20, 235), rng.randint(20, 235), rng.randint(20, 235))
        ink = _near(rng, ground, 40) if faint else (rng.randint(0, 255), rng.randint(0, 255), rng.randint(0, 255))
        apart = abs(_light(ground) - _light(ink))
        if (18 <= apart <= 30) if faint else apart >= 75:
            return ground, ink


def _light(color: Color) -> float:
    return 0.299 * color[0] + 0.587 * color[1] + 0.114 * color[2]


def _near(rng: random.Random, color: Color, spread: int) -> Color:
    red, green, blue = (max(0, min(255, part + rng.randint(-spread, spread))) for part in color)
    return red, green, blue


def _texture(rng: random.Random, size: tuple[int, int], ground: Color) -> Image.Image:
    """Soft spots around the ground's color, coarse and fine, so that no two grounds are alike."""
    picture = Image.new("RGB", size, ground)
    for grain, weight in ((rng.randint(3, 5), 0.22), (rng.randint(12, 20), 0.10)):
        spots = Image.frombytes("RGB", (grain, grain), rng.randbytes(grain * grain * 3))
        picture = Image.blend(picture, spots.resize(size, Image.Resampling.BICUBIC), weight)
    return picture


def _scribble(rng: random.Random, picture: Image.Image, color: Color) -> None:
    pen = ImageDraw.Draw(picture)
    points = [(rng.uniform(0, picture.width), rng.uniform(0, picture.height)) for _ in range(rng.randint(2, 4))]
    pen.line(points, fill=color, width=rng.randint(4, 10), joint="curve")


def _bar(rng: random.Random, picture: Image.Image, middle: Point, reach: float, color: Color) -> None:
    """A bar over part of the shape that leaves most of its outline to be seen."""
    turn = rng.uniform(0, math.pi)
    away = rng.uniform(-0.5, 0.5) * reach
    x, y = middle[0] - away * math.sin(turn), middle[1] + away * math.cos(turn)
    long = (math.cos(turn) * reach * 1.6, math.sin(turn) * reach * 1.6)
    pen = ImageDraw.Draw(picture)
    ends = [(x - long[0], y - long[1]), (x + long[0], y + long[1])]
    pen.line(ends, fill=color, width=max(6, int(reach * rng.uniform(0.35, 0.55))))
