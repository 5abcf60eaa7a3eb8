"""The child process that decodes strangers' pictures: `python -m annotate.ingest.decode`, Pillow and nothing else.

It reads messages (four bytes of length, then JSON) from standard input and answers each on standard output. The first
is a `Bounds`; every later one names a file and a prefix for the files to be written. Limits are renewed for each
picture. Whatever goes wrong with a picture is a refusal of that picture; a fault that kills this process is seen by
the parent (`annotate.ingest.decoder`).
"""

import base64
import hashlib
import io
import json
import math
import os
import resource
import struct
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from PIL import (
    GifImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from annotate.ingest import upright

# Importing a plugin is what makes Pillow know it; these are all the formats there are here.
PLUGINS = (JpegImagePlugin, PngImagePlugin, WebPImagePlugin, GifImagePlugin)
SUFFIXES = {"JPEG": ".jpg", "MPO": ".jpg", "PNG": ".png", "WEBP": ".webp", "GIF": ".gif"}
THUMB_SIDE = 320
DISPLAY_SIDE = 2048
# A lossless picture heavier than this is shown as a JPEG of the same size.
DISPLAY_BYTES = 1_500_000
LARGE_PIXELS = 8_000_000
MAX_SCANS = 500
# People who vote meanwhile come first.
NICENESS = 5
GREY_SIDE = 32


@dataclass(frozen=True)
class Bounds:
    """What one picture may be and cost: bytes, pixels, seconds of CPU, bytes of memory."""

    picture_bytes: int
    pixels: int
    seconds: int
    memory: int


class Refusal(Exception):
    """A picture that is not taken: a stable code and a sentence."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def open_checked(data: bytes, bounds: Bounds) -> ImageFile.ImageFile:
    """The picture's header, judged before a single pixel is decoded. Raises Refusal."""
    if not data:
        raise Refusal("empty", "The file is empty.")
    try:
        picture = Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP", "GIF"))
    except UnidentifiedImageError:
        raise Refusal("not_a_picture", "The content is not a JPEG, PNG, WebP or GIF picture.") from None
    except Image.DecompressionBombError:
        raise Refusal("too_many_pixels", _too_many(bounds)) from None
    width, height = picture.size
    if width < 1 or height < 1:
        raise Refusal("damaged", "The picture says that it has no pixels.")
    if width * height > bounds.pixels:
        raise Refusal("too_many_pixels", _too_many(bounds))
    if picture.format in {"JPEG", "MPO"}:
        _check_jpeg(picture, data)
    return picture


def _too_many(bounds: Bounds) -> str:
    return f"The picture has more than {bounds.pixels // 10**6} million pixels."


def _check_jpeg(picture: Any, data: bytes) -> None:
    """Refuses a JPEG of absurdly many scans, and one whose bytes cannot hold the size it claims.

    Huffman coding spends at least one bit on the first coefficient of a block, and in a baseline file at least one
    more on the rest. libjpeg fills what is missing with grey and says nothing, so this is asked beforehand.
    """
    if data.count(b"\xff\xda") > MAX_SCANS:
        raise Refusal("too_many_scans", f"The picture is coded in more than {MAX_SCANS} passes.")
    layers = [(horizontal, vertical) for _, horizontal, vertical, _ in picture.layer]
    if not layers or any(min(layer) < 1 for layer in layers):
        raise Refusal("damaged", "The picture's header makes no sense.")
    widest, tallest = max(h for h, _ in layers), max(v for _, v in layers)
    units = math.ceil(picture.width / (8 * widest)) * math.ceil(picture.height / (8 * tallest))
    blocks = units * sum(h * v for h, v in layers)
    if len(layers) == 1:
        blocks = math.ceil(picture.width / 8) * math.ceil(picture.height / 8)
    if blocks * (1 if picture.info.get("progressive") else 2) > len(data) * 8:
        raise Refusal("implausible_size", "The file is far too short for the size that it claims.")


def is_lossy(picture: ImageFile.ImageFile, data: bytes) -> bool:
    """Whether the file was coded with loss, so that a JPEG of high quality keeps all that it shows."""
    if picture.format in {"JPEG", "MPO"}:
        return True
    return picture.format == "WEBP" and b"VP8L" not in data[12:64]


def fitted(picture: Image.Image, side: int) -> Image.Image:
    """`picture` with no side longer than `side`, and none shorter than a pixel."""
    scale = side / max(picture.size)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def coded(picture: Image.Image, *, lossy: bool) -> bytes:
    """The bytes of a normalised picture: JPEG in full colour resolution, or PNG. No metadata."""
    out = io.BytesIO()
    if lossy:
        picture.save(out, "JPEG", quality=95, subsampling=0)
    else:
        # Packing a very large picture well would take longer than everything else together.
        large = picture.width * picture.height > LARGE_PIXELS
        picture.save(out, "PNG", compress_level=1 if large else 4)
    return out.getvalue()


def prepare(data: bytes, prefix: str, bounds: Bounds) -> dict[str, Any]:
    """Decodes one picture fully, writes `<prefix>.full` and what smaller ones it needs, and tells what it is.

    Raises Refusal.
    """
    source = open_checked(data, bounds)
    form = str(source.format)
    try:
        source.load()
    except (OSError, SyntaxError, ValueError, EOFError, struct.error) as error:
        said = str(error)
        if "truncated" in said or "end of file" in said.lower():
            raise Refusal("truncated", "The picture breaks off in the middle.") from None
        raise Refusal("damaged", "The picture's data is damaged.") from None
    picture, orientation = upright.normalised(source)
    lossy = is_lossy(source, data)
    original_size = source.size
    whole = coded(picture, lossy=lossy)
    Path(f"{prefix}.full").write_bytes(whole)
    made = ["full"]
    small = picture
    if max(picture.size) > DISPLAY_SIDE or (not lossy and len(whole) > DISPLAY_BYTES):
        small = fitted(picture, DISPLAY_SIDE) if max(picture.size) > DISPLAY_SIDE else picture
        small.save(f"{prefix}.display", "JPEG", quality=90)
        made.append("display")
    if max(picture.size) > THUMB_SIDE:
        small = fitted(small, THUMB_SIDE)
        small.save(f"{prefix}.thumb", "JPEG", quality=85)
        made.append("thumb")
    grey = small.convert("L").resize((GREY_SIDE, GREY_SIDE), Image.Resampling.LANCZOS)
    return {
        "digest": hashlib.sha256(whole).hexdigest(),
        "suffix": ".jpg" if lossy else ".png",
        "size": len(whole),
        "width": picture.width,
        "height": picture.height,
        "original_digest": hashlib.sha256(data).hexdigest(),
        "original_suffix": SUFFIXES[form],
        "original_width": original_size[0],
        "original_height": original_size[1],
        "orientation": orientation,
        "grey": base64.b64encode(grey.tobytes()).decode(),
        "made": made,
    }


def answer(request: dict[str, Any], bounds: Bounds) -> dict[str, Any]:
    """The reply to one request; never raises for what is wrong with a picture."""
    try:
        with Path(request["source"]).open("rb") as stream:
            data = stream.read(bounds.picture_bytes + 1)
        if len(data) > bounds.picture_bytes:
            raise Refusal("too_large", f"The file is larger than {bounds.picture_bytes // 2**20} MB.")
        return {"ok": True, **prepare(data, request["prefix"], bounds)}
    except Refusal as refusal:
        return {"ok": False, "code": refusal.code, "reason": refusal.reason}
    except FileNotFoundError:
        return {"ok": False, "code": "lost", "reason": "The delivered bytes are not there any more."}
    except MemoryError:
        return {"ok": False, "code": "too_costly", "reason": "Decoding this picture takes more memory than allowed."}
    except Exception as error:  # a decoder may raise anything at all
        return {"ok": False, "code": "damaged", "reason": f"The picture cannot be decoded ({type(error).__name__})."}


def confine(bounds: Bounds) -> None:
    """Takes away what decoding never needs: memory without end, core files, large files, many open files, haste."""
    os.nice(NICENESS)
    Image.MAX_IMAGE_PIXELS = bounds.pixels
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    # A lossless picture is never larger on disk than its pixels are in memory.
    largest = bounds.pixels * 4 + 2**20
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
    resource.setrlimit(resource.RLIMIT_AS, (bounds.memory, bounds.memory))


def renew(seconds: int) -> None:
    """Gives the next picture `seconds` of CPU from now; the process dies of SIGXCPU after that."""
    until = math.ceil(time.process_time()) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))


def read_message(stream: BinaryIO) -> dict[str, Any] | None:
    """The next message; None at the end of the stream."""
    head = stream.read(4)
    if len(head) < 4:
        return None
    found: dict[str, Any] = json.loads(stream.read(struct.unpack(">I", head)[0]))
    return found


def message(content: dict[str, Any]) -> bytes:
    body = json.dumps(content).encode()
    return struct.pack(">I", len(body)) + body


def first_message(bounds: Bounds) -> bytes:
    return message(asdict(bounds))


def serve(requests: BinaryIO, replies: BinaryIO) -> None:
    """Answers requests in their order until the parent closes the pipe."""
    first = read_message(requests)
    if first is None:
        return
    bounds = Bounds(**first)
    confine(bounds)
    while (request := read_message(requests)) is not None:
        renew(bounds.seconds)
        replies.write(message(answer(request, bounds)))
        replies.flush()


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
