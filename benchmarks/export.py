"""How fast is a version written in each format, beside the least that the machine could do, and in how much memory?

`python -m benchmarks.export --rows 60000` freezes that many records with drawn labels (boxes, or classes for formats of
classes) over small made-up picture files, and exports them, each format in a process of its own, at N and at N / 10
records. The floor reads the same members and writes them into a zip in a bare loop: no records, no checks, no digests.
Memory is the most that a process held, at both sizes: what grows is the zip's own list of members. A second export must
be the same bytes.

`--bccd ZIP` brings a real VOC set in as gold, freezes it, exports COCO, VOC and YOLO, brings each of those in again,
and counts boxes after every step: one that is lost or moved is an error.
"""

import argparse
import hashlib
import io
import json
import random
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any

from annotate.datasets.archive import ZipSink
from annotate.datasets.format import write_export
from annotate.datasets.formats import FORMATS
from annotate.manifest.read import open_version
from annotate.manifest.schema import ClassEntry, Label, ManifestFields, Record
from annotate.manifest.write import write_version
from benchmarks.bccd import whole_circle
from benchmarks.conditions import conditions, report, say

SIDE = 512
CLASSES = 20
PICTURE_BYTES = 2048


def make_records(folder: Path, kind: str, rows: int) -> None:
    """A version of that many records with twelve boxes each, or one class."""
    draw = random.Random(rows)
    entries = tuple(ClassEntry(index, 101 + index, f"c{index}", f"class {index}") for index in range(CLASSES))
    contents = {}
    for number in range(rows):
        content = number.to_bytes(4, "big") * (PICTURE_BYTES // 4)
        contents[hashlib.sha256(content).hexdigest()] = number
    records = (make_record(digest, number, kind, draw) for digest, number in sorted(contents.items()))
    write_version(
        folder,
        ManifestFields(project="benchmark", kind=kind, classes=entries),
        records=records,
        open_image=lambda one: io.BytesIO(contents[one.digest].to_bytes(4, "big") * (PICTURE_BYTES // 4)),
    )


def make_record(digest: str, number: int, kind: str, draw: random.Random) -> Record:
    split = ("train",) * 8 + ("val", "holdout")
    value: dict[str, Any] = {"choice": [101 + draw.randrange(CLASSES)]}
    if kind == "box":
        value = {"boxes": []}
        for _ in range(12):
            x, y = draw.randrange(SIDE - 40), draw.randrange(SIDE - 40)
            corners = [x + 0.25, y + 0.5, x + 30.75, float(y + 40)]
            value["boxes"].append({"concept": 101 + draw.randrange(CLASSES), "box": corners})
    return Record(
        digest=digest, path=f"images/{digest[:2]}/{digest}.jpg", width=SIDE, height=SIDE, split=split[number % 10],
        group=f"g{number}", name=f"{number}.jpg", state="labeled", labels=(Label(kind, value, 0.9),),
    )  # fmt: skip


def export_once(folder: Path, name: str, target: Path) -> dict[str, Any]:
    """One export, and one more for its digest; run in a process of its own."""
    version, found = open_version(folder), []
    options = {"pictures": True} if name == "csv" else {}
    for _ in range(2):
        began = time.monotonic()
        with target.open("wb") as file, ZipSink(file) as sink:
            written = write_export(version, FORMATS[name], sink, options=options)["pictures"]["written"]
        seconds = time.monotonic() - began
        with target.open("rb") as file:
            found.append((seconds, hashlib.file_digest(file, "sha256").hexdigest()))
    assert found[0][1] == found[1][1], f"{name}: a second export gave other bytes"
    return {"rows": written, "seconds": min(one[0] for one in found), "digest": found[0][1], "peak_rss_mb": peak_mb()}


def peak_mb() -> float:
    """The most memory this process held since it began; getrusage would still count what its parent held before."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def in_child(folder: Path, name: str, target: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.export", "--one", name, "--version", str(folder), "--to", str(target)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def floor(source: Path, target: Path) -> float:
    """Seconds to read the members of an export and write them into another zip."""
    began = time.monotonic()
    with zipfile.ZipFile(source) as given, zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as made:
        for info in given.infolist():
            made.writestr(info.filename, given.read(info))
    return time.monotonic() - began


def measured(scratch: Path, name: str, rows: int) -> dict[str, Any]:
    """Figures of one format."""
    kind = "box" if FORMATS[name].accepts("box") else "choice"
    found = {}
    for number in (rows // 10, rows):
        folder = scratch / f"{kind}-{number}"
        if not folder.exists():
            make_records(folder, kind, number)
        found[number] = in_child(folder, name, scratch / "export.zip")
    least = floor(scratch / "export.zip", scratch / "floor.zip")
    whole, small = found[rows], found[rows // 10]
    assert whole["rows"] == rows
    speed, best = rows / whole["seconds"], rows / least
    figures = {
        "rows_per_s": round(speed), "floor_rows_per_s": round(best), "share_of_floor": round(speed / best, 3),
        "peak_rss_mb": round(whole["peak_rss_mb"], 1), "peak_rss_mb_tenth": round(small["peak_rss_mb"], 1),
        "bytes": (scratch / "export.zip").stat().st_size, "digest": whole["digest"],
    }  # fmt: skip
    say(f"{name}: {figures['rows_per_s']} rows/s of {figures['floor_rows_per_s']}, {figures['peak_rss_mb']} MB")
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=60_000)
    parser.add_argument("--format", action="append", choices=sorted(FORMATS), help="may be repeated; all by itself")
    parser.add_argument("--bccd", type=Path, help="a VOC set as a zip, taken through the whole circle")
    parser.add_argument("--one", choices=sorted(FORMATS), help=argparse.SUPPRESS)
    parser.add_argument("--version", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--to", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(export_once(arguments.version, arguments.one, arguments.to)), flush=True)
        return
    result: dict[str, Any] = {"benchmark": "export", "quick": arguments.rows < 60_000, "rows": arguments.rows}
    with tempfile.TemporaryDirectory(prefix="fovea-export-") as scratch:
        if arguments.bccd:
            result["bccd"] = whole_circle(arguments.bccd, Path(scratch) / "home")
        if arguments.rows:
            names = arguments.format or sorted(FORMATS)
            result["formats"] = {name: measured(Path(scratch), name, arguments.rows) for name in names}
    report({**result, "conditions": conditions(rows=arguments.rows)})


if __name__ == "__main__":
    main()
