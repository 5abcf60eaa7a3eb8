from celery import shared_task

from annotate.core.pace import in_turns
from annotate.labeling import services


@shared_task(name="annotate.labeling.jobs.sweep")
def sweep() -> None:
    """Opens tasks for new pictures and does what time and settings ask of the old ones."""
    services.follow_settings()
    in_turns(services.open_tasks)
    services.retry_unknown()
    in_turns(services.take_imported)
    in_turns(services.expire_leases)
    in_turns(services.return_skipped)
