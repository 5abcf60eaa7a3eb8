"""How fast does a classifier look at pictures, and do its faster forms say the same?

    python -m benchmarks.predict --folder DIR --architecture mobilenet_v3_small

Pictures (of a folder, or of a zip with --zip) are decoded once as the engine decodes them; then its ordinary network,
which is what the product runs, the compiled one, and ONNX Runtime on the file that the engine writes take turns on the
same batches, from pixels to probabilities. `from_files` is the ordinary one with reading and decoding. Without
--weights the network is a random one, which is as fast.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from annotate.manifest.schema import ClassEntry
from benchmarks.conditions import conditions, report, say
from training.engine.architectures import ARCHITECTURES
from training.engine.config import Config
from training.engine.device import device_of, memory_format
from training.engine.errors import Fault
from training.engine.loose import Model, look, model_from_weights, pictures_among, read_picture
from training.engine.model import build_model
from training.engine.portable import open_onnx, write_onnx
from training.engine.transforms import normalise

CLASSES = 1000
CLEAR = 1e-3  # between the first two shares: nearer ones may change places by rounding alone
Forward = Callable[[Tensor], Tensor]


def main() -> int:
    """0 when the forms agree wherever the first class is clear."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--zip", type=Path, help="in a folder's place")
    parser.add_argument("--architecture", default="mobilenet_v3_small")
    parser.add_argument(
        "--weights", type=Path, help="ImageNet weights of the architecture, for what trained networks say"
    )
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--pictures", type=int, default=256, help="at most so many")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    parser.add_argument("--quick", action="store_true", help="64 pictures, three rounds")
    asked = parser.parse_args()
    if bool(asked.folder) == bool(asked.zip):
        parser.error("either --folder DIR or --zip FILE")
    known = ARCHITECTURES.get(asked.architecture)
    if known is None or known.trunk:
        parser.error(f"--architecture: {asked.architecture} is no classifier of the list")
    if asked.quick:
        asked.pictures, asked.rounds = min(asked.pictures, 64), min(asked.rounds, 3)
    torch.set_num_threads(asked.threads)
    with tempfile.TemporaryDirectory() as area, tempfile.TemporaryDirectory() as compiled:
        os.environ["TORCHINDUCTOR_CACHE_DIR"] = compiled  # what an earlier run compiled would hide what compiling costs
        if asked.zip:
            with zipfile.ZipFile(asked.zip) as archive:
                archive.extractall(area)
        files = pictures_among([asked.folder or Path(area)])[: asked.pictures]
        found = measure(asked, files, Path(compiled))
    settings = {name: getattr(asked, name) for name in ("architecture", "size", "batch", "rounds", "threads", "device")}
    report({**found, "quick": asked.quick, "conditions": conditions(pictures=len(files), **settings)})
    return 0 if all(agreed in (None, 1.0) for agreed in found["agreement"].values()) else 1


