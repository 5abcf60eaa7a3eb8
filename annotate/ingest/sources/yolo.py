"""YOLO in Ultralytics' layout, in a folder or zip: data.yaml, and a text file in labels for a picture in images."""

import posixpath
from collections.abc import Mapping
from functools import partial

from annotate.codec import Page
from annotate.codecs import yolo
from annotate.ingest import layout
from annotate.ingest.layout import Arrangement, Pile
from annotate.ingest.source import SPLITS, Rejected, Unfit


class Yolo(layout.Layout):
    """Recognised by a YAML file that names classes, beside label files. The file's places and folders say the split."""

    name = "yolo"

    def holds(self, pile: Pile) -> bool:
        if not any(yolo.label_path(picture) in pile.items for picture in pile.pictures):
            return False
        return any(_config(pile, name) for name in pile.named(".yaml", ".yml"))

    def lay(self, pile: Pile) -> Arrangement:
        return _arrange(pile)


def _config(pile: Pile, name: str) -> yolo.Config | None:
    try:
        return yolo.read_config(pile.read(name, yolo.MOST_CONFIG), name=name)
    except (ValueError, Unfit):
        return None


def _arrange(pile: Pile) -> Arrangement:
    configs = ((layout.folder_of(name), _config(pile, name)) for name in pile.named(".yaml", ".yml"))
    found = next(((base, config) for base, config in configs if config is not None), None)
    if found is None:
        return Arrangement({})
    base, config = found
    pages, splits, used = {}, {}, set()
    for picture in pile.pictures:
        labels = yolo.label_path(picture)
        if labels in pile.items:
            used.add(labels)
            pages[picture] = partial(_page, pile, labels, config.names)
        splits[picture] = _split(picture, base, config)
    alone = [name for name in pile.named(".txt") if "/labels/" in f"/{name}" and name not in used]
    problems = [Rejected(name, "no_picture", "There is no picture for these labels.") for name in alone]
    return Arrangement(pages, splits, problems)


def _page(pile: Pile, name: str, names: Mapping[int, str]) -> Page:
    return yolo.read(pile.read(name, yolo.MOST_BYTES), name=name, names=names)


def _split(picture: str, base: str, config: yolo.Config) -> str:
    """The side of the place in data.yaml where a picture lies, else what its folders are called."""
    for split, places in config.splits.items():
        for place in places:
            folder = posixpath.normpath(posixpath.join(base, place)).rstrip("/")
            if picture.startswith(f"{folder}/"):
                return SPLITS[split]
    return layout.split_by_words(layout.folder_words(picture))
