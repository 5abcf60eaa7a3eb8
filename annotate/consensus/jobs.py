from celery import shared_task

from annotate.consensus import services
from annotate.core.pace import in_turns


@shared_task(name="annotate.consensus.jobs.sweep")
def sweep() -> None:
    """Folds what came in outside a request, weighs all votes again where enough are new, counts, looks at people."""
    in_turns(services.fold_due)
    services.refit_due()
    services.count_all()
    in_turns(services.follow_people)
