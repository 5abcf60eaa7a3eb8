"""Ties the Celery application to Django's start, so that every process can enqueue."""

from django.apps import AppConfig

from annotate import celery

__all__ = ["ComposeConfig", "celery"]


class ComposeConfig(AppConfig):
    name = "annotate"
    label = "annotate"
