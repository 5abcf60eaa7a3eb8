"""Deliveries in a few words, for tests."""

import io
from collections import Counter
from collections.abc import Iterable
from typing import Any

from annotate.accounts.models import User
from annotate.ingest import incoming, services
from annotate.ingest.models import Batch, BatchFile, Image
from annotate.projects.models import Project
from tests.make import make_project, make_user, picture_bytes


def ready(**fields: Any) -> tuple[Project, User]:
    """A project and its admin."""
    admin = make_user("root")
    return make_project(admin=admin, **fields), admin


def loose(path: str, content: bytes, **options: Any) -> services.Delivery:
    return services.loose(path, staged=incoming.stage(io.BytesIO(content), archives=True), **options)


def deliver(project: Project, files: Iterable[tuple[str, bytes]], *, close: bool = True, **options: Any) -> Batch:
    """A delivery of these files, not yet worked on."""
    batch = services.open_batch(project, actor=None, **options)
    services.add_files(batch, [loose(path, content) for path, content in files])
    if close:
        services.close_batch(batch, actor=None)
    return batch


def take_in(project: Project, files: Iterable[tuple[str, bytes]], **options: Any) -> Batch:
    """A delivery of these files, worked through."""
    batch = deliver(project, files, **options)
    services.ingest_pending()
    batch.refresh_from_db()
    return batch


def pictures(count: int, *, first: int = 0, form: str = "JPEG") -> list[tuple[str, bytes]]:
    return [(f"{number}.jpg", picture_bytes(number, form=form)) for number in range(first, first + count)]


def states(batch: Batch) -> Counter[str]:
    return Counter(BatchFile.objects.filter(batch=batch).values_list("state", flat=True))


def image_of(batch: Batch, path: str) -> Image:
    image = BatchFile.objects.get(batch=batch, path=path).image
    assert image is not None
    return image
