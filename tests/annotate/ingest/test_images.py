"""Leaving out, throwing away, bringing back, and emptying the bin."""

import pytest

from annotate.core import errors, storage
from annotate.core.audit import Audit
from annotate.ingest import selectors, services
from annotate.ingest.models import Image
from tests.annotate.ingest.deliver import pictures, ready, take_in
from tests.make import make_image, make_project

pytestmark = pytest.mark.django_db
State = Image.State


def act(image: Image, action: str) -> str:
    """The picture's state after the action, or the code of the refusal."""
    told = services.set_image_state(image.project, [image.pk], actor=None, action=action)
    image.refresh_from_db()
    assert told["done"] == 1 - len(told["refused"])
    return told["refused"][0]["code"] if told["refused"] else image.state


def test_every_action_has_its_way_back() -> None:
    image = make_image(make_project())
    assert [act(image, action) for action in ("exclude", "exclude", "include", "delete", "delete", "restore")] == [
        "excluded", "excluded", "ready", "deleted", "deleted", "ready",
    ]  # fmt: skip
    assert (image.state_before, image.deleted_at) == ("", None)


def test_what_was_left_out_is_left_out_again_when_it_comes_back() -> None:
    image = make_image(make_project())
    assert [act(image, action) for action in ("exclude", "delete", "restore", "include")] == [
        "excluded", "deleted", "excluded", "ready",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("state", "action", "code"),
    [
        (State.READY, "include", "is_ready"), (State.READY, "restore", "is_ready"),
        (State.DELETED, "exclude", "is_deleted"), (State.EXAMPLE, "exclude", "is_example"),
        (State.SET_ASIDE, "include", "is_set_aside"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_by_picture(state: str, action: str, code: str) -> None:
    project = make_project()
    image, other = make_image(project, 1, state=state), make_image(project, 2, state=State.EXCLUDED)
    assert act(image, action) == code
    assert image.state == state
    told = services.set_image_state(project, [image.pk, other.pk], actor=None, action=action)
    assert {one["id"]: one["code"] for one in told["refused"]}[image.pk] == code


def test_one_foreign_picture_refuses_all() -> None:
    project = make_project()
    mine, foreign = make_image(project, 1), make_image(make_project(), 2)
    for ids in ([mine.pk, foreign.pk], [mine.pk, 10**9], [make_image(project, 3, state=State.EMPTIED).pk]):
        with pytest.raises(errors.NotFound):
            services.set_image_state(project, ids, actor=None, action="delete")
    with pytest.raises(errors.Invalid):
        services.set_image_state(project, [mine.pk], actor=None, action="burn")
    mine.refresh_from_db()
    assert mine.state == State.READY


def test_each_act_is_in_the_audit() -> None:
    project, admin = ready()
    images = [make_image(project, number) for number in range(3)]
    services.set_image_state(project, [image.pk for image in images], actor=admin, action="exclude")
    (entry,) = Audit.objects.filter(verb="pictures_exclude")
    assert (entry.actor, entry.project_id, entry.data) == (admin.pk, project.pk, {"ids": [i.pk for i in images]})


def test_the_bin_gives_up_bytes_that_nobody_else_has() -> None:
    project, admin = ready(holdout_share=0.5)
    other = make_project()
    batch = take_in(project, pictures(6))
    take_in(other, pictures(2))
    images = list(Image.objects.filter(project=project).order_by("id"))
    sides = [image.split for image in images]
    services.set_image_state(project, [image.pk for image in images[:4]], actor=admin, action="delete")
    assert services.empty_bin(project, actor=admin) == 4
    there = [storage.path(image.digest, image.suffix).exists() for image in images]
    originals = [selectors.picture_path(image, "original").exists() for image in images]
    assert there == originals == [True, True, False, False, True, True]
    for image in images:
        image.refresh_from_db()
    assert [image.split for image in images] == sides
    assert [image.state for image in images] == [State.EMPTIED] * 4 + [State.READY] * 2
    with pytest.raises(errors.NotFound):
        selectors.image_for(project, images[0].pk)
    assert services.empty_bin(project, actor=admin) == 0
    assert batch.images.count() == 6


def test_an_interrupted_emptying_is_finished_later(monkeypatch: pytest.MonkeyPatch) -> None:
    project, admin = ready()
    take_in(project, pictures(3))
    images = list(Image.objects.all())
    services.set_image_state(project, [image.pk for image in images], actor=admin, action="delete")

    def fails(*args: object, **options: object) -> None:
        raise OSError

    with monkeypatch.context() as patched, pytest.raises(OSError):
        patched.setattr(storage, "drop", fails)
        services.empty_bin(project, actor=admin)
    assert {image.state for image in Image.objects.all()} == {State.EMPTIED}
    assert services.drop_given_up() == 3
    assert not any(storage.path(image.digest, image.suffix).exists() for image in images)
    assert services.drop_given_up() == 0
