from django.apps import AppConfig

from annotate.ingest import looking


class LabelingConfig(AppConfig):
    name = "annotate.labeling"
    label = "labeling"

    def ready(self) -> None:
        from annotate.labeling import selectors  # noqa: PLC0415 (models are not there before)

        looking.let(selectors.asked_or_answered)
