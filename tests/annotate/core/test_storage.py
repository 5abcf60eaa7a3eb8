"""Blobs lie under their digest, whole or not at all."""

import hashlib
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
