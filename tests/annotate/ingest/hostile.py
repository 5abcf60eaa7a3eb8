"""Files that somebody might really send, good ones in bad dress and bad ones in good: made here, byte by byte."""

import io
import struct
import zipfile
import zlib
from pathlib import Path

from PIL import Image, ImageCms, PngImagePlugin

from tests.make import picture_bytes

Expectation = str  # "" for a picture that is taken, else the code of its refusal


def coded(picture: Image.Image, form: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


def corner(size: tuple[int, int] = (40, 24)) -> Image.Image:
    """A picture without any symmetry: red top left, green top right, blue bottom left, ramps in between."""
    picture = Image.new("RGB", size, (128, 128, 128))
    for x in range(size[0]):
        for y in range(size[1]):
            picture.putpixel((x, y), (x * 255 // size[0], y * 255 // size[1], (x + 2 * y) % 256))
    picture.paste((255, 0, 0), (0, 0, 12, 8))
    picture.paste((0, 255, 0), (size[0] - 6, 0, size[0], 10))
    picture.paste((0, 0, 255), (0, size[1] - 5, 9, size[1]))
    return picture


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_header(width: int, height: int, *, body: bytes = b"") -> bytes:
    """A PNG that claims a size, with next to nothing inside."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = chunk(b"IDAT", body or zlib.compress(b"\0" * 100))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + pixels + chunk(b"IEND", b"")


def scan_bomb(scans: int = 2000) -> bytes:
    """A progressive JPEG whose last pass is said over and over."""
    data = coded(corner((64, 64)), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * scans + b"\xff\xd9"


def inflated_jpeg(width: int, height: int, **options: object) -> bytes:
    """A small JPEG that claims to be a large one; libjpeg makes up the rest."""
    data = bytearray(coded(corner((64, 48)), "JPEG", **options))
    for marker in (b"\xff\xc0", b"\xff\xc2"):
        if (at := data.find(marker)) >= 0:
            struct.pack_into(">HH", data, at + 5, height, width)
    return bytes(data)


def exif(orientation: int) -> bytes:
    block = Image.Exif()
    block[0x0112] = orientation
    return block.tobytes()


def swapped_profile() -> bytes:
    """A colour profile like sRGB but with red and green exchanged, and under another name."""
    made = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    profile = bytearray(made.replace("sRGB".encode("utf-16-be"), "swap".encode("utf-16-be")))
    count = struct.unpack_from(">I", profile, 128)[0]
    places = {bytes(profile[at : at + 4]): at for at in range(132, 132 + 12 * count, 12)}
    red, green = places[b"rXYZ"] + 4, places[b"gXYZ"] + 4
    was_red = profile[red : red + 8]
    profile[red : red + 8] = profile[green : green + 8]
    profile[green : green + 8] = was_red
    return bytes(profile)


def text_bomb() -> bytes:
    """A PNG whose text unpacks to 80 MB."""
    body = b"note\0\0" + zlib.compress(b"\0" * (80 * 2**20), 9)
    good = coded(corner(), "PNG")
    return good[:33] + chunk(b"zTXt", body) + good[33:]


def many_frames(form: str = "GIF") -> bytes:
    frames = [corner().rotate(step * 9) for step in range(40)]
    return coded(frames[0], form, save_all=True, append_images=frames[1:], duration=20)


def tiff() -> bytes:
    return coded(corner(), "TIFF")


def files() -> dict[str, tuple[bytes, Expectation]]:
    """Every case by name: its bytes and what must come of it."""
    jpeg, png = coded(corner(), "JPEG"), coded(corner(), "PNG")
    noted = PngImagePlugin.PngInfo()
    noted.add_text("Comment", "<script>alert(1)</script>")
    return {
        "empty.jpg": (b"", "empty"),
        "one-byte.jpg": (b"\xff", "not_a_picture"),
        "magic.jpg": (b"\xff\xd8\xff\xe0", "not_a_picture"),
        "magic.png": (b"\x89PNG\r\n\x1a\n", "not_a_picture"),
        "half.jpg": (picture_bytes(1, size=(300, 300), form="JPEG")[:-900], "truncated"),
        "half.png": (png[: len(png) // 2], "truncated"),
        "flipped.png": (png[:60] + bytes([png[60] ^ 255]) + png[61:], "damaged"),
        "page.jpg": (b"<!doctype html><script>alert(1)</script>", "not_a_picture"),
        "paper.png": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj<<>>endobj", "not_a_picture"),
        "program.gif": (b"\x7fELF" + b"\0" * 200, "not_a_picture"),
        "drawing.jpg": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "not_a_picture"),
        "postscript.jpg": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 -5 -5\n", "not_a_picture"),
        "tiff.jpg": (tiff(), "not_a_picture"),
        "bitmap.png": (coded(corner(), "BMP"), "not_a_picture"),
        "bomb.png": (png_header(60000, 60000), "too_many_pixels"),
        "overflow.png": (png_header(2**31 - 1, 2**31 - 1), "too_many_pixels"),
        "nothing.png": (png_header(0, 10), "not_a_picture"),
        "wide.png": (png_header(10000, 6100), "too_many_pixels"),
        "short.png": (png_header(400, 400), "truncated"),
        "scans.jpg": (scan_bomb(), "too_many_scans"),
        "inflated.jpg": (inflated_jpeg(7000, 7000), "implausible_size"),
        "inflated-progressive.jpg": (inflated_jpeg(7000, 7000, progressive=True), "implausible_size"),
        "text-bomb.png": (text_bomb(), "damaged"),
        "good.jpg": (jpeg, ""),
        "really-a-png.jpg": (png, ""),
        "page.html": (coded(corner((41, 24)), "JPEG"), ""),
        "comment.png": (coded(corner((42, 24)), "PNG", pnginfo=noted), ""),
        "tail.jpg": (coded(corner((43, 24)), "JPEG") + b"<script>alert(1)</script>" * 50, ""),
        "dot.png": (coded(Image.new("RGB", (1, 1), "red"), "PNG"), ""),
        "line.png": (coded(Image.new("RGB", (1, 8000), "blue"), "PNG"), ""),
        "frames.gif": (many_frames(), ""),
        "frames.webp": (many_frames("WEBP"), ""),
        "garbage-exif.jpg": (coded(corner((44, 24)), "JPEG", exif=b"Exif\0\0" + b"\xff" * 3000), ""),
        "garbage-profile.jpg": (coded(corner((45, 24)), "JPEG", icc_profile=b"\x07" * 500), ""),
    }


def write_zip(path: Path, members: dict[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, compress_type=method)
    return path


def link_in_zip(path: Path, name: str, target: str) -> None:
    """Adds a symbolic link to a zip."""
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(info, target)


def encrypt_in_zip(path: Path, name: str) -> None:
    """Sets the mark of encryption on one member of a zip, in both of its headers."""
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        local = archive.getinfo(name).header_offset
    data[local + 6] |= 1
    central = data.index(name.encode(), data.index(b"PK\x01\x02")) - 46
    data[central + 8] |= 1
    path.write_bytes(bytes(data))
