"""Pictures of a harbour, drawn here, with a box round each thing: what the manual's pictures show."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from PIL import Image, ImageDraw, ImageFilter

Point = tuple[float, float]
Colour = tuple[int, int, int]
CLASSES = ("sailing boat", "motor boat", "buoy", "gull")
SIZE = (960, 640)
FINE = 2  # drawn so many times larger and then reduced, so that edges are smooth
# Sky above, sky at the horizon, far hills, near hills, sea far, sea near.
LIGHTS: tuple[tuple[Colour, ...], ...] = (
    ((88, 150, 214), (246, 226, 190), (140, 166, 190), (92, 128, 146), (120, 178, 196), (28, 92, 128)),
    ((64, 78, 140), (250, 186, 140), (134, 116, 158), (86, 82, 128), (206, 150, 150), (46, 56, 108)),
    ((150, 200, 226), (240, 244, 238), (164, 192, 186), (104, 150, 136), (156, 206, 208), (40, 128, 140)),
)
HULLS: tuple[Colour, ...] = ((196, 62, 54), (36, 66, 110), (240, 240, 236), (44, 116, 96), (226, 152, 54))
SAILS: tuple[Colour, ...] = ((250, 247, 238), (247, 214, 160), (232, 120, 92), (214, 230, 240))


@dataclass
class Scene:
    """A picture and what is on it: (class, x0, y0, x1, y1) in its pixels."""

    picture: Image.Image
    things: list[tuple[str, float, float, float, float]] = field(default_factory=list)


@dataclass
class Brush:
    """Draws in the picture's own pixels and remembers how far the thing in hand reaches."""

    pen: ImageDraw.ImageDraw
    reach: list[Point] = field(default_factory=list)

    def area(self, points: Sequence[Point], colour: Colour) -> None:
        self.reach += points
        self.pen.polygon([(x * FINE, y * FINE) for x, y in points], fill=colour)

    def line(self, points: Sequence[Point], colour: Colour, width: float) -> None:
        self.reach += points
        self.pen.line([(x * FINE, y * FINE) for x, y in points], colour, max(1, round(width * FINE)), joint="curve")

    def disc(self, x: float, y: float, r: float, colour: Colour) -> None:
        self.reach += [(x - r, y - r), (x + r, y + r)]
        self.pen.ellipse([(x - r) * FINE, (y - r) * FINE, (x + r) * FINE, (y + r) * FINE], fill=colour)


def scenes(count: int, *, seed: int = 3, size: tuple[int, int] = SIZE) -> Iterator[Scene]:
    """That many harbours, the same ones every time."""
    for number in range(count):
        yield draw(random.Random(f"{seed} {number}"), LIGHTS[number % len(LIGHTS)], size)


def draw(rng: random.Random, light: tuple[Colour, ...], size: tuple[int, int]) -> Scene:
    """One harbour: far things are small and stand near the horizon, near ones are drawn over them."""
    width, height = size
    horizon = height * rng.uniform(0.36, 0.44)
    picture = _ground(rng, light, size, horizon)
    brush = Brush(ImageDraw.Draw(picture))
    found = Scene(picture)
    for _ in range(rng.randint(1, 3)):
        _add(found, brush, "gull", _gull, rng, (rng.uniform(0.1, 0.9) * width, horizon * rng.uniform(0.2, 0.7)), 13)
    places = _places(rng, size, horizon)
    for x, y in places:
        near = (y - horizon) / (height - horizon)
        scale = (34 + 190 * near) * height / SIZE[1]
        name = rng.choices(CLASSES[:3], (5, 3, 3))[0]
        _add(found, brush, name, PAINTERS[name], rng, (x, y), scale)
    found.picture = picture.resize(size, Image.Resampling.LANCZOS)
    return found


