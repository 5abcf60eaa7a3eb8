"""A project's classes as voting needs them, kept per process: they change only with the schema's number."""

from dataclasses import dataclass
from functools import lru_cache

from annotate.kind import Kind, Value
from annotate.projects.models import LabelClass, Project


@dataclass(frozen=True)
class Schema:
    """`ids` are all concepts in the order of their indices, archived ones too; `live` those that may be answered."""

    number: int
    ids: tuple[int, ...]
    live: frozenset[int]


def in_use(kind: Kind, answer: Value, live: frozenset[int]) -> Value | None:
    """What an answer says of the classes in use; None where it is one class that was archived since."""
    left = kind.of_classes(answer, live)
    return left if live.issuperset(kind.classes(left)) else None


def schema_of(project: Project) -> Schema:
    """The classes as of `project.schema_number`, which goes up with every class added or archived."""
    return _schema(project.pk, project.schema_number, project.created_at.timestamp())


@lru_cache(maxsize=256)
def _schema(project_id: int, number: int, born: float) -> Schema:
    # `born` tells apart two projects that had the same id in turn, as a restored or a test database may have.
    found = list(
        LabelClass.objects.filter(project_id=project_id).order_by("index").values_list("concept_id", "archived_at")
    )
    live = frozenset(concept for concept, archived_at in found if archived_at is None)
    return Schema(number, tuple(concept for concept, _ in found), live)
