"""The Celery application: workers and the scheduler find their jobs through it."""

import os
from typing import Any

from celery import Celery, signals
from kombu.transport import TRANSPORT_ALIASES

from annotate.core import watch

TRANSPORT_ALIASES["folder"] = "annotate.core.broker:Transport"

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "annotate.settings")

app = Celery("fovea")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(related_name="jobs")


@signals.worker_ready.connect(weak=False)
def _watch(**_: Any) -> None:
    watch.begin(app)
