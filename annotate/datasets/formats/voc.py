"""Pascal VOC in the folders of its development kit: torchvision's VOCDetection opens it as year 2007.

Of the years that readers know, that one has a list of test pictures with annotations.
"""

from dataclasses import dataclass
from typing import Final

from annotate.codecs import voc
from annotate.datasets import boxed
from annotate.datasets.format import Losses, Option, Options, Sink, Step
from annotate.manifest.read import Version

ROOT: Final = "VOCdevkit/VOC2007"


@dataclass(frozen=True)
class Voc:
    """JPEGImages, Annotations (also for pictures settled as empty), ImageSets/Main/{train,val,trainval,test}.txt."""

    name: str = "voc"
    title: str = "Pascal VOC"
    options: tuple[Option, ...] = boxed.OPTIONS
    sample: tuple[str, str, str] = (
        f"{ROOT}/JPEGImages/cell-7-3f0c9a1be2d44f10.jpg",
        f"{ROOT}/Annotations/cell-7-3f0c9a1be2d44f10.xml",
        f"{ROOT}/ImageSets/Main/train.txt, val.txt, test.txt",
    )

    def accepts(self, kind: str) -> bool:
        """Boxes; a class for the whole picture has no place in it."""
        return kind == boxed.KIND

    def write(self, version: Version, sink: Sink, *, options: Options, step: Step) -> Losses:
        """A picture and its annotation one after the other, then the lists of the splits."""
        export = boxed.Export(version, sink, options, step, voc.HELD)
        lists = {split: boxed.Spool() for split in ("train", "val", "trainval", "test")}
        for one in export.placed():
            stem, _, suffix = one.name.rpartition(".")
            export.add_picture(f"{ROOT}/JPEGImages/{one.name}", one.record)
            sink.add(f"{ROOT}/Annotations/{stem}.xml", [voc.write(one.page)])
            export.losses.count("not_jpeg", suffix != "jpg")
            whole = [voc.inclusive(thing.box, one.page.width, one.page.height) for thing in one.page.things]
            pairs = zip(one.page.things, whole, strict=True)
            rounded = [thing for thing, (a, b, c, d) in pairs if thing.box != (a - 1, b - 1, c, d)]
            export.losses.count("coordinates", len(rounded))
            for split in (one.split, "trainval") if one.split in ("train", "val") else (one.split,):
                lists[split].add(f"{stem}\n".encode())
        for split, spool in lists.items():
            sink.add(f"{ROOT}/ImageSets/Main/{split}.txt", boxed.joined(spool.read()))
        return export.finish()
