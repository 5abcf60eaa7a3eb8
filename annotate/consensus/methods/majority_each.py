"""Plurality class by class: every class that more than half of the people named."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from annotate.consensus import presence
from annotate.consensus.method import Heard, Hears, Learned, Lesson, Opinion, Voice


@dataclass(frozen=True)
class MajorityEach:
    """Every vote weighs the same. The confidence is that of the class that people are least at one about: the share
    of them on the leading side, which is no probability of being right. Nothing is learned."""

    name: str = "majority_each"
    kinds: tuple[str, ...] = ("choices",)
    hears: Hears = "answer"

    def recall(
        self, class_ids: Sequence[int], *, prior: Mapping[str, float], workers: Mapping[str, Mapping[str, Any]]
    ) -> None:
        """Nothing is needed."""

    def weigh(self, voices: Sequence[Voice], known: None, *, item_id: int, seed: int) -> Opinion:
        """Shares of the votes."""
        if not voices:
            return Opinion()
        named = presence.named_in(voices)
        shares = {concept: sum(said) / len(said) for concept, said in named.items()}
        answer = presence.settle(named, shares, item_id=item_id, seed=seed)
        sure = min(presence.sides(answer, shares), default=1.0)
        return presence.opinion(answer, shares, confidence=sure, voices=voices)

    def learn(self, heard: Heard, known: None, *, seed: int) -> Lesson:
        """Each picture by itself; of a worker, only how many votes there are."""
        votes = Counter(voice.worker for voices in heard.voices for voice in voices)

        def opinion(item: int) -> Opinion:
            return self.weigh(heard.voices[item], known, item_id=heard.item_ids[item], seed=seed)

        return Lesson({name: Learned({}, number) for name, number in sorted(votes.items())}, {}, opinion)
