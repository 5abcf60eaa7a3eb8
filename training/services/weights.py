"""Weights that a run may start from: taken in as bytes, never executed, and refused before anything runs."""

import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.db import transaction

from annotate.accounts.models import User
from annotate.core import audit, errors
from annotate.projects.models import Project
from training.models import Weights
from training.selectors import folders, offers
from training.services import child
from training.services.header import read_header

CHUNK = 2**20
CHECK_SECONDS = 180
TEACHING_SIZE, USUAL_SIZE = 32, 224
CHECK_MEMORY = 16 * 2**30


def add_weights(
    project: Project,
    content: BinaryIO,
    *,
    actor: User | None,
    name: str,
    architecture: str,
    size: int | None = None,
) -> Weights:
    """Keeps a safetensors file for the runs of this project; the same file for the same network is kept once.

    Invalid where the architecture is not known, the file is not whole safetensors, holds values that are not finite
    numbers, or does not fit the architecture; TooLarge beyond the server's limit. Nothing is kept then. `size` is the
    side of the pictures that the weights were made for: it matters to the teaching networks, whose dense layer has
    its shape from it.
    """
    offer = offers.named("architectures", architecture)
    if offer is None:
        data = {"architecture": architecture}
        raise errors.Invalid("unknown_architecture", f"There is no network named {architecture!r}.", data)
    side = size or (TEACHING_SIZE if offer["teaching"] else USUAL_SIZE)
    folder = folders.weights_folder()
    folder.mkdir(parents=True, exist_ok=True)
    descriptor, place = tempfile.mkstemp(dir=folder, prefix=".draft-", suffix=".safetensors")
    draft = Path(place)
    try:
        digest, length = _stream(content, descriptor)
        facts = _look_into(draft) | _fits(draft, architecture, max(side, offer["min_size"]))
        if offer["teaching"]:
            facts["size"] = side
        draft.replace(folder / f"{digest}.safetensors")
        _sync_folder(folder)
    finally:
        draft.unlink(missing_ok=True)
    row = {"architecture": architecture, "digest": digest, "bytes": length, "facts": facts}
    return _record(project, actor=actor, name=name[:200] or "weights", **row)


def _record(project: Project, *, actor: User | None, **row: Any) -> Weights:
    who = actor.pk if actor else None
    with transaction.atomic():
        Project.objects.select_for_update().get(pk=project.pk)
        same = {"digest": row["digest"], "architecture": row["architecture"]}
        for known in Weights.objects.filter(project=project, **same):
            if known.facts.get("size") == row["facts"].get("size"):
                return known
        weights = Weights.objects.create(project=project, created_by_id=who, **row)
        audit.record(
            "add_weights", actor=who, subject="weights", subject_id=weights.pk, project_id=project.pk, data=same
        )
    return weights


def _stream(content: BinaryIO, descriptor: int) -> tuple[str, int]:
    """Digest and length of what was written; real bytes are counted, whatever was announced."""
    seal, size = hashlib.sha256(), 0
    with os.fdopen(descriptor, "wb") as out:
        while chunk := content.read(CHUNK):
            size += len(chunk)
            if size > settings.MAX_WEIGHTS_BYTES:
                limit = settings.MAX_WEIGHTS_BYTES
                raise errors.TooLarge(
                    "weights_too_large", "This file is larger than the server takes.", {"limit": limit}
                )
            seal.update(chunk)
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    return seal.hexdigest(), size


def _look_into(draft: Path) -> dict[str, Any]:
    try:
        return read_header(draft)
    except ValueError as error:
        raise errors.Invalid("not_safetensors", f"This is not a safetensors file: {error}.") from None


def _fits(draft: Path, architecture: str, size: int) -> dict[str, Any]:
    """What the engine says of weights that fit; it looks at them in a child of bounded time and memory."""
    arguments = ["check", "--architecture", architecture, "--size", str(size), "--weights", str(draft)]
    try:
        said, ended = child.ask_engine(arguments, seconds=CHECK_SECONDS, memory=CHECK_MEMORY)
    except TimeoutError:
        raise errors.Invalid("weights_check_failed", "Looking at these weights took too long.") from None
    if ended.code == child.Code.DONE:
        found: dict[str, Any] = json.loads(said)
        return found
    error = child.explain(ended)
    if error["fault"] == "server":
        raise errors.Unavailable("weights_check_unavailable", "These weights could not be looked at on this server.")
    sentence = error["message"].replace(f"{draft.name}: ", "")
    raise errors.Invalid("weights_do_not_fit", sentence, {"architecture": architecture})


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
