from django.apps import AppConfig

from annotate.ingest import looking
from annotate.labeling import told


class DeskConfig(AppConfig):
    name = "annotate.desk"
    label = "desk"

    def ready(self) -> None:
        from annotate.desk import practice, selectors  # noqa: PLC0415 (models are not there before)

        looking.let(selectors.practises_on)
        told.let(practice.practised_on)
