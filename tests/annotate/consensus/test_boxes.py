"""The method over boxes, without a database: clusters, presence, corners, and what it learns of planted people."""

import csv
import gzip
import itertools
import random
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from annotate.consensus.clusters import gather
from annotate.consensus.method import Heard, Learned, Voice
from annotate.consensus.methods import boxes
from annotate.consensus.methods.boxes import BoxCrowd, settle_corners
from annotate.kinds import box
from annotate.kinds.box import Boxes, corners_of, iou, paired
from tests.require import require

CROWD = Path(__file__).resolve().parents[4] / "shared" / "data" / "crowd"
METHOD = BoxCrowd()
BLANK = METHOD.recall((3, 7), prior={}, workers={})


def drawn(*corners: tuple[float, ...], concept: int = 3) -> dict[str, Any]:
    if not corners:
        return {"nothing": True}
    return {"boxes": [{"concept": concept, "box": [float(one) for one in box]} for box in corners]}


def clusters(rows: list[tuple[int, tuple[float, ...]]], classes: list[int] | None = None) -> list[tuple[int, ...]]:
    corners = np.array([box for _, box in rows], dtype=np.float64).reshape(-1, 4)
    owners = np.array([owner for owner, _ in rows], dtype=np.int64)
    named = np.array(classes or [3] * len(rows), dtype=np.int64)
    return gather(corners, owners=owners, classes=named, least=boxes.JOIN, other_class=boxes.OTHER_CLASS)


def weigh(*said: dict[str, Any]) -> Any:
    return METHOD.weigh([Voice(f"w{n}", one) for n, one in enumerate(said)], BLANK, item_id=1, seed=0)


def test_two_boxes_of_one_person_never_mean_one_thing() -> None:
    rows = [(0, (0, 0, 10, 10)), (0, (1, 0, 11, 10)), (1, (0, 0, 10, 10)), (1, (1, 0, 11, 10))]
    assert clusters(rows) == [(0, 2), (1, 3)]
    assert clusters([(0, (0, 0, 10, 10)), (0, (0, 0, 10, 10))]) == [(0,), (1,)]


def test_the_highest_overlap_joins_first_and_too_little_never() -> None:
    rows = [(0, (0, 0, 10, 10)), (1, (3, 0, 13, 10)), (2, (1, 0, 11, 10)), (3, (7, 0, 17, 10))]
    assert clusters(rows) == [(0, 1, 2), (3,)]
    assert clusters([]) == []


def test_of_equal_overlaps_the_same_class_is_joined() -> None:
    rows = [(0, (0, 0, 10, 10)), (1, (0, 0, 10, 10)), (1, (0, 0, 10, 10))]
    assert clusters(rows, [3, 7, 3]) == [(0, 2), (1,)]
    assert clusters(rows, [3, 3, 7]) == [(0, 1), (2,)]


def test_of_equal_overlaps_the_larger_cluster_is_made_first() -> None:
    """Four draw one box alike, the first of them twice: one thing that all four saw, and a leftover."""
    same = (0, 0, 10, 10)
    assert clusters([(0, same), (0, same), (1, same), (2, same), (3, same)]) == [(0, 2, 3, 4), (1,)]


def test_a_box_drawn_twice_by_one_person_is_one_thing_with_the_confidence_of_one() -> None:
    """Exactly twice, as two classes of an import mapped to one would have it, or with a shake of the hand."""
    once, other = drawn((10, 10, 50, 50)), drawn((100, 10, 140, 50))
    for second in ((10.0, 10.0, 50.0, 50.0), (10.6, 10.2, 50.8, 50.4)):
        twice = drawn((10, 10, 50, 50), second)
        for others in ([], [once], [once, once], [other, drawn()]):
            doubled, plain = weigh(twice, *others), weigh(once, *others)
            assert doubled.answer == plain.answer
            assert (doubled.confidence, doubled.agreement) == (plain.confidence, plain.agreement)
    apart = drawn((10, 10, 50, 50), (14, 10, 54, 50))
    two_classes = {"boxes": once["boxes"] + drawn((10, 10, 50, 50), concept=7)["boxes"]}
    assert len(weigh(apart).answer["boxes"]) == len(weigh(two_classes).answer["boxes"]) == 2


