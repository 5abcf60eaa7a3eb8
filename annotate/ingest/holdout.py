"""The holdout draw: which pictures are set aside for honest tests, decided once, when they come in.

Pictures of one group lie on one side. A group is what the source says it is, else pictures alike by perceptual hash,
against all earlier ones; a newcomer takes its group's side. Of new groups a fixed share goes to the holdout, by a
seeded permutation and not by coin. The side of a picture never changes.
"""

import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np
from django.db import connection

from annotate.ingest import likeness
from annotate.ingest.models import HashBand, HoldoutDraw, Image
from annotate.projects.models import Project

Split = Image.Split
# Shares are kept as fractions with at most this denominator: the length of a block in which the share is exact.
LONGEST_BLOCK = 1000
BRIDGE = "bridge"
NEAR_DUPLICATE = "near_duplicate"


@dataclass(frozen=True)
class Newcomer:
    """What the draw needs to know of a picture; `split` is an imported list's word or ""; `example`: in the guide."""

    phash: int
    split: str = ""
    group_name: str = ""
    example: bool = False


@dataclass(frozen=True)
class Place:
    """Where the draw put a newcomer; `known` where its very hash already speaks for its side, so nothing is gained
    by remembering it too (ten thousand frames of a still camera are one hash).
    """

    group: int
    split: str
    imported: bool = False
    problem: str = ""
    known: bool = False


@dataclass
class _Known:
    """An earlier picture that may decide a newcomer's side."""

    phash: int
    group: int
    split: str


@dataclass
class _Merges:
    """Groups that turned out to be one."""

    into: dict[int, int] = field(default_factory=dict)

    def now(self, group: int) -> int:
        while group in self.into:
            group = self.into[group]
        return group

    def join(self, groups: Iterable[int]) -> int:
        found = sorted({self.now(group) for group in groups})
        for group in found[1:]:
            self.into[group] = found[0]
        return found[0]


def lock(project: Project) -> HoldoutDraw:
    """The project's draw, locked until the transaction ends: newcomers of a project are placed one batch at a time."""
    HoldoutDraw.objects.get_or_create(project=project, defaults={"share": project.holdout_share})
    draw = HoldoutDraw.objects.select_for_update().get(project=project)
    share = Project.objects.values_list("holdout_share", flat=True).get(pk=project.pk)
    if draw.share != share:
        # A changed share holds for groups that come later, from a block of its own.
        draw.share, draw.era, draw.place = share, draw.era + 1, 0
    return draw


