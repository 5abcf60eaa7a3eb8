"""Blobs lie under their digest, whole or not at all."""

import hashlib
import os
import threading
from pathlib import Path

import pytest

from annotate.core import storage


def test_what_is_put_is_read_back_under_its_digest() -> None:
    digest = storage.put(b"wool", ".png")
    assert digest == hashlib.sha256(b"wool").hexdigest() == storage.put(b"wool", ".png")
    with storage.open_blob(digest, ".png") as blob:
        assert blob.read() == b"wool"
    storage.drop(digest, ".png")
    storage.drop(digest, ".png")
    assert not storage.path(digest, ".png").exists()


def test_a_failed_write_leaves_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, target: Path) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="space"):
        storage.put(b"wool", ".png")
    assert [file for file in home.rglob("*") if file.is_file()] == []


@pytest.mark.parametrize("name", ["../../etc/passwd", "a" * 63, "A" * 64, "/" + "a" * 63, ""])
def test_no_name_becomes_a_path(name: str) -> None:
    with pytest.raises(ValueError, match="digest"):
        storage.path(name)


def test_drafts_become_blobs_and_shared_files_keep_their_names(home: Path) -> None:
    drafts = [(storage.root("drafts") / str(number), storage.path(f"{number:064x}")) for number in range(20)]
    for draft, _ in drafts:
        draft.write_text("wool")
    shared = home / "delivered"
    shared.write_text("silk")
    target = storage.path("a" * 64, ".png", kind="original")
    storage.adopt(drafts, shared=[(shared, target)])
    assert {path.read_text() for _, path in drafts} == {"wool"}
    assert not any(draft.exists() for draft, _ in drafts)
    assert (shared.read_text(), target.read_text()) == ("silk", "silk")
    storage.adopt([], shared=[(shared, target)])
    with pytest.raises(FileNotFoundError):
        storage.adopt([], shared=[(home / "nowhere", storage.path("b" * 64))])


def test_a_disk_without_links_gets_a_copy(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*names: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "link", refuses)
    (home / "delivered").write_text("silk")
    target = storage.path("a" * 64)
    storage.adopt([], shared=[(home / "delivered", target)])
    assert target.read_text() == "silk"
    assert [file.name for file in target.parent.iterdir()] == [target.name]


def test_nothing_is_dropped_while_somebody_adopts() -> None:
    order: list[str] = []

    def drop() -> None:
        with storage.held(alone=True):
            order.append("dropped")

    with storage.held(), storage.held():
        dropper = threading.Thread(target=drop)
        dropper.start()
        order.append("adopted")
    dropper.join()
    assert order == ["adopted", "dropped"]
