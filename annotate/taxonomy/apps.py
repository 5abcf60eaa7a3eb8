from django.apps import AppConfig


class TaxonomyConfig(AppConfig):
    name = "annotate.taxonomy"
    label = "taxonomy"
