"""The list of consensus methods, by the name that projects store."""

from typing import Final

from annotate.consensus.method import Method
from annotate.consensus.methods import boxes, dawid_skene, dawid_skene_each, majority, majority_each

METHODS: Final[dict[str, Method]] = {
    method.name: method
    for method in (
        dawid_skene.DawidSkene(),
        majority.Majority(),
        dawid_skene_each.DawidSkeneEach(),
        majority_each.MajorityEach(),
        boxes.BoxCrowd(),
    )
}
