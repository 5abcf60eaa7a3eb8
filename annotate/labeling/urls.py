from django.urls import URLPattern, path

from annotate.labeling import api

urlpatterns: list[URLPattern] = [
    path("projects/<int:pid>/labels/unknown", api.UnknownLabelsView.as_view()),
    path("projects/<int:pid>/classes/<int:cid>/examples/from-project", api.ExampleFromProjectView.as_view()),
    path("projects/<int:pid>/volunteer-links", api.VolunteerLinksView.as_view()),
    path("projects/<int:pid>/volunteer-links/<int:lid>", api.VolunteerLinkView.as_view()),
    path("projects/<int:pid>/volunteer-links/<int:lid>/people", api.VolunteersView.as_view()),
    path("projects/<int:pid>/votes-wanted", api.MoreVotesView.as_view()),
]
