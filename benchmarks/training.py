"""How much of what the processor could do does a training reach, and what does the usual loop reach?

    python -m benchmarks.training --zip FILE --architecture teaching_cnn --size 32

Three ways take turns, each with a network, optimiser, batch and number of threads of the same kind: the engine's own
epochs over the pixels of a version; the limit, which is the engine's own step on one batch that lies ready in memory;
and the plain loop of a lecture, torchvision's ImageFolder behind a DataLoader, decoding each picture again in every
pass. Pictures lie in a folder per class.
"""

import argparse
import dataclasses
import hashlib
import io
import statistics
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn
from torch.utils.data import DataLoader, Subset
from torchvision import datasets, transforms

from annotate.manifest.schema import ClassEntry, Label, ManifestFields, Record
from annotate.manifest.write import write_version
from benchmarks.conditions import conditions, report, say
from training.engine.architectures import ARCHITECTURES
from training.engine.config import Config
from training.engine.device import memory_format
from training.engine.feed import Feed
from training.engine.fit import Training, train_epoch
from training.engine.journal import Journal
from training.engine.model import build_model
from training.engine.optim import make_optimizer
from training.engine.prepare import prepare
from training.engine.transforms import NORMALISATIONS, generator_for

Way = Callable[[int], None]


@dataclass(frozen=True)
class Ready(Feed):
    """A feed that has always got the same batch ready where the network wants it."""

    batch: tuple[Tensor, Tensor, Tensor] | None = None

    def train_batch(self, rows: NDArray[Any], *, epoch: int, batch: int) -> tuple[Tensor, Tensor, Tensor]:
        assert self.batch is not None
        images, targets, truth = self.batch
        return images[: len(rows)], targets[: len(rows)], truth[: len(rows)]


def main() -> int:
    """0 when all three ways have taken their turns."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="a folder per class")
    parser.add_argument("--zip", type=Path, help="the same as a zip, its train/ where it has one")
    parser.add_argument("--architecture", default="teaching_cnn")
    parser.add_argument("--size", type=int, default=32)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--pictures", type=int, default=4096, help="at most so many, of all classes alike")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--workers", type=int, default=0, help="processes that decode for the plain loop")
    parser.add_argument("--transform", default="crop_flip", choices=("plain", "flip", "crop_flip"))
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    parser.add_argument("--quick", action="store_true", help="1,024 pictures, three rounds")
    asked = parser.parse_args()
    if bool(asked.folder) == bool(asked.zip):
        parser.error("either --folder DIR or --zip FILE")
    known = ARCHITECTURES.get(asked.architecture)
    if known is None or known.trunk:
        parser.error(f"--architecture: {asked.architecture} is no classifier of the list")
    if asked.quick:
        asked.pictures, asked.rounds = min(asked.pictures, 1024), min(asked.rounds, 3)
    with tempfile.TemporaryDirectory() as area:
        place = Path(area)
        root = asked.folder or _unpack(asked.zip, place / "pictures")
        report(measure(asked, datasets.ImageFolder(str(root)), place))
    return 0


def measure(asked: argparse.Namespace, folder: datasets.ImageFolder, place: Path) -> dict[str, Any]:
    """Training pictures per second of each way."""
    drawn = generator_for(0, 0, 0).permutation(len(folder))[: asked.pictures].tolist()
    config = Config(
        architecture=asked.architecture, size=asked.size, batch=asked.batch, epochs=10_000, threads=asked.threads,
        transform=asked.transform, normalise="half", device=asked.device,
    )  # fmt: skip
    chosen = write_folder(place / "version", folder, drawn)
    say(f"{len(chosen)} pictures written as a version; their pixels are cached once")
    with Journal(place / "run") as journal:
        training = prepare(place / "version", config, journal, weights=None, cache=place / "cache", resume=False)
        ways = {
            "ours": own_epochs(training, journal),
            "limit": own_epochs(with_ready_batch(training, len(folder.classes)), journal),
            "plain": plain_epochs(asked, folder, chosen, training),
        }
        seconds = take_turns(ways, rounds=asked.rounds, device=asked.device)
    rate = {name: len(chosen) / statistics.median(spent) for name, spent in seconds.items()}
    names = ("architecture", "size", "batch", "rounds", "threads", "workers", "transform", "device")
    return {
        "benchmark": "training",
        "images_per_s": round(rate["ours"], 1),
        "limit_images_per_s": round(rate["limit"], 1),
        "share_of_limit": round(ratio(seconds["limit"], seconds["ours"]), 3),
        "plain_images_per_s": round(rate["plain"], 1),
        "speedup_over_plain": round(ratio(seconds["plain"], seconds["ours"]), 2),
        "seconds": {name: [round(one, 3) for one in spent] for name, spent in seconds.items()},
        "quick": asked.quick,
        "conditions": conditions(pictures=len(chosen), **{name: getattr(asked, name) for name in names}),
    }


def own_epochs(training: Training, journal: Journal) -> Way:
    """The engine's epoch, with all that it does between two steps."""

    def epoch(turn: int) -> None:
        train_epoch(training, turn + 1, journal)

    return epoch


