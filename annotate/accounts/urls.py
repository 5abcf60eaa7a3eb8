from django.urls import URLPattern, path

from annotate.accounts import api

urlpatterns: list[URLPattern] = [
    path("session", api.SessionView.as_view()),
    path("session/sign-in", api.SignInView.as_view()),
    path("session/sign-out", api.SignOutView.as_view()),
    path("session/password", api.PasswordView.as_view()),
    path("session/come-back", api.ComeBackLinkView.as_view()),
    path("session/forget", api.ForgetView.as_view()),
    path("come-back", api.ComeBackView.as_view()),
    path("reset", api.ResetView.as_view()),
    path("accounts", api.AccountsView.as_view()),
    path("accounts/<int:id>", api.AccountView.as_view()),
    path("accounts/<int:id>/reset-link", api.ResetLinkView.as_view()),
]
