"""Composition only: each app's routes under /api/, and the one page for everything else."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from annotate.core import description, shell

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/schema", description.DescriptionView.as_view()),
    path("api/", include("annotate.accounts.urls")),
    path("api/", include("annotate.projects.urls")),
    path("api/", include("annotate.ingest.urls")),
    path("api/", include("annotate.labeling.urls")),
    path("api/", include("annotate.consensus.urls")),
    path("api/", include("annotate.desk.urls")),
    path("api/", include("annotate.datasets.urls")),
    path("api/", include("training.urls")),
    re_path(r"^api/", shell.no_such_route),
    re_path(r"^(?!static/).*$", shell.page),
]
handler400 = "annotate.core.shell.bad_request"
handler403 = "annotate.core.shell.forbidden"
handler404 = "annotate.core.shell.not_found"
handler500 = "annotate.core.shell.server_error"
