"""Two evaluations on their common pictures: what the engine itself writes, read without torch."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from training.engine import box_scores, class_scores, compared, several_scores
from training.engine.evaluate import write_scores

CAT, DOG, OWL = 11, 12, 13


def classes(*ids: int) -> list[dict[str, Any]]:
    return [{"index": index, "id": one, "name": f"class {one}"} for index, one in enumerate(ids)]


def of_one(
    folder: Path, answers: dict[str, tuple[int, int, float]], ids: tuple[int, ...] = (CAT, DOG)
) -> compared.Side:
    """`answers`: digest to truth, guess and its probability."""
    rows = [
        {"digest": digest, "truth": truth, "predicted": said, "probability": sure, "correct": truth == said,
         "distribution": [0.5] * len(ids), "loss": 0.0}
        for digest, (truth, said, sure) in answers.items()
    ]  # fmt: skip
    table = pa.Table.from_pylist(rows, schema=class_scores.PREDICTIONS)
    write_scores(folder, {"top1": {}, "classes": classes(*ids)}, {"predictions": table})
    return compared.read_side(folder)


def test_only_common_pictures_with_one_truth_count(tmp_path: Path) -> None:
    first = of_one(tmp_path / "a", {
        "w": (0, 0, 0.9), "x": (0, 0, 0.8), "y": (1, 0, 0.7), "z": (1, 1, 0.9),
        "old": (0, 0, 0.9), "moved": (0, 0, 1.0),
    })  # fmt: skip
    second = of_one(tmp_path / "b", {  # another list of classes: the owl came first
        "w": (1, 1, 0.9), "x": (1, 2, 0.6), "y": (2, 2, 0.7), "z": (2, 2, 0.9),
        "new": (0, 0, 0.9), "moved": (2, 2, 1.0),
    }, ids=(OWL, CAT, DOG))  # fmt: skip
    found = compared.compare(first, second)
    assert (found["common"], found["only_first"], found["only_second"], found["truth_changed"]) == (4, 1, 1, 1)
    assert (found["first"], found["second"], found["difference"], found["method"]) == (0.75, 0.75, 0.0, "newcombe")
    assert found["low"] < 0 < found["high"]
    counts = {name: found["pictures"][name] for name in ("both", "lost", "gained", "neither", "p")}
    assert counts == {"both": 2, "lost": 1, "gained": 1, "neither": 0, "p": 1.0}
    by_class = [(one["id"], one["count"], one["difference"]) for one in found["classes"]]
    assert by_class == [(CAT, 2, -0.5), (DOG, 2, 0.5)]
    assert compared.changed(first, second, change="lost") == [compared.Changed("x", (CAT,), (CAT,), (DOG,))]
    assert compared.changed(first, second, change="gained") == [compared.Changed("y", (DOG,), (CAT,), (DOG,))]


def test_the_surest_mistake_comes_first(tmp_path: Path) -> None:
    first = of_one(tmp_path / "a", dict.fromkeys("xyz", (0, 0, 0.5)))
    second = of_one(tmp_path / "b", {"x": (0, 1, 0.6), "y": (0, 1, 0.9), "z": (0, 0, 0.9)})
    assert [one.digest for one in compared.changed(first, second, change="lost")] == ["y", "x"]


def test_nothing_in_common_says_nothing(tmp_path: Path) -> None:
    found = compared.compare(of_one(tmp_path / "a", {"x": (0, 0, 0.5)}), of_one(tmp_path / "b", {"y": (0, 0, 0.5)}))
    assert (found["common"], found["difference"], found["classes"]) == (0, None, [])


def of_several(folder: Path, present: np.ndarray, shares: np.ndarray) -> compared.Side:
    rows = [
        {"digest": f"{place:04d}", "truth": np.flatnonzero(there).tolist(), "predicted": np.flatnonzero(said).tolist(),
         "correct": bool((there == said).all()), "distribution": share.tolist(), "loss": 0.0}
        for place, (there, said, share) in enumerate(zip(present, shares >= 0.5, shares, strict=True))
    ]  # fmt: skip
    table = pa.Table.from_pylist(rows, schema=several_scores.PREDICTIONS)
    write_scores(folder, {"map": {}, "classes": classes(CAT, DOG)}, {"predictions": table})
    return compared.read_side(folder)


def test_several_classes_are_compared_by_map_over_the_same_draws(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    present = generator.random((60, 2)) < 0.4
    good = np.clip(present * 0.5 + generator.random((60, 2)) * 0.5, 0, 1).astype(np.float32)
    poor = generator.random((60, 2)).astype(np.float32)
    first, second = of_several(tmp_path / "a", present, poor), of_several(tmp_path / "b", present, good)
    found = compared.compare(first, second)
    assert found["first"] == pytest.approx(several_scores.mean_precision(present, poor))
    assert found["second"] == pytest.approx(several_scores.mean_precision(present, good))
    assert (found["method"], found["draws"]) == ("bootstrap", 200) and 0.2 < found["low"] < found["difference"]
    assert {one["id"]: one["count"] for one in found["classes"]} == {
        CAT: present[:, 0].sum(), DOG: present[:, 1].sum()
    }  # fmt: skip
    same = compared.compare(first, first)
    assert (same["difference"], same["low"], same["high"]) == (0.0, 0.0, 0.0)
    with pytest.raises(ValueError, match="same thing"):
        compared.compare(first, of_one(tmp_path / "c", {"x": (0, 0, 0.5)}))


def of_boxes(folder: Path, found: list[list[tuple[int, float, str]]]) -> compared.Side:
    """One drawn cat in each picture; `found`: class, score and kind of what was found there."""
    rows: list[dict[str, Any]] = []
    for place, boxes in enumerate(found):
        kinds = [kind for _, _, kind in boxes]
        rows.append({
            "digest": f"{place:04d}", "boxes": [[0.0, 0.0, 9.0, 9.0]] * len(boxes), "labels": [one[0] for one in boxes],
            "scores": [one[1] for one in boxes], "kinds": kinds, "partners": [-1] * len(boxes),
            "overlaps": [0.0] * len(boxes), "truth_boxes": [[0.0, 0.0, 9.0, 9.0]], "truth_labels": [0],
            "truth_aside": [False], "truth_scores": [0.0], "hit": kinds.count("hit"), "false": kinds.count("false"),
            "wrong_class": 0, "loose": 0, "missed": int("hit" not in kinds),
        })  # fmt: skip
    table = pa.Table.from_pylist(rows, schema=box_scores.PREDICTIONS)
    write_scores(folder, {"map50": {}, "map": {}, "classes": classes(CAT, DOG)}, {"predictions": table})
    return compared.read_side(folder)


def test_boxes_are_compared_by_map_at_half_and_a_picture_is_right_without_an_error(tmp_path: Path) -> None:
    hit, false = (0, 0.9, "hit"), (0, 0.95, "false")
    first = of_boxes(tmp_path / "a", [[hit], [hit], [hit], []])
    second = of_boxes(tmp_path / "b", [[hit], [hit, false], [], [hit]])
    found = compared.compare(first, second)
    assert found["measure"] == "map50" and found["draws"] == 200
    assert found["first"] == pytest.approx(76 / 101)  # three of four are found, without a false one
    assert found["second"] == pytest.approx(76 / 101 * 0.75)  # the surest box of all is false
    assert (found["pictures"]["lost"], found["pictures"]["gained"], found["pictures"]["both"]) == (2, 1, 1)
    assert [one["id"] for one in found["classes"]] == [CAT], "no picture shows a dog"
    lost = compared.changed(first, second, change="lost")
    assert {(one.digest, one.truth, one.second) for one in lost} == {("0001", (CAT,), (CAT,)), ("0002", (CAT,), ())}