def test_many_boxes_are_gathered_by_their_pairs() -> None:
    """Four people draw the same 400 boxes with a little shift: 400 clusters of four."""
    grid = [(40.0 * x, 40.0 * y, 40.0 * x + 30, 40.0 * y + 30) for x in range(20) for y in range(20)]
    rows = [(owner, tuple(one + owner for one in box)) for owner in range(4) for box in grid]
    found = clusters(rows)
    assert len(found) == 400
    assert all({member % 400 for member in one} == {one[0]} and len(one) == 4 for one in found)


def test_clusters_are_the_same_however_their_pairs_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = random.Random(5)
    things = [
        (draw.uniform(0, 700), draw.uniform(0, 700), draw.uniform(10, 90), draw.uniform(10, 90)) for _ in range(120)
    ]
    rows = []
    for owner in range(4):
        for x, y, width, height in things:
            dx, dy = draw.uniform(-8, 8), draw.uniform(-8, 8)
            rows.append((owner, (x + dx, y + dy, x + dx + width, y + dy + height)))
    classes = [draw.choice((3, 3, 7)) for _ in rows]
    found = []
    for piece in (1, 1 << 30):  # a row at a time, and all pairs compared
        monkeypatch.setattr(box, "PIECE", piece)
        found.append(clusters(rows, classes))
    assert found[0] == found[1]
    assert 120 < len(found[0]) < 360


def test_corners_settled_together_are_those_settled_one_by_one() -> None:
    draw = np.random.default_rng(2)
    corners = np.array([10.0, 20, 60, 90]) + draw.normal(0, 3, (25, 4, 4))
    noises = draw.uniform(0.02, 0.2, (25, 4))
    together = settle_corners(corners, noises)
    assert together.tolist() == [settle_corners(one, two).tolist() for one, two in zip(corners, noises, strict=True)]


def test_presence_rises_with_those_who_drew_and_falls_with_those_who_did_not() -> None:
    one, none = drawn((0, 0, 10, 10)), drawn()

    def confidence(*said: dict[str, Any]) -> float:
        answer = weigh(*said).answer
        return max((box["confidence"] for box in answer.get("boxes", ())), default=0.0)

    assert confidence(one) < confidence(one, one) < confidence(one, one, one)
    assert confidence(one, one, none) < confidence(one, one)
    assert weigh(one, none, none, none).answer == {"nothing": True}
    assert weigh(none, none).confidence > weigh(none).confidence > weigh(one, none).confidence


def test_risk_counts_each_doubtful_box_and_what_nobody_saw() -> None:
    assert weigh(drawn()).confidence == pytest.approx(np.exp(boxes.RECALL - 1), abs=1e-4)
    far = [(100.0 * n, 0.0, 100.0 * n + 50, 50.0) for n in range(2)]
    opinion = weigh(*[drawn(*far)] * 3)
    wrong = sum(1 - box["confidence"] for box in opinion.answer["boxes"]) + (1 - boxes.RECALL) ** 3
    assert opinion.confidence == pytest.approx(np.exp(-wrong), abs=1e-3)


@pytest.mark.parametrize("people", [1, 3])
def test_the_more_boxes_the_less_sure_and_never_a_tie(people: int) -> None:
    far = [(100.0 * n, 0.0, 100.0 * n + 50, 50.0) for n in range(200)]
    sure = [weigh(*[drawn(*far[:number])] * people).confidence for number in (1, 5, 10, 40, 41, 199, 200)]
    assert all(fewer > more > 0 for fewer, more in itertools.pairwise(sure))
    assert sure[0] > 0.7


