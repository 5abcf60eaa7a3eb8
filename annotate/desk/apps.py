from django.apps import AppConfig

from annotate.ingest import looking


class DeskConfig(AppConfig):
    name = "annotate.desk"
    label = "desk"

    def ready(self) -> None:
        from annotate.desk import selectors  # noqa: PLC0415 (models are not there before)

        looking.let(selectors.practises_on)
