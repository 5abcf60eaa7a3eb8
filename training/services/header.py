"""The header of a safetensors file, read without any library that could be fooled or made to allocate."""

import json
import math
import struct
from pathlib import Path
from typing import Any

HEADER_LIMIT = 8 * 2**20
TENSOR_LIMIT = 20_000
BYTES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U8": 1, "BOOL": 1}


def read_header(path: Path) -> dict[str, Any]:
    """`{tensors, parameters, dtypes, about}` of a safetensors file; ValueError, with a reason, for any other file.

    Every byte behind the header belongs to exactly one tensor, whose place follows from its type and shape.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(8)
        length = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
        if not 2 <= length <= min(HEADER_LIMIT, size - 8):
            raise ValueError("it does not begin with a header of a possible length")
        text = file.read(length)
    header = _parse(text)
    about = header.pop("__metadata__", {})
    if not isinstance(about, dict) or not all(isinstance(value, str) for value in about.values()):
        raise ValueError("its metadata is not text")
    if not 0 < len(header) <= TENSOR_LIMIT:
        raise ValueError(f"it holds {len(header)} tensors; from 1 to {TENSOR_LIMIT} can be read")
    position, parameters, dtypes = 0, 0, set()
    for begin, end, dtype, count in sorted(_tensor(name, entry) for name, entry in header.items()):
        if begin != position:
            raise ValueError("its tensors overlap or leave a gap")
        position, parameters = end, parameters + count
        dtypes.add(dtype)
    if position != size - 8 - length:
        raise ValueError("it is cut short, or something follows its tensors")
    about = {name[:100]: value[:1000] for name, value in list(about.items())[:50]}
    return {"tensors": len(header), "parameters": parameters, "dtypes": sorted(dtypes), "about": about}


def _parse(text: bytes) -> dict[str, Any]:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise ValueError("its header names something twice")
        return found

    try:
        header = json.loads(text.decode("utf-8"), object_pairs_hook=once)
    except UnicodeDecodeError:
        raise ValueError("its header is not UTF-8") from None
    except json.JSONDecodeError:
        raise ValueError("its header is not JSON") from None
    except RecursionError:
        raise ValueError("its header is nested too deep") from None
    if not isinstance(header, dict):
        raise ValueError("its header is not an object")
    return header


def _tensor(name: str, entry: Any) -> tuple[int, int, str, int]:
    """Begin, end, type and number of values of one tensor."""
    wrong = ValueError(f"its tensor {name[:80]!r} is not described as one")
    if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
        raise wrong
    dtype, shape, place = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(dtype, str) or dtype not in BYTES:
        raise ValueError(f"its tensor {name[:80]!r} is of a type that is not known here")
    if not isinstance(shape, list) or len(shape) > 8 or not isinstance(place, list) or len(place) != 2:
        raise wrong
    if not all(type(number) is int and 0 <= number < 2**48 for number in (*shape, *place)):
        raise wrong
    count = math.prod(shape)
    if place[1] - place[0] != count * BYTES[dtype]:
        raise ValueError(f"its tensor {name[:80]!r} does not have the length of its shape")
    return place[0], place[1], dtype, count
