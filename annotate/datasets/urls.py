from django.urls import URLPattern, path

from annotate.datasets.api import pictures, versions

PROJECT = "projects/<int:pid>"
urlpatterns: list[URLPattern] = [
    path(f"{PROJECT}/images", pictures.PicturesView.as_view()),
    path(f"{PROJECT}/images/counts", pictures.CountsView.as_view()),
    path(f"{PROJECT}/images/actions", pictures.ActionsView.as_view()),
    path(f"{PROJECT}/images/empty-bin", pictures.BinView.as_view()),
    path(f"{PROJECT}/images/<int:iid>", pictures.PictureView.as_view()),
    path(f"{PROJECT}/images/<int:iid>/history", pictures.HistoryView.as_view()),
    path(f"{PROJECT}/images/<int:iid>/versions", pictures.StoodView.as_view()),
    path(f"{PROJECT}/versions", versions.VersionsView.as_view()),
    path(f"{PROJECT}/versions/<int:vid>", versions.VersionView.as_view()),
    path(f"{PROJECT}/versions/<int:vid>/exports", versions.ExportsView.as_view()),
    path(f"{PROJECT}/formats", versions.FormatsView.as_view()),
    path(f"{PROJECT}/exports/<int:eid>", versions.ExportView.as_view()),
    path(f"{PROJECT}/exports/<int:eid>/download", versions.DownloadView.as_view()),
]
