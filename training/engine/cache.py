"""The pixel cache: each picture of a version decoded once, for every run, epoch and evaluation that follows.

One uint8 file of (pictures, height, width, 3), rows in the version's record order, under a name made of what decides
its bytes. It is written beside, sealed by its SHA-256, and renamed; a file that does not match its seal is made again.
"""

import hashlib
import io
import json
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from filelock import FileLock, Timeout
from PIL import Image, ImageOps

from annotate.manifest.read import Version
from annotate.manifest.schema import Record
from training.engine.errors import Fault
from training.engine.files import file_digest, read_json, sync_file, sync_folder, write_json

LAYOUT = 1  # part of the name: raised when the same rule would give other bytes
CHUNK = 256
STRIDE = 32
GROUND = (128, 128, 128)
Progress = Callable[[int, int], None]


def open_cache(version: Version, root: Path, *, size: int, resize: str, progress: Progress) -> torch.Tensor:
    """All pictures of the version as uint8 (n, height, width, 3), mapped from disk; built first where it is not there.

    Both sides are `size`, but with the rule "fit", where all pictures share the least canvas that holds each of them.

    Waits while another process builds the same one. `progress(done, total)` is called while working or waiting and
    may raise to give up. Fault data for a picture that is missing, changed or no picture.
    """
    name = hashlib.sha256(f"{LAYOUT}|{version.manifest.digest}|{size}|{resize}".encode()).hexdigest()[:32]
    total = int(version.manifest.counts["images"])
    root.mkdir(parents=True, exist_ok=True)
    folder = root / name
    canvas = canvas_of(version, size) if resize == "fit" else (size, size)
    if not is_whole(folder, total=total, canvas=canvas):
        lock = FileLock(root / f"{name}.lock")
        _wait_for(lock, lambda: progress(0, total))
        try:
            if not is_whole(folder, total=total, canvas=canvas):
                shutil.rmtree(folder, ignore_errors=True)
                _build(version, folder, total=total, size=size, canvas=canvas, resize=resize, progress=progress)
        finally:
            lock.release()
    return _map(folder, total=total, canvas=canvas)


def decode_rows(version: Version, rows: Sequence[int], *, size: int, resize: str, progress: Progress) -> torch.Tensor:
    """The pictures of these rows as `open_cache` has them, decoded now and kept nowhere: for a look at a few."""
    canvas = canvas_of(version, size) if resize == "fit" else (size, size)
    wanted = set(rows)
    records = {place: record for place, record in enumerate(version.records()) if place in wanted}
    pixels = np.empty((len(rows), *canvas, 3), np.uint8)
    for place, row in enumerate(rows):
        progress(place, len(rows))
        pixels[place] = _decode_record(version, records[row], size=size, canvas=canvas, resize=resize)
    progress(len(rows), len(rows))
    return torch.from_numpy(pixels)


def fitted(width: int, height: int, size: int) -> tuple[int, int]:
    """Width and height of a picture whose longer side becomes `size`; at least one pixel each way."""
    longer = max(width, height)
    return max(1, round(width * size / longer)), max(1, round(height * size / longer))


def canvas_of(version: Version, size: int) -> tuple[int, int]:
    """Height and width, multiples of 32 (the coarsest stride of a network), that hold every fitted picture."""
    sides = {fitted(record.width, record.height, size) for record in version.records()} or {(size, size)}
    return least_canvas(sides)