def _places(rng: random.Random, size: tuple[int, int], horizon: float) -> list[Point]:
    """Where things float, the far ones first, none in front of the middle of another."""
    width, height = size
    places: list[Point] = []
    for _ in range(60):
        near = rng.random() ** 1.3
        x, y = rng.uniform(0.1, 0.9) * width, horizon + (0.06 + 0.8 * near) * (height - horizon)
        room = 60 + 130 * near
        if all(abs(x - other) > room or abs(y - level) > 2.2 * room for other, level in places):
            places.append((x, y))
    return sorted(places[: rng.randint(5, 8)], key=lambda place: place[1])


def _add(found: Scene, brush: Brush, name: str, painter, rng: random.Random, at: Point, scale: float) -> None:  # type: ignore[no-untyped-def]
    brush.reach = []
    painter(brush, rng, at, scale)
    right, below = (side / FINE for side in found.picture.size)
    x0, y0 = (max(0.0, min(one[axis] for one in brush.reach)) for axis in (0, 1))
    x1, y1 = min(right, max(x for x, _ in brush.reach)), min(below, max(y for _, y in brush.reach))
    found.things.append((name, round(x0, 1), round(y0, 1), round(x1, 1), round(y1, 1)))


def _ground(rng: random.Random, light: tuple[Colour, ...], size: tuple[int, int], horizon: float) -> Image.Image:
    width, height = (side * FINE for side in size)
    level = round(horizon * FINE)
    picture = Image.new("RGB", (width, height))
    picture.paste(_fade(light[0], light[1], (width, level)), (0, 0))
    picture.paste(_fade(light[4], light[5], (width, height - level)), (0, level))
    sun = Image.new("L", (width, height))
    x, y, r = width * rng.uniform(0.2, 0.8), level * rng.uniform(0.5, 0.8), height * 0.05
    ImageDraw.Draw(sun).ellipse([x - r, y - r, x + r, y + r], fill=255)
    glow = sun.filter(ImageFilter.GaussianBlur(r)).point(lambda value: value // 2)
    for mask in (glow, sun):
        picture.paste((255, 244, 214), mask=mask)
    pen = ImageDraw.Draw(picture)
    for depth, colour in ((0.32, light[2]), (0.18, light[3])):
        tops = [(width * n / 8, level - height * depth * rng.uniform(0.15, 0.62)) for n in range(-1, 11)]
        pen.polygon([(-width, level), *_smooth(tops), (2 * width, level)], fill=colour)
    pen.rectangle([0, level, width, level + 2], fill=_mix(light[4], (255, 255, 255), 0.3))
    for _ in range(90):
        near = rng.random()
        left, top = rng.uniform(-0.1, 1) * width, level + (0.02 + 0.98 * near) * (height - level)
        reach = (10 + 70 * near) * FINE
        tone = _mix(_mix(light[4], light[5], near), (255, 255, 255), rng.uniform(0.06, 0.22))
        pen.line([(left, top), (left + reach, top)], fill=tone, width=max(2, round((1 + 2 * near) * FINE)))
    return picture


def _fade(above: Colour, below: Colour, size: tuple[int, int]) -> Image.Image:
    column = Image.new("RGB", (1, size[1]))
    column.putdata([_mix(above, below, row / size[1]) for row in range(size[1])])
    return column.resize(size)


def _mix(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _smooth(points: Sequence[Point]) -> list[Point]:
    """A curve through the middles of neighbours."""
    curve = []
    for (ax, ay), (bx, by), (cx, cy) in zip(points, points[1:], points[2:], strict=False):
        start, end = ((ax + bx) / 2, (ay + by) / 2), ((bx + cx) / 2, (by + cy) / 2)
        for step in range(12):
            t = step / 12
            near, mid, far = (1 - t) ** 2, 2 * t * (1 - t), t**2
            curve.append((near * start[0] + mid * bx + far * end[0], near * start[1] + mid * by + far * end[1]))
    return curve


def _hull(brush: Brush, at: Point, half: float, deep: float, colour: Colour) -> None:
    x, y = at
    brush.area(
        [(x - half, y - deep), (x + half * 1.12, y - deep * 1.15), (x + half * 0.8, y), (x - half * 0.8, y)], colour
    )
    stripe = _mix(colour, (255, 255, 255), 0.55)
    brush.line([(x - half * 0.93, y - deep * 0.68), (x + half, y - deep * 0.74)], stripe, deep * 0.16)
    brush.line([(x - half * 0.8, y), (x + half * 0.8, y)], _mix(colour, (20, 30, 50), 0.6), deep * 0.2)


def _sailing_boat(brush: Brush, rng: random.Random, at: Point, scale: float) -> None:
    x, y = at
    half, deep, tall = scale * 0.46, scale * 0.17, scale * rng.uniform(1.15, 1.35)
    mast, foot, top = x + half * 0.05, y - deep * 1.35, y - tall
    sail, shade = rng.choice(SAILS), (70, 52, 44)
    brush.line([(mast, y - deep), (mast, top)], shade, scale * 0.025)
    brush.area([(mast + scale * 0.03, top + scale * 0.05), (mast + scale * 0.03, foot), (x + half * 1.02, foot)], sail)
    brush.area(
        [(mast - scale * 0.03, top + scale * 0.16), (mast - scale * 0.03, foot), (x - half * 0.85, foot)],
        _mix(sail, (110, 120, 150), 0.22),
    )
    _hull(brush, at, half, deep, rng.choice(HULLS))


def _motor_boat(brush: Brush, rng: random.Random, at: Point, scale: float) -> None:
    x, y = at
    half, deep = scale * 0.56, scale * 0.22
    roof, glass = (246, 244, 238), (84, 124, 150)
    cabin = [
        (x - half * 0.55, y - deep),
        (x - half * 0.5, y - deep * 2.3),
        (x + half * 0.2, y - deep * 2.3),
        (x + half * 0.42, y - deep),
    ]
    brush.area(cabin, roof)
    for left in (-0.4, -0.08):
        brush.area(
            [(x + half * left, y - deep * 1.25), (x + half * left, y - deep * 1.95),
             (x + half * (left + 0.24), y - deep * 1.95), (x + half * (left + 0.24), y - deep * 1.25)],
            glass,
        )  # fmt: skip
    brush.line([(x - half * 0.2, y - deep * 2.3), (x - half * 0.2, y - deep * 3.3)], (70, 70, 80), scale * 0.025)
    _hull(brush, at, half, deep, rng.choice(HULLS))


def _buoy(brush: Brush, rng: random.Random, at: Point, scale: float) -> None:
    x, y = at
    r = scale * 0.15
    colour = rng.choice(((214, 52, 44), (240, 176, 40), (46, 140, 92)))
    brush.area([(x - r, y), (x - r * 0.45, y - r * 2.4), (x + r * 0.45, y - r * 2.4), (x + r, y)], colour)
    brush.area(
        [
            (x - r * 0.75, y - r * 1.05),
            (x - r * 0.62, y - r * 1.6),
            (x + r * 0.62, y - r * 1.6),
            (x + r * 0.75, y - r * 1.05),
        ],
        (248, 246, 240),
    )
    brush.disc(x, y - r * 2.7, r * 0.38, (60, 60, 66))
    brush.line([(x - r * 1.1, y), (x + r * 1.1, y)], _mix(colour, (20, 30, 50), 0.6), r * 0.3)


def _gull(brush: Brush, rng: random.Random, at: Point, scale: float) -> None:
    x, y = at
    wing, lift = scale * rng.uniform(1.3, 1.8), scale * rng.uniform(0.6, 0.9)
    left = [(x - wing, y - lift * 0.35), (x - wing * 0.5, y - lift), (x, y)]
    right = [(x, y), (x + wing * 0.5, y - lift), (x + wing, y - lift * 0.35)]
    brush.line([*left, *right], (250, 250, 250), scale * 0.24)
    brush.disc(x, y, scale * 0.2, (250, 250, 250))


PAINTERS = {"sailing boat": _sailing_boat, "motor boat": _motor_boat, "buoy": _buoy, "gull": _gull}
