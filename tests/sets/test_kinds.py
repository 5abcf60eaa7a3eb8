"""Whatever kind is in the list keeps the contract that voting, consensus and review stand on."""

import itertools
import json

import pytest

from annotate.kind import Kind, Value
from annotate.kinds import KINDS

CLASSES = (3, 7, 11)
# answers that each kind takes; a new kind adds its own here
GOOD: dict[str, list[dict[str, object]]] = {"choice": [{"choice": [3]}, {"choice": [7]}, {"choice": [11]}]}
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
    ]
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


def test_similarity_is_symmetric_and_one_for_equals(kind: Kind) -> None:
    for a, b in itertools.product(values(kind), repeat=2):
        assert 0.0 <= kind.similarity(a, b) <= 1.0
        assert kind.similarity(a, b) == kind.similarity(b, a)
        if a == b:
            assert kind.similarity(a, b) == 1.0
    first, second = values(kind)[:2]
    assert kind.similarity(first, second) < 1.0


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


def test_bounds_and_outline_agree(kind: Kind) -> None:
    for value in values(kind):
        outline, bounds = kind.outline(value), kind.bounds(value)
        assert (outline is None) or bounds is not None
