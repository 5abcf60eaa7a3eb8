from django.apps import AppConfig

from annotate.projects import offers


class TrainingConfig(AppConfig):
    name = "training"
    label = "training"

    def ready(self) -> None:
        from training.selectors import offers as engine  # noqa: PLC0415 (models are not there before)

        offers.offer("order", engine.strategies())