def with_ready_batch(training: Training, classes: int) -> Training:
    """The same, a network of its own learning one batch of noise that lies where it is wanted."""
    config, feed = training.config, training.feed
    maker = torch.Generator().manual_seed(0)
    side = (config.batch, 3, config.size, config.size)
    images = torch.randn(side, generator=maker).to(feed.device, memory_format=memory_format(config))
    targets = torch.randint(0, classes, (config.batch,), generator=maker).to(feed.device)
    given = {one.name: getattr(feed, one.name) for one in dataclasses.fields(Feed)}
    ready = Ready(**given, batch=(images, targets, targets))
    model = fresh_model(training, classes)
    return dataclasses.replace(training, model=model, optimizer=make_optimizer(model, config), feed=ready)


def fresh_model(training: Training, classes: int) -> nn.Module:
    """A network like the training's own."""
    device, layout = training.feed.device, memory_format(training.config)
    model: nn.Module = build_model(training.config, classes).to(device, memory_format=layout)  # type: ignore[call-overload]
    return model


def plain_epochs(asked: argparse.Namespace, folder: datasets.ImageFolder, chosen: list[int], training: Training) -> Way:
    """What a lecture writes: decode, resize, crop and flip by Pillow, a tensor, the step."""
    mean, spread = ([value / 255 for value in part] for part in NORMALISATIONS["half"])
    moves: list[Any] = [transforms.Resize(asked.size), transforms.CenterCrop(asked.size)]
    if asked.transform == "crop_flip":
        moves.append(transforms.RandomCrop(asked.size, padding=asked.size // 8, padding_mode="reflect"))
    if asked.transform != "plain":
        moves.append(transforms.RandomHorizontalFlip())
    shown = datasets.ImageFolder(
        folder.root, transform=transforms.Compose([*moves, transforms.ToTensor(), transforms.Normalize(mean, spread)])
    )
    loader: DataLoader[Any] = DataLoader(
        Subset(shown, chosen), batch_size=asked.batch, shuffle=True, num_workers=asked.workers,
        persistent_workers=asked.workers > 0,
    )  # fmt: skip
    model = fresh_model(training, len(folder.classes))
    optimizer = make_optimizer(model, training.config)
    device = training.feed.device

    def epoch(turn: int) -> None:
        model.train()
        for images, targets in loader:
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(images.to(device)), targets.to(device))
            torch.autograd.backward(loss)
            optimizer.step()

    return epoch


def ratio(of: list[float], to: list[float]) -> float:
    """Median over the rounds: what slowed one turn slowed its neighbour."""
    return statistics.median(one / other for one, other in zip(of, to, strict=True))


def take_turns(ways: dict[str, Way], *, rounds: int, device: str) -> dict[str, list[float]]:
    """Seconds of each way's epochs; a first one warms up and does not count."""
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds + 1):
        for name, way in ways.items():
            began = time.perf_counter()
            way(turn)
            if device == "cuda":
                torch.cuda.synchronize()
            if turn:
                spent[name].append(time.perf_counter() - began)
                say(f"{name}: {spent[name][-1]:.2f} s")
    return spent


def write_folder(out: Path, folder: datasets.ImageFolder, drawn: list[int]) -> list[int]:
    """A version folder in which these pictures teach the class of their folder, each once; the places of those."""
    records: dict[str, Record] = {}
    files: dict[str, Path] = {}
    chosen = []
    for place in drawn:
        path, label = folder.samples[place]
        content = Path(path).read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        if digest in files:
            continue
        chosen.append(place)
        with Image.open(io.BytesIO(content)) as picture:
            width, height = picture.size
        files[digest] = Path(path)
        records[digest] = Record(
            digest=digest,
            path=f"images/{digest[:2]}/{digest}{Path(path).suffix.lower()}",
            width=width,
            height=height,
            split="train",
            name=Path(path).name,
            state="labeled",
            labels=(Label("choice", {"choice": [label + 1]}, 1.0, source="imported"),),
        )
    entries = tuple(ClassEntry(index, index + 1, name, name) for index, name in enumerate(folder.classes))
    fields = ManifestFields(project="benchmark", kind="choice", classes=entries, licence="")

    def open_image(record: Record) -> BinaryIO:
        return files[record.digest].open("rb")

    write_version(out, fields, records=[records[digest] for digest in sorted(records)], open_image=open_image)
    return chosen


def _unpack(archive: Path, out: Path) -> Path:
    with zipfile.ZipFile(archive) as opened:
        names = opened.namelist()
        part = "train/" if any(name.startswith("train/") for name in names) else ""
        opened.extractall(out, [name for name in names if name.startswith(part) and not name.endswith("/")])
    return out / part


if __name__ == "__main__":
    sys.exit(main())
