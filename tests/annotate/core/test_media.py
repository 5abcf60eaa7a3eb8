"""Stored pictures reach the browser as pictures and as nothing else."""

from pathlib import Path

import pytest

from annotate.core import errors, media


def test_a_picture_carries_our_type_and_no_power(tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    file.write_bytes(b"<script>")
    reply = media.picture(file)
    assert reply["Content-Type"] == "image/png"
    assert reply["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in reply["Content-Security-Policy"] and reply["Cache-Control"].startswith("private")
    assert b"".join(reply) == b"<script>"


def test_an_unknown_suffix_is_plain_bytes_and_a_download_has_its_name(tmp_path: Path) -> None:
    file = tmp_path / "a.html"
    file.write_bytes(b"x")
    reply = media.picture(file, download='na"me.html')
    assert reply["Content-Type"] == "application/octet-stream"
    assert reply["Content-Disposition"].startswith("attachment")


def test_bytes_that_are_gone_are_404(tmp_path: Path) -> None:
    with pytest.raises(errors.NotFound):
        media.picture(tmp_path / "gone.png")
