"""Pictures that people upload for the guide: decoded as carefully as any other, and never one of the holdout's."""

import shutil
import tempfile
from pathlib import Path

from django.db import transaction

from annotate.accounts.models import User
from annotate.core import errors, storage
from annotate.ingest import holdout, incoming, likeness
from annotate.ingest.decoder import Decoded, Decoder, Refused, Request
from annotate.ingest.incoming import Staged
from annotate.ingest.models import Image
from annotate.ingest.services.work import bounds
from annotate.projects import services as projects
from annotate.projects.models import GuidePicture, LabelClass, Project


def add_guide_picture(
    project: Project, staged: Staged, *, actor: User, label_class: LabelClass | None = None, caption: str = ""
) -> GuidePicture:
    """Shows an uploaded picture in the guide, or as an example of a class; the staged bytes are gone afterwards.

    Refused: what no decoder takes, and a picture that is, or looks like, one of the holdout. If the project has this
    very picture, it leaves the queue.
    """
    folder = Path(tempfile.mkdtemp(dir=storage.root("drafts")))
    try:
        prefix = str(folder / "guide")
        with Decoder(bounds()) as decoder:
            (decoded,) = decoder.decode([Request(incoming.path_of(staged.name), prefix)])
        if isinstance(decoded, Refused):
            raise errors.Invalid(decoded.code, decoded.reason)
        shown, suffix = ("display", ".jpg") if "display" in decoded.made else ("full", decoded.suffix)
        with storage.held():
            file = Path(f"{prefix}.{shown}")
            storage.adopt([(file, storage.path(decoded.digest, suffix, kind=projects.GUIDE))])
            with transaction.atomic():
                _leave_the_queue(project, decoded)
                return projects.add_guide_picture(
                    project,
                    actor=actor,
                    digest=decoded.digest,
                    suffix=suffix,
                    label_class=label_class,
                    caption=caption,
                )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        incoming.discard([staged.name])


def _leave_the_queue(project: Project, decoded: Decoded) -> None:
    # The draw is locked, so that no batch places this picture in the holdout meanwhile.
    holdout.lock(project)
    phash = likeness.stored(int(likeness.hashes_of([decoded.grey])[0]))
    (alike,) = holdout.near_images(project, [phash])
    same = Image.objects.filter(project=project, digest=decoded.digest)
    if (Image.objects.filter(pk__in=alike) | same).filter(split=Image.Split.HOLDOUT).exists():
        raise errors.Conflict(
            "holdout_example", "This picture is one of those set aside for tests, or looks just like one."
        )
    same.filter(state=Image.State.READY).update(state=Image.State.EXAMPLE)
