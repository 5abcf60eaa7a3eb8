"""What may be done to a project; each noun has its own file."""

from annotate.projects.services.classes import add_classes, archive_class, change_class, check_drafts, read_drafts
from annotate.projects.services.guide import GUIDE, add_guide_picture, remove_guide_picture
from annotate.projects.services.people import (
    change_role,
    invite,
    join,
    join_with_account,
    remove_member,
    revoke_invitation,
)
from annotate.projects.services.project import create_project, update_project
from annotate.projects.services.volunteers import (
    change_volunteer_link,
    enter,
    open_volunteer_link,
    revoke_volunteer_link,
)

__all__ = [
    "GUIDE",
    "add_classes",
    "add_guide_picture",
    "archive_class",
    "change_class",
    "change_role",
    "change_volunteer_link",
    "check_drafts",
    "create_project",
    "enter",
    "invite",
    "join",
    "join_with_account",
    "open_volunteer_link",
    "read_drafts",
    "remove_guide_picture",
    "remove_member",
    "revoke_invitation",
    "revoke_volunteer_link",
    "update_project",
]
