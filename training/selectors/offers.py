"""What the engine offers, read from the file that it wrote itself: the web never imports torch."""

import json
import math
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from annotate.core import errors

FILE = Path(__file__).resolve().parent.parent / "catalogue.json"
TYPES: dict[str, tuple[type, ...]] = {"int": (int,), "float": (int, float), "str": (str,), "bool": (bool,)}


@lru_cache(maxsize=4)
def _read(path: Path, changed: int) -> dict[str, Any]:
    found = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(found, dict):
        raise ValueError("not an object")
    return found


def catalogue() -> dict[str, Any]:
    """Architectures, problems, presets, strategies and options; Unavailable where the file is missing or broken."""
    try:
        return _read(FILE, FILE.stat().st_mtime_ns)
    except (OSError, ValueError):
        advice = "The engine's catalogue is missing; write it with `python -m training.engine describe`."
        raise errors.Unavailable("no_catalogue", advice) from None


def named(part: str, name: str) -> dict[str, Any] | None:
    """One entry of a list of the catalogue, or None."""
    return next((entry for entry in catalogue()[part] if entry["name"] == name), None)


def offered_for(kind: str) -> dict[str, Any]:
    """The catalogue of what can learn from labels of this kind: its problems with their architectures and presets."""
    whole = catalogue()
    problems = [entry for entry in whole["problems"] if kind in entry["kinds"]]
    names = {entry["name"] for entry in problems}
    fitting = {part: [one for one in whole[part] if one["problem"] in names] for part in ("architectures", "presets")}
    return {**whole, "problems": problems, **fitting}


def strategies() -> list[str]:
    """The names by which a round may choose what is asked next."""
    return [entry["name"] if isinstance(entry, dict) else entry for entry in catalogue()["strategies"]]


def default_preset(kind: str) -> str:
    """The preset that is offered first for labels of this kind; Unavailable where there is none."""
    presets = offered_for(kind)["presets"]
    if not presets:
        raise errors.Unavailable("no_catalogue", f"The engine offers no preset for labels of kind {kind}.")
    return str(presets[0]["name"])


def full_config(preset: str, config: Mapping[str, Any]) -> dict[str, Any]:
    """Every option with its value: the defaults, then the preset's, then those of `config`.

    Invalid names the first option or preset that is not known, of a wrong type, out of its bounds, or in
    contradiction to another.
    """
    offered = {option["name"]: option for option in catalogue()["options"]}
    whole = {name: option["default"] for name, option in offered.items()}
    if preset:
        entry = named("presets", preset)
        if entry is None:
            raise errors.Invalid("unknown_preset", f"There is no preset named {preset!r}.", {"preset": preset})
        whole |= {name: value for name, value in entry.items() if name in offered}
        if "preset" in offered:
            whole["preset"] = preset
    for name, value in config.items():
        if name not in offered:
            raise _bad(name, "there is no such option")
        _check(offered[name], value)
        whole[name] = value
    _check_together(whole)
    return whole


def check_kind(whole: Mapping[str, Any], kind: str) -> None:
    """Invalid where what this config learns is not what labels of this kind can teach."""
    problem = named("problems", str(whole["problem"]))
    if problem is None or kind not in problem["kinds"]:
        sentence = f"{str(whole['problem']).capitalize()} cannot be learned from labels of kind {kind}."
        raise errors.Invalid("problem_of_another_kind", sentence, {"problem": whole["problem"], "kind": kind})


def _bad(name: str, why: str) -> errors.Invalid:
    return errors.Invalid("bad_option", f"{name}: {why}.", {"option": name})


def _check(option: Mapping[str, Any], value: Any) -> None:
    name, kinds = option["name"], TYPES.get(option["type"], (str,))
    if (isinstance(value, bool) and bool not in kinds) or not isinstance(value, kinds):
        raise _bad(name, f"must be of type {option['type']}")
    if option.get("choices") and value not in option["choices"]:
        raise _bad(name, f"must be one of {', '.join(map(str, option['choices']))}")
    if isinstance(value, int | float) and not isinstance(value, bool):
        low, high = option.get("min"), option.get("max")
        if not math.isfinite(value) or (low is not None and value < low) or (high is not None and value > high):
            raise _bad(name, f"must be from {low} to {high}")
    if isinstance(value, str) and len(value) > 200:
        raise _bad(name, "is too long")


def _check_together(whole: Mapping[str, Any]) -> None:
    """What one option alone cannot say."""
    architecture = named("architectures", str(whole["architecture"]))
    if architecture is None:
        raise _bad("architecture", f"there is no network named {whole['architecture']!r}")
    if architecture["problem"] != whole["problem"]:
        raise _bad("architecture", f"this network is made for {architecture['problem']}, not for {whole['problem']}")
    problem = named("problems", str(whole["problem"])) or {}
    for option in ("resize", "transform"):
        if whole[option] not in problem.get(f"{option}s", ()):
            raise _bad(option, f"for {whole['problem']} it must be one of {', '.join(problem.get(f'{option}s', ()))}")
    if whole["size"] < architecture["min_size"]:
        raise _bad("size", f"this network needs pictures of at least {architecture['min_size']} pixels")
    if whole["start"] == "scratch" and whole["tune"] != "all":
        raise _bad("tune", "a network that starts from scratch has nothing to keep, so all of it must learn")
