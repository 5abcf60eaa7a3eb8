"""Which code wrote something."""

import subprocess
from functools import cache

from django.conf import settings


@cache
def code_revision() -> str:
    """The commit of a checkout, marked where files were changed since, else the released version."""
    version = str(settings.SPECTACULAR_SETTINGS["VERSION"])
    if not (settings.BASE_DIR / ".git").exists():
        return f"fovea {version}"
    try:
        said = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"],
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return f"fovea {version}"
    return f"fovea {version} ({said.stdout.strip()})"
