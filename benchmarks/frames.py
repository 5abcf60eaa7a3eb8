"""Frames as the browser itself tells them: a DevTools trace of one page, and what was displayed when."""

import json
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, Page

CATEGORIES = [
    "-*", "cc", "benchmark", "toplevel", "blink.user_timing",
    "disabled-by-default-devtools.timeline", "disabled-by-default-devtools.timeline.frame",
]  # fmt: skip
SYNC = "() => { performance.mark('fovea-sync'); return performance.getEntriesByName('fovea-sync').at(-1).startTime }"
SHOWN = {"STATE_PRESENTED_ALL", "STATE_PRESENTED_PARTIAL"}


@dataclass
class Trace:
    """What a page showed. Times are milliseconds of its own clock (`performance.now`)."""

    displayed: list[float] = field(default_factory=list)
    """When each frame was on the display, ascending."""
    longest_task: float = 0.0
    """Of the page's main thread, in milliseconds."""
    committed: list[tuple[float, int]] = field(default_factory=list)
    """When the page had finished each of its frames, and the frame's number."""
    whole: list[tuple[int, float]] = field(default_factory=list)
    """Numbers of the frames that were displayed with what the page drew in them, and when."""

    def shown_after(self, at: float) -> float | None:
        """When the first frame was on the display that the page finished after `at`; None if none was."""
        place = bisect_left(self.committed, (at, -1))
        if place == len(self.committed):
            return None
        frame = self.committed[place][1]
        return min((when for number, when in self.whole if number >= frame), default=None)


@contextmanager
def traced(browser: Browser, page: Page) -> Iterator[Trace]:
    """A trace that is filled with what the page showed within the block when the block is left."""
    trace = Trace()
    browser.start_tracing(page=page, categories=CATEGORIES)
    sync = page.evaluate(SYNC)
    try:
        yield trace
    finally:
        events = json.loads(browser.stop_tracing())["traceEvents"]
    fill(trace, events, sync)


def fill(trace: Trace, events: list[dict[str, Any]], sync: float) -> None:
    """From the events of a trace in which the page marked `fovea-sync` at `sync` of its clock."""
    mark = [event for event in events if event["name"] == "fovea-sync" and "ts" in event][-1]
    offset = mark["ts"] / 1000 - sync
    begun: dict[str, tuple[str, int]] = {}
    for event in sorted((each for each in events if each.get("pid") == mark["pid"]), key=lambda each: each["ts"]):
        at = event["ts"] / 1000 - offset
        name = event["name"]
        if name == "Commit" and "frameSeqId" in event.get("args", {}):  # other events of this name are parts of it
            trace.committed.append((at + event.get("dur", 0) / 1000, event["args"]["frameSeqId"]))
        elif name == "PipelineReporter" and event["ph"] == "b":
            told = event["args"]["frame_reporter"]
            begun[event["id2"]["local"]] = (told["state"], told["frame_sequence"])
        elif name == "PipelineReporter" and event["ph"] == "e":
            state, number = begun.pop(event["id2"]["local"], ("", 0))
            if state in SHOWN:
                trace.displayed.append(at)
            if state == "STATE_PRESENTED_ALL":
                trace.whole.append((number, at))
        elif name == "RunTask" and event["tid"] == mark["tid"]:
            trace.longest_task = max(trace.longest_task, event.get("dur", 0) / 1000)
    trace.committed.sort()


def waits(trace: Trace, keys: list[float], marks: list[float]) -> list[float]:
    """For each key the time until what was drawn first after it was on the display."""
    found = []
    for key in keys:
        drawn_at = next((mark for mark in marks if mark > key), None)
        shown = None if drawn_at is None else trace.shown_after(drawn_at)
        if shown is not None:
            found.append(shown - key)
    return found
