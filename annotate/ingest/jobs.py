"""Background work of ingest."""

from celery import shared_task

from annotate.core import hint
from annotate.ingest import services


@shared_task(ignore_result=True)
def sweep() -> None:
    """Works on waiting deliveries for a while, and asks to come back at once where more waits."""
    if services.ingest_pending():
        hint.nudge(sweep)