def side(place: int, *, share: float, seed: int, era: int = 0) -> str:
    """The side of the `place`-th new group: in every full block exactly the share, one in each even stretch of it."""
    fraction = Fraction(share).limit_denominator(LONGEST_BLOCK)
    if fraction.numerator == 0:
        return Split.TRAIN
    length, taken = fraction.denominator, fraction.numerator
    block, within = divmod(place, length)
    rng = random.Random(f"holdout {seed} {era} {block}")
    chosen = {rng.randrange(part * length // taken, (part + 1) * length // taken) for part in range(taken)}
    return Split.HOLDOUT if within in chosen else Split.TRAIN


def place(project: Project, draw: HoldoutDraw, newcomers: list[Newcomer]) -> list[Place]:
    """Places newcomers in their order and moves the draw on; `draw` must come from `lock` in this transaction."""
    alike = _alike(project, newcomers)
    named = _named(project, newcomers)
    merges = _Merges()
    found: list[Place] = []
    for number, newcomer in enumerate(newcomers):
        if newcomer.group_name:
            kin = named[newcomer.group_name]
        else:
            earlier, within = alike[number]
            kin = [*earlier, *(_known(newcomers[other], found[other]) for other in within)]
        placed = _place_one(project, draw, newcomer, kin=kin, merges=merges)
        twin = any(other.phash == newcomer.phash and other.split == placed.split for other in kin)
        found.append(replace(placed, known=twin and not newcomer.group_name))
        if newcomer.group_name:
            named[newcomer.group_name].append(_known(newcomer, placed))
    for old, new in merges.into.items():
        Image.objects.filter(project=project, group=old).update(group=merges.now(new))
    draw.save()
    return [replace(one, group=merges.now(one.group)) for one in found]


def _known(newcomer: Newcomer, placed: Place) -> _Known:
    return _Known(newcomer.phash, placed.group, placed.split)


def _place_one(project: Project, draw: HoldoutDraw, newcomer: Newcomer, *, kin: list[_Known], merges: _Merges) -> Place:
    sides = {known.split for known in kin}
    problem = NEAR_DUPLICATE if kin and not newcomer.group_name else ""
    if newcomer.split:
        # A list that came with the pictures wins over likeness; its groups keep to their own side.
        same = [known.group for known in kin if known.split == newcomer.split]
        return Place(merges.join(same) if same else _new_group(draw), newcomer.split, True, problem)
    if newcomer.example and Split.HOLDOUT not in sides:
        return Place(merges.join(k.group for k in kin) if kin else _new_group(draw), Split.TRAIN, False, problem)
    if len(sides) > 1 or Split.NONE in sides or (newcomer.example and sides):
        return Place(_new_group(draw), Split.NONE, False, BRIDGE)
    if kin:
        return Place(merges.join(known.group for known in kin), kin[0].split, False, problem)
    drawn = side(draw.place, share=draw.share, seed=project.seed, era=draw.era)
    draw.place += 1
    return Place(_new_group(draw), drawn)


def _new_group(draw: HoldoutDraw) -> int:
    draw.groups += 1
    return draw.groups


def _alike(project: Project, newcomers: list[Newcomer]) -> list[tuple[list[_Known], list[int]]]:
    """For each newcomer: earlier pictures alike, and the positions of newcomers before it that are alike."""
    hashes = likeness.from_stored([newcomer.phash for newcomer in newcomers])
    found: list[tuple[list[_Known], list[int]]] = [([], []) for _ in newcomers]
    for number, other in likeness.near(hashes, hashes):
        if other < number:
            found[number][1].append(other)
    matches = near_images(project, [newcomer.phash for newcomer in newcomers])
    wanted = {image for images in matches for image in images}
    known = {
        pk: _Known(phash, group or 0, split)
        for pk, phash, group, split in Image.objects.filter(pk__in=wanted).values_list("pk", "phash", "group", "split")
    }
    for number, images in enumerate(matches):
        found[number][0].extend(known[image] for image in images if image in known)
    return found


def near_images(project: Project, phashes: list[int]) -> list[list[int]]:
    """Ids of the project's pictures that are alike to each hash, oldest first."""
    hashes = likeness.from_stored(phashes)
    bands = likeness.bands_of(hashes)
    found: list[set[int]] = [set() for _ in phashes]
    for band in range(len(likeness.BAND_BITS)):
        asking: dict[int, list[int]] = defaultdict(list)
        for number, values in enumerate(bands):
            asking[values[band]].append(number)
        rows = HashBand.objects.filter(project=project, band=band, value__in=list(asking))
        askers: list[int] = []
        images: list[int] = []
        theirs: list[int] = []
        for value, image, phash in rows.values_list("value", "image_id", "phash"):
            for number in asking[value]:
                askers.append(number)
                images.append(image)
                theirs.append(phash)
        if askers:
            alike = likeness.near_pairs(hashes[np.array(askers)], likeness.from_stored(theirs))
            for position in alike:
                found[askers[position]].add(images[position])
    return [sorted(ids) for ids in found]


def _named(project: Project, newcomers: list[Newcomer]) -> dict[str, list[_Known]]:
    """The groups that sources named so far, for the names in question: one row of each is enough."""
    found: dict[str, list[_Known]] = defaultdict(list)
    names = {newcomer.group_name for newcomer in newcomers if newcomer.group_name}
    rows = Image.objects.filter(project=project, group_name__in=names)
    for name, group, split in rows.values_list("group_name", "group", "split").distinct():
        found[name].append(_Known(0, group or 0, split))
    return found


def remember(images: list[Image]) -> None:
    """Makes new pictures known to later draws, by the bands of their hashes."""
    bands = likeness.bands_of(likeness.from_stored([image.phash for image in images]))
    rows = [
        (image.project_id, band, value, image.pk, image.phash)
        for image, values in zip(images, bands, strict=True)
        for band, value in enumerate(values)
    ]
    # Plain SQL: five rows a picture, and nothing that a model would add.
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO ingest_hashband (project_id, band, value, image_id, phash) VALUES (%s, %s, %s, %s, %s)", rows
        )
