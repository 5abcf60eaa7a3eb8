from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "annotate.desk"
    label = "desk"
