from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "annotate.core"
    label = "core"

    def ready(self) -> None:
        from annotate.core import schema  # noqa: F401, PLC0415 (registers itself)
