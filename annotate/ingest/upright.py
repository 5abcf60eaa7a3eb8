"""Any decoded picture as what everything else works on: upright, sRGB, three channels of eight bits, on white."""

import io

from PIL import Image, ImageCms

WHITE = (255, 255, 255)
ORIENTATION_TAG = 0x0112
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
SIXTEEN_BIT = {"I;16", "I;16B", "I;16L", "I;16N", "I", "F"}
SRGB = ImageCms.createProfile("sRGB")


def normalised(source: Image.Image) -> tuple[Image.Image, int]:
    """(picture, orientation 1-8 that was undone) of a fully loaded picture."""
    picture = _flat(source)
    orientation = _orientation(source)
    if orientation in TURNS:
        picture = picture.transpose(TURNS[orientation])
    # Comments, profiles and positions would travel on with the pixels.
    picture.info = {}
    return picture, orientation


def _orientation(source: Image.Image) -> int:
    """EXIF's orientation, as browsers read it; 1 where there is none, or none that is defined."""
    raw = source.info.get("exif")
    if not raw:
        return 1
    exif = Image.Exif()
    try:
        exif.load(raw)
        found = exif.get(ORIENTATION_TAG, 1)
    except Exception:  # a garbled block may raise anything, and says nothing about the pixels
        return 1
    return found if isinstance(found, int) and found in TURNS else 1


def _flat(source: Image.Image) -> Image.Image:
    """The pixels as RGB: profile applied, 16 bits scaled to 8, transparency laid on white."""
    if source.mode in SIXTEEN_BIT:
        return _eight_bit(source).convert("RGB")
    if source.mode in {"1", "P"}:
        source = _unpacked(source)
    if source.mode in {"LA", "PA", "RGBA", "La", "RGBa"} or "transparency" in source.info:
        clear = source.convert("RGBA")
        ground = Image.new("RGB", source.size, WHITE)
        ground.paste(_in_srgb(clear.convert("RGB"), source), mask=clear.getchannel("A"))
        return ground
    return _in_srgb(source, source)


def _unpacked(source: Image.Image) -> Image.Image:
    if source.mode == "1":
        return source.convert("L")
    return source.convert("RGBA" if "transparency" in source.info else "RGB")


def _eight_bit(source: Image.Image) -> Image.Image:
    """Grey of 16 bits: 65535 is white and 0 is black, whatever range the picture uses."""
    wide = source if source.mode == "F" else source.convert("I")
    return wide.point(lambda value: value * (1 / 257) + 0.5).convert("L")


def _in_srgb(picture: Image.Image, source: Image.Image) -> Image.Image:
    """RGB in sRGB by the colour profile of `source`; a profile that cannot be used is as none."""
    profile = source.info.get("icc_profile")
    if profile and picture.mode in {"RGB", "L", "CMYK"}:
        try:
            given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            if not ImageCms.getProfileDescription(given).startswith("sRGB"):
                turned = ImageCms.profileToProfile(picture, given, SRGB, outputMode="RGB")
                picture = turned if turned is not None else picture
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError, KeyError, SyntaxError, AttributeError):
            return picture.convert("RGB")
    return picture if picture.mode == "RGB" else picture.convert("RGB")
