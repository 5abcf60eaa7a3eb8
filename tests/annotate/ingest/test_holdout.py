"""The draw: exact shares, groups on one side, lists that win, sides that never change."""

import threading
from collections import Counter

import numpy as np
import pytest
from django.db import connection, transaction

from annotate.ingest import holdout, likeness
from annotate.ingest.holdout import Newcomer, Place
from annotate.ingest.models import HashBand, Image
from annotate.projects.models import Project
from tests.make import make_project

RNG = np.random.default_rng(11)
FAR = [likeness.stored(int(value)) for value in RNG.integers(0, 2**63, size=4000)]


def flipped(phash: int, *bits: int) -> int:
    value = phash % 2**64
    for bit in bits:
        value ^= 1 << bit
    return likeness.stored(value)


def bring(project: Project, *newcomers: Newcomer) -> list[Place]:
    """Places newcomers and keeps them, as ingest does."""
    with transaction.atomic():
        draw = holdout.lock(project)
        places = holdout.place(project, draw, list(newcomers))
        count = Image.objects.filter(project=project).count()
        images = [
            Image(
                project=project, digest=f"{count + number:064x}", suffix=".png", original_digest="", original_suffix="",
                name="", width=1, height=1, original_width=1, original_height=1, bytes=1, phash=newcomer.phash,
                group=place.group, group_name=newcomer.group_name, split=place.split, problem=place.problem,
            )
            for number, (newcomer, place) in enumerate(zip(newcomers, places, strict=True))
        ]  # fmt: skip
        Image.objects.bulk_create(images)
        holdout.remember([image for image, place in zip(images, places, strict=True) if not place.known])
    return places


@pytest.mark.parametrize(("share", "block"), [(0.1, 10), (0.15, 20), (0.25, 4), (0.5, 2), (0.07, 100), (0.9, 10)])
def test_every_block_holds_exactly_the_share(share: float, block: int) -> None:
    sides = [holdout.side(place, share=share, seed=3) for place in range(block * 30)]
    for start in range(0, len(sides), block):
        assert sides[start : start + block].count("holdout") == round(share * block)


def test_places_are_drawn_evenly_and_by_the_seed() -> None:
    first = [holdout.side(place, share=0.1, seed=1) for place in range(4000)]
    assert first == [holdout.side(place, share=0.1, seed=1) for place in range(4000)]
    assert first != [holdout.side(place, share=0.1, seed=2) for place in range(4000)]
    within = Counter(place % 10 for place, side in enumerate(first) if side == "holdout")
    # 400 draws over ten places: each about 40, and never one place alone.
    assert min(within.values()) > 15
    assert max(within.values()) < 75
    # One in each stretch of a longer block, so that no run of it is without.
    sides = [holdout.side(place, share=0.15, seed=1) for place in range(20)]
    assert [sides[a:b].count("holdout") for a, b in ((0, 6), (6, 13), (13, 20))] == [1, 1, 1]


def test_no_share_means_no_holdout() -> None:
    assert {holdout.side(place, share=0.0, seed=1) for place in range(50)} == {"train"}


@pytest.mark.django_db
def test_new_groups_are_drawn_exactly_whatever_the_batches() -> None:
    one, other = make_project(holdout_share=0.15, seed=9), make_project(holdout_share=0.15, seed=9)
    at_once = bring(one, *(Newcomer(phash) for phash in FAR[:200]))
    in_parts = [
        place
        for start in range(0, 200, 37)
        for place in bring(other, *map(Newcomer, FAR[start : min(200, start + 37)]))
    ]
    assert Counter(place.split for place in at_once) == {"holdout": 30, "train": 170}
    assert at_once == in_parts
    assert len({place.group for place in at_once}) == 200


@pytest.mark.django_db
def test_a_newcomer_takes_its_groups_side() -> None:
    project = make_project(holdout_share=0.5)
    first = bring(project, *map(Newcomer, FAR[:40]))
    close = bring(project, *(Newcomer(flipped(phash, 1, 20, 40, 60)) for phash in FAR[:40]))
    assert [place.split for place in close] == [place.split for place in first]
    assert [place.group for place in close] == [place.group for place in first]
    assert {place.problem for place in close} == {"near_duplicate"}
    apart = bring(project, *(Newcomer(flipped(phash, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)) for phash in FAR[:40]))
    assert {place.problem for place in apart} == {""}


@pytest.mark.django_db
def test_likeness_within_one_batch_counts_too() -> None:
    places = bring(make_project(holdout_share=0.5), *(Newcomer(flipped(FAR[0], bit)) for bit in range(30, 38)))
    assert len({(place.group, place.split) for place in places}) == 1


