"""What each command of `python -m training.engine` does, one function each; the exit code is what it returns."""

import argparse
import contextlib
import dataclasses
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from training.engine.architectures import ARCHITECTURES
from training.engine.cache import Progress
from training.engine.checkpoint import Checkpoint, open_checkpoint
from training.engine.config import Config, config_from, parse_setting
from training.engine.describe import describe
from training.engine.errors import Fault, Stopped
from training.engine.evaluate import evaluate
from training.engine.files import read_json, write_json, write_text
from training.engine.fit import fit
from training.engine.journal import Journal
from training.engine.loose import (
    Model,
    Picture,
    as_data,
    class_count,
    imagenet_names,
    in_lines,
    look,
    model_from_checkpoint,
    model_from_weights,
    pictures_among,
    read_picture,
)
from training.engine.model import architecture_of, build_empty
from training.engine.portable import write_onnx
from training.engine.predict import choose_rows, predict
from training.engine.predicted import read_scores, read_shares
from training.engine.prepare import check_config, open_sealed, prepare
from training.engine.presets import PRESETS
from training.engine.preview import preview
from training.engine.problems import PROBLEMS
from training.engine.select import STRATEGIES
from training.engine.serve import own_stdout, serve
from training.engine.strategy import rank, rank_boxes, rank_each
from training.engine.weights import load_into, read_weights

DONE, FAILED, STOPPED, ORPHANED = 0, 1, 3, 4
PROGRESS_SECONDS = 0.5
LOOK_AT_ONCE = 32
# Of an evaluation, on screen.
SAID = ("split", "counts", "loss", "top1", "top5", "map", "map50", "exact", "micro", "figures", "message")


def run_fit(asked: argparse.Namespace) -> int:
    """Train; 0 at the end, 3 when stopped on request."""
    config = build_config(asked)
    with Journal(asked.out, attempt=asked.attempt, wait=asked.wait) as journal:
        finished = asked.out / "result.json"
        if not asked.resume and (asked.out / "config.json").exists():
            raise Fault("config", f"{asked.out.name} holds a run already: go on with --resume, or name another folder")
        if asked.resume and finished.exists() and read_json(finished).get("state") == "finished":
            journal.log("was finished already")
            return DONE
        finished.unlink(missing_ok=True)
        try:
            with _stopping(journal):
                training = prepare(
                    asked.version, config, journal, weights=asked.weights, cache=cache_root(asked), resume=asked.resume
                )
                last = fit(training, journal)
        except Stopped:
            journal.event("stopped")
            journal.log("stopped on request")
            journal.result({"state": "stopped", **_standing(journal)})
            return STOPPED
        except Exception as error:
            journal.log(f"error: {error}")
            raise
        journal.event("end", epochs=last.epoch, best_epoch=last.best["epoch"])
        journal.log(f"finished; the best epoch was {last.best['epoch']}")
        journal.result({"state": "finished", **_describe_result(last)})
    return DONE


def run_evaluate(asked: argparse.Namespace) -> int:
    """Score a checkpoint on a split; an empty split is no failure, and says so."""
    version, checkpoint = open_sealed(asked.version), open_checkpoint(asked.checkpoint)
    report = evaluate(
        version, checkpoint, asked.out, cache=cache_root(asked), split=asked.split, progress=_tell(asked.out)
    )
    _say({name: report[name] for name in SAID if name in report})
    return DONE


def run_predict(asked: argparse.Namespace) -> int:
    """Distributions for pictures of a version into a folder, or labels and boxes of named pictures to the screen."""
    if asked.pictures:
        return _predict_loose(asked)
    given = (asked.version, asked.checkpoint, asked.out)
    if not all(given) or asked.weights:
        raise Fault("config", "name pictures, or give --version, --checkpoint and --out")
    version, checkpoint = open_sealed(asked.version), open_checkpoint(asked.checkpoint)
    examples = PROBLEMS[checkpoint.config.problem].read(version, checkpoint.config, checkpoint.classes)
    digests = None if asked.digests is None else asked.digests.read_text(encoding="ascii").split()
    rows = choose_rows(examples, states=asked.states.split(","), split=asked.split, digests=digests)
    cache, tell = cache_root(asked), _tell(asked.out)
    done = predict(version, checkpoint, asked.out, cache=cache, rows=rows, embed=asked.embed, progress=tell)
    _say({"predicted": done})
    return DONE


