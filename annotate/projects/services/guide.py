"""Pictures of the guide. Their bytes lie in the store under the kind GUIDE, put there before the row is made."""

from django.db import transaction

from annotate.accounts.models import User
from annotate.core import audit, errors, storage
from annotate.projects.models import GuidePicture, LabelClass, Project

GUIDE = "guide"
MAX_PICTURES = 20_000
MAX_EXAMPLES = 12


def add_guide_picture(
    project: Project,
    *,
    actor: User,
    digest: str,
    suffix: str,
    label_class: LabelClass | None = None,
    caption: str = "",
) -> GuidePicture:
    """Makes a stored picture (`storage.put(..., kind="guide")`) part of the guide, or an example of a class."""
    if not storage.path(digest, suffix, kind=GUIDE).exists():
        raise ValueError(f"no picture {digest}{suffix} in the guide's store")
    if label_class is not None and label_class.project_id != project.pk:
        raise ValueError("the class belongs to another project")
    with transaction.atomic():
        Project.objects.select_for_update().get(pk=project.pk)
        pictures = GuidePicture.objects.filter(project=project)
        if same := pictures.filter(label_class=label_class, digest=digest).first():
            return same
        if pictures.count() >= MAX_PICTURES or (
            label_class is not None and pictures.filter(label_class=label_class).count() >= MAX_EXAMPLES
        ):
            raise errors.Conflict("too_many_examples", f"A class has at most {MAX_EXAMPLES} examples.")
        picture = GuidePicture.objects.create(
            project=project, label_class=label_class, digest=digest, suffix=suffix, caption=caption[:300]
        )
        _note("guide_picture_added", picture, actor)
    return picture


def remove_guide_picture(picture: GuidePicture, *, actor: User) -> None:
    """Takes a picture out of the guide; its bytes go when no other guide shows them."""
    with transaction.atomic():
        _note("guide_picture_removed", picture, actor)
        picture.delete()
        if not GuidePicture.objects.filter(digest=picture.digest).exists():
            transaction.on_commit(lambda: storage.drop(picture.digest, picture.suffix, kind=GUIDE))


def _note(verb: str, picture: GuidePicture, actor: User) -> None:
    data = {"class": picture.label_class_id}
    audit.record(verb, actor=actor.pk, subject="guide", subject_id=picture.pk, project_id=picture.project_id, data=data)
