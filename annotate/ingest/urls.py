from django.urls import URLPattern, path

from annotate.ingest import api

urlpatterns: list[URLPattern] = [
    path("projects/<int:pid>/batches", api.BatchesView.as_view()),
    path("projects/<int:pid>/batches/<int:bid>", api.BatchView.as_view()),
    path("projects/<int:pid>/batches/<int:bid>/files", api.BatchFilesView.as_view()),
    path("projects/<int:pid>/batches/<int:bid>/close", api.CloseBatchView.as_view()),
    path("projects/<int:pid>/batches/<int:bid>/analysis", api.AnalysisView.as_view()),
    path("projects/<int:pid>/batches/<int:bid>/commit", api.CommitBatchView.as_view()),
    path("projects/<int:pid>/batches/<int:bid>/cancel", api.CancelBatchView.as_view()),
    path("projects/<int:pid>/classes/<int:cid>/examples", api.ExampleUploadView.as_view()),
    path("projects/<int:pid>/guide/pictures", api.GuideUploadView.as_view()),
    path("projects/<int:pid>/images/<int:iid>/picture/<str:rendition>", api.PictureView.as_view()),
]
