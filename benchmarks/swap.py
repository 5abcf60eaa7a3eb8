"""The floor of submit to paint: two pictures that lie decoded on a page with nothing else, swapped by a key.

Timed as the label page is, from the key's own time stamp to the frame on the display: what this browser on this machine
needs for a frame at all.
"""

import base64
import io
import random

from PIL import Image
from playwright.sync_api import Browser

from benchmarks.frames import traced, waits

# As large as a picture of 4 by 3 is on the label page in the benchmark's window.
SIZE = (1040, 780)
PAGE = "<!doctype html><style>body{margin:0;background:#2b2b2b}img{position:absolute;inset:0;margin:auto}</style>"
LAY = """async (pictures) => {
  window.keys_at = []; window.swapped_at = []
  const laid = []
  for (const source of pictures) {
    const picture = new Image()
    picture.src = source
    await picture.decode()
    picture.style.visibility = laid.length ? 'hidden' : 'visible'
    document.body.append(picture)
    laid.push(picture)
  }
  addEventListener('keydown', (event) => {
    window.keys_at.push(event.timeStamp)
    laid.reverse()
    laid[0].style.visibility = 'visible'
    laid[1].style.visibility = 'hidden'
    window.swapped_at.push(performance.now())
  })
}"""


def picture(seed: int) -> str:
    """A JPEG with the detail of a photograph, as an address."""
    small = Image.frombytes("RGB", (40, 30), random.Random(seed).randbytes(3600))
    held = io.BytesIO()
    small.resize(SIZE, Image.Resampling.BICUBIC).save(held, "JPEG", quality=90)
    return "data:image/jpeg;base64," + base64.b64encode(held.getvalue()).decode()


def swaps(browser: Browser, window: dict[str, int], count: int, pause_ms: float) -> list[float]:
    """Milliseconds from each of so many keys to the other picture on the display."""
    page = browser.new_page(viewport=window)  # type: ignore[arg-type]
    page.set_content(PAGE)
    page.evaluate(LAY, [picture(seed) for seed in (1, 2)])
    page.wait_for_timeout(500)
    with traced(browser, page) as trace:
        for _ in range(count):
            page.keyboard.press("Enter")
            page.wait_for_timeout(pause_ms)
        keys, marks = page.evaluate("() => [window.keys_at, window.swapped_at]")
    page.close()
    took = waits(trace, keys, marks)
    assert len(took) >= 0.9 * count, f"{len(took)} of {count} frames found in the trace"
    return took
