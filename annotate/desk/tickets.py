"""Proof that a task was handed to a person, which outlives its lease: nothing is stored for it.

An answer may arrive long after its lease ended, and is kept then; so the lease's row cannot say whether the task was
ever handed out. Members are trusted to answer what they were asked; whoever came by an open link is not. And a late
answer to a known question is told from one to a question that was never asked.
"""

from django.utils.crypto import salted_hmac

DIGITS = 13  # 52 bits: every such number is exact in JavaScript


def ticket_of(user_id: int, task_id: int) -> int:
    """What a person gets as the number of the lease on a task, and hands in with the answer."""
    return int(salted_hmac("fovea.handed", f"{user_id}/{task_id}", algorithm="sha256").hexdigest()[:DIGITS], 16)
