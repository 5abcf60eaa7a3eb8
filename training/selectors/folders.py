"""Where training keeps its folders, all under FOVEA_HOME."""

from pathlib import Path

from django.conf import settings

from annotate.projects.models import Project
from training.models import Checkpoint, Evaluation, Round, Run, Tryout, Weights

FOLDER = "training"


def _home() -> Path:
    return Path(settings.FOVEA_HOME)


def run_folder(run: Run) -> Path:
    """The engine's out folder of a run: the record of that training."""
    return _home() / FOLDER / "runs" / str(run.pk)


def evaluation_folder(evaluation: Evaluation) -> Path:
    return _home() / FOLDER / "evaluations" / str(evaluation.pk)


def round_folder(turn: Round) -> Path:
    """Where a round keeps what the model said of the unlabeled pictures, and their ranking."""
    return _home() / FOLDER / "rounds" / str(turn.pk)


def checkpoint_folder(checkpoint: Checkpoint) -> Path:
    return run_folder(checkpoint.run) / checkpoint.folder


def weights_file(weights: Weights) -> Path:
    """Weights lie by digest, so that the same file sent twice is kept once."""
    return weights_folder() / f"{weights.digest}.safetensors"


def weights_folder() -> Path:
    return _home() / FOLDER / "weights"


def cache_folder() -> Path:
    """The engine's decoded pictures, shared by all runs and evaluations."""
    return _home() / FOLDER / "cache"


def previews_folder() -> Path:
    """What augmentation does, by project, for an hour."""
    return _home() / FOLDER / "previews"


def preview_folder(project: Project, key: str) -> Path:
    return previews_folder() / str(project.pk) / key


def tryouts_folder() -> Path:
    """Pictures that are being shown to a model, each in a folder of its own until it is answered."""
    return _home() / FOLDER / "tryouts"


def tryout_folder(tryout: Tryout) -> Path:
    return tryouts_folder() / tryout.key
