"""Whatever kind is in the list keeps the contract that voting, consensus and review stand on."""

import itertools
import json

import pytest

from annotate.kind import Kind, Value
from annotate.kinds import KINDS

CLASSES = (3, 7, 11)
# answers that each kind takes; a new kind adds its own here
GOOD: dict[str, list[dict[str, object]]] = {
    "choice": [{"choice": [3]}, {"choice": [7]}, {"choice": [11]}],
    "choices": [{"choice": [3]}, {"choice": [7]}, {"choice": [3, 11]}, {"choice": [3, 7, 11]}],
    "box": [
        {"boxes": [{"concept": 3, "box": [0.0, 0.0, 10.0, 10.0]}]},
        {"boxes": [{"concept": 7, "box": [0.0, 0.0, 10.0, 10.0]}]},
        {"boxes": [{"concept": 3, "box": [20.5, 3.25, 40.0, 9.0], "occluded": True}]},
        {
            "boxes": [
                {"concept": 3, "box": [0.0, 0.0, 1.0, 1.0], "difficult": True, "crowd": True, "truncated": True},
                {"concept": 11, "box": [1.0, 1.0, 640.0, 480.0]},
            ]
        },
    ],
}


def one_box(**fields: object) -> dict[str, object]:
    return {"boxes": [{"concept": 3, "box": [0, 0, 10, 10], **fields}]}


BAD: dict[str, list[object]] = {
    "choice": [
        {"choice": []},
        {"choice": [3, 7]},
        {"choice": [4]},
        {"choice": [True]},
        {"choice": ["3"]},
        {"choice": [3.0]},
        {"choice": 3},
        {"choice": [3], "more": 1},
        {"choice": [[3]]},
    ],
    "choices": [
        *({"choice": odd} for odd in ([], 3, [4], [3, 4], [3, 3], [3, True], ["3"], [3.0], [[3]], {"3": True})),
        {"choice": [3, 7], "more": 1},
        {"choice": [3], "nothing": True},
    ],
    "box": [
        {"boxes": []},
        {"boxes": {}},
        {"boxes": [3]},
        {"boxes": [{"concept": 3}]},
        one_box(note="x" * 2**20),
        {"boxes": [{"box": [0, 0, 10, 10]}]},
        {"boxes": [{"concept": 3, "box": [0, 0, 10, 10]}], "more": 1},
        {"boxes": [{"concept": 3, "box": [0, 0, 10, 10]}] * 5_001},
        *(one_box(concept=concept) for concept in (4, "3", True, 3.0, None, [3])),
        one_box(box=[0, 0, 10]),
        one_box(box=[0, 0, 10, 10, 10]),
        one_box(box="0 0 9 9"),
        *(one_box(box=[0, 0, 10, odd]) for odd in (True, "10", None, float("nan"), float("inf"), 1e300, [10])),
        *(one_box(box=box) for box in ([9, 0, 3, 10], [0, 9, 10, 3], [4, 0, 4, 10], [0, 0, 0.99, 10])),
        *(one_box(box=box) for box in ([-0.51, 0, 10, 10], [0, -3, 10, 10])),
        *(one_box(**{flag: odd}) for flag in ("occluded", "truncated", "difficult", "crowd") for odd in (1, "yes")),
        *(one_box(from_proposal=odd) for odd in (-1, True, 0.5, "0", 5_000)),
        one_box(confidence=0.5),
        one_box(score=0.5),
        one_box(label="cat"),
    ],
}
# answers that only a machine may give, which says how sure it is
SURE: dict[str, list[dict[str, object]]] = {
    "choice": [],
    "choices": [],
    "box": [one_box(score=0.5), one_box(confidence=1)],
}
UNSURE: dict[str, list[object]] = {
    "choice": [{"choice": [3], "score": 0.5}],
    "choices": [{"choice": [3, 7], "score": 0.5}, {"choice": [3], "scores": [0.5]}],
    "box": [one_box(score=1.5), one_box(score=float("nan")), one_box(score=True), one_box(confidence="0.5")],
}
SHARED: list[dict[str, object]] = [
    {"nothing": True},
    {"pass": "cannot_tell"},
    {"pass": "broken"},
    {"pass": "skip"},
    {"pass": "skip", "reason": "too dark"},
]
BAD_SHARED: list[object] = [
    None,
    [],
    "choice",
    {},
    {"nothing": False},
    {"nothing": 1},
    {"nothing": True, "choice": [3]},
    {"pass": "other"},
    {"pass": ["skip"]},
    {"pass": "broken", "reason": "x"},
    {"pass": "skip", "reason": 3},
    {"pass": "skip", "reason": "x" * 501},
    {"pass": "skip", "choice": [3]},
]


@pytest.fixture(params=sorted(KINDS))
def kind(request: pytest.FixtureRequest) -> Kind:
    return KINDS[request.param]


