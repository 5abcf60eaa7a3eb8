"""Making and changing projects."""

import secrets
from typing import Any

from django.db import transaction

from annotate.accounts.models import User
from annotate.core import audit, errors
from annotate.kinds import KINDS
from annotate.projects import offers
from annotate.projects.models import Member, Project
from annotate.projects.services import classes
from annotate.taxonomy import services as taxonomy

SETTINGS = frozenset(
    (
        *("name", "description", "redundancy", "holdout_votes", "holdout_share", "votes_cap", "accept_confidence"),
        *("consensus_method", "guide_text", "order", "show_proposals", "practice_required", "licence"),
        *("gold_share", "gold_bar"),
    )
)


def create_project(*, actor: User, name: str, classes_text: str = "", kind: str = "choice", **settings: Any) -> Project:
    """A project whose admin is `actor`, with the classes of a pasted list where one is given.

    Its kind of label never changes; the consensus method is the kind's usual one where none is named.
    """
    if kind not in KINDS:
        raise errors.Invalid("unknown_kind", "There is no such kind of label.", {"kind": kind[:40]})
    drafts = classes.read_drafts("text", classes_text) if classes_text.strip() else []
    settings = {"name": name, "consensus_method": offers.usual("consensus_method", kind), **settings}
    with transaction.atomic():
        project = Project(kind=kind, taxonomy=taxonomy.create_taxonomy(name), created_by=actor)
        project.seed = secrets.randbits(62)
        _apply(project, settings)
        project.save()
        Member.objects.create(project=project, user=actor, role=Member.Role.ADMIN)
        audit.record("project_created", actor=actor.pk, subject="project", subject_id=project.pk, project_id=project.pk)
        if drafts:
            classes.add_classes(project, actor=actor, entries=drafts)
    return project


def update_project(project: Project, *, actor: User, guide_version: int | None = None, **settings: Any) -> Project:
    """Changes settings; Conflict where the guide was changed since the version that the caller has seen."""
    with transaction.atomic():
        project = Project.objects.select_for_update().select_related("taxonomy").get(pk=project.pk)
        if guide_version is not None and guide_version != project.guide_version:
            seen = {"guide_version": project.guide_version}
            raise errors.Conflict("guide_changed", "Somebody else has changed the guide meanwhile.", seen)
        before = {key: getattr(project, key) for key in settings}
        _apply(project, settings)
        changed = {key: [before[key], settings[key]] for key in settings if before[key] != settings[key]}
        if "guide_text" in changed:
            project.guide_version += 1
            changed["guide_text"] = [len(before["guide_text"]), len(project.guide_text)]
        if changed:
            project.save(update_fields=[*settings, "guide_version"])
            audit.record(
                "project_changed",
                actor=actor.pk,
                subject="project",
                subject_id=project.pk,
                project_id=project.pk,
                data=changed,
            )
    return project


def _apply(project: Project, settings: dict[str, Any]) -> None:
    """Sets the fields and refuses what does not fit together."""
    if unknown := set(settings) - SETTINGS:
        raise TypeError(f"no such setting of a project: {sorted(unknown)}")
    for key in ("consensus_method", "order"):
        if key in settings:
            offers.check(key, settings[key], kind=project.kind)
    for key, value in settings.items():
        setattr(project, key, value)
    if project.votes_cap is not None and project.votes_cap < project.redundancy:
        told = {"votes_cap": project.votes_cap, "redundancy": project.redundancy}
        raise errors.Invalid("cap_below_redundancy", "The most votes per picture cannot be under the usual.", told)
