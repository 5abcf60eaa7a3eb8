"""A small program that keeps the engine's folder contract without learning anything.

What it does stands in `behave.json` of the version folder, or in the file that --behave names: `epochs`, `pause`
(seconds per epoch), `fail` (last words), `die` (a signal to itself), `hang` (ignores SIGTERM), `classes` (concept ids).
"""

import argparse
import fcntl
import json
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

STOP = threading.Event()


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("command")
    for name in ("behave", "version", "out", "config", "cache", "weights", "checkpoint", "predictions"):
        parser.add_argument(f"--{name}", type=Path)
    for name in ("states", "strategy", "seed", "random-share", "architecture", "size"):
        parser.add_argument(f"--{name}")
    parser.add_argument("--concepts", type=int, nargs="*")
    parser.add_argument("--attempt", type=int, default=0)
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--watch-stdin", action="store_true")
    parser.add_argument("--each", action="store_true")
    asked = parser.parse_args()
    if asked.watch_stdin:
        threading.Thread(target=watch, daemon=True).start()
    behave: dict[str, Any] = {}
    place = asked.behave or (asked.version / "behave.json" if asked.version else None)
    if place and place.exists():
        behave = json.loads(place.read_text())
    if "fail" in behave:
        print(f"a line of explanation\nerror: {behave['fail']}", file=sys.stderr, flush=True)
        return 1
    if "die" in behave:
        os.kill(os.getpid(), behave["die"])
    commands = {"fit": fit, "evaluate": evaluate, "predict": predict, "select": select}
    return commands[asked.command](asked, behave)


def watch() -> None:
    while os.read(0, 100):
        pass
    os._exit(4)


def say(out: Path, event: str, **fields: Any) -> None:
    with (out / "metrics.jsonl").open("a") as file:
        file.write(json.dumps({"event": event, "time": time.time(), **fields}) + "\n")


