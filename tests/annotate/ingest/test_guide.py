"""Pictures for the guide: decoded like any other, and never of the holdout."""

import io

import pytest
from PIL import Image as Pillow

from annotate.core import errors, storage
from annotate.ingest import incoming, services
from annotate.ingest.models import Image
from annotate.projects import services as projects
from annotate.projects.models import GuidePicture, LabelClass
from tests.annotate.ingest import hostile
from tests.annotate.ingest.deliver import image_of, ready, take_in
from tests.make import picture_bytes

pytestmark = pytest.mark.django_db


def staged(content: bytes) -> incoming.Staged:
    return incoming.stage(io.BytesIO(content))


def test_a_picture_is_normalised_and_kept() -> None:
    project, admin = ready()
    row = LabelClass.objects.get(project=project, index=1)
    data = hostile.coded(hostile.corner(), "JPEG", exif=hostile.exif(6), comment=b"secret")
    picture = services.add_guide_picture(project, staged(data), actor=admin, label_class=row, caption="so")
    assert (picture.label_class, picture.caption) == (row, "so")
    path = storage.path(picture.digest, picture.suffix, kind=projects.GUIDE)
    assert Pillow.open(path).size == (24, 40)
    assert b"secret" not in path.read_bytes()
    assert not list(incoming.folder().iterdir())
    again = services.add_guide_picture(project, staged(data), actor=admin, label_class=row)
    assert again == picture


def test_a_large_picture_is_shown_at_display_size() -> None:
    project, admin = ready()
    data = hostile.coded(hostile.corner().resize((3000, 1500)), "PNG")
    picture = services.add_guide_picture(project, staged(data), actor=admin)
    assert Pillow.open(storage.path(picture.digest, picture.suffix, kind=projects.GUIDE)).size == (2048, 1024)


def test_a_bad_picture_is_refused_with_its_reason() -> None:
    project, admin = ready()
    with pytest.raises(errors.Invalid) as told:
        services.add_guide_picture(project, staged(b"%PDF-1.7"), actor=admin)
    assert told.value.code == "not_a_picture"
    assert not list(incoming.folder().iterdir())
    assert not list(storage.root("drafts").iterdir())
    assert not GuidePicture.objects.exists()


def test_a_picture_of_the_holdout_or_one_like_it_is_refused() -> None:
    project, admin = ready(holdout_share=0.0)
    large = hostile.coded(hostile.corner((200, 120)), "PNG")
    held = image_of(take_in(project, [("test/x/1.png", large)], take_splits=True), "test/x/1.png")
    assert held.split == "holdout"
    smaller = hostile.coded(hostile.corner((200, 120)).resize((150, 90)), "JPEG", quality=80)
    for data in (large, smaller):
        with pytest.raises(errors.Conflict) as told:
            services.add_guide_picture(project, staged(data), actor=admin)
        assert told.value.code == "holdout_example"
    held.refresh_from_db()
    assert held.state == Image.State.READY
    assert not GuidePicture.objects.exists()


def test_a_picture_that_is_in_already_leaves_the_queue() -> None:
    project, admin = ready(holdout_share=0.0)
    image = image_of(take_in(project, [("1.png", picture_bytes(1))]), "1.png")
    services.add_guide_picture(project, staged(picture_bytes(1)), actor=admin)
    image.refresh_from_db()
    assert image.state == Image.State.EXAMPLE
