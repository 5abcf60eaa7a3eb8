"""One table: a row per picture with its label, how sure it is, and where it comes from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from annotate.datasets.format import (
    INCLUDE,
    VOTES,
    Losses,
    Option,
    Options,
    Sink,
    Step,
    picture,
    wanted,
)
from annotate.datasets.tables import SEVERAL, add_votes, class_name, compact, csv_chunks, flag, joined, safe
from annotate.manifest.read import Version
from annotate.manifest.schema import ClassEntry, Label

KINDS: Final = ("choice", SEVERAL)
COLUMNS: Final = (
    "digest", "name", "split", "state", "class", "class_index", "class_id", "class_key", "confidence", "distribution",
    "votes", "counts", "agreement", "gold", "label_source", "decided", "width", "height", "group", "source", "licence",
    "author", "chosen_by", "file",
)  # fmt: skip
CLASS_COLUMNS: Final = ("index", "id", "key", "name", "definition")


@dataclass(frozen=True)
class Csv:
    """labels.csv and classes.csv; with the options also votes.csv and the pictures."""

    name: str = "csv"
    title: str = "CSV table"
    options: tuple[Option, ...] = (
        Option("include", "settled", INCLUDE.choices, INCLUDE.help),
        VOTES,
        Option("pictures", False, (False, True), "also the pictures, named by digest"),
    )
    sample: tuple[str, str, str] = (
        "digest,name,split,state,class,...,confidence,...",
        "3f0c...,cat-7.jpg,train,labeled,cat,...,0.98,...",
        "9a41...,field.jpg,val,empty,,...,1.0,...",
    )

    def accepts(self, kind: str) -> bool:
        """The classes of a whole picture fit a row."""
        return kind in KINDS

    def write(self, version: Version, sink: Sink, *, options: Options, step: Step) -> Losses:
        """Tables first, pictures last."""
        losses = Losses()
        entries = {entry.id: entry for entry in version.manifest.classes}
        sink.add("labels.csv", csv_chunks(COLUMNS, _rows(version, entries, options=options, losses=losses)))
        sink.add(
            "classes.csv",
            csv_chunks(
                CLASS_COLUMNS,
                ((one.index, one.id, safe(one.key), safe(one.name), safe(one.definition)) for one in entries.values()),
            ),
        )
        add_votes(version, sink, options=options, losses=losses)
        step(losses.pictures if not options["pictures"] else 0)
        if options["pictures"]:
            chosen = (record for record in version.records() if wanted(record, options["include"]))
            for done, record in enumerate(chosen, start=1):
                sink.add(record.path, picture(version, record))
                step(done)
        return losses


def _rows(
    version: Version, entries: Mapping[int, ClassEntry], *, options: Options, losses: Losses
) -> Iterator[tuple[Any, ...]]:
    for record in version.records():
        if not wanted(record, options["include"]):
            losses.count(record.state)
            continue
        losses.pictures += 1
        label = record.labels[0] if record.labels else None
        yield (
            record.digest,
            safe(record.name),
            record.split,
            record.state,
            *_label_cells(label, entries, several=version.manifest.kind == SEVERAL),
            record.width,
            record.height,
            safe(record.group),
            safe(record.source),
            safe(record.licence),
            safe(record.author),
            safe(record.chosen_by),
            record.path if options["pictures"] else "",
        )


def _label_cells(label: Label | None, entries: Mapping[int, ClassEntry], *, several: bool) -> tuple[Any, ...]:
    if label is None:
        return ("",) * 12
    names = {concept: entry.name for concept, entry in entries.items()}
    chosen = [entries[concept] for concept in label.value.get("choice", ()) if concept in entries]
    keys = joined(entry.key for entry in chosen) if several else "".join(entry.key for entry in chosen)
    return (
        class_name(label.value, names, several=several),
        ";".join(str(entry.index) for entry in chosen),
        ";".join(str(entry.id) for entry in chosen),
        safe(keys),
        repr(float(label.confidence)),
        compact(dict(label.distribution)),
        label.votes,
        compact(dict(label.counts)),
        "" if label.agreement is None else repr(float(label.agreement)),
        flag(label.gold),
        label.source,
        flag(label.decided),
    )
