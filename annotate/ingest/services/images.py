"""What may be done to pictures that are in: left out, taken back, thrown away, brought back, and the bin emptied."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from annotate.accounts.models import User
from annotate.core import audit, errors, storage
from annotate.ingest.models import Image
from annotate.projects.models import Project

State = Image.State
# From which states an action leads where; an empty target means back to what the picture was before.
ACTIONS: dict[str, tuple[frozenset[str], str]] = {
    "exclude": (frozenset({State.READY, State.SET_ASIDE}), State.EXCLUDED),
    "include": (frozenset({State.EXCLUDED}), ""),
    "delete": (frozenset({State.READY, State.SET_ASIDE, State.EXCLUDED, State.EXAMPLE}), State.DELETED),
    "restore": (frozenset({State.DELETED}), ""),
}
RENDITIONS = ("thumb", "display")
AT_ONCE = 500


def set_image_state(project: Project, ids: Sequence[int], *, actor: User | None, action: str) -> dict[str, Any]:
    """Does one of ACTIONS to pictures: `{done, refused: [{id, code}]}`; what is there already counts as done.

    A picture that is another project's, or none, refuses the whole request with NotFound and changes nothing. The side
    of a picture never changes, so what left the holdout this way is still counted there.
    """
    if action not in ACTIONS:
        raise errors.Invalid("unknown_action", "There is no such action.", {"action": action[:40]})
    allowed, target = ACTIONS[action]
    refused = []
    changed = []
    with transaction.atomic():
        wanted = set(ids)
        rows = Image.objects.select_for_update().filter(project=project, pk__in=wanted).exclude(state=State.EMPTIED)
        images = list(rows.order_by("pk"))
        if len(images) != len(wanted):
            raise errors.NotFound("not_found", "There is no such picture here.")
        for image in images:
            if image.state in allowed:
                _move(image, target)
                changed.append(image)
            elif not target or image.state != target:
                refused.append({"id": image.pk, "code": f"is_{image.state}"})
        Image.objects.bulk_update(changed, ["state", "state_before", "deleted_at"])
        if changed:
            audit.record(
                f"pictures_{action}",
                actor=actor.pk if actor else None,
                subject="image",
                subject_id=changed[0].pk if len(changed) == 1 else None,
                project_id=project.pk,
                data={"ids": [image.pk for image in changed]},
            )
    return {"done": len(images) - len(refused), "refused": refused}


def _move(image: Image, target: str) -> None:
    if target:
        image.state, image.state_before = target, image.state
        image.deleted_at = timezone.now() if target == State.DELETED else None
    else:
        image.state, image.state_before = image.state_before or State.READY, ""
        image.deleted_at = None


def empty_bin(project: Project, *, actor: User | None) -> int:
    """Gives up the bytes of everything in the bin, for good; the number of pictures. Their rows stay, to be counted."""
    with transaction.atomic():
        gone = Image.objects.filter(project=project, state=State.DELETED).update(state=State.EMPTIED)
        if gone:
            audit.record(
                "bin_emptied",
                actor=actor.pk if actor else None,
                subject="project",
                subject_id=project.pk,
                project_id=project.pk,
                data={"pictures": gone},
            )
    drop_given_up()
    return gone


def drop_given_up() -> int:
    """Removes bytes that no picture stands on any more, also after an interrupted emptying; how many pictures."""
    done = 0
    while True:
        with storage.held(alone=True), transaction.atomic():
            images = list(
                Image.objects.select_for_update().filter(state=State.EMPTIED, bytes__gt=0).order_by("pk")[:AT_ONCE]
            )
            if not images:
                return done
            _drop(images)
            Image.objects.filter(pk__in=[image.pk for image in images]).update(bytes=0)
        done += len(images)


def _drop(images: list[Image]) -> None:
    """Bytes are shared between projects: what another picture has stays."""
    living = Image.objects.exclude(state=State.EMPTIED)
    pictures = set(living.filter(digest__in={image.digest for image in images}).values_list("digest", flat=True))
    originals = set(
        living.filter(original_digest__in={image.original_digest for image in images}).values_list(
            "original_digest", flat=True
        )
    )
    for image in images:
        if image.digest not in pictures:
            storage.drop(image.digest, image.suffix)
            for kind in RENDITIONS:
                storage.drop(image.digest, ".jpg", kind=kind)
        if image.original_digest not in originals:
            storage.drop(image.original_digest, image.original_suffix, kind="original")
