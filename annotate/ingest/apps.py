from django.apps import AppConfig


class IngestConfig(AppConfig):
    name = "annotate.ingest"
    label = "ingest"