@pytest.mark.django_db
def test_a_bridge_is_on_neither_side() -> None:
    project = make_project(holdout_share=0.5)
    base = FAR[0]
    left, right = Newcomer(flipped(base, 0, 1, 2), "train"), Newcomer(flipped(base, 9, 10, 11), "holdout")
    bring(project, left, right)
    (bridge,) = bring(project, Newcomer(base))
    assert (bridge.split, bridge.problem) == ("none", "bridge")
    # What is like the bridge is like both sides, at one remove.
    (follower,) = bring(project, Newcomer(base))
    assert follower.split == "none"


@pytest.mark.django_db
def test_one_side_two_groups_become_one() -> None:
    project = make_project(holdout_share=0.0)
    base = FAR[0]
    one, other, far = bring(
        project, Newcomer(flipped(base, 0, 1, 2)), Newcomer(flipped(base, 9, 10, 11)), Newcomer(FAR[1])
    )
    assert one.group != other.group
    (between,) = bring(project, Newcomer(base))
    assert between.group == one.group
    groups = set(Image.objects.filter(project=project).values_list("group", flat=True))
    assert groups == {one.group, far.group}


@pytest.mark.django_db
def test_lists_that_came_with_the_pictures_win() -> None:
    project = make_project(holdout_share=0.0)
    listed = bring(
        project, Newcomer(FAR[0], "holdout"), Newcomer(FAR[1], "train"), Newcomer(flipped(FAR[1], 3), "holdout")
    )
    assert [(place.split, place.imported) for place in listed] == [
        ("holdout", True),
        ("train", True),
        ("holdout", True),
    ]
    assert listed[2].problem == "near_duplicate"
    assert listed[2].group != listed[1].group
    (unlisted,) = bring(project, Newcomer(flipped(FAR[0], 5)))
    assert (unlisted.split, unlisted.imported) == ("holdout", False)


@pytest.mark.django_db
def test_named_groups_stay_together_and_likeness_is_not_asked() -> None:
    project = make_project(holdout_share=0.5)
    first = bring(project, *(Newcomer(FAR[number], group_name=f"patient {number % 8}") for number in range(64)))
    assert len({(place.group, place.split) for place in first}) == 8
    assert Counter({place.group: place.split for place in first}.values()) == {"holdout": 4, "train": 4}
    later = bring(project, *(Newcomer(FAR[0], group_name=f"patient {number}") for number in range(8)))
    assert [place.group for place in later] == [first[number].group for number in range(8)]


@pytest.mark.django_db
def test_examples_never_come_from_the_holdout() -> None:
    project = make_project(holdout_share=0.9)
    places = bring(project, *(Newcomer(phash, example=True) for phash in FAR[:30]))
    assert {place.split for place in places} == {"train"}
    bring(project, Newcomer(FAR[40], "holdout"))
    (spoiled,) = bring(project, Newcomer(FAR[40], example=True))
    assert spoiled.split == "none"


@pytest.mark.django_db
def test_a_changed_share_holds_for_later_groups() -> None:
    project = make_project(holdout_share=0.1)
    bring(project, *map(Newcomer, FAR[:45]))
    before = list(Image.objects.order_by("id").values_list("split", flat=True))
    Project.objects.filter(pk=project.pk).update(holdout_share=0.5)
    later = bring(project, *map(Newcomer, FAR[45:145]))
    assert Counter(place.split for place in later) == {"holdout": 50, "train": 50}
    assert list(Image.objects.order_by("id").values_list("split", flat=True))[:45] == before


@pytest.mark.django_db
def test_one_hash_is_remembered_once_for_a_side() -> None:
    project = make_project()
    bring(project, *(Newcomer(FAR[0]) for _ in range(50)))
    bring(project, *(Newcomer(FAR[0]) for _ in range(50)))
    assert HashBand.objects.filter(project=project).count() == len(likeness.BAND_BITS)
    assert {len(found) for found in holdout.near_images(project, [FAR[0], FAR[1]])} == {0, 1}


@pytest.mark.django_db
def test_projects_do_not_meet() -> None:
    one, other = make_project(holdout_share=0.5), make_project(holdout_share=0.5)
    bring(one, *map(Newcomer, FAR[:20]))
    assert {place.problem for place in bring(other, *map(Newcomer, FAR[:20]))} == {""}


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_draw_the_exact_share() -> None:
    project = make_project(holdout_share=0.25)
    gate = threading.Barrier(2)
    placed: list[Place] = []

    def work(phashes: list[int]) -> None:
        gate.wait()
        for start in range(0, len(phashes), 5):
            with transaction.atomic():
                draw = holdout.lock(project)
                placed.extend(holdout.place(project, draw, list(map(Newcomer, phashes[start : start + 5]))))
        connection.close()

    threads = [threading.Thread(target=work, args=(FAR[start : start + 60],)) for start in (0, 60)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(place.split for place in placed) == {"holdout": 30, "train": 90}
    assert len({place.group for place in placed}) == 120
