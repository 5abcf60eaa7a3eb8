from django.urls import URLPattern, path

from annotate.consensus import api

urlpatterns: list[URLPattern] = [
    path("projects/<int:pid>/people", api.PeopleView.as_view()),
    path("projects/<int:pid>/people/<int:uid>", api.PersonView.as_view()),
    path("projects/<int:pid>/people/<int:uid>/pause", api.PersonPauseView.as_view()),
]
