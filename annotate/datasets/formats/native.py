"""The version folder as it lies: manifest, Parquet tables, pictures by digest (docs/manifest.md). Loses nothing."""

from collections.abc import Iterator
from dataclasses import dataclass

from annotate.datasets.format import CHUNK, Losses, Option, Options, Sink, Step, picture
from annotate.manifest.read import Version


@dataclass(frozen=True)
class Native:
    """What training reads. Opened by `annotate.manifest.read.open_version`, or any reader of Parquet."""

    name: str = "native"
    title: str = "Fovea version folder"
    options: tuple[Option, ...] = ()
    sample: tuple[str, str, str] = (
        "manifest.json: classes, splits, method, digest",
        "records-00000.parquet, votes-00000.parquet",
        "images/3f/3f0c...e1.jpg",
    )

    def accepts(self, kind: str) -> bool:
        """Every kind: values are kept as they are."""
        return True

    def write(self, version: Version, sink: Sink, *, options: Options, step: Step) -> Losses:
        """The very files of the version, after its rows are found unchanged."""
        version.verify(images=False)
        losses = Losses()
        for name in ("manifest.json", *version.manifest.record_shards, *version.manifest.vote_shards):
            sink.add(name, _file(version, name))
        for done, record in enumerate(version.records(), start=1):
            sink.add(record.path, picture(version, record))
            losses.pictures = done
            step(done)
        return losses


def _file(version: Version, name: str) -> Iterator[bytes]:
    with version.opener(name) as file:
        while chunk := file.read(CHUNK):
            yield chunk
