from celery import shared_task

from annotate.labeling import services


@shared_task(name="annotate.labeling.jobs.sweep")
def sweep() -> None:
    """Opens tasks for new pictures and does what time and settings ask of the old ones."""
    services.follow_settings()
    services.open_tasks()
    services.retry_unknown()
    services.take_imported()
    services.expire_leases()
    services.return_skipped()
