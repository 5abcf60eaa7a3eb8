"""How fast do pictures come in, compared with the least that must be done for them?

`python -m benchmarks.ingest --folder DIR` (or `--zip FILE`) ingests pictures with `manage.py ingest` into a Fovea of
its own and reports pictures per second between the start and the end of the job. The floor does in a bare loop, on as
many processes as the machine has cores, what cannot be left out: read, hash, decode, the normalised picture and the
renditions, written to disk; no checks, no limits, no database, no duplicates, no likeness, no fsync.
"""

import argparse
import hashlib
import io
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path

from PIL import Image

from benchmarks.conditions import conditions, report, say

ROOT = Path(__file__).resolve().parent.parent
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".gif"}
THUMB, DISPLAY = 320, 2048


def bare(job: tuple[str, str]) -> int:
    """One picture in the barest way; its size in bytes, or 0 where Pillow will not have it."""
    name, folder = job
    data = Path(name).read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    try:
        picture = Image.open(io.BytesIO(data)).convert("RGB")
    except OSError:
        return 0
    sizes = [None, *(side for side in (DISPLAY, THUMB) if max(picture.size) > side)]
    for side in sizes:
        shown = picture
        if side:
            scale = side / max(picture.size)
            shown = picture.resize((max(1, round(picture.width * scale)), max(1, round(picture.height * scale))))
        out = io.BytesIO()
        lossless = side is None and name.endswith(".png")
        shown.save(out, "PNG" if lossless else "JPEG", **({} if lossless else {"quality": 95, "subsampling": 0}))
        Path(folder, f"{digest}-{side or 0}").write_bytes(out.getvalue())
    Path(folder, f"{digest}-original").write_bytes(data)
    return len(data)


def floor(pictures: list[Path], folder: Path, workers: int) -> float:
    """Pictures per second of the bare loop."""
    folder.mkdir()
    jobs = [(str(path), str(folder)) for path in pictures]
    with get_context("fork").Pool(workers) as pool:
        pool.map(bare, jobs[:workers])
        began = time.monotonic()
        good = sum(size > 0 for size in pool.imap_unordered(bare, jobs, chunksize=32))
        return good / (time.monotonic() - began)


def ours(folder: Path, home: Path, database: str) -> dict[str, float]:
    """Counts and seconds of one ingest, from the job's own row."""
    environment = {**os.environ, "FOVEA_HOME": str(home), "FOVEA_DATABASE": database}

    def manage(*arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    manage("migrate", "-v0")
    manage("create_admin")
    made = manage("shell", "-v0", "-c", MAKE_PROJECT).strip().splitlines()[-1]
    began = time.monotonic()
    manage("ingest", made, str(folder))
    whole = time.monotonic() - began
    found = json.loads(manage("shell", "-v0", "-c", COUNT).strip().splitlines()[-1])
    span = datetime.fromisoformat(found["finished"]) - datetime.fromisoformat(found["started"])
    return {"added": found["added"], "refused": found["refused"], "seconds": span.total_seconds(), "whole_s": whole}


MAKE_PROJECT = """
from annotate.accounts.models import User
from annotate.projects import services
print(services.create_project(actor=User.objects.get(), name="Benchmark", classes_text="a\\nb").pk)
"""
COUNT = """
import json
from annotate.core.progress import LongJob
from annotate.ingest.models import BatchFile, Image
job = LongJob.objects.filter(kind="ingest").latest("id")
refused = BatchFile.objects.filter(state="refused").count()
print(json.dumps({"added": Image.objects.count(), "refused": refused,
                  "started": job.started_at.isoformat(), "finished": job.finished_at.isoformat()}))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--folder", type=Path)
    where.add_argument("--zip", type=Path)
    parser.add_argument("--limit", type=int, default=5000, help="pictures to take, drawn by a seeded permutation")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes of the floor")
    parser.add_argument("--database", default="", help="postgres://... ; empty is SQLite")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fovea-ingest-") as scratch:
        folder = taken(arguments, Path(scratch) / "pictures")
        pictures = sorted(path for path in folder.rglob("*") if path.is_file())
        size = sum(path.stat().st_size for path in pictures)
        say(f"{len(pictures)} pictures, {size / 2**20:.0f} MB")
        least = floor(pictures, Path(scratch) / "floor", arguments.workers)
        say(f"floor: {least:.0f} pictures/s")
        found = ours(folder, Path(scratch) / "home", arguments.database)
    speed = found["added"] / found["seconds"]
    result = {
        "images": found["added"], "refused": found["refused"], "images_per_s": round(speed, 1),
        "mb_per_s": round(size / 2**20 / found["seconds"], 2), "floor_images_per_s": round(least, 1),
        "share_of_floor": round(speed / least, 3), "seconds": round(found["seconds"], 1),
        "command_s": round(found["whole_s"], 1),
        "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024, 1),
    }  # fmt: skip
    quick = arguments.limit <= 5000
    settings = {"limit": arguments.limit, "workers": arguments.workers, "database": arguments.database or "SQLite"}
    report({"benchmark": "ingest", "quick": quick, **result, "conditions": conditions(**settings)})


def taken(arguments: argparse.Namespace, folder: Path) -> Path:
    """The chosen pictures in a folder of their own, so that both sides read the same files from the same disk."""
    folder.mkdir()
    if arguments.zip:
        with zipfile.ZipFile(arguments.zip) as archive:
            names = sorted(name for name in archive.namelist() if Path(name).suffix.lower() in SUFFIXES)
            for name in random.Random(0).sample(names, min(arguments.limit, len(names))):
                target = folder / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(archive.read(name))
        return folder
    paths = sorted(path for path in arguments.folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    for path in random.Random(0).sample(paths, min(arguments.limit, len(paths))):
        target = folder / path.relative_to(arguments.folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    return folder


if __name__ == "__main__":
    main()
