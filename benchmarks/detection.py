"""How good a detector does a CPU give in some minutes? BCCD, learned from its trainval list, scored on its test list.

    python -m benchmarks.detection --bccd ZIP --weights FILE --minutes 5

CPU seconds of one thread are counted, everything in: imports, decoding, training, checkpoints. A few steps beforehand
say how many passes fit.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import torch

from benchmarks.bccd_version import read_bccd, write_bccd
from benchmarks.conditions import conditions, report, say
from training.engine.config import config_from
from training.engine.journal import Journal
from training.engine.model import set_training
from training.engine.prepare import prepare
from training.engine.presets import PRESETS

BAR = 0.85
MARGIN = 0.97  # of the minutes that the passes may take by the probe; the rest is start, decoding and other work beside
START = 12.0  # CPU seconds for imports and decoding
PROBE_STEPS = 8
SETTINGS = {"transform": "flip", "threads": 1}
# what the trainer gives its engine
ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "MALLOC_MMAP_MAX_": "0",
    "MALLOC_TRIM_THRESHOLD_": "100000000000",
    "MALLOC_TOP_PAD_": "67108864",
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
}


def main() -> int:
    """0 when everything ran and, from weights with five minutes or more, the bar was reached."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bccd", type=Path, required=True)
    parser.add_argument("--weights", type=Path, help="safetensors of an ImageNet MobileNetV2")
    parser.add_argument("--scratch", action="store_true", help="start from random weights")
    parser.add_argument("--minutes", type=float, default=5.0, help="CPU minutes for the training")
    parser.add_argument("--quick", action="store_true", help="half a minute, to see that it runs")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    if asked.scratch == bool(asked.weights):
        parser.error("either --weights FILE or --scratch")
    minutes = 0.5 if asked.quick else asked.minutes
    with tempfile.TemporaryDirectory() as area:
        found = measure(asked, Path(area), minutes)
    settings = {"minutes": minutes, "start": "scratch" if asked.scratch else "weights", "seed": asked.seed, **SETTINGS}
    report({**found, "quick": asked.quick, "conditions": conditions(**settings)})
    return 1 if not asked.scratch and minutes >= 5 and found["map50"] < BAR else 0


def measure(asked: argparse.Namespace, area: Path, minutes: float) -> dict[str, Any]:
    """Version folder, probe, training, evaluation."""
    lists = read_bccd(asked.bccd)
    counts = write_bccd(area / "version", lists).counts
    boxes = sum(len(picture.boxes) for part in lists.values() for picture in part)
    assert (counts["images"], boxes) == (364, 4888), "this is not the whole of BCCD"
    preset = "fcos_mobilenet_v2" if asked.scratch else "fcos_mobilenet_v2_tuned"
    pictures = len(lists["trainval"])
    pace = probe(asked, area, preset)
    epochs = max(1, int((minutes * 60 * MARGIN - START) / (pace * pictures)))
    say(f"{pace:.3f} CPU seconds a picture, so {epochs} passes over {pictures} pictures")
    told = [f"--set={name}={value}" for name, value in {**SETTINGS, "epochs": epochs, "seed": asked.seed}.items()]
    weights = [] if asked.scratch else ["--weights", str(asked.weights)]
    common = ["--version", str(area / "version"), "--cache", str(area / "cache")]
    began = time.monotonic()
    cpu = engine("fit", *common, "--out", str(area / "run"), "--preset", preset, *told, *weights)
    wall = time.monotonic() - began
    result = json.loads((area / "run/result.json").read_text())
    checkpoint = ["--checkpoint", str(area / "run" / result["checkpoint"])]
    scoring = engine("evaluate", *common, *checkpoint, "--out", str(area / "scores"))
    scores = json.loads((area / "scores/evaluation.json").read_text())
    return {
        "map50": scores["map50"]["value"],
        "map50_low": scores["map50"]["low"],
        "map50_high": scores["map50"]["high"],
        "map": scores["map"]["value"],
        "figures": scores["figures"],
        "classes": {one["name"]: one["map50"] for one in scores["classes"]},
        "errors": scores["errors"],
        "tested": scores["counts"]["scored"],
        "images_per_s": round(epochs * pictures / wall, 2),
        "images_per_cpu_s": round(epochs * pictures / cpu, 2),
        "epochs": epochs,
        "train_cpu_s": round(cpu, 1),
        "train_wall_s": round(wall, 1),
        "evaluate_cpu_s": round(scoring, 1),
        "load": [round(one, 1) for one in os.getloadavg()],
    }


def probe(asked: argparse.Namespace, area: Path, preset: str) -> float:
    """CPU seconds that one picture costs a training step on this machine as busy as it is."""
    torch.set_num_threads(1)
    config = config_from({**SETTINGS, "epochs": 1}, PRESETS[preset].config)
    with Journal(area / "probe") as journal:
        training = prepare(area / "version", config, journal, weights=asked.weights, cache=area / "cache", resume=False)
    set_training(training.model, config)
    spent = []
    for batch in range(PROBE_STEPS):
        began = time.process_time()
        rows = training.train_rows[batch * training.config.batch :][: training.config.batch]
        loss = training.problem.step(training.model, training.feed, rows, epoch=1, batch=batch).loss
        torch.autograd.backward(loss)
        training.optimizer.step()
        spent.append((time.process_time() - began) / len(rows))
    return min(spent)


def engine(*arguments: str) -> float:
    """CPU seconds of one command of the engine, as a researcher types it."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "training.engine", *arguments]
    where = {**os.environ, **ENVIRONMENT}
    done = subprocess.run(command, stderr=subprocess.PIPE, stdout=sys.stderr, check=False, env=where)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)


if __name__ == "__main__":
    sys.exit(main())
