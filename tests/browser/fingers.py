"""Fingers and a pen on the glass, as Chromium itself gets them from a screen."""

from collections.abc import Sequence

from playwright.sync_api import Page

Point = tuple[float, float]


class Glass:
    """The touch screen of a page, by the DevTools protocol: several points at a time, and a pen with its own kind."""

    def __init__(self, page: Page) -> None:
        self.protocol = page.context.new_cdp_session(page)

    def touch(self, kind: str, points: Sequence[Point]) -> None:
        """One event (`touchStart`, `touchMove`, `touchEnd`) with all the fingers that are down."""
        fingers = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        self.protocol.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})

    def slide(self, start: Sequence[Point], end: Sequence[Point], *, steps: int = 8) -> None:
        """The fingers go down one after the other, from `start` to `end`, and up together."""
        for count in range(1, len(start) + 1):
            self.touch("touchStart", start[:count])
        for step in range(1, steps + 1):
            share = step / steps
            between = [
                (x0 + (x1 - x0) * share, y0 + (y1 - y0) * share) for (x0, y0), (x1, y1) in zip(start, end, strict=True)
            ]
            self.touch("touchMove", between)
        self.touch("touchEnd", [])

    def pen(self, kind: str, at: Point) -> None:
        """One event (`mousePressed`, `mouseMoved`, `mouseReleased`) of a pen that touches the glass."""
        x, y = at
        down = {"button": "left", "buttons": 0 if kind == "mouseReleased" else 1, "clickCount": 1}
        self.protocol.send("Input.dispatchMouseEvent", {"type": kind, "x": x, "y": y, "pointerType": "pen", **down})

    def stroke(self, start: Point, end: Point) -> None:
        self.pen("mousePressed", start)
        self.pen("mouseMoved", ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2))
        self.pen("mouseMoved", end)
        self.pen("mouseReleased", end)
