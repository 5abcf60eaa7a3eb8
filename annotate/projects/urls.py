from django.urls import URLPattern, path

from annotate.projects.api import classes, jobs, people, project, tokens, volunteers

urlpatterns: list[URLPattern] = [
    path("projects", project.ProjectsView.as_view()),
    path("projects/<int:pid>", project.OneProjectView.as_view()),
    path("projects/<int:pid>/offers", project.OffersView.as_view()),
    path("projects/<int:pid>/classes", classes.ClassesView.as_view()),
    path("projects/<int:pid>/classes/<int:cid>", classes.ClassView.as_view()),
    path("projects/<int:pid>/classes/<int:cid>/archive", classes.ArchiveClassView.as_view()),
    path("projects/<int:pid>/examples/<int:eid>", classes.ExampleView.as_view()),
    path("projects/<int:pid>/guide/pictures/<int:eid>", classes.GuidePictureView.as_view()),
    path("projects/<int:pid>/members", people.MembersView.as_view()),
    path("projects/<int:pid>/members/<int:mid>", people.MemberView.as_view()),
    path("projects/<int:pid>/leave", people.LeaveView.as_view()),
    path("projects/<int:pid>/invitations", people.InvitationsView.as_view()),
    path("projects/<int:pid>/invitations/<int:iid>", people.InvitationView.as_view()),
    path("projects/<int:pid>/jobs", jobs.JobsView.as_view()),
    path("projects/<int:pid>/jobs/<int:jid>", jobs.JobView.as_view()),
    path("projects/<int:pid>/jobs/<int:jid>/cancel", jobs.CancelJobView.as_view()),
    path("projects/<int:pid>/audit", people.AuditView.as_view()),
    path("tokens", tokens.TokensView.as_view()),
    path("tokens/<int:id>", tokens.TokenView.as_view()),
    path("accounts/<int:id>/tokens", tokens.AccountTokensView.as_view()),
    path("accounts/<int:id>/tokens/<int:tid>", tokens.AccountTokenView.as_view()),
    path("invitations/<str:token>", people.JoinView.as_view()),
    path("volunteer-links/<str:token>", volunteers.VolunteerJoinView.as_view()),
]
