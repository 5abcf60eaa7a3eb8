"""Small pictures of shapes, for tests that need something a network can learn."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

SHAPES = ("disc", "square", "stripe")


def draw(shape: str, number: int, *, side: int = 32) -> Image.Image:
    """One shape on noise; differs for every number."""
    rng = np.random.default_rng([SHAPES.index(shape), number])
    noise = rng.integers(0, 90, (side, side, 3), dtype=np.uint8)
    picture = Image.fromarray(noise)
    pen = ImageDraw.Draw(picture)
    colour = tuple(int(value) for value in rng.integers(150, 256, 3))
    left, top = (int(value) for value in rng.integers(2, 9, 2))
    box = (left, top, left + int(rng.integers(14, 20)), top + int(rng.integers(14, 20)))
    if shape == "disc":
        pen.ellipse(box, fill=colour)
    elif shape == "square":
        pen.rectangle(box, fill=colour)
    else:
        pen.line((left, top, side - left, side - top), fill=colour, width=4)
    return picture


def write_tree(folder: Path, *, each: int, first: int = 0) -> Path:
    """`folder/<shape>/NNN.png`, as many of each shape."""
    for shape in SHAPES:
        (folder / shape).mkdir(parents=True, exist_ok=True)
        for number in range(first, first + each):
            draw(shape, number).save(folder / shape / f"{number:04}.png")
    return folder
