"""What replies about training look like: rows as JSON, and the same as schemas."""

from typing import Any

from rest_framework import serializers

from training.models import Evaluation, Run, Weights
from training.selectors import runs as shown


class Fault(serializers.Serializer[Any]):
    """Why something failed, and whether to change the data, the config or the server."""

    fault = serializers.ChoiceField(["data", "config", "server"])
    message = serializers.CharField()
    log = serializers.CharField()


class VersionName(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    number = serializers.IntegerField()


class WeightsName(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()


class RunShape(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    state = serializers.ChoiceField(Run.State.choices)
    version = VersionName()
    weights = WeightsName(allow_null=True)
    architecture = serializers.CharField()
    config = serializers.DictField(child=serializers.JSONField())
    preset = serializers.CharField()
    epoch = serializers.IntegerField()
    epochs = serializers.IntegerField(help_text="0 until the engine has worked it out from the pictures.")
    seconds_left = serializers.FloatField(allow_null=True)
    images_per_s = serializers.FloatField(allow_null=True)
    attempt = serializers.IntegerField()
    error = Fault(allow_null=True)
    train_loss = serializers.FloatField(allow_null=True)
    train_accuracy = serializers.FloatField(allow_null=True)
    val_loss = serializers.FloatField(allow_null=True)
    val_accuracy = serializers.FloatField(allow_null=True)
    val_map = serializers.FloatField(
        allow_null=True,
        help_text="mAP: of boxes over overlaps .5 to .95, of several classes their mean average precision.",
    )
    val_map50 = serializers.FloatField(allow_null=True, help_text="Of boxes: mAP at overlap .5.")
    progress = serializers.DictField(child=serializers.JSONField())
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    checkpoint = serializers.IntegerField(allow_null=True)
    evaluation = serializers.IntegerField(allow_null=True)


FIGURES = (
    "seconds_left", "images_per_s", "train_loss", "train_accuracy", "val_loss", "val_accuracy", "val_map", "val_map50",
)  # fmt: skip


def run_shape(run: Run) -> dict[str, Any]:
    checkpoint = shown.checkpoint_of(run)
    live = run.state in shown.LIVE
    figures = {name: run.progress.get(name) for name in FIGURES}
    if not live:
        figures |= {"seconds_left": None, "images_per_s": None}
    return {
        "id": run.pk,
        "name": run.name,
        "state": run.state,
        "version": {"id": run.version_id, "number": run.version.number},
        "weights": {"id": run.weights.pk, "name": run.weights.name} if run.weights else None,
        "architecture": run.config.get("architecture", ""),
        "config": run.config,
        "preset": run.preset,
        "epoch": run.epoch,
        "epochs": run.epochs,
        **figures,
        "attempt": run.attempt,
        "error": run.error,
        "progress": run.progress,
        "created_at": run.created_at,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "checkpoint": checkpoint.pk if checkpoint else None,
        "evaluation": shown.own_evaluation(run),
    }


class WeightsShape(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    architecture = serializers.CharField()
    digest = serializers.CharField()
    bytes = serializers.IntegerField()
    facts = serializers.DictField(child=serializers.JSONField())
    created_at = serializers.DateTimeField()


def weights_shape(weights: Weights) -> dict[str, Any]:
    names = ("name", "architecture", "digest", "bytes", "facts", "created_at")
    return {"id": weights.pk, **{name: getattr(weights, name) for name in names}}


class EvaluationShape(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    state = serializers.ChoiceField(Evaluation.State.choices)
    version = VersionName()
    run = serializers.IntegerField()
    run_name = serializers.CharField()
    checkpoint = serializers.IntegerField()
    epoch = serializers.IntegerField()
    trained_on = serializers.IntegerField(help_text="Number of the version that the checkpoint learned from.")
    summary = serializers.DictField(child=serializers.JSONField())
    error = Fault(allow_null=True)
    created_at = serializers.DateTimeField()


def evaluation_shape(evaluation: Evaluation) -> dict[str, Any]:
    checkpoint, run = evaluation.checkpoint, evaluation.checkpoint.run
    return {
        "id": evaluation.pk,
        "state": evaluation.state,
        "version": {"id": evaluation.version_id, "number": evaluation.version.number},
        "run": run.pk,
        "run_name": run.name,
        "checkpoint": checkpoint.pk,
        "epoch": checkpoint.epoch,
        "trained_on": run.version.number,
        "summary": evaluation.summary,
        "error": evaluation.error,
        "created_at": evaluation.created_at,
    }
