"""Fovea from Python: `Fovea(url, token).make_project(...).upload(...)`."""

import os
from collections.abc import Iterator, Sequence
from typing import Any

from fovea_client import shapes
from fovea_client.errors import (
    Conflict,
    Damaged,
    Failed,
    Forbidden,
    FoveaError,
    Invalid,
    NotFound,
    NotSignedIn,
    Offline,
    ServerFault,
    TooMany,
)
from fovea_client.project import Project
from fovea_client.upload import Sending
from fovea_client.wire import Wire

__all__ = [
    "Conflict",
    "Damaged",
    "Failed",
    "Forbidden",
    "Fovea",
    "FoveaError",
    "Invalid",
    "NotFound",
    "NotSignedIn",
    "Offline",
    "Project",
    "Sending",
    "ServerFault",
    "TooMany",
    "shapes",
]


class Fovea:
    """A server, spoken to with one API token; FOVEA_URL and FOVEA_TOKEN where they are not given.

    ValueError where there is neither.
    """

    def __init__(self, url: str = "", token: str = "", *, every: float = 1.0, **wire: Any) -> None:
        url, token = url or os.environ.get("FOVEA_URL", ""), token or os.environ.get("FOVEA_TOKEN", "")
        if not url or not token:
            raise ValueError("Fovea needs url and token, or FOVEA_URL and FOVEA_TOKEN in the environment")
        self.wire, self.every = Wire(url, token, **wire), every

    def __enter__(self) -> "Fovea":
        return self

    def __exit__(self, *problem: object) -> None:
        self.wire.http.close()

    def whoami(self) -> shapes.SessionUser:
        """The owner of the token."""
        user: shapes.SessionUser = self.wire.ask("GET", "/api/session")["user"]
        return user

    def projects(self) -> Iterator[shapes.ProjectShape]:
        return self.wire.items("/api/projects")

    def project(self, pid: int) -> Project:
        """One project by its number. NotFound where there is none for you."""
        found = Project(self.wire, pid, every=self.every)
        found.get()
        return found

    def make_project(self, name: str, *, classes: Sequence[str] = (), **settings: Any) -> Project:
        """A new project with its classes, each `name` or `name | definition`. Settings are those of the settings page:
        kind, redundancy, holdout_share, licence ..."""
        body = {"name": name, "classes_text": "\n".join(classes), **settings}
        return Project(self.wire, self.wire.ask("POST", "/api/projects", body=body)["id"], every=self.every)
