"""Colours and keys for classes: eight colours that colour-blind eyes tell apart, then hues a golden angle apart."""

import colorsys
import re

# Okabe and Ito (2008), with a middle grey in the place of black, which a dark page swallows.
FIRST = ("#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7", "#999999")
GOLDEN_ANGLE = 137.50776405003785
LIGHTNESS, SATURATION = 0.55, 0.65
COLOR = re.compile(r"#[0-9A-Fa-f]{6}")
KEYS = "1234567890"
HOTKEY = re.compile(r"[0-9a-z]")


def color_for(index: int) -> str:
    """The colour of the class at `index`, as #RRGGBB."""
    if index < len(FIRST):
        return FIRST[index]
    hue = ((index - len(FIRST)) * GOLDEN_ANGLE % 360) / 360
    parts = colorsys.hls_to_rgb(hue, LIGHTNESS, SATURATION)
    return "#" + "".join(f"{round(part * 255):02X}" for part in parts)


def free_keys(taken: set[str]) -> list[str]:
    """The digits that no class holds yet, in the order of the keyboard."""
    return [key for key in KEYS if key not in taken]
