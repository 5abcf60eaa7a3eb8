from django.apps import AppConfig

from annotate.consensus.methods import METHODS
from annotate.projects import offers


class ConsensusConfig(AppConfig):
    name = "annotate.consensus"
    label = "consensus"

    def ready(self) -> None:
        for method in METHODS.values():
            offers.offer("consensus_method", [method.name], kinds=method.kinds)
