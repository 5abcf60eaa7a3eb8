"""Where versions lie: drafts that may vanish, and folders that are never written again."""

import errno
import os
import shutil
import stat
from pathlib import Path

from django.conf import settings

from annotate.core import storage
from annotate.manifest.read import open_version
from annotate.manifest.schema import Manifest, Record, row_to_json

# What a file system says that cannot, may not or will no longer make one more hard link to this file.
NO_LINK = {errno.EXDEV, errno.EMLINK, errno.EPERM, errno.EACCES, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}
# Said of the moment and the hand that froze, not of what was frozen.
OF_THE_MOMENT = ("created", "note", "parent", "code_revision")


class Gone(Exception):
    """A picture left the store while it was being frozen."""


def root(project_id: int) -> Path:
    """The folder of a project's versions, made when missing."""
    folder = Path(settings.FOVEA_HOME) / "versions" / str(project_id)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def draft(project_id: int, version_id: int, attempt: int) -> Path:
    """Where an attempt at a version writes; nothing of it is kept unless it is finished."""
    return root(project_id) / f"draft-{version_id}-{attempt}"


def drop_drafts(project_id: int, version_id: int) -> None:
    """Removes what attempts at this version have left, whole or in part."""
    for pattern in (f"draft-{version_id}-*", f".draft-{version_id}-*"):
        for folder in root(project_id).glob(pattern):
            remove(folder)


def remove(folder: Path) -> None:
    """Removes a folder although it may be sealed; nothing happens where it is gone."""
    for inner, _, _ in os.walk(folder):
        Path(inner).chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)


def place_picture(record: Record, target: Path) -> None:
    """The stored picture under `target`, as one more name of the same bytes where the file system allows, else copied.

    Read-only, and so becomes the stored one: it is never written again either.
    """
    source = storage.path(record.digest, target.suffix)
    try:
        try:
            os.link(source, target)
        except OSError as error:
            if error.errno not in NO_LINK:
                raise
            _copy(source, target)
    except FileNotFoundError:
        raise Gone(f"the picture {record.name!r} is not in the store any more") from None
    _lock(target)


def seal(folder: Path) -> None:
    """Takes the right to write from everything in the folder, and from itself."""
    for inner, _, files in os.walk(folder, topdown=False):
        for name in files:
            _lock(Path(inner) / name)
        _lock(Path(inner))


def final_name(project_id: int, manifest: Manifest, number: int) -> str:
    """Where a version belongs, relative to FOVEA_HOME: under its digest.

    The same records under another head (say, one class more that nobody has used yet) are another version: it lies
    beside the first with its number behind the digest.
    """
    taken = root(project_id) / manifest.digest
    name = manifest.digest
    if taken.exists() and not same_version(open_version(taken).manifest, manifest):
        name = f"{manifest.digest}-{number}"
    return f"versions/{project_id}/{name}"


def same_version(one: Manifest, other: Manifest) -> bool:
    """Whether two manifests seal the same data under the same schema, method and splits."""
    heads = [row_to_json(manifest) for manifest in (one, other)]
    for head in heads:
        for name in OF_THE_MOMENT:
            head.pop(name, None)
    return heads[0] == heads[1]


def publish(written: Path, folder: Path) -> None:
    """Moves a sealed draft to its final place; the same version, there already, stays. Refuses to replace another."""
    if folder.exists():
        if not same_version(open_version(folder).manifest, open_version(written).manifest):
            raise FileExistsError(f"{folder.name} was taken by another version in this very moment; freeze again")
        remove(written)
        return
    written.rename(folder)
    handle = os.open(folder.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _copy(source: Path, target: Path) -> None:
    with source.open("rb") as content, target.open("xb") as out:
        shutil.copyfileobj(content, out, storage.CHUNK)
        out.flush()
        os.fsync(out.fileno())


def _lock(path: Path) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    path.chmod(mode & ~0o222)
