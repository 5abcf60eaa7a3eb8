"""python -m training.engine COMMAND: the very commands that the pages start."""

import argparse
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

import torch

from training.engine import commands
from training.engine.errors import Fault
from training.engine.select import STRATEGIES

NO_MEMORY = "config: not enough memory; take a smaller batch or smaller pictures"


def main(arguments: Sequence[str]) -> int:
    """The exit code: 0 done, 1 failed (the last line of stderr says whose move it is), 3 stopped, 4 parent gone."""
    asked = make_parser().parse_args(arguments)
    if asked.watch_stdin:
        commands.watch_stdin()
    try:
        return int(asked.run(asked))
    except Fault as error:
        return _fail(str(error))
    except (torch.cuda.OutOfMemoryError, MemoryError):
        return _fail(NO_MEMORY)
    except ValueError as error:
        return _fail(f"config: {error}")
    except OSError as error:
        return _fail(f"server: {error}")
    except Exception as error:  # whatever it is, the page shows the last line, and the log the rest
        traceback.print_exc()
        if "memory" in str(error):  # torch says so in a RuntimeError on a CPU
            return _fail(NO_MEMORY)
        return _fail(f"server: the engine broke down ({type(error).__name__}: {str(error).partition(chr(10))[0]})")


def make_parser() -> argparse.ArgumentParser:
    """Every command with its options."""
    parser = argparse.ArgumentParser(prog="python -m training.engine", description=__doc__)
    add = parser.add_subparsers(required=True, metavar="COMMAND")

    fit = add.add_parser("fit", help="train on a version folder")
    preview = add.add_parser("preview", help="show training pictures as the first epochs would see them")
    for one in (fit, preview):
        one.add_argument("--version", type=Path, required=True, help="the version folder")
        one.add_argument("--out", type=Path, required=True, help="the folder of the run, or of the preview")
        one.add_argument("--preset", default="", help="a named training; see describe")
        one.add_argument("--config", type=Path, help="a JSON file of options, over the preset's")
        one.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="one option, over both")
    fit.add_argument("--train-share", type=float, help="learn from this share of the training pictures, 0.001 to 1")
    fit.add_argument("--share-seed", type=int, help="which pictures --train-share takes; smaller lie within larger")
    fit.add_argument("--cache", type=Path, help="where decoded pictures are kept")
    fit.add_argument("--weights", type=Path, help="a safetensors file to start from")
    fit.add_argument("--resume", action="store_true", help="go on from the last good checkpoint, with the run's config")
    fit.add_argument("--attempt", type=int, default=0, help="number of this claim; lower ones than seen are refused")
    fit.add_argument("--wait", type=float, default=60.0, help="seconds to wait for the run's lock")
    _finish(fit, commands.run_fit)
    preview.add_argument("--pictures", type=int, default=8, help="how many")
    preview.add_argument("--epochs", type=int, default=3, help="of how many epochs, beside the pictures as they are")
    _finish(preview, commands.run_preview)

    evaluate = add.add_parser("evaluate", help="score a checkpoint on a split")
    evaluate.add_argument("--version", type=Path, required=True)
    evaluate.add_argument("--checkpoint", type=Path, required=True)
    evaluate.add_argument("--out", type=Path, required=True)
    evaluate.add_argument("--cache", type=Path)
    evaluate.add_argument("--split", default="holdout", choices=("train", "val", "holdout"))
    _finish(evaluate, commands.run_evaluate)
    _add_predict(add.add_parser("predict", help="what a network thinks of pictures: of a version, or of any files"))

    serve = add.add_parser("serve", help="keep a network warm, and answer requests for single pictures from stdin")
    serve.add_argument("--idle", type=float, default=300.0, help="seconds without a request after which it ends")
    serve.add_argument("--room", type=int, default=2, help="how many networks are held in memory")
    serve.set_defaults(run=commands.run_serve, watch_stdin=False)

    _add_select(add.add_parser("select", help="rank predicted pictures by what asking about them would teach"))
    _add_onnx(add.add_parser("onnx", help="write a network that names classes as an ONNX file"))

    check = add.add_parser("check", help="whether a weights file fits an architecture")
    check.add_argument("--weights", type=Path, required=True)
    check.add_argument("--architecture", required=True)
    check.add_argument("--size", type=int, default=224)
    check.add_argument("--classes", type=int, default=10)
    _finish(check, commands.run_check)

    describe = add.add_parser("describe", help="what the engine offers, as JSON")
    describe.add_argument("--out", type=Path)
    _finish(describe, commands.run_describe)
    return parser