def _predict_loose(asked: argparse.Namespace) -> int:
    """Some pictures at a time; what is no picture is named on stderr, and fails the whole at the end."""
    if asked.version or asked.out:
        raise Fault("config", "named pictures belong to no version: leave out --version and --out")
    model = _model_of(asked)
    failed = 0
    files = pictures_among(asked.pictures)
    for start in range(0, len(files), LOOK_AT_ONCE):
        pictures: list[tuple[Path, Picture]] = []
        for file in files[start : start + LOOK_AT_ONCE]:
            try:
                pictures.append((file, read_picture(file, model.config)))
            except Fault as error:
                failed += 1
                sys.stderr.write(f"{file}: {error.args[0]}\n")
        for (file, picture), told in zip(pictures, look(model, [one for _, one in pictures]), strict=True):
            whole = told.form == "boxes"
            data = as_data(told, top=len(told.guesses) if whole else asked.top, least=asked.threshold if whole else 0)
            if asked.json:
                _say({"picture": str(file), "width": picture.size[0], "height": picture.size[1], **data})
            else:
                sys.stdout.write(f"{file}\n" + "".join(f"  {line}\n" for line in in_lines(data)))
    if failed:
        raise Fault("data", f"{failed} of {len(files)} files could not be read as pictures")
    return DONE


def _model_of(asked: argparse.Namespace) -> Model:
    if bool(asked.checkpoint) == bool(asked.weights):
        raise Fault("config", "give either --checkpoint or --weights")
    if asked.checkpoint:
        return model_from_checkpoint(asked.checkpoint)
    if not asked.architecture:
        raise Fault("config", "weights do not say what they are of: give --architecture")
    names = asked.classes.read_text(encoding="utf-8").splitlines() if asked.classes else None
    return model_from_weights(
        asked.weights,
        architecture=asked.architecture,
        size=asked.size,
        names=None if names is None else [name.strip() for name in names if name.strip()],
    )


def run_serve(asked: argparse.Namespace) -> int:
    """Answer requests from stdin until none has come for a while."""
    say = own_stdout()
    serve(sys.stdin.buffer, say, idle=asked.idle, room=asked.room, orphaned=lambda: os._exit(ORPHANED))
    return DONE


def run_preview(asked: argparse.Namespace) -> int:
    """Training pictures as the first epochs would see them."""
    config = build_config(asked)
    version, tell = open_sealed(asked.version), _tell(asked.out)
    counts = {"pictures": asked.pictures, "epochs": asked.epochs}
    told = preview(version, config, asked.out, progress=tell, **counts)
    _say({"written": len(told)})
    return DONE


def run_select(asked: argparse.Namespace) -> int:
    """A ranking of the predicted pictures, the one to ask first in front."""
    strategy, drawn = STRATEGIES[asked.strategy], {"seed": asked.seed, "random_share": asked.random_share}
    try:
        if "boxes" in pq.read_schema(asked.predictions).names:
            digests, found = read_scores(asked.predictions, concepts=asked.concepts)
            ranking = rank_boxes(strategy, digests, found, **drawn)
        else:
            digests, shares = read_shares(asked.predictions, concepts=asked.concepts if asked.each else None)
            ranking = (rank_each if asked.each else rank)(strategy, digests, shares, **drawn)
    except (OSError, ValueError, KeyError) as error:
        raise Fault("data", f"{asked.predictions.name}: not a file of predictions ({error})") from error
    write_json(asked.out, {"strategy": strategy.name, "seed": asked.seed, "ranking": ranking})
    return DONE


def run_onnx(asked: argparse.Namespace) -> int:
    """Write a network as ONNX; prints where, and how near the two are."""
    model = (
        model_from_checkpoint(asked.checkpoint, device="cpu")
        if asked.checkpoint
        else model_from_weights(asked.weights, architecture=asked.architecture, size=asked.size, device="cpu")
    )
    _say({"onnx": str(asked.out), **write_onnx(model, asked.out)})
    return DONE