def test_one_slip_of_the_hand_moves_the_corner_little() -> None:
    corners = np.array([[10, 10, 50, 50], [10.4, 9.8, 50.2, 50.4], [9.6, 10.2, 49.8, 49.6], [10, 10, 50, 64]])
    merged = settle_corners(corners, np.full(4, boxes.NOISE))
    assert merged == pytest.approx([10, 10, 50, 50.5], abs=0.5)
    steady = settle_corners(corners[[0, 3]], np.array([0.01, 0.2]))
    assert steady == pytest.approx(corners[0], abs=0.5)
    assert settle_corners(corners[:1], np.array([0.5])).tolist() == corners[0].tolist()


def slivers() -> st.SearchStrategy[list[tuple[float, ...]]]:
    """Two to five people's boxes of one thing about a pixel wide, at the left edge of the picture."""
    hundredths = st.integers(0, 60).map(lambda one: one / 100)
    one = st.tuples(hundredths, hundredths).map(lambda at: (at[0], 10.0, round(at[0] + 1 + at[1] / 10, 2), 60.0))
    return st.lists(one, min_size=2, max_size=5)


@settings(deadline=None)
@given(slivers())
@example([(0.0, 10.0, 1.0, 60.0), (0.01, 10.0, 1.01, 60.0)])
def test_a_settled_box_can_be_answered_in_its_turn(found: list[tuple[float, ...]]) -> None:
    for turned in (False, True):
        drawn_so = [(one[1], one[0], one[3], one[2]) if turned else one for one in found]
        answer = weigh(*[drawn(box) for box in drawn_so]).answer
        assert Boxes().parse(answer, (3,), machine=True) == answer
        all_drawn = np.array(drawn_so)
        for settled in corners_of(answer):
            assert np.all(settled[:2] >= all_drawn[:, :2].min(axis=0))
            assert np.all(settled[2:] <= all_drawn[:, 2:].max(axis=0))


def test_flags_stand_where_most_set_them() -> None:
    plain, marked = drawn((0, 0, 10, 10)), drawn((0, 0, 10, 10))
    marked["boxes"][0]["occluded"] = True
    assert "occluded" not in weigh(plain, marked).answer["boxes"][0]
    assert weigh(plain, marked, marked).answer["boxes"][0]["occluded"] is True


def planted(seed: int, frames: int = 150) -> tuple[Heard, list[np.ndarray]]:
    """Six things a frame; four careful people, one who misses half, one who invents one a frame and draws loosely."""
    draw = random.Random(seed)
    voices, truth = [], []
    for _ in range(frames):
        things = [(100.0 * n + draw.uniform(0, 20), draw.uniform(0, 50), draw.uniform(30, 60)) for n in range(6)]
        truth.append(np.array([[x, y, x + side, y + side] for x, y, side in things]))

        def shaken(box: np.ndarray, noise: float) -> tuple[float, ...]:
            return tuple(float(one) + draw.gauss(0, noise) * float(box[2] - box[0]) for one in box)

        said = []
        for worker in range(6):
            recall, noise = (0.5, 0.03) if worker == 4 else (0.9, 0.12) if worker == 5 else (0.95, 0.03)
            found = [shaken(box, noise) for box in truth[-1] if draw.random() < recall]
            if worker == 5:
                x, y = draw.uniform(0, 600), draw.uniform(200, 400)
                found.append((x, y, x + 40, y + 40))
            said.append(Voice(f"w{worker}", drawn(*found)))
        voices.append(draw.sample(said, 3))
    return Heard(list(range(frames)), voices), truth


def skill(learned: Learned) -> boxes.Worker:
    return boxes.Worker(**learned.statistics)


