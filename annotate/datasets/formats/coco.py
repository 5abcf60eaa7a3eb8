"""COCO detection: a JSON file per split beside the folders of pictures; ids from 1, categories in the frozen order."""

from dataclasses import dataclass

from annotate.codecs import coco
from annotate.datasets import boxed
from annotate.datasets.format import Losses, Option, Options, Sink, Step
from annotate.manifest.read import Version


@dataclass(frozen=True)
class Coco:
    """`annotations/instances_<split>.json` and `<split>/<picture>`."""

    name: str = "coco"
    title: str = "COCO"
    options: tuple[Option, ...] = boxed.OPTIONS
    sample: tuple[str, str, str] = (
        "annotations/instances_train.json",
        '{"id": 1, "image_id": 1, "category_id": 1, "bbox": [10, 20, 64.5, 48], ...}',
        "train/cell-7-3f0c9a1be2d44f10.jpg",
    )

    def accepts(self, kind: str) -> bool:
        """Boxes; a class for the whole picture has no place in it."""
        return kind == boxed.KIND

    def write(self, version: Version, sink: Sink, *, options: Options, step: Step) -> Losses:
        """The pictures, while the entries of the JSON files wait on disk; then those files."""
        export = boxed.Export(version, sink, options, step, coco.HELD)
        names = boxed.unique_names(version.manifest.classes)
        numbers = {names[entry.id]: entry.index + 1 for entry in version.manifest.classes}
        spools = {split: (boxed.Spool(), boxed.Spool()) for split in boxed.SPLITS.values()}
        for one in export.placed():
            export.add_picture(f"{one.split}/{one.name}", one.record)
            images, annotations = spools[one.split]
            images.add(coco.image_json(one.page, images.pieces + 1))
            for thing in one.page.things:
                entry = coco.annotation_json(
                    thing,
                    annotations.pieces + 1,
                    image=images.pieces,
                    category=numbers[thing.name],
                    size=(one.page.width, one.page.height),
                )
                annotations.add(entry)
        for split, (images, annotations) in spools.items():
            categories = [coco.category_json(name, number) for name, number in numbers.items()]
            parts = {"images": images.read(), "annotations": annotations.read(), "categories": categories}
            sink.add(f"annotations/instances_{split}.json", boxed.joined(coco.write(parts)))
        return export.finish()