def run_check(asked: argparse.Namespace) -> int:
    """Whether a weights file fits an architecture; prints what is known of it."""
    classes = asked.classes
    listed = ARCHITECTURES.get(asked.architecture)
    problem = listed.problem if listed else Config().problem
    config = Config(architecture=asked.architecture, problem=problem, size=asked.size)
    architecture = architecture_of(config)
    weights = read_weights(asked.weights)
    renewed = load_into(build_empty(config, classes), weights, head=architecture.head, trunk=architecture.trunk)
    count = class_count(weights, architecture)
    facts = {
        "tensors": len(weights.tensors),
        "about": weights.about,
        "normalise": weights.normalise,
        "new": renewed,
        "classes": count,
        # whether a picture can be shown to it as it stands
        "named": count is not None and imagenet_names(architecture, count) is not None,
    }
    _say({"architecture": architecture.name, **facts})
    return DONE


def run_describe(asked: argparse.Namespace) -> int:
    """The catalogue, to a file or to the screen."""
    text = json.dumps(describe(), indent=1, ensure_ascii=False) + "\n"
    if asked.out is None:
        sys.stdout.write(text)
    else:
        write_text(asked.out, text)
    return DONE


def build_config(asked: argparse.Namespace) -> Config:
    """From preset, file and settings, each over the one before; weights given mean to start from them."""
    weights = getattr(asked, "weights", None)  # a preview takes none
    try:
        config = Config()
        if asked.preset:
            if asked.preset not in PRESETS:
                raise ValueError(f"preset: {asked.preset!r} is not one of {', '.join(PRESETS)}")
            config = PRESETS[asked.preset].config
        if asked.config:
            data = read_json(asked.config)
            if not isinstance(data, dict):
                raise ValueError(f"{asked.config.name}: a config is a JSON object")
            config = config_from(data, config)
        settings: dict[str, Any] = dict(parse_setting(text) for text in asked.set)
        for name in ("train_share", "share_seed"):
            value = getattr(asked, name, None)  # a preview takes none
            settings |= {} if value is None else {name: value}
        if weights:
            settings = {"start": "weights", **settings}
        config = config_from(settings, config)
    except OSError as error:
        raise Fault("config", f"the config cannot be read: {error}") from error
    except ValueError as error:
        raise Fault("config", str(error)) from error
    if weights and config.start != "weights":
        raise Fault("config", "start: weights are given, and the config says to begin from scratch")
    check_config(config)
    return config


def cache_root(asked: argparse.Namespace) -> Path:
    """Where pixel caches lie: as told, else in the user's cache folder."""
    if asked.cache is not None:
        return Path(asked.cache)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "fovea" / "pixels"


def watch_stdin() -> None:
    """End this process at once when its stdin closes: the parent that wanted the work is gone."""

    def watch() -> None:
        while os.read(0, 4096):
            pass
        os._exit(ORPHANED)

    threading.Thread(target=watch, daemon=True).start()


@contextlib.contextmanager
def _stopping(journal: Journal) -> Iterator[None]:
    """Within, SIGTERM and SIGINT ask the run to stop after its step."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    for number in before:
        signal.signal(number, lambda *_: journal.ask_stop())
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _say(data: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(data, ensure_ascii=False) + "\n")


def _tell(out: Path) -> Progress:
    """Keep progress.json beside the result, renewed at most twice a second."""
    out.mkdir(parents=True, exist_ok=True)
    last = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal last
        if done == total or time.monotonic() - last > PROGRESS_SECONDS:
            last = time.monotonic()
            write_json(out / "progress.json", {"done": done, "total": total})

    return tell


def _standing(journal: Journal) -> dict[str, Any]:
    for folder in sorted(journal.checkpoints.glob("epoch-*"), reverse=True):
        head = folder / "checkpoint.json"
        if head.exists():
            data = read_json(head)
            return _result(data["epoch"], data["best"], data["figures"], keep=data["config"]["keep"])
    nothing = dict.fromkeys(("best_epoch", "checkpoint", "train_loss", "val_loss", "val_accuracy"))
    return {"epoch": 0, **nothing}


def _describe_result(last: Checkpoint) -> dict[str, Any]:
    return _result(last.epoch, last.best, last.figures, keep=dataclasses.asdict(last.config)["keep"])


def _result(epoch: int, best: dict[str, Any], figures: dict[str, Any], *, keep: str) -> dict[str, Any]:
    chosen = best["epoch"] if keep == "best" else epoch
    shown = best if keep == "best" else figures
    return {
        "epoch": epoch,
        "best_epoch": best["epoch"],
        "checkpoint": f"checkpoints/epoch-{chosen:04d}",
        **{name: value for name, value in shown.items() if name.startswith(("train_", "val_"))},
    }
