from django.apps import AppConfig


class ConsensusConfig(AppConfig):
    name = "annotate.consensus"
    label = "consensus"
