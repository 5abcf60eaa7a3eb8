from django.urls import URLPattern, path

from annotate.ingest.api import batches, pictures, uploads

urlpatterns: list[URLPattern] = [
    path("projects/<int:pid>/batches", batches.BatchesView.as_view()),
    path("projects/<int:pid>/batches/unfinished", uploads.UnfinishedView.as_view()),
    path("projects/<int:pid>/batches/<int:bid>", batches.BatchView.as_view()),
    path("projects/<int:pid>/batches/<int:bid>/files", batches.BatchFilesView.as_view()),
    path("projects/<int:pid>/batches/<int:bid>/missing", uploads.MissingView.as_view()),
    path("projects/<int:pid>/batches/<int:bid>/uploads", uploads.UploadsView.as_view()),
    path("projects/<int:pid>/batches/<int:bid>/uploads/<int:uid>", uploads.UploadPartView.as_view()),
    path("projects/<int:pid>/batches/<int:bid>/close", batches.CloseBatchView.as_view()),
    path("projects/<int:pid>/batches/<int:bid>/analysis", batches.AnalysisView.as_view()),
    path("projects/<int:pid>/batches/<int:bid>/commit", batches.CommitBatchView.as_view()),
    path("projects/<int:pid>/batches/<int:bid>/cancel", batches.CancelBatchView.as_view()),
    path("projects/<int:pid>/classes/<int:cid>/examples", pictures.ExampleUploadView.as_view()),
    path("projects/<int:pid>/guide/pictures", pictures.GuideUploadView.as_view()),
    path("projects/<int:pid>/images/<int:iid>/picture/<str:rendition>", pictures.PictureView.as_view()),
]
