"""What may be done to the crowd's rows; each noun has its own file."""

from annotate.labeling.services.asking import ask_again, refuse_holdout, return_skipped, set_ranks
from annotate.labeling.services.examples import use_as_example
from annotate.labeling.services.gold import LEAST_ANSWERS, LEAST_GOLD, pause, resume, set_gold
from annotate.labeling.services.imports import imported_answers, retry_unknown, take_imported
from annotate.labeling.services.leases import drop_leases, expire_leases, leases_held, release, waiting_on_others
from annotate.labeling.services.machine import add_predictions, propose
from annotate.labeling.services.peek import peek
from annotate.labeling.services.queue import Handed, Taken, own_leases, sit, take
from annotate.labeling.services.tasks import (
    ask_for_more,
    bring_back_image,
    bump_order,
    follow_images,
    follow_settings,
    open_tasks,
    set_aside_image,
    settled_with_fewer,
    wanted_votes,
)
from annotate.labeling.services.votes import (
    Ballot,
    Cast,
    cast_source_vote,
    cast_vote,
    cut_to_picture,
    parse_answer,
    parse_for,
)

__all__ = [
    "LEAST_ANSWERS",
    "LEAST_GOLD",
    "Ballot",
    "Cast",
    "Handed",
    "Taken",
    "add_predictions",
    "ask_again",
    "ask_for_more",
    "bring_back_image",
    "bump_order",
    "cast_source_vote",
    "cast_vote",
    "cut_to_picture",
    "drop_leases",
    "expire_leases",
    "follow_images",
    "follow_settings",
    "imported_answers",
    "leases_held",
    "open_tasks",
    "own_leases",
    "parse_answer",
    "parse_for",
    "pause",
    "peek",
    "propose",
    "refuse_holdout",
    "release",
    "resume",
    "retry_unknown",
    "return_skipped",
    "set_aside_image",
    "set_gold",
    "set_ranks",
    "settled_with_fewer",
    "sit",
    "take",
    "take_imported",
    "use_as_example",
    "waiting_on_others",
    "wanted_votes",
]
