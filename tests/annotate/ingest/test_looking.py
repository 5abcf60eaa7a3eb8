"""Which pictures a volunteer may look at: what was asked of them or answered by them, and no other by its number."""

import pytest

from annotate.ingest import looking
from annotate.ingest.models import Image
from annotate.labeling.models import Lease
from tests import crowd
from tests.make import client_for, make_volunteer

pytestmark = pytest.mark.django_db


def test_a_volunteer_sees_what_is_or_was_asked_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    project = crowd.opened(pictures=4)
    vera, walt = (make_volunteer(project, name).user for name in ("Vera", "Walt"))
    taken = crowd.take(project, vera, 2)
    assert crowd.answer(project, vera, taken[0], "cat").status == "stored"
    assert crowd.answer(project, vera, taken[1], crowd.SKIP).status == "stored"
    (held,) = crowd.take(project, vera, 1)
    mine = {Image.objects.get(tasks=task).pk for task in (*taken, held)}
    client = client_for(vera)
    for image in Image.objects.all():
        for rendition in ("thumb", "display", "full", "original"):
            reply = client.get(f"/api/projects/{project.pk}/images/{image.pk}/picture/{rendition}")
            allowed = 404 if image.pk not in mine else 403 if rendition == "original" else 200
            assert reply.status_code == allowed, (image.pk, rendition)
    Lease.objects.filter(task_id=held).delete()
    shown = Image.objects.get(tasks=held).pk
    assert not looking.may_look(vera.pk, shown) and not looking.may_look(walt.pk, min(mine))
    monkeypatch.setattr(looking, "_RULES", [])
    assert not any(looking.may_look(vera.pk, image) for image in mine)
