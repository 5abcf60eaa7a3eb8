"""The list of export formats, by the name that addresses and rows use."""

from typing import Final

from annotate.datasets.format import Format
from annotate.datasets.formats import coco, csv, imagefolder, native, voc, yolo

FORMATS: Final[dict[str, Format]] = {
    form.name: form
    for form in (native.Native(), imagefolder.ImageFolder(), csv.Csv(), coco.Coco(), voc.Voc(), yolo.Yolo())
}
