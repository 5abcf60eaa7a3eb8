"""The Celery application: workers and the scheduler find their jobs through it."""

import os

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

TRANSPORT_ALIASES["folder"] = "annotate.core.broker:Transport"

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "annotate.settings")

app = Celery("fovea")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(related_name="jobs")
