"""Writes `fovea_client/shapes.py`: what the API answers, as TypedDicts, from its OpenAPI description.

python client/generate.py var/schema.json client/fovea_client/shapes.py
"""

import json
import keyword
import sys
from pathlib import Path
from typing import Any

# The replies that the client hands out; whatever they are made of comes with them.
ROOTS = (
    "SessionShape", "ProjectShape", "ClassShape", "BatchShape", "FileShape", "FileResult", "JobBar", "Tile",
    "PictureItem", "CountShape", "VersionShape", "FormatShape", "ExportShape", "RunShape", "Metrics",
    "EvaluationShape", "EvaluationDetail", "RoundShape", "CycleShape", "DeskOut", "DeskGuide", "ReviewPage",
)  # fmt: skip
HEAD = '''"""What the API answers. Written by `client/generate.py` from its description; not to be changed by hand."""

from typing import Any, Literal, NotRequired, TypedDict
'''
WIDTH = 120
PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}


def written(part: dict[str, Any], used: set[str]) -> str:
    """A schema as a Python type; names that it refers to are added to `used`."""
    if "$ref" in part:
        name = str(part["$ref"].rpartition("/")[2])
        if name == "NullEnum":
            return "None"
        used.add(name)
        return name
    for word in ("oneOf", "anyOf", "allOf"):
        if word in part:
            return " | ".join(dict.fromkeys(written(one, used) for one in part[word]))
    if "enum" in part:
        values = [value for value in part["enum"] if value is not None]
        found = [f"Literal[{', '.join(json.dumps(value) for value in values)}]"] if values else []
        return " | ".join(found + (["None"] if None in part["enum"] else []))
    kinds = part.get("type", [])
    return " | ".join(_plain(kind, part, used) for kind in ([kinds] if isinstance(kinds, str) else kinds)) or "Any"


def _plain(kind: str, part: dict[str, Any], used: set[str]) -> str:
    if kind == "array":
        return f"list[{written(part['items'], used)}]"
    if kind == "object":
        return f"dict[str, {written(part.get('additionalProperties') or {}, used)}]"
    return PLAIN[kind]


def shape(name: str, part: dict[str, Any], used: set[str]) -> str:
    """A named schema as a class, or as another name for what is no object."""
    if "properties" not in part:
        return _wrapped(f"{name} = {written(part, used)}")
    lines = [f"class {name}(TypedDict):"]
    if said := part.get("description"):
        lines += [f'    """{said}"""', ""]
    for field, inside in part["properties"].items():
        if keyword.iskeyword(field) or not field.isidentifier():
            raise ValueError(f"{name}.{field} is no name that Python can say")
        told = written(inside, used)
        lines.append(f"    {field}: {told if field in part.get('required', ()) else f'NotRequired[{told}]'}")
    return "\n".join(lines)


def _wrapped(line: str) -> str:
    """A list of values that is too long for a line, one value a line, as the formatter has it."""
    if len(line) <= WIDTH or not line.endswith("]"):
        return line
    opening, _, values = line[:-1].partition("[")
    return "\n".join([f"{opening}[", *(f"    {value}," for value in values.split(", ")), "]"])


def generate(description: dict[str, Any]) -> str:
    """The module's text: what is referred to stands before what refers to it, and no line is longer than 120."""
    parts = description["components"]["schemas"]
    made: dict[str, str] = {}

    def make(name: str) -> None:
        if name not in made:
            used: set[str] = set()
            text = shape(name, parts[name], used)
            for other in sorted(used):
                make(other)
            made[name] = text

    for root in ROOTS:
        make(root)
    return "\n\n\n".join([HEAD.rstrip(), *made.values()]) + "\n"


if __name__ == "__main__":
    source, target = sys.argv[1:]
    Path(target).write_text(generate(json.loads(Path(source).read_text())))