def least_canvas(sides: Collection[tuple[int, int]]) -> tuple[int, int]:
    """Height and width, multiples of 32, that hold each of these (width, height)."""
    high, wide = (max(side[place] for side in sides) for place in (1, 0))
    return -(-high // STRIDE) * STRIDE, -(-wide // STRIDE) * STRIDE


def is_whole(folder: Path, *, total: int, canvas: tuple[int, int]) -> bool:
    """Whether the folder holds the pixels that its seal speaks of."""
    pixels = folder / "pixels.bin"
    try:
        seal = read_json(folder / "seal.json")
        if seal["images"] != total or pixels.stat().st_size != total * canvas[0] * canvas[1] * 3:
            return False
        return bool(seal["sha256"] == file_digest(pixels))
    except (OSError, KeyError, TypeError, json.JSONDecodeError, ValueError):
        return False


def decode(content: bytes, *, size: int, resize: str, canvas: tuple[int, int] | None = None) -> np.ndarray:
    """The picture as uint8 (height, width, 3); large JPEGs are shrunk while decoding.

    With the rule "fit" it lies in the upper left corner of the canvas, which is grey elsewhere.
    """
    with Image.open(io.BytesIO(content)) as picture:
        whole = picture.size
        picture.draft("RGB", (size * 2, size * 2))
        return arrange(picture.convert("RGB"), whole=whole, size=size, resize=resize, canvas=canvas)


def arrange(
    upright: Image.Image, *, whole: tuple[int, int], size: int, resize: str, canvas: tuple[int, int] | None = None
) -> np.ndarray:
    """An RGB picture, perhaps shrunk while decoding, as `decode` gives it; `whole` is its size before that."""
    if resize == "fit":
        height, width = canvas or (size, size)
        sheet = Image.new("RGB", (width, height), GROUND)
        sheet.paste(upright.resize(fitted(*whole, size), Image.Resampling.BILINEAR))
        return np.asarray(sheet)
    if resize == "press":
        square = upright.resize((size, size), Image.Resampling.BILINEAR)
    else:
        square = ImageOps.fit(upright, (size, size), Image.Resampling.BILINEAR)
    return np.asarray(square)


def _build(
    version: Version,
    folder: Path,
    *,
    total: int,
    size: int,
    canvas: tuple[int, int],
    resize: str,
    progress: Progress,
) -> None:
    needed = total * canvas[0] * canvas[1] * 3
    if shutil.disk_usage(folder.parent).free < needed:
        raise Fault("server", f"the pixel cache needs {needed / 1e9:.1f} GB, and the disk of {folder.parent} has less")
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        seal = hashlib.sha256()
        done = 0
        with (draft / "pixels.bin").open("wb") as file, ThreadPoolExecutor(torch.get_num_threads()) as pool:

            def work(record: Record) -> np.ndarray:
                return _decode_record(version, record, size=size, canvas=canvas, resize=resize)

            for chunk in _chunks(version.records()):
                progress(done, total)
                for pixels in pool.map(work, chunk):
                    row = pixels.tobytes()
                    seal.update(row)
                    file.write(row)
                done += len(chunk)
        if done != total:
            raise Fault("data", f"the manifest speaks of {total} pictures, and the records are {done}")
        sync_file(draft / "pixels.bin")
        write_json(draft / "seal.json", {"images": total, "size": size, "resize": resize, "sha256": seal.hexdigest()})
        draft.replace(folder)
        sync_folder(folder.parent)
        progress(total, total)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def _decode_record(version: Version, record: Record, *, size: int, canvas: tuple[int, int], resize: str) -> np.ndarray:
    try:
        with version.open_image(record) as file:
            content = file.read()
    except OSError as error:
        raise Fault("data", f"picture {record.digest[:12]} ({record.name}) cannot be read: {error.strerror}") from error
    if hashlib.sha256(content).hexdigest() != record.digest:
        raise Fault("data", f"picture {record.digest[:12]} ({record.name}) is not the one this version was made with")
    try:
        return decode(content, size=size, resize=resize, canvas=canvas)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Fault("data", f"picture {record.digest[:12]} ({record.name}) cannot be decoded: {error}") from error


def _chunks(records: Iterator[Record]) -> Iterator[list[Record]]:
    while chunk := list(islice(records, CHUNK)):
        yield chunk


def _map(folder: Path, *, total: int, canvas: tuple[int, int]) -> torch.Tensor:
    shape = (total, *canvas, 3)
    if total == 0:
        return torch.empty(shape, dtype=torch.uint8)
    # copy on write: torch wants writable memory, and nothing ever writes to it
    return torch.from_numpy(np.memmap(folder / "pixels.bin", np.uint8, "c", shape=shape))


def _wait_for(lock: FileLock, tell: Callable[[], None]) -> None:
    while True:
        try:
            lock.acquire(timeout=1.0)
            return
        except Timeout:
            tell()