def measure(asked: argparse.Namespace, files: Sequence[Path], place: Path) -> dict[str, Any]:
    """Images per second of each form, and how often it names the same class as the ordinary one."""
    model = model_of(asked)
    began = time.perf_counter()
    pictures = [read_picture(file, model.config) for file in files]
    decode_s = time.perf_counter() - began
    say(f"{len(files)} pictures decoded in {decode_s:.1f} s")
    pixels = torch.from_numpy(np.stack([one.pixels for one in pictures]))
    batches = list(torch.split(pixels, asked.batch))
    model.network.eval()
    forms: dict[str, Forward] = {"eager": ordinary(model, model.network)}
    reasons: dict[str, str] = {}
    translate_s = None
    try:
        began = time.perf_counter()
        forms["onnx"] = translated(model, place / "model.onnx", threads=asked.threads)
        translate_s = round(time.perf_counter() - began, 1)
        say(f"written as ONNX in {translate_s} s")
    except Fault as error:
        reasons["onnx"] = str(error)
    compile_s = None
    try:
        began = time.perf_counter()
        forms["compiled"] = warmed(ordinary(model, torch.compile(model.network)), batches)
        compile_s = round(time.perf_counter() - began, 1)
        say(f"compiled in {compile_s} s")
    except Exception as error:  # a machine without a compiler says so in many ways
        reasons["compiled"] = str(error).strip().partition("\n")[0]
    said = {name: shares(form, batches) for name, form in forms.items()}
    speeds = {name: len(files) / seconds for name, seconds in take_turns(forms, batches, rounds=asked.rounds).items()}
    began = time.perf_counter()
    for start in range(0, len(files), asked.batch):
        look(model, [read_picture(file, model.config) for file in files[start : start + asked.batch]])
    from_files = len(files) / (time.perf_counter() - began)
    return {
        **{name: round(speeds[name], 1) if name in speeds else None for name in ("eager", "compiled", "onnx")},
        "agreement": {name: agreement(said, name) for name in ("compiled", "onnx")},
        "speedup": {name: round(speeds[name] / speeds["eager"], 2) for name in speeds if name != "eager"},
        "from_files": round(from_files, 1),
        "decode": round(len(files) / decode_s, 1),
        "compile_s": compile_s,
        "translate_s": translate_s,
        "reasons": reasons,
    }


def model_of(asked: argparse.Namespace) -> Model:
    """As the engine loads it."""
    if asked.weights:
        return model_from_weights(asked.weights, architecture=asked.architecture, size=asked.size, device=asked.device)
    config = Config(architecture=asked.architecture, size=asked.size, normalise="imagenet", device=asked.device)
    place = device_of(config)
    network: nn.Module = build_model(config, CLASSES).to(place, memory_format=memory_format(config))  # type: ignore[call-overload]
    classes = tuple(ClassEntry(index, index + 1, str(index), str(index)) for index in range(CLASSES))
    return Model(config, classes, network, place)


def ordinary(model: Model, network: Forward) -> Forward:
    """(n, classes) of uint8 (n, size, size, 3), as the engine goes about it."""

    def forward(pixels: Tensor) -> Tensor:
        ready = normalise(pixels.to(model.device), model.config.normalise, channels_last=True)
        return network(ready).float().softmax(1)

    return forward


def translated(model: Model, out: Path, *, threads: int) -> Forward:
    """The same by ONNX Runtime on the CPU; Fault where the network cannot be written so."""
    here = model.device
    model.network.to("cpu")
    write_onnx(replace(model, device=torch.device("cpu")), out)
    model.network.to(here)
    session = open_onnx(out, threads=threads)
    return lambda pixels: torch.from_numpy(session.run(None, {"pictures": pixels.numpy()})[0])


def warmed(form: Forward, batches: Sequence[Tensor]) -> Forward:
    """The form after it has seen both shapes of a batch, the last being shorter."""
    for batch in {len(one): one for one in batches}.values():
        shares(form, [batch])
    return form


def shares(form: Forward, batches: Sequence[Tensor]) -> Tensor:
    """(pictures, classes)."""
    with torch.inference_mode():
        return torch.cat([form(batch) for batch in batches]).cpu()


def agreement(said: dict[str, Tensor], name: str) -> float | None:
    """The share of pictures with the same first class, of those where it leads clearly; None where it was not run."""
    if name not in said:
        return None
    first = said["eager"].topk(2).values
    clear = (first[:, 0] - first[:, 1]) > CLEAR
    same = (said[name].argmax(1) == said["eager"].argmax(1))[clear]
    return round(float(same.float().mean()), 4) if len(same) else 1.0


def take_turns(forms: dict[str, Forward], batches: Sequence[Tensor], *, rounds: int) -> dict[str, float]:
    """Median seconds for all batches; the forms take turns, so that what else runs here slows all alike."""
    spent: dict[str, list[float]] = {name: [] for name in forms}
    for _ in range(rounds):
        for name, form in forms.items():
            began = time.perf_counter()
            shares(form, batches)
            spent[name].append(time.perf_counter() - began)
    return {name: statistics.median(times) for name, times in spent.items()}


if __name__ == "__main__":
    sys.exit(main())
