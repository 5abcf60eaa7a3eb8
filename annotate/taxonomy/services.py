"""Keeping concepts."""

from collections.abc import Sequence

from annotate.core import errors, names
from annotate.taxonomy.models import Concept, Taxonomy
from annotate.taxonomy.reader import MAX_NAME, Draft


def create_taxonomy(name: str) -> Taxonomy:
    return Taxonomy.objects.create(name=name)


def key_for(name: str) -> str:
    """A concept's key in its taxonomy: the same for names that a reader takes for one."""
    key = names.key_of(name)
    if not key or len(key) > MAX_NAME:
        raise errors.Invalid("bad_class_name", "A name is empty or too long once written plainly.", {"name": name})
    return key


def add_concepts(taxonomy: Taxonomy, drafts: Sequence[Draft]) -> list[Concept]:
    """New concepts in the order given; the caller has checked that none is a twin, and holds a transaction."""
    rows = [
        Concept(
            taxonomy=taxonomy,
            key=key_for(draft.name),
            name=draft.name,
            definition=draft.definition,
            synonyms=list(draft.synonyms),
        )
        for draft in drafts
    ]
    return Concept.objects.bulk_create(rows, batch_size=500)


def change_concept(concept: Concept, draft: Draft) -> None:
    """Writes another name, definition or synonyms; the id and so every label stay."""
    concept.key = key_for(draft.name)
    concept.name, concept.definition, concept.synonyms = draft.name, draft.definition, list(draft.synonyms)
    concept.save(update_fields=["key", "name", "definition", "synonyms"])
