"""The routes of training, by what they speak of."""

from training.api.attention import AttentionView
from training.api.boxes import EvaluationBoxesView, EvaluationErrorsView
from training.api.comparisons import RunsChangedView, RunsCompareView
from training.api.curves import CurveStopView, CurvesView, CurveView
from training.api.cycle import CycleNextView, CycleRescoreView, CycleView
from training.api.evaluations import (
    EvaluationPicturesView,
    EvaluationsView,
    EvaluationView,
    RunEvaluationsView,
)
from training.api.previews import PreviewPictureView, PreviewView
from training.api.rechecks import ClassPicturesView, RechecksView
from training.api.runs import RunLogView, RunMetricsView, RunResumeView, RunStopView, RunsView, RunView
from training.api.tryouts import TryoutsView, TryoutView
from training.api.weights import CatalogueView, WeightsView

__all__ = [
    "AttentionView",
    "CatalogueView",
    "ClassPicturesView",
    "CurveStopView",
    "CurveView",
    "CurvesView",
    "CycleNextView",
    "CycleRescoreView",
    "CycleView",
    "EvaluationBoxesView",
    "EvaluationErrorsView",
    "EvaluationPicturesView",
    "EvaluationView",
    "EvaluationsView",
    "PreviewPictureView",
    "PreviewView",
    "RechecksView",
    "RunEvaluationsView",
    "RunLogView",
    "RunMetricsView",
    "RunResumeView",
    "RunStopView",
    "RunView",
    "RunsChangedView",
    "RunsCompareView",
    "RunsView",
    "TryoutView",
    "TryoutsView",
    "WeightsView",
]
