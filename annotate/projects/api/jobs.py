"""The long jobs of a project: bars, and how to stop one."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.core import bars, errors, progress, rest
from annotate.projects import selectors
from annotate.projects.api.project import PAGING
from annotate.projects.models import Member
from annotate.projects.roles import Action
from annotate.projects.scope import ProjectView


class JobPage(serializers.Serializer[Any]):
    items = bars.JobBar(many=True)
    next = serializers.CharField(allow_null=True)


class JobsView(ProjectView):
    rules = {"GET": Action.BROWSE}

    @extend_schema(operation_id="jobs_list", parameters=PAGING, responses=JobPage)
    def get(self, request: Request, pid: int) -> Response:
        """Long jobs of a project, the newest first."""
        rows = selectors.jobs_of(self.project)
        return Response(rest.keyset_page(rows, request.GET, keys=("-id",), show=bars.bar))


class JobView(ProjectView):
    rules = {"GET": Action.BROWSE}

    @extend_schema(operation_id="jobs_get", responses=bars.JobBar)
    def get(self, request: Request, pid: int, jid: int) -> Response:
        """One long job: how far, how fast, how long still."""
        return Response(bars.bar(selectors.job_in(self.project, jid)))


class CancelJobView(ProjectView):
    """Researchers stop what they began themselves; admins stop anything."""

    rules = {"POST": Action.WORK}

    @extend_schema(operation_id="jobs_cancel", request=None, responses=bars.JobBar)
    def post(self, request: Request, pid: int, jid: int) -> Response:
        """Stops a long job."""
        job = selectors.job_in(self.project, jid)
        if self.member.role != Member.Role.ADMIN and job.actor != request.user.pk:
            raise errors.Forbidden("forbidden", "Only an admin stops what somebody else began.")
        if job.ended:
            raise errors.Conflict("job_ended", "This job has ended already.", {"state": job.state})
        progress.cancel_job(job)
        return Response(bars.bar(job))
