"""The ways in, asked in this order."""

from annotate.ingest.layout import Layout
from annotate.ingest.source import Limits, Source, Unfit
from annotate.ingest.sources import coco, drawn, folder, upload, voc, yolo, zip

__all__ = ["LAYOUTS", "SOURCES", "Limits", "source_for"]

# Sets that are recognised by how their files lie.
LAYOUTS: tuple[Layout, ...] = (voc.Voc(), coco.Coco(), yolo.Yolo())

SOURCES: dict[str, Source] = {
    source.name: source
    for source in (drawn.Drawn(), voc.Voc(), coco.Coco(), yolo.Yolo(), folder.Folder(), zip.Zip(), upload.Upload())
}


def source_for(place: str) -> Source:
    """The first source that can read `place`; Unfit where none can."""
    for source in SOURCES.values():
        if source.accepts(place):
            return source
    raise Unfit("no_such_place", "There is no file or folder at this place.")
