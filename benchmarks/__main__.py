"""`make bench`: the quick form of every benchmark, one JSON line each; what needs data that is not here is named."""

import os
import subprocess
import sys
from pathlib import Path

from benchmarks.conditions import say

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("FOVEA_BENCH_DATA", ROOT.parent / "shared" / "data"))
WEIGHTS = DATA.parent / "weights" / "mobilenet_v2_imagenet.safetensors"
QUICK: dict[str, tuple[str, ...]] = {
    "labeling": ("--tasks", "2000", "--redundancy", "3", "--annotators", "4", "--seconds", "20"),
    "listing": ("--quick",),
    "ingest": ("--zip", str(DATA / "cifar10.zip")),
    "crowd_boxes": (
        *("--quick", "--boxes", str(DATA / "crowd/street.boxes.csv.gz"), "--views"),
        *(str(DATA / "crowd/street.views.csv.gz"), "--expert", str(DATA / "crowd/street_expert.boxes.csv.gz")),
        *("--expert-views", str(DATA / "crowd/street_expert.views.csv.gz")),
    ),
    "export": ("--rows", "6000", "--bccd", str(DATA / "bccd.zip")),
    "detection": ("--quick", "--bccd", str(DATA / "bccd.zip"), "--weights", str(WEIGHTS)),
    "predict": (
        *("--quick", "--zip", str(DATA / "bccd.zip")),
        *("--architecture", "mobilenet_v2", "--weights", str(WEIGHTS)),
    ),
    "training": ("--quick", "--zip", str(DATA / "cifar10.zip")),
    "cycle": ("--quick", "--cifar", str(DATA / "cifar10.zip"), "--votes", str(DATA / "cifar10h.npz")),
}


def main() -> int:
    """0 when every benchmark that could run ended well."""
    failed = 0
    for name, options in QUICK.items():
        absent = [option for option in options if option.startswith(str(DATA.parent)) and not Path(option).exists()]
        if absent:
            say(f"{name}: left out, {absent[0]} is not here (FOVEA_BENCH_DATA names the folder)")
            continue
        failed += (
            subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *options], cwd=ROOT, check=False).returncode
            != 0
        )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
