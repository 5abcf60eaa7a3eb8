from django.urls import URLPattern, path

from annotate.desk import api

urlpatterns: list[URLPattern] = [
    path("home", api.HomeView.as_view()),
    path("projects/<int:pid>/desk", api.DeskView.as_view()),
    path("projects/<int:pid>/desk/mine", api.OwnVotesView.as_view()),
    path("projects/<int:pid>/desk/guide", api.GuideView.as_view()),
    path("projects/<int:pid>/desk/practice", api.PracticeView.as_view()),
    path("projects/<int:pid>/desk/practice/answer", api.PracticeAnswerView.as_view()),
    path("projects/<int:pid>/desk/numbers", api.OwnNumbersView.as_view()),
    path("projects/<int:pid>/desk/pause", api.PauseView.as_view()),
    path("projects/<int:pid>/review", api.ReviewView.as_view()),
    path("projects/<int:pid>/review/<int:task>", api.RulingView.as_view()),
]
