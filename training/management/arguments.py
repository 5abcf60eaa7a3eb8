"""How a command names a project."""

from django.core.management.base import CommandError

from annotate.projects.models import Project


def project_named(name: str) -> Project:
    """By number or by name; CommandError where that does not name exactly one project."""
    rows = Project.objects.filter(archived_at=None)
    found = list(rows.filter(pk=int(name)) if name.isdecimal() and len(name) < 19 else rows.filter(name=name)[:2])
    if len(found) != 1:
        known = ", ".join(f"{row.pk} {row.name}" for row in rows.order_by("id")[:20]) or "none"
        raise CommandError(f"{'More than one' if found else 'No'} project is {name!r}. Projects: {known}")
    return found[0]
