from django.urls import URLPattern, path

from training import api

P = "projects/<int:pid>"
urlpatterns: list[URLPattern] = [
    path("attention", api.AttentionView.as_view()),
    path(f"{P}/training/catalogue", api.CatalogueView.as_view()),
    path(f"{P}/training/preview", api.PreviewView.as_view()),
    path(f"{P}/training/preview/<str:preview>/<str:file>", api.PreviewPictureView.as_view()),
    path(f"{P}/weights", api.WeightsView.as_view()),
    path(f"{P}/tryouts", api.TryoutsView.as_view()),
    path(f"{P}/tryouts/<int:tid>", api.TryoutView.as_view()),
    path(f"{P}/runs", api.RunsView.as_view()),
    path(f"{P}/runs/compare", api.RunsCompareView.as_view()),
    path(f"{P}/runs/compare/pictures", api.RunsChangedView.as_view()),
    path(f"{P}/runs/<int:rid>", api.RunView.as_view()),
    path(f"{P}/runs/<int:rid>/metrics", api.RunMetricsView.as_view()),
    path(f"{P}/runs/<int:rid>/log", api.RunLogView.as_view()),
    path(f"{P}/runs/<int:rid>/stop", api.RunStopView.as_view()),
    path(f"{P}/runs/<int:rid>/resume", api.RunResumeView.as_view()),
    path(f"{P}/runs/<int:rid>/evaluations", api.RunEvaluationsView.as_view()),
    path(f"{P}/curves", api.CurvesView.as_view()),
    path(f"{P}/curves/<int:cid>", api.CurveView.as_view()),
    path(f"{P}/curves/<int:cid>/stop", api.CurveStopView.as_view()),
    path(f"{P}/evaluations", api.EvaluationsView.as_view()),
    path(f"{P}/evaluations/<int:eid>", api.EvaluationView.as_view()),
    path(f"{P}/evaluations/<int:eid>/pictures", api.EvaluationPicturesView.as_view()),
    path(f"{P}/evaluations/<int:eid>/boxes", api.EvaluationBoxesView.as_view()),
    path(f"{P}/evaluations/<int:eid>/errors", api.EvaluationErrorsView.as_view()),
    path(f"{P}/evaluations/<int:eid>/class-pictures", api.ClassPicturesView.as_view()),
    path(f"{P}/evaluations/<int:eid>/rechecks", api.RechecksView.as_view()),
    path(f"{P}/cycle", api.CycleView.as_view()),
    path(f"{P}/cycle/next", api.CycleNextView.as_view()),
    path(f"{P}/cycle/rescore", api.CycleRescoreView.as_view()),
]
