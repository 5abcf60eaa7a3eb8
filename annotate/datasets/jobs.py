from celery import shared_task

from annotate.datasets import facets, services


@shared_task
def sweep() -> None:
    """Freezes and exports what waits, and keeps the counters of the data page."""
    facets.keep_counts()
    while services.freeze_next():
        pass
    while services.export_next():
        pass
