"""The list of dialects in which others write boxes, by name: bytes to pages of objects and back. Nothing of people."""

from types import ModuleType
from typing import Final

from annotate.codecs import coco, voc, yolo

CODECS: Final[dict[str, ModuleType]] = {"voc": voc, "coco": coco, "yolo": yolo}
