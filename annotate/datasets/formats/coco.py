"""COCO: a JSON file per split beside the folders of pictures; ids from 1, categories in the frozen order.

Boxes are written as COCO's detection files have them; several classes of the whole picture as tags, which are
annotations without a box, because a box around the picture would be false.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from annotate.codecs import coco
from annotate.datasets import boxed
from annotate.datasets.format import Losses, Option, Options, Sink, Step
from annotate.manifest.read import Version
from annotate.manifest.schema import Record

TAGS = "choices"


@dataclass(frozen=True)
class Coco:
    """`annotations/instances_<split>.json`, of several classes `tags_<split>.json` there, and `<split>/<picture>`."""

    name: str = "coco"
    title: str = "COCO"
    options: tuple[Option, ...] = boxed.OPTIONS
    sample: tuple[str, str, str] = (
        "annotations/instances_train.json",
        '{"id": 1, "image_id": 1, "category_id": 1, "bbox": [10, 20, 64.5, 48], ...}',
        "train/cell-7-3f0c9a1be2d44f10.jpg",
    )

    def accepts(self, kind: str) -> bool:
        """Boxes, and several classes of the whole picture."""
        return kind in (boxed.KIND, TAGS)

    def write(self, version: Version, sink: Sink, *, options: Options, step: Step) -> Losses:
        """The pictures, while the entries of the JSON files wait on disk; then those files."""
        export = boxed.Export(version, sink, options, step, coco.HELD)
        names = boxed.unique_names(version.manifest.classes)
        numbers = {names[entry.id]: entry.index + 1 for entry in version.manifest.classes}
        word = "tags" if version.manifest.kind == TAGS else "instances"
        spools = {split: (boxed.Spool(), boxed.Spool()) for split in boxed.SPLITS.values()}
        for one in export.placed():
            export.add_picture(f"{one.split}/{one.name}", one.record)
            soft = (share for label in one.record.labels for share in label.distribution.values())
            export.losses.count("soft_labels", any(0 < share < 1 for share in soft))
            images, annotations = spools[one.split]
            images.add(coco.image_json(one.page, images.pieces + 1))
            for concept in _tags(one.record):
                number = annotations.pieces + 1
                annotations.add(coco.tag_json(number, image=images.pieces, category=numbers[names[concept]]))
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
            sink.add(f"annotations/{word}_{split}.json", boxed.joined(coco.write(parts)))
        return export.finish()


def _tags(record: Record) -> Sequence[int]:
    """The classes of the whole picture, by concept."""
    found: Sequence[int] = record.labels[0].value.get("choice", ()) if record.labels else ()
    return found
