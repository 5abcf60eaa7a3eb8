"""PURE. A zip file: members are streamed one by one, nothing is ever unpacked under a name from inside."""

import io
import stat
import zipfile
import zlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO

from annotate.ingest.source import ZIP_MAGIC, Item, Limits, Rejected, Unfit, is_litter, is_regular, placed, unsafe

ENCRYPTED = 0x1
UTF8 = 0x800
METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
# Below this many bytes no ratio is suspicious: a blank picture packs very well.
RATIO_FREE = 2**20
CHUNK = 2**18


def is_zip(place: str) -> bool:
    """Whether there is a file that begins like a zip, whatever it is called."""
    path = Path(place)
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        return stream.read(4) in ZIP_MAGIC


def read_zip(place: str, limits: Limits, *, start: int = 0) -> Iterator[Item | Rejected]:
    """The regular files in a zip. What is encrypted, linked, oddly named or not what it says is refused by member.

    Real bytes are counted while they stream, whatever the headers say; an archive inside an archive stays closed.
    """
    try:
        archive = zipfile.ZipFile(place)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise Unfit("bad_archive", f"This zip cannot be read: {error}.") from None
    # Not closed here: an item may be opened after the last one was yielded. It closes with its last item.
    members = [info for info in archive.infolist() if not info.is_dir() and not is_litter(info.filename)]
    if len(members) > limits.members:
        raise Unfit("too_many_members", f"This zip has more than {limits.members} files.")
    overlapping = _overlapping(archive.infolist())
    spent = _Spent(limits.archive_bytes)
    for info in members[start:]:
        yield _offer(archive, info, limits, spent=spent, overlaps=info.header_offset in overlapping)


class _Spent:
    """Real bytes taken out of one archive so far."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.bytes = 0


def _overlapping(members: list[zipfile.ZipInfo]) -> set[int]:
    """Header offsets of members whose bytes are also another member's: how a small file pretends to be petabytes."""
    ordered = sorted(members, key=lambda info: info.header_offset)
    found: set[int] = set()
    end, last = 0, -1
    for info in ordered:
        if info.header_offset < end:
            found.update({info.header_offset, last})
        stop = info.header_offset + 30 + info.compress_size
        if stop > end:
            end, last = stop, info.header_offset
    return found


def _true_name(info: zipfile.ZipInfo) -> str:
    """The stored name; many packers write UTF-8 without saying so."""
    name = info.orig_filename
    if info.flag_bits & UTF8:
        return name
    try:
        return name.encode("cp437").decode("utf-8")
    except UnicodeError:
        return name


def _offer(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, limits: Limits, *, spent: _Spent, overlaps: bool
) -> Item | Rejected:
    name = _true_name(info)
    mode = info.external_attr >> 16
    if unsafe(name):
        return Rejected(name, "unsafe_name", "The name points outside the archive.")
    if not is_regular(mode):
        kind = "link" if stat.S_ISLNK(mode) else "special file"
        return Rejected(name, "not_regular", f"This is a {kind}, not a file.")
    if info.flag_bits & ENCRYPTED:
        return Rejected(name, "encrypted", "The file is encrypted.")
    if info.compress_type not in METHODS:
        return Rejected(name, "unknown_method", "The file is packed by a method other than store or deflate.")
    if overlaps:
        return Rejected(name, "bomb", "The file shares its bytes with another one of the archive.")
    split, label = placed(name)
    return Item(name, partial(_open, archive, info, limits, spent), label, split)


def _open(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limits: Limits, spent: _Spent) -> BinaryIO:
    taken = io.BytesIO()
    try:
        with archive.open(info) as stream:
            while chunk := stream.read(CHUNK):
                taken.write(chunk)
                _check(taken.tell(), info, limits, spent.bytes)
                if taken.tell() == len(chunk) and chunk[:4] in ZIP_MAGIC:
                    raise Unfit("nested_archive", "An archive inside an archive is not opened.")
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise Unfit("bad_checksum", f"The file is damaged inside the archive: {error}.") from None
    except (OSError, RuntimeError, ValueError) as error:
        if isinstance(error, Unfit):
            raise
        raise Unfit("bad_archive", f"The file cannot be taken out of the archive: {error}.") from None
    if taken.tell() != info.file_size:
        raise Unfit("bad_checksum", "The file is cut short inside the archive.")
    spent.bytes += taken.tell()
    taken.seek(0)
    return taken


def _check(size: int, info: zipfile.ZipInfo, limits: Limits, before: int) -> None:
    most = limits.most(info.filename)
    if size > most:
        raise Unfit("too_large", f"The file is larger than {most // 2**20} MB.")
    if size > RATIO_FREE and size > limits.ratio * max(1, info.compress_size):
        raise Unfit("bomb", f"The file grows to more than {limits.ratio} times its packed size.")
    if before + size > limits.archive_bytes:
        raise Unfit("bomb", f"The archive holds more than {limits.archive_bytes // 2**20} MB.")