def test_planted_people_are_told_apart_and_their_boxes_beat_the_median_of_the_majority() -> None:
    heard, truth = planted(seed=3)
    lesson = METHOD.learn(heard, BLANK, seed=0)
    found = {name: skill(one) for name, one in lesson.workers.items()}
    careful = [found[f"w{n}"] for n in range(4)]
    assert min(one.recall for one in careful) > 0.85 > 0.65 > found["w4"].recall > 0.35
    assert found["w5"].false_rate > 2 * max(one.false_rate for one in careful)
    assert found["w5"].noise > 2 * max(one.noise for one in careful)
    assert careful[0].noise == pytest.approx(0.03, abs=0.02)

    def scores(boxes_of: list[np.ndarray]) -> tuple[float, float]:
        pairs = [paired(iou(a, b), least=0.5) for a, b in zip(boxes_of, truth, strict=True)]
        overlaps = [iou(a, b)[pair] for a, b, found in zip(boxes_of, truth, pairs, strict=True) for pair in found]
        total = sum(len(a) + len(b) for a, b in zip(boxes_of, truth, strict=True))
        return 2 * len(overlaps) / total, float(np.mean(overlaps))

    ours = [corners_of(lesson.opinion(item).answer or {}) for item in range(len(truth))]
    majority = []
    for voices in heard.voices:
        kept = [one.corners for one in boxes.things_of(voices) if 2 * len(one.seen_by) > len(voices)]
        majority.append(np.array([np.median(one, axis=0) for one in kept]).reshape(-1, 4))
    assert scores(ours)[0] > scores(majority)[0] > 0.9
    assert scores(ours)[1] > scores(majority)[1]


def test_a_lone_inventor_is_not_his_own_witness() -> None:
    """One of three draws a box of his own in every frame, that the others never do."""
    there, own = (0, 0, 40, 40), (200, 200, 240, 240)
    voices = [[Voice(name, drawn(there, own) if name == "b" else drawn(there)) for name in "abc"] for _ in range(50)]
    lesson = METHOD.learn(Heard(list(range(50)), voices), BLANK, seed=0)
    honest, inventor = skill(lesson.workers["a"]), skill(lesson.workers["b"])
    assert inventor.present == pytest.approx(50, abs=0.5)  # his own boxes are no chance that he took
    assert inventor.wrong > 45 and honest.wrong < 0.5
    assert inventor.false_rate > 2 * boxes.FALSE_RATE > honest.false_rate
    assert len((lesson.opinion(0).answer or {})["boxes"]) == 1


def street() -> tuple[dict[str, dict[str, Any]], dict[str, Any]]:
    def read(name: str) -> list[dict[str, str]]:
        with gzip.open(CROWD / name, "rt") as lines:
            return list(csv.DictReader(lines))

    def answers(name: str) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, list[tuple[float, ...]]]] = defaultdict(dict)
        for row in read(f"{name}.views.csv.gz"):
            found[row["image"]][row["worker"]] = []
        for row in read(f"{name}.boxes.csv.gz"):
            box = tuple(float(row[key]) for key in ("x1", "y1", "x2", "y2"))
            if box[2] > box[0] and box[3] > box[1]:
                found[row["image"]].setdefault(row["worker"], []).append(box)
        return {frame: {who: drawn(*said) for who, said in views.items()} for frame, views in found.items()}

    experts = answers("street_expert")
    return answers("street"), {frame: next(iter(views.values())) for frame, views in experts.items()}


def test_pedestrians_boxed_by_a_real_crowd() -> None:
    require(CROWD.joinpath("street.boxes.csv.gz").exists(), "the street frames in ../shared/data/crowd are not here")
    said, truth = street()
    voices = [[Voice(worker, views[worker]) for worker in sorted(views)] for views in said.values()]
    lesson = METHOD.learn(Heard(list(range(len(said))), voices), METHOD.recall((3,), prior={}, workers={}), seed=0)
    hits = there = kept = 0
    for item, frame in enumerate(said):
        if frame in truth:
            ours, right = corners_of(lesson.opinion(item).answer or {}), corners_of(truth[frame])
            hits += len(paired(iou(ours, right), least=0.5))
            kept, there = kept + len(ours), there + len(right)
    assert 2 * hits / (kept + there) > 0.92
    assert hits / kept > 0.97
