"""One door for what a machine may lack: a named skip, or a failure where everything was asked for."""

import os

import pytest


def require(condition: object, reason: str) -> None:
    """Nothing if the condition holds; else skip with the reason, or fail where FOVEA_REQUIRE_ALL=1."""
    if condition:
        return
    if os.environ.get("FOVEA_REQUIRE_ALL") == "1":
        pytest.fail(f"required here: {reason}")
    pytest.skip(reason)
