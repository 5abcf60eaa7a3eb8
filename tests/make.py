"""One small cast for every test: plain functions that make one real thing each."""

import hashlib
import io
from typing import Any

from django.utils import timezone
from PIL import Image as Pillow
from rest_framework.test import APIClient

from annotate.accounts.models import User
from annotate.core import storage
from annotate.ingest.models import Image
from annotate.labeling.models import Task
from annotate.projects import services as projects
from annotate.projects.models import LabelClass, Member, Project
from annotate.taxonomy.models import Concept, Taxonomy

PASSWORD = "correct horse battery"


def make_user(username: str = "ada", **fields: Any) -> User:
    return User.objects.create_user(username=username, password=PASSWORD, **fields)


def make_project(
    *, admin: User | None = None, classes: tuple[str, ...] = ("cat", "dog", "owl"), **fields: Any
) -> Project:
    """A project with its classes and, where given, its admin."""
    taxonomy = Taxonomy.objects.create(name="test")
    project = Project.objects.create(name=fields.pop("name", "Pets"), taxonomy=taxonomy, schema_number=1, **fields)
    for index, name in enumerate(classes):
        concept = Concept.objects.create(taxonomy=taxonomy, key=name, name=name)
        LabelClass.objects.create(project=project, concept=concept, index=index, color="#0072B2", added_in=1)
    if admin:
        make_member(project, admin, Member.Role.ADMIN)
    return project


def make_volunteer(project: Project, name: str = "Vera", **link: Any) -> Member:
    """Somebody who came by an open link of their own."""
    maker = link.pop("actor", None) or make_user(f"maker{User.objects.count()}")
    token, _ = projects.open_volunteer_link(project, actor=maker, **link)
    return projects.enter(token, user=None, name=name)


def make_member(project: Project, user: User, role: str = Member.Role.ANNOTATOR) -> Member:
    return Member.objects.create(project=project, user=user, role=role)


def concepts(project: Project) -> dict[str, int]:
    """Concept ids of a project by name."""
    return {row.concept.name: row.concept_id for row in project.classes.select_related("concept")}


def picture_bytes(number: int = 0, *, size: tuple[int, int] = (32, 24), form: str = "PNG") -> bytes:
    """A small picture that differs for every number, in look and in digest."""
    seed = hashlib.sha256(str(number).encode()).digest()
    noise = Pillow.frombytes("RGB", (4, 2), seed[:24]).resize(size, Pillow.Resampling.BICUBIC)
    out = io.BytesIO()
    noise.save(out, form)
    return out.getvalue()


def make_image(project: Project, number: int = 0, *, split: str = Image.Split.TRAIN, **fields: Any) -> Image:
    """A ready picture of a project with its bytes in the store."""
    content = picture_bytes(number)
    digest = storage.put(content, ".png")
    storage.put(content, ".png", kind="original")
    for kind in ("thumb", "display"):
        storage.put(picture_bytes(number, form="JPEG"), ".jpg", kind=kind, digest=digest)
    image = Image.objects.create(
        project=project, digest=digest, suffix=".png", original_digest=digest, original_suffix=".png",
        name=fields.pop("name", f"{number}.png"), width=32, height=24, original_width=32, original_height=24,
        bytes=len(content), phash=number, split=split, **fields,
    )  # fmt: skip
    Image.objects.filter(pk=image.pk, group=None).update(group=image.pk)
    image.refresh_from_db()
    return image


def make_task(image: Image, **fields: Any) -> Task:
    """An open label task on an image."""
    fields.setdefault("votes_wanted", image.project.redundancy)
    fields.setdefault("holdout", image.split == Image.Split.HOLDOUT)
    if fields.get("state") == Task.State.CLOSED:
        fields.setdefault("closed_at", timezone.now())
    return Task.objects.create(project=image.project, image=image, **fields)


def client_for(user: User | None = None) -> APIClient:
    """An API client with the user's session; CSRF is enforced as in a browser only where a test asks for it."""
    client = APIClient()
    if user:
        client.force_login(user)
    return client
