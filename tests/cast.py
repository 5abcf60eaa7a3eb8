"""A project with one of everything that has an address, for tests that walk all routes."""

from dataclasses import dataclass
from typing import Any

from annotate.accounts.models import User
from annotate.consensus.models import Consensus
from annotate.core import progress, storage
from annotate.core.progress import LongJob
from annotate.datasets.models import DatasetVersion, Export
from annotate.ingest import incoming
from annotate.ingest.models import Batch, BatchFile, PartialFile
from annotate.labeling.models import Seat
from annotate.projects import services as projects
from annotate.projects.models import GuidePicture, LabelClass, Project
from annotate.projects.roles import GIVEN
from tests.crowd import hold
from tests.make import make_image, make_member, make_project, make_task, make_user, make_volunteer, picture_bytes
from training.models import Checkpoint, Evaluation, LearningCurve, Run, Tryout, Weights
from training.selectors import folders


@dataclass(frozen=True)
class Cast:
    """`ids` by the word that stands before the id in an address."""

    project: Project
    people: dict[str, User]
    ids: dict[str, int]


def make_cast(name: str) -> Cast:
    """A project called `name` with a member of each role, and one of each kind of row."""
    project = make_project(name=name)
    people = {role: make_user(f"{name}-{role}") for role, _ in GIVEN}
    members = {role: make_member(project, user, role) for role, user in people.items()}
    volunteer = make_volunteer(project, f"{name} volunteer", actor=people["admin"])
    people["volunteer"] = volunteer.user
    admin, researcher = people["admin"], people["researcher"]
    label_class = project.classes.order_by("index")[0]
    _, invitation = projects.invite(project, actor=admin, role="annotator")
    job = _job(project, researcher)
    image = make_image(project, 1)
    task = make_task(image)
    hold(project, volunteer.user, task.pk)
    Consensus.objects.create(task=task, project=project, method="plurality")
    Seat.objects.create(project=project, user=people["annotator"], votes=1)
    batch = Batch.objects.create(project=project, name="first", created_by=admin, job=job)
    file = BatchFile.objects.create(batch=batch, path="a.png", state=BatchFile.State.REFUSED, code="empty_file")
    partial = PartialFile.objects.create(batch=batch, path="b.zip", size=9, staged=incoming.begin(), created_by=admin)
    ids = {
        "classes": label_class.pk,
        "guide/pictures": _guide_picture(project, admin, 7).pk,
        "examples": _guide_picture(project, admin, 8, label_class).pk,
        "members": members["annotator"].pk,
        "people": people["annotator"].pk,
        "invitations": invitation.pk,
        "volunteer-links": volunteer.link_id,
        "jobs": job.pk,
        "images": image.pk,
        "review": task.pk,
        "tasks": task.pk,
        "batches": batch.pk,
        "files": file.pk,
        "uploads": partial.pk,
        **_results(project, researcher),
        "tryouts": _tryout(project, admin).pk,
    }
    return Cast(project, people, ids)


def _job(project: Project, actor: User) -> LongJob:
    return progress.open_job("freeze", project_id=project.pk, actor=actor.pk, title="a job", total=3)


def _guide_picture(project: Project, actor: User, number: int, label_class: LabelClass | None = None) -> GuidePicture:
    digest = storage.put(picture_bytes(number), ".png", kind=projects.GUIDE)
    return projects.add_guide_picture(project, actor=actor, digest=digest, suffix=".png", label_class=label_class)


def _results(project: Project, actor: User) -> dict[str, int]:
    """Rows of what comes after labeling, without their files but for a preview's picture."""
    common: dict[str, Any] = {"project": project, "created_by": actor}
    version = DatasetVersion.objects.create(number=1, **common)
    export = Export.objects.create(version=version, format="native", created_by=actor)
    weights = Weights.objects.create(name="w", architecture="small_cnn", digest="0" * 64, bytes=1, **common)
    run = Run.objects.create(version=version, **common)
    checkpoint = Checkpoint.objects.create(run=run, epoch=1, folder="none", digest="0" * 64)
    evaluation = Evaluation.objects.create(project=project, checkpoint=checkpoint, version=version)
    preview = folders.preview_folder(project, "0" * 32)
    preview.mkdir(parents=True, exist_ok=True)
    (preview / "000-00.png").write_bytes(picture_bytes(9))
    return {
        "versions": version.pk,
        "exports": export.pk,
        "weights": weights.pk,
        "runs": run.pk,
        "curves": LearningCurve.objects.create(project=project, version=version, run=run, shares=[1.0]).pk,
        "evaluations": evaluation.pk,
    }


def _tryout(project: Project, actor: User) -> Tryout:
    checkpoint = Checkpoint.objects.get(run__project=project)
    return Tryout.objects.create(project=project, checkpoint=checkpoint, key=f"{project.pk:032x}", created_by=actor)
