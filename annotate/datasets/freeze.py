"""One version written: a moment of the database as a sealed folder, and what its row will say."""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from annotate.consensus.methods import METHODS
from annotate.core import errors
from annotate.datasets import draw, folders, people, records, revision, votes
from annotate.datasets.models import DatasetVersion
from annotate.ingest.models import Image
from annotate.manifest.schema import ClassEntry, Manifest, ManifestFields, Record
from annotate.manifest.write import write_version
from annotate.projects.models import Project

Step = Callable[[int, int], None]
SPLITS = ("train", "val", "holdout", "left_out")


def write(version: DatasetVersion, folder: Path, *, parent: DatasetVersion | None, step: Step) -> dict[str, Any]:
    """The counts of a new version, written into `folder` and sealed. Call it inside one moment of the database.

    `step` hears pictures done and in all. Refuses a project in which nothing is labeled.
    """
    project = Project.objects.select_related("taxonomy").get(pk=version.project_id)
    reader = records.Reader(project, seed=version.seed)
    total = Image.objects.filter(project=project, state=Image.State.READY).count()
    step(0, total)
    drawn = reader.drawing()
    excluded = reader.excluded()
    head = _head(project, version, drawn=drawn, excluded=excluded, parent=parent)
    manifest = write_version(
        folder,
        head,
        records=_stepping(reader.records(drawn), total=total, step=step),
        votes=reader.vote_rows(),
        link=folders.place_picture,
    )
    if not reader.tally.states["labeled"]:
        folders.remove(folder)
        raise nothing_labeled()
    folders.seal(folder)
    return _counts(manifest, reader.tally, excluded=excluded)


def nothing_labeled() -> errors.Refused:
    """Why there is nothing to freeze, and what to do about it."""
    advice = "No picture has a settled answer yet: label some pictures, or settle some on the review page, first."
    return errors.Conflict("nothing_labeled", advice)


def _stepping(found: Iterator[Record], *, total: int, step: Step) -> Iterator[Record]:
    for done, record in enumerate(found, start=1):
        yield record
        step(done, total)


def _head(
    project: Project,
    version: DatasetVersion,
    *,
    drawn: draw.Draw,
    excluded: dict[str, dict[str, int]],
    parent: DatasetVersion | None,
) -> ManifestFields:
    classes = project.classes.select_related("concept").order_by("index")
    taxonomy = project.taxonomy
    return ManifestFields(
        project=project.name,
        kind=project.kind,
        classes=tuple(
            ClassEntry(row.index, row.concept_id, row.concept.key, row.concept.name, row.concept.definition)
            for row in classes
        ),
        taxonomy=f"{taxonomy.name} ({taxonomy.source}, version {taxonomy.version})",
        consensus={
            "method": project.consensus_method,
            "parameters": _parameters(project.consensus_method),
            "rules": {
                "redundancy": project.redundancy,
                "holdout_votes": project.holdout_votes,
                "votes_cap": project.votes_cap,
                "accept_confidence": project.accept_confidence,
            },
            "seed": project.seed,
        },
        splits={
            "seed": drawn.seed,
            "validation": f"1/{draw.SHARE}",
            "rule": draw.RULE,
            "holdout": {"drawn": "at ingest, by group", "share": project.holdout_share, "seed": project.seed},
        },
        parent=parent.digest if parent else "",
        code_revision=revision.code_revision(),
        licence=project.licence,
        created=votes.stamp(datetime.now(UTC)),
        note=version.note,
        extra={"schema_number": project.schema_number, "excluded": excluded, "pseudonyms": people.SCHEME},
    )


def _parameters(method: str) -> dict[str, float]:
    """The constants of the method's module: they are its parameters, and a later release may set others."""
    module = sys.modules[type(METHODS[method]).__module__]
    found = {name.lower(): value for name, value in vars(module).items() if name.isupper()}
    return {name: value for name, value in sorted(found.items()) if isinstance(value, (int, float))}


def _counts(manifest: Manifest, tally: records.Tally, *, excluded: dict[str, dict[str, int]]) -> dict[str, Any]:
    """train, val and holdout count labeled pictures; `splits` counts all."""
    return {
        "images": manifest.counts["images"],
        "votes": manifest.counts["votes"],
        **{state: tally.states[state] for state in ("labeled", "empty", "unresolved", "unlabeled")},
        **{split: tally.labeled[split] for split in SPLITS},
        "splits": {split: tally.splits[split] for split in SPLITS},
        "excluded": excluded,
        "per_class": [_class_counts(entry, tally.per_class.get(entry.id, Counter())) for entry in manifest.classes],
    }


def _class_counts(entry: ClassEntry, found: Counter[str]) -> dict[str, Any]:
    return {
        "id": entry.id,
        "index": entry.index,
        "name": entry.name,
        "count": found.total(),
        **{split: found[split] for split in SPLITS},
    }