def _add_select(select: argparse.ArgumentParser) -> None:
    select.add_argument("--predictions", type=Path, required=True)
    select.add_argument("--strategy", required=True, choices=sorted(STRATEGIES))
    select.add_argument("--seed", type=int, default=0)
    select.add_argument("--random-share", type=float, default=0.1)
    select.add_argument("--each", action="store_true", help="any number of the classes may be there")
    select.add_argument("--concepts", type=int, nargs="*", help="only boxes, or with --each classes, of these")
    select.add_argument("--out", type=Path, required=True)
    _finish(select, commands.run_select)


def _add_onnx(onnx: argparse.ArgumentParser) -> None:
    source = onnx.add_mutually_exclusive_group(required=True)
    source.add_argument("--checkpoint", type=Path, help="a checkpoint folder")
    source.add_argument("--weights", type=Path, help="a safetensors file with ImageNet's classes, in its place")
    onnx.add_argument("--architecture", default="", help="of the weights")
    onnx.add_argument("--size", type=int, default=224, help="side of the pictures that the weights were made for")
    onnx.add_argument("--out", type=Path, required=True, help="the file")
    _finish(onnx, commands.run_onnx)


def _add_predict(predict: argparse.ArgumentParser) -> None:
    """Two uses of one word: a version's pictures into a folder, or named pictures to the screen."""
    predict.add_argument("pictures", type=Path, nargs="*", help="files, or folders of them: the answers are printed")
    predict.add_argument("--checkpoint", type=Path, help="a checkpoint folder")
    predict.add_argument("--weights", type=Path, help="pictures: a safetensors file, in a checkpoint's place")
    predict.add_argument("--architecture", default="", help="of the weights")
    predict.add_argument("--size", type=int, default=224, help="side of the pictures that the weights were made for")
    predict.add_argument("--classes", type=Path, help="names of the weights' classes, one a line; else ImageNet's")
    predict.add_argument("--top", type=int, default=5, help="pictures: how many classes to print")
    predict.add_argument("--threshold", type=float, default=0.5, help="pictures: the least score of a box printed")
    predict.add_argument("--json", action="store_true", help="pictures: one JSON object a line")
    predict.add_argument("--version", type=Path, help="a version folder, with --checkpoint and --out")
    predict.add_argument("--out", type=Path)
    predict.add_argument("--cache", type=Path)
    predict.add_argument("--split", choices=("train", "val", "holdout"), help="only this one; else all but the holdout")
    predict.add_argument("--states", default="unlabeled,unresolved", help="states of the pictures, by comma")
    predict.add_argument("--digests", type=Path, help="a file of digests: only these")
    predict.add_argument("--embed", action="store_true", help="also what the last layer was given")
    _finish(predict, commands.run_predict)


def _finish(parser: argparse.ArgumentParser, run: object) -> None:
    parser.add_argument("--watch-stdin", action="store_true", help="end when stdin closes")
    parser.set_defaults(run=run)


def _fail(sentence: str) -> int:
    print(f"error: {sentence}", file=sys.stderr, flush=True)
    return commands.FAILED


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    # past the interpreter's slow farewell; everything that matters is on disk by now
    sys.stderr.flush()
    os._exit(code)
