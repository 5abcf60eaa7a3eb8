"""From votes to answers; each noun has its own file."""

from annotate.consensus.services.counts import count, count_all
from annotate.consensus.services.fold import fold_due, fold_task, fold_vote, rules_of, write_ruling
from annotate.consensus.services.refit import refit, refit_due
from annotate.consensus.services.rulings import ask_again, mark_gold, settle
from annotate.consensus.services.standings import follow_people

__all__ = [
    "ask_again",
    "count",
    "count_all",
    "fold_due",
    "fold_task",
    "fold_vote",
    "follow_people",
    "mark_gold",
    "refit",
    "refit_due",
    "rules_of",
    "settle",
    "write_ruling",
]
