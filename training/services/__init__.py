"""What may be done with trainings: the door for others."""

from training.services.curves import start_curve, stop_curve
from training.services.drive import drive_run
from training.services.evaluations import drive_evaluation, request_evaluation, score_on_newest
from training.services.previews import forget_previews, make_preview
from training.services.rechecks import look_again, move_rechecks_on
from training.services.runs import end_silent_runs, resume_run, start_run, stop_run
from training.services.tryouts import (
    answer_tryouts,
    forget_tryout,
    forget_tryouts,
    start_tryout,
    waiting_tryouts,
)
from training.services.waiting import engine_work_waits, forget_hint, hint_is_due
from training.services.weights import add_weights

__all__ = [
    "add_weights",
    "answer_tryouts",
    "drive_evaluation",
    "drive_run",
    "end_silent_runs",
    "engine_work_waits",
    "forget_hint",
    "forget_previews",
    "forget_tryout",
    "forget_tryouts",
    "hint_is_due",
    "look_again",
    "make_preview",
    "move_rechecks_on",
    "request_evaluation",
    "resume_run",
    "score_on_newest",
    "start_curve",
    "start_run",
    "start_tryout",
    "stop_curve",
    "stop_run",
    "waiting_tryouts",
]
