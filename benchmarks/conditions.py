"""Under which conditions a figure was taken, and how it is printed."""

import json
import os
import platform
import subprocess
import sys
import time
from importlib import metadata
from pathlib import Path
from typing import Any

LIBRARIES = ("Django", "djangorestframework", "psycopg", "Pillow", "numpy", "torch", "torchvision", "gunicorn")


def conditions(**settings: Any) -> dict[str, Any]:
    """Machine, cores, versions, settings and date."""
    model = ""
    if (info := Path("/proc/cpuinfo")).exists():
        names = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        model = names[0].partition(":")[2].strip() if names else ""
    return {
        "machine": model or platform.processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "versions": {name: metadata.version(name) for name in LIBRARIES if _is_installed(name)},
        "settings": settings,
        "date": time.strftime("%Y-%m-%d"),
        "revision": subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
        ).stdout.strip(),
    }


def _is_installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def say(text: str) -> None:
    """Progress, for people."""
    print(text, file=sys.stderr, flush=True)


def report(result: dict[str, Any]) -> None:
    """The one JSON object on the last line of stdout."""
    print(json.dumps(result), flush=True)
