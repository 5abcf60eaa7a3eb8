"""A picture of the project shown in its guide: it leaves the queue, and never comes from the holdout."""

from django.db import transaction

from annotate.accounts.models import User
from annotate.core import errors, storage
from annotate.ingest import selectors as ingest
from annotate.ingest.models import Image
from annotate.labeling.services.tasks import follow_images
from annotate.projects import services as projects
from annotate.projects.models import GuidePicture, LabelClass, Project


def use_as_example(project: Project, image_id: int, *, label_class: LabelClass, actor: User) -> GuidePicture:
    """Shows a picture of the project as an example of a class, and takes it out of the queue.

    Refused: a holdout picture, one that is not ready.
    """
    image = ingest.image_for(project, image_id)
    if image.split == Image.Split.HOLDOUT:
        raise errors.Conflict("holdout_example", "A holdout picture cannot be an example: it must stay unseen.")
    if image.state not in {Image.State.READY, Image.State.EXAMPLE}:
        raise errors.Conflict("not_ready", "This picture is not in use.", {"state": image.state})
    shown = ingest.picture_path(image, "display")
    digest = storage.put(shown.read_bytes(), shown.suffix, kind=projects.GUIDE)
    with transaction.atomic():
        picture = projects.add_guide_picture(
            project, actor=actor, digest=digest, suffix=shown.suffix, label_class=label_class
        )
        Image.objects.filter(pk=image.pk, state=Image.State.READY).update(state=Image.State.EXAMPLE)
        follow_images(project, [image.pk])
    return picture
