"""What augmentation makes of a version's own pictures: asked of the engine while somebody waits, kept for an hour."""

import hashlib
import json
import shutil
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from annotate.core import errors
from annotate.datasets import selectors as datasets
from annotate.datasets.models import DatasetVersion
from annotate.projects.models import Project
from training.selectors import folders, offers
from training.services import child

PICTURES, EPOCHS = 4, 3
SECONDS = 120
MEMORY = 16 * 2**30
KEPT_SECONDS = 3600
BUSY = "Another preview is being made on this server; try again in a moment."


@dataclass(frozen=True)
class Preview:
    """`key` names its folder; `pictures` are the rows of the engine's preview.json, epoch 0 as they are."""

    key: str
    pictures: list[dict[str, Any]]


def make_preview(
    project: Project, *, version: DatasetVersion, preset: str = "", config: Mapping[str, Any] | None = None
) -> Preview:
    """Some training pictures as they are and as the first epochs of such a run would see them.

    Refused as a run with these options would be; Invalid where the version has nothing to show, Conflict while another
    preview is made, Unavailable where the engine cannot do it.
    """
    if version.state != DatasetVersion.State.READY:
        raise errors.Conflict("version_not_ready", "This version is not ready to be trained on.")
    whole = offers.full_config(preset, config or {})
    offers.check_kind(whole, project.kind)
    asked = json.dumps([version.pk, version.digest, PICTURES, EPOCHS, whole], sort_keys=True)
    key = hashlib.sha256(asked.encode()).hexdigest()[:32]
    folder = folders.preview_folder(project, key)
    if not (folder / "preview.json").exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        try:
            # one at a time on the whole server: what people label with must not wait for it
            with FileLock(folders.previews_folder() / "lock", blocking=False):
                _draw(version, whole, folder)
        except Timeout:
            raise errors.Conflict("preview_busy", BUSY) from None
    return Preview(key, json.loads((folder / "preview.json").read_text(encoding="utf-8")))


def _draw(version: DatasetVersion, whole: Mapping[str, Any], folder: Path) -> None:
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=folder.parent))
    try:
        (draft / "config.json").write_text(json.dumps(whole), encoding="utf-8")
        place, options = ("--version", str(datasets.folder_of(version))), ("--config", str(draft / "config.json"))
        counts = ("--pictures", str(PICTURES), "--epochs", str(EPOCHS))
        try:
            _, ended = child.ask_engine(
                ["preview", *place, *options, *counts, "--out", str(draft)], seconds=SECONDS, memory=MEMORY
            )
        except (TimeoutError, OSError):
            raise errors.Unavailable("preview_unavailable", "The engine of this server does not answer.") from None
        if ended.code != child.Code.DONE:
            told = child.explain(ended)
            if told["fault"] == "server":
                raise errors.Unavailable("preview_unavailable", told["message"])
            raise errors.Invalid("preview_failed", told["message"], {"fault": told["fault"]})
        shutil.rmtree(folder, ignore_errors=True)
        draft.replace(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def forget_previews() -> None:
    """Removes what was made an hour ago, and what a lost process left half-made."""
    for folder in folders.previews_folder().glob("*/*"):
        try:
            if time.time() - folder.stat().st_mtime > KEPT_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)
        except FileNotFoundError:
            continue