def values(kind: Kind) -> list[Value]:
    return [kind.parse(answer, CLASSES) for answer in (*GOOD[kind.name], *SHARED)]


def test_parsing_is_settled_and_json(kind: Kind) -> None:
    for answer, value in zip((*GOOD[kind.name], *SHARED), values(kind), strict=True):
        assert value == answer
        assert kind.parse(json.loads(json.dumps(value)), CLASSES) == value


def test_what_it_does_not_allow_is_refused_with_a_sentence(kind: Kind) -> None:
    for answer in (*BAD[kind.name], *BAD_SHARED):
        with pytest.raises(ValueError, match=r"\w+ \w+"):
            kind.parse(answer, CLASSES)


def test_only_a_machine_says_how_sure_it_is(kind: Kind) -> None:
    for answer in SURE[kind.name]:
        assert kind.parse(answer, CLASSES, machine=True) == answer
        with pytest.raises(ValueError, match="not known"):
            kind.parse(answer, CLASSES)
    for bad in (*UNSURE[kind.name], *BAD_SHARED):
        with pytest.raises(ValueError, match=r"\w+ \w+"):
            kind.parse(bad, CLASSES, machine=True)


def test_classes_are_those_a_value_names(kind: Kind) -> None:
    for answer in GOOD[kind.name]:
        named = kind.classes(kind.parse(answer, CLASSES))
        assert named and set(named) <= set(CLASSES)
        assert kind.several or len(named) == 1
    for answer in SHARED:
        assert kind.classes(kind.parse(answer, CLASSES)) == ()


def test_what_is_left_of_an_answer_when_only_some_classes_are_meant(kind: Kind) -> None:
    for value in values(kind):
        named = kind.classes(value)
        assert kind.of_classes(value, CLASSES) == value
        for live in ((3,), (7, 11), ()):
            left = kind.of_classes(value, live)
            if kind.several:
                assert kind.classes(left) == tuple(concept for concept in named if concept in live)
                assert kind.parse(left, live) == left
            else:
                assert left == value


def test_similarity_is_symmetric_and_one_for_equals(kind: Kind) -> None:
    for a, b in itertools.product(values(kind), repeat=2):
        assert 0.0 <= kind.similarity(a, b) <= 1.0
        assert kind.similarity(a, b) == kind.similarity(b, a)
        if a == b:
            assert kind.similarity(a, b) == 1.0
    first, second = values(kind)[:2]
    assert kind.similarity(first, second) < 1.0


def test_right_is_what_equals_the_known_and_never_what_shares_nothing_with_it(kind: Kind) -> None:
    passes = [value for value in values(kind) if "pass" in value]
    for said, known in itertools.product(values(kind), repeat=2):
        alike, right = kind.likeness(said, known)
        assert 0.0 <= alike <= 1.0 and type(right) is bool
        if said == known:
            assert (alike, right) == (1.0, True)
        if alike == 0.0 or (said in passes) != (known in passes):
            assert (alike, right) == (0.0, False)
    first, second = values(kind)[:2]
    assert kind.likeness(first, second) == kind.likeness(first, {"nothing": True}) == (0.0, False)


def test_merging_follows_the_weight_and_not_the_order(kind: Kind) -> None:
    first, second, third = values(kind)[:3]
    assert kind.merge([first], [0.2]) == first
    assert kind.merge([first, second, second], [1.0, 0.6, 0.6]) == second
    assert kind.merge([{"nothing": True}, first], [2.0, 1.0]) == {"nothing": True}
    assert kind.merge([{"pass": "broken"}, first], [2.0, 1.0]) == {"pass": "broken"}
    for order in itertools.permutations([first, second, third]):
        assert kind.merge(list(order), [1.0, 1.0, 1.0]) == kind.merge([first, second, third], [1.0, 1.0, 1.0])
    with pytest.raises(ValueError, match="at least one"):
        kind.merge([], [])
    with pytest.raises(ValueError, match="weight for each"):
        kind.merge([first], [])


def test_several_classes_are_one_set_whatever_their_order() -> None:
    several = KINDS["choices"]
    assert several.parse({"choice": [11, 3]}, CLASSES) == {"choice": [3, 11]}
    assert several.similarity({"choice": [3, 11]}, {"choice": [3, 7]}) == pytest.approx(1 / 3)
    assert several.similarity({"choice": [3]}, {"nothing": True}) == 0.0
    said = [{"choice": [3, 7]}, {"choice": [3, 11]}, {"choice": [7, 11]}, {"nothing": True}]
    assert several.merge(said, [1.0, 1.0, 1.0, 0.5]) == {"choice": [3, 7, 11]}
    assert several.merge(said, [1.0] * 4) == {"nothing": True}  # each is named by half, and half is not more than half


def test_bounds_and_outline_agree(kind: Kind) -> None:
    for value in values(kind):
        outline, bounds = kind.outline(value), kind.bounds(value)
        assert (outline is None) or bounds is not None
