"""Background work of ingest."""

from celery import shared_task

from annotate.ingest import services


@shared_task(ignore_result=True)
def sweep() -> None:
    """Works on waiting deliveries for a while, and comes back at once where more waits."""
    if services.ingest_pending():
        sweep.delay()
