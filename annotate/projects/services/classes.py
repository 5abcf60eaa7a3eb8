"""The label schema: classes are added, archived and described anew, never removed or moved."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from annotate.accounts.models import User
from annotate.core import audit, errors
from annotate.projects import palette
from annotate.projects.models import LabelClass, Project
from annotate.taxonomy import reader, readers
from annotate.taxonomy import services as taxonomy
from annotate.taxonomy.reader import Draft

MAX_CLASSES = 20_000
# Above so many classes people type a name instead of remembering keys.
SEARCHED = 20


def read_drafts(form: str, text: str) -> list[Draft]:
    """The classes written in `text` ("text" or "csv"); Invalid names the line that cannot be read."""
    try:
        return readers.READERS[form].read(text)
    except reader.ReadError as error:
        raise errors.Invalid("bad_class_list", f"{error}.", {"line": error.line, "reason": str(error)}) from None


def check_drafts(drafts: Iterable[Draft]) -> list[Draft]:
    """Drafts that came as JSON, held to the limits of written ones."""
    try:
        return [reader.check(draft) for draft in drafts]
    except reader.ReadError as error:
        raise errors.Invalid("bad_class_list", f"{error}.", {"line": error.line, "reason": str(error)}) from None


def add_classes(project: Project, *, actor: User, entries: Sequence[Draft]) -> list[LabelClass]:
    """Appends classes to the schema, each with a colour and, while digits last, a key. All or none.

    Refused: an empty list, a name that reads like one already there (in the list or the project, archived too), a key
    or colour that is malformed or a key that is taken. Locks the project's row.
    """
    if not entries:
        raise errors.Invalid("no_classes", "The list names no class.")
    with transaction.atomic():
        project = Project.objects.select_for_update().select_related("taxonomy").get(pk=project.pk)
        known = list(LabelClass.objects.filter(project=project).select_related("concept"))
        if len(known) + len(entries) > MAX_CLASSES:
            raise errors.Invalid("too_many_classes", f"A project has at most {MAX_CLASSES} classes.")
        _refuse_twins({row.concept.key: row.concept.name for row in known}, entries)
        live = [row for row in known if not row.archived_at]
        keys = _keys({row.hotkey for row in live if row.hotkey}, entries, many=len(live) + len(entries) > SEARCHED)
        concepts = taxonomy.add_concepts(project.taxonomy, entries)
        project.schema_number += 1
        project.save(update_fields=["schema_number"])
        start = max((row.index for row in known), default=-1) + 1
        rows = [
            LabelClass(
                project=project,
                concept=concept,
                index=index,
                color=_color(draft.color) or palette.color_for(index),
                hotkey=key,
                added_in=project.schema_number,
            )
            for index, (concept, draft, key) in enumerate(zip(concepts, entries, keys, strict=True), start)
        ]
        added = LabelClass.objects.bulk_create(rows, batch_size=500)
        _note("classes_added", project, actor, data={"count": len(added), "schema": project.schema_number})
    return added


def change_class(label_class: LabelClass, *, actor: User, **changes: Any) -> LabelClass:
    """Describes a class anew: name, definition, synonyms, color, hotkey. Its id, place and labels stay."""
    with transaction.atomic():
        project = Project.objects.select_for_update().get(pk=label_class.project_id)
        rows = LabelClass.objects.select_related("concept").filter(project=project)
        row = rows.get(pk=label_class.pk)
        concept = row.concept
        (draft,) = check_drafts(
            [
                Draft(
                    changes.get("name", concept.name),
                    changes.get("definition", concept.definition),
                    tuple(changes.get("synonyms", concept.synonyms)),
                    changes.get("hotkey", row.hotkey),
                    changes.get("color", row.color),
                )
            ]
        )
        others = [other for other in rows if other.pk != row.pk]
        _refuse_twins({other.concept.key: other.concept.name for other in others}, [draft])
        if draft.hotkey:
            _check_key(draft, {other.hotkey for other in others if not other.archived_at})
        row.hotkey, row.color = draft.hotkey, _color(draft.color) or row.color
        row.save(update_fields=["hotkey", "color"])
        taxonomy.change_concept(concept, draft)
        _note("class_changed", project, actor, row=row, data={"fields": sorted(changes)})
    return row


def archive_class(label_class: LabelClass, *, actor: User) -> LabelClass:
    """Takes a class out of what may be answered; its votes stay and its key is free again."""
    with transaction.atomic():
        project = Project.objects.select_for_update().get(pk=label_class.project_id)
        row = LabelClass.objects.get(pk=label_class.pk)
        if row.archived_at is None:
            row.archived_at, row.hotkey = timezone.now(), ""
            row.save(update_fields=["archived_at", "hotkey"])
            project.schema_number += 1
            project.save(update_fields=["schema_number"])
            _note("class_archived", project, actor, row=row, data={"schema": project.schema_number})
    return row


def _note(verb: str, project: Project, actor: User, *, row: LabelClass | None = None, data: dict[str, Any]) -> None:
    audit.record(verb, actor=actor.pk, subject="class", subject_id=row and row.pk, project_id=project.pk, data=data)


def _refuse_twins(known: dict[str, str], entries: Sequence[Draft]) -> None:
    seen = dict(known)
    for entry in entries:
        key = taxonomy.key_for(entry.name)
        if key in seen:
            told = {"name": entry.name, "other": seen[key], "line": entry.line}
            raise errors.Invalid("class_name_twice", f"{entry.name!r} reads like {seen[key]!r}.", told)
        seen[key] = entry.name


def _keys(taken: set[str], entries: Sequence[Draft], *, many: bool) -> list[str]:
    """A key per entry: the wished ones, then the free digits in order, then none; of many classes only the wished ones,
    because the label page then lends its digits to the classes that a person used last."""
    taken = set(taken)
    for entry in entries:
        if entry.hotkey:
            _check_key(entry, taken)
            taken.add(entry.hotkey)
    free = iter(() if many else palette.free_keys(taken))
    return [entry.hotkey or next(free, "") for entry in entries]


def _check_key(entry: Draft, taken: set[str]) -> None:
    told = {"key": entry.hotkey[:10], "name": entry.name, "line": entry.line}
    if not palette.HOTKEY.fullmatch(entry.hotkey):
        raise errors.Invalid("bad_key", "A key is one digit or one of the letters a to z.", told)
    if entry.hotkey in taken:
        raise errors.Invalid("key_taken", f"The key {entry.hotkey!r} belongs to another class.", told)


def _color(text: str) -> str:
    if text and not palette.COLOR.fullmatch(text):
        raise errors.Invalid("bad_color", "A colour is written #RRGGBB.", {"color": text[:20]})
    return text.upper()