def fit(asked: argparse.Namespace, behave: dict[str, Any]) -> int:
    out: Path = asked.out
    out.mkdir(parents=True, exist_ok=True)
    lock = (out / "lock").open("w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    with (out / "starts.txt").open("a") as file:
        file.write(f"{asked.attempt} {os.getpid()} {int(asked.resume)}\n")
    signal.signal(signal.SIGTERM, signal.SIG_IGN if behave.get("hang") else lambda *_: STOP.set())
    done = sorted((out / "checkpoints").glob("epoch-*")) if asked.resume else []
    first = int(done[-1].name[-4:]) if done else 0
    if not asked.resume:
        (out / "metrics.jsonl").unlink(missing_ok=True)
    epochs = behave.get("epochs", 2)
    say(out, "start", epochs=epochs, steps_per_epoch=1, train=4, val=2, attempt=asked.attempt)
    for epoch in range(first + 1, epochs + 1):
        if STOP.wait(behave.get("pause", 0)):
            say(out, "stopped")
            result(out, "stopped", epoch - 1)
            return 3
        checkpoint(out, epoch, behave.get("classes", []))
        say(out, "step", epoch=epoch, step=1, loss=1 / epoch, lr=0.1, images_per_s=9.5, seconds_left=epochs - epoch)
        say(out, "epoch", epoch=epoch, train_loss=1 / epoch, train_accuracy=0.5, val_loss=2 / epoch, val_accuracy=0.25,
            lr=0.1, seconds=0.1, seconds_left=epochs - epoch)  # fmt: skip
        (out / "log.txt").open("a").write(f"epoch {epoch} of {epochs}\n")
    say(out, "end", epochs=epochs, best_epoch=1)
    result(out, "finished", epochs)
    return 0


def checkpoint(out: Path, epoch: int, concepts: list[int]) -> None:
    folder = out / "checkpoints" / f"epoch-{epoch:04d}"
    folder.mkdir(parents=True)
    asked = json.loads((out / "asked.json").read_text())
    classes = [{"index": index, "id": concept} for index, concept in enumerate(concepts)]
    head = {"epoch": epoch, "seed": asked["seed"], "version_digest": "d", "classes": classes, "files": {}}
    (folder / "checkpoint.json").write_text(json.dumps(head))


def result(out: Path, state: str, epoch: int) -> None:
    place = f"checkpoints/epoch-{epoch:04d}" if epoch else None
    said = {"state": state, "epoch": epoch, "best_epoch": 1, "checkpoint": place, "train_loss": 0.5, "val_loss": 0.7,
            "val_accuracy": 0.25}  # fmt: skip
    (out / "result.json").write_text(json.dumps(said))


def evaluate(asked: argparse.Namespace, behave: dict[str, Any]) -> int:
    """The holdout's answers stand in behave.json: `answers` = rows of (digest, truth, predicted, probability).

    `report` = evaluation.json itself, for what is no class.
    """
    time.sleep(behave.get("pause", 0))
    rows = behave.get("answers", [])
    right = sum(truth == predicted for _, truth, predicted, _ in rows)
    share = right / len(rows) if rows else None
    top1 = {"value": share, "correct": right, "count": len(rows), "low": share, "high": share}
    counts = {"images": len(rows), "scored": len(rows), "unresolved": behave.get("unresolved", 0)}
    asked.out.mkdir(parents=True, exist_ok=True)
    report = {"split": "holdout", "version_digest": "d", "counts": counts, "loss": {"value": 1.0}, "top1": top1,
              "top5": top1, "classes": [], "confusion": [[0]], "agreement_known": True, "message": None}  # fmt: skip
    (asked.out / "evaluation.json").write_text(json.dumps(behave.get("report", report)))
    names = ("digest", "truth", "predicted", "probability")
    columns = {name: [row[place] for row in rows] for place, name in enumerate(names)}
    schema = pa.schema([("digest", pa.string()), ("truth", pa.int32()), ("predicted", pa.int32()),
                        ("probability", pa.float32())])  # fmt: skip
    pq.write_table(pa.table(columns, schema=schema), asked.out / "predictions.parquet")
    return 0


def predict(asked: argparse.Namespace, behave: dict[str, Any]) -> int:
    """`unlabeled` of behave.json = rows of (digest, distribution).

    `boxed` = rows of (digest, boxes, concepts, scores) instead.
    """
    if "boxed" in behave:
        names = ("digest", "boxes", "concepts", "scores")
        boxed = {name: [row[place] for row in behave["boxed"]] for place, name in enumerate(names)}
        pq.write_table(pa.table(boxed), asked.out / "predictions.parquet")
        return 0
    rows = behave.get("unlabeled", [])
    columns = {
        "digest": [digest for digest, _ in rows],
        "predicted": [max(range(len(shares)), key=shares.__getitem__) for _, shares in rows],
        "probability": [max(shares) for _, shares in rows],
        "distribution": [shares for _, shares in rows],
    }
    schema = pa.schema([("digest", pa.string()), ("predicted", pa.int32()), ("probability", pa.float32()),
                        ("distribution", pa.list_(pa.float32()))])  # fmt: skip
    pq.write_table(pa.table(columns, schema=schema), asked.out / "predictions.parquet")
    return 0


def select(asked: argparse.Namespace, behave: dict[str, Any]) -> int:
    """The least probable first; every second one "random"."""
    rows = pq.read_table(asked.predictions).to_pylist()
    rows.sort(key=lambda row: row.get("probability", 0.0))
    by = (asked.strategy, "random")
    ranking = [
        {"digest": row["digest"], "score": 1 - row.get("probability", 0.0), "chosen_by": by[place % 2]}
        for place, row in enumerate(rows)
    ]
    order = {
        "strategy": asked.strategy,
        "seed": asked.seed,
        "ranking": ranking,
        "concepts": asked.concepts,
        "each": asked.each,
    }
    asked.out.write_text(json.dumps(order))
    return 0


if __name__ == "__main__":
    sys.exit(main())
