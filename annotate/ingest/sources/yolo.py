"""YOLO in Ultralytics' layout, in a folder or zip: data.yaml, and a text file in labels for a picture in images."""

import posixpath
from collections.abc import Mapping
from functools import partial
from typing import Final

from annotate.codec import Page
from annotate.codecs import yolo
from annotate.ingest import layout
from annotate.ingest.layout import Arrangement, Pile
from annotate.ingest.source import SPLITS, Rejected, Unfit

MOST_LIST: Final = 2**26


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
    listed, problems = _lists(pile, base, config)
    pages, splits, used = {}, {}, set()
    for picture in pile.pictures:
        labels = yolo.label_path(picture)
        if labels in pile.items:
            used.add(labels)
            pages[picture] = partial(_page, pile, labels, config.names)
        splits[picture] = listed.get(picture) or _split(picture, base, config)
    alone = [name for name in pile.named(".txt") if "/labels/" in f"/{name}" and name not in used]
    problems += [Rejected(name, "no_picture", "There is no picture for these labels.") for name in alone]
    return Arrangement(pages, splits, problems)


def _lists(pile: Pile, base: str, config: yolo.Config) -> tuple[dict[str, str], list[Rejected]]:
    """Sides of the pictures in the lists that data.yaml names, and lines that name no picture of the set.

    A list is followed where it lies within the set; a picture in a train list and in the test list is tested on.
    """
    sides: dict[str, str] = {}
    problems: list[Rejected] = []
    for split, places in config.splits.items():
        for place in places:
            name = posixpath.normpath(posixpath.join(base, place))
            if layout.suffix(name) != ".txt":
                continue
            if name not in pile.items:
                problems.append(Rejected(place[:200], "no_list", "This list of pictures is not within the set."))
                continue
            for line in pile.read(name, MOST_LIST).decode("utf-8", "replace").splitlines():
                try:
                    picture = _listed(pile, line.strip(), base=base, near=name) if line.strip() else ""
                except ValueError as error:
                    problems.append(Rejected(name, "bad_record", f"{error}."))
                    continue
                sides[picture] = "holdout" if "holdout" in (SPLITS[split], sides.get(picture)) else SPLITS[split]
    return sides, problems


def _listed(pile: Pile, line: str, *, base: str, near: str) -> str:
    """The picture that a line of a list means; ValueError where none, or more than one, can be meant.

    Lists often carry the paths of the machine that wrote them, so the end of a path counts: a picture's place in the
    set, or as much as the line says.
    """
    line = line.replace("\\", "/")
    beside = posixpath.normpath(posixpath.join(layout.folder_of(near), line))
    if beside in pile.items:
        return beside
    told = posixpath.normpath(line).lstrip("/")
    if told.startswith(".."):
        raise ValueError(f"{line[:100]!r} points outside the set")
    found = [
        one
        for one in pile.by_file.get(told.rsplit("/", 1)[-1], ())
        if f"/{told}".endswith(f"/{one.removeprefix(base)}") or f"/{one}".endswith(f"/{told}")
    ]
    if len(found) != 1:
        raise ValueError(f"{line[:100]!r} is {'not here' if not found else 'here more than once'}")
    return found[0]


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
