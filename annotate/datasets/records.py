"""A project's pictures as the records of a version, read in chunks inside one moment of the database."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from annotate.consensus.models import Consensus, Decision
from annotate.datasets import draw, settled, votes
from annotate.ingest.models import Image
from annotate.kinds import KINDS
from annotate.labeling.models import Task
from annotate.manifest.schema import Label, Record, VoteRow
from annotate.projects.models import Project

CHUNK = 1000
QUESTION = "label"


@dataclass(frozen=True)
class Said:
    """What is known of one picture's content."""

    task: Task | None
    consensus: Consensus | None
    answer: Mapping[str, Any] | None
    source: str
    state: str


@dataclass
class Tally:
    """Counted while records pass: what a version's row and page say of it. `per_class` counts labeled pictures."""

    states: Counter[str] = field(default_factory=Counter)
    splits: Counter[str] = field(default_factory=Counter)
    labeled: Counter[str] = field(default_factory=Counter)
    per_class: dict[int, Counter[str]] = field(default_factory=dict)

    def add(self, record: Record) -> None:
        split = record.split or "left_out"
        self.states[record.state] += 1
        self.splits[split] += 1
        if record.state == "labeled":
            self.labeled[split] += 1
            label = record.labels[0]
            for concept in sorted(set(KINDS[label.kind].classes(label.value))):
                self.per_class.setdefault(concept, Counter())[split] += 1


class Reader:
    """Records and votes of one project. Both may be read again and again, and agree, inside one moment."""

    def __init__(self, project: Project, *, seed: int) -> None:
        self.project, self.seed = project, seed
        concepts = project.classes.values_list("concept_id", flat=True)
        self.concepts = frozenset(str(concept) for concept in concepts) | {"nothing"}
        self.tally = Tally()

    def drawing(self) -> draw.Draw:
        """Which groups validate, from all labeled pictures outside the holdout."""
        sizes: Counter[str] = Counter()
        for images in self._chunks(split=Image.Split.TRAIN):
            said = self._said(images, "consensus__distribution", "consensus__counts")
            sizes.update(_group(image) for image in images if said[image.pk].state == "labeled")
        return draw.draw_validation(sizes.items(), seed=self.seed)

    def records(self, drawn: draw.Draw) -> Iterator[Record]:
        """Every picture that belongs in a version, in rising order of digest."""
        first = 0
        for images in self._chunks():
            said = self._said(images)
            marks = votes.marks_by_task({one.task.pk: one.task.asking for one in said.values() if one.task})
            for image in images:
                one = said[image.pk]
                mine = marks[one.task.pk] if one.task and one.task.pk in marks else []
                record = self._record(image, one, marks=mine, first=first, drawn=drawn)
                first += len(mine)
                self.tally.add(record)
                yield record

    def vote_rows(self) -> Iterator[VoteRow]:
        """Every vote on those pictures, in the order in which the records counted them."""
        for images in self._chunks():
            tasks = dict(self._tasks(images).values_list("image_id", "pk"))
            given = votes.votes_by_task(tasks.values())
            for image in images:
                for vote in given.get(tasks.get(image.pk, 0), ()):
                    yield votes.vote_row(vote, digest=image.digest, project_id=self.project.pk)

    def excluded(self) -> dict[str, dict[str, int]]:
        """Pictures that were taken out, counted by split and by why: a smaller holdout must not look fair."""
        rows = Image.objects.filter(project=self.project).exclude(state=Image.State.READY)
        found: dict[str, dict[str, int]] = {}
        for split, state in rows.values_list("split", "state").iterator():
            by_state = found.setdefault(str(split), {})
            by_state[str(state)] = by_state.get(str(state), 0) + 1
        return {split: dict(sorted(states.items())) for split, states in sorted(found.items())}

    def _chunks(self, **only: Any) -> Iterator[list[Image]]:
        after = ""
        rows = Image.objects.filter(project=self.project, state=Image.State.READY, **only).order_by("digest")
        while images := list(rows.filter(digest__gt=after)[:CHUNK]):
            yield images
            after = images[-1].digest

    def _tasks(self, images: list[Image]) -> QuerySet[Task]:
        ids = [image.pk for image in images]
        return Task.objects.filter(image_id__in=ids, question=QUESTION, kind=self.project.kind)

    def _said(self, images: list[Image], *without: str) -> dict[int, Said]:
        """What is known of each picture; `without` are columns that will not be asked for."""
        rows = self._tasks(images).select_related("consensus").defer(*without)
        tasks = {task.image_id: task for task in rows.iterator()}
        rulings = Decision.objects.filter(task_id__in=[task.pk for task in tasks.values()]).order_by("id")
        last = {ruling.task_id: ruling for ruling in rulings}
        return {image.pk: _say(tasks.get(image.pk), last) for image in images}

    def _record(self, image: Image, said: Said, *, marks: list[votes.Mark], first: int, drawn: draw.Draw) -> Record:
        labels: tuple[Label, ...] = ()
        if said.task is not None and said.answer is not None and said.state in ("labeled", "empty"):
            label = settled.label_of(
                self.project.kind,
                answer=said.answer,
                source=said.source,
                task=said.task,
                consensus=said.consensus,
                votes=marks,
                concepts=self.concepts,
            )
            labels = (label,)
        return Record(
            digest=image.digest,
            path=f"images/{image.digest[:2]}/{image.digest}{image.suffix}",
            width=image.width,
            height=image.height,
            split=_split(image, drawn),
            group=_group(image),
            source=image.source,
            licence=image.licence,
            author=image.author,
            name=image.name,
            state=said.state,
            chosen_by=said.task.chosen_by if said.task else "",
            labels=labels,
            votes=votes.standing_places(marks, first) if labels else (),
            extra={"group_name": image.group_name} if image.group_name else {},
        )


def _say(task: Task | None, rulings: Mapping[int, Decision]) -> Said:
    consensus = getattr(task, "consensus", None)
    ruling = rulings.get(task.pk) if task else None
    answer, source = settled.answer_of(task, ruling, consensus)
    return Said(task, consensus, answer, source, settled.state_of(task, answer))


def _group(image: Image) -> str:
    return f"g{image.group}" if image.group is not None else f"i{image.pk}"


def _split(image: Image, drawn: draw.Draw) -> Any:
    if image.split == Image.Split.HOLDOUT:
        return "holdout"
    return drawn.split(_group(image)) if image.split == Image.Split.TRAIN else ""
