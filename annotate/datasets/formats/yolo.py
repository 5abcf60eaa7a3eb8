"""YOLO in Ultralytics' layout: images/<split>, labels/<split>, data.yaml. A class is its number."""

from dataclasses import dataclass

from annotate.codecs import yolo
from annotate.datasets import boxed
from annotate.datasets.format import Losses, Option, Options, Sink, Step
from annotate.manifest.read import Version


@dataclass(frozen=True)
class Yolo:
    """A label file for every picture written, an empty one where nothing is there; crowds are left out."""

    name: str = "yolo"
    title: str = "YOLO (Ultralytics)"
    options: tuple[Option, ...] = boxed.OPTIONS
    sample: tuple[str, str, str] = (
        "data.yaml: train, val, test, names by number",
        "images/train/cell-7-3f0c9a1be2d44f10.jpg",
        "labels/train/cell-7-3f0c9a1be2d44f10.txt",
    )

    def accepts(self, kind: str) -> bool:
        """Boxes; a class for the whole picture has no place in it."""
        return kind == boxed.KIND

    def write(self, version: Version, sink: Sink, *, options: Options, step: Step) -> Losses:
        """data.yaml first, then a picture and its labels one after the other."""
        export = boxed.Export(version, sink, options, step, yolo.HELD, crowds=False)
        names = boxed.unique_names(version.manifest.classes)
        numbers = {names[entry.id]: entry.index for entry in version.manifest.classes}
        places = {split: f"images/{split}" for split in boxed.SPLITS.values()}
        if not version.manifest.counts["splits"]["holdout"]:
            del places["test"]  # readers ask for train and val, and for test only where it is named
        if not version.manifest.counts["splits"]["val"]:
            places["val"] = places["train"]
            export.losses.count("no_validation")
        sink.add("data.yaml", yolo.write_config(numbers, places))
        for one in export.placed():
            export.add_picture(f"images/{one.split}/{one.name}", one.record)
            labels = yolo.write(one.page, numbers=numbers)
            sink.add(yolo.label_path(f"images/{one.split}/{one.name}"), [labels])
        return export.finish()
