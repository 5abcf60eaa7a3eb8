"""One process of a server that freezes, for tests that kill it or write beside it.

`python -m tests.annotate.datasets.freeze_child prepare | freeze [MOMENT] | sweep | crowded`, on the SQLite file of
FOVEA_HOME; the last line of its output is JSON.
"""

# ruff: noqa: E402 - Django has to be set up before its models are imported

import json
import os
import signal
import sys
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "annotate.settings"
django.setup()

from django.core.management import call_command
from django.db import connections
from django.utils import timezone

from annotate.core.progress import LongJob
from annotate.datasets import folders, selectors, services
from annotate.datasets.models import DatasetVersion
from annotate.datasets.services import freezing
from annotate.ingest.models import Image
from annotate.labeling.models import Task, Vote
from annotate.projects.models import Project
from tests.annotate.datasets import crowd


def prepare() -> Any:
    """A project of 30 pictures with a freeze asked for."""
    call_command("migrate", verbosity=0)
    project, admin, _ = crowd.small_project(30)
    return services.start_freeze(project, actor=admin).pk


def die(*_: Any) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


def freeze(moment: str) -> Any:
    """Freezes, and is killed at the moment named."""
    if moment == "linking":
        original, seen = folders.place_picture, []

        def place(record: Any, target: Path) -> None:
            original(record, target)
            seen.append(target)
            if len(seen) == 10:
                die()

        folders.place_picture = place
    elif moment == "sealed":
        folders.final_name = die
    elif moment == "named":
        folders.publish = die
    elif moment == "published":
        freezing._finish = die
    return services.freeze_next()


def sweep() -> Any:
    """What two later workers find to do, once the dead one's heartbeat is old."""
    LongJob.objects.filter(state="running").update(heartbeat=timezone.now() - timedelta(hours=1))
    done = [services.freeze_next(), services.freeze_next()]
    version = DatasetVersion.objects.get()
    opened = selectors.opened(version)
    opened.verify()
    return {
        "done": done,
        "state": version.state,
        "job": version.job.state if version.job else "",
        "attempt": version.job.attempt if version.job else 0,
        "digest": version.digest,
        "counts": version.counts,
        "records": len(list(opened.records())),
        "folders": sorted(path.name for path in folders.root(version.project_id).iterdir()),
        "sealed": all(path.stat().st_mode & 0o222 == 0 for path in opened.folder.rglob("*")),
    }


def write_beside(project: Project, number: int) -> None:
    """What people and an admin do in a few milliseconds: a new settled picture, one out, votes on all that is there."""
    names = [row.concept.name for row in project.classes.select_related("concept").order_by("index")]
    crowd.labeled(project, 1000 + number, [f"source {number}"], [names[0]])
    Image.objects.filter(pk=Image.objects.filter(state="ready").order_by("?").first().pk).update(state="excluded")
    for task in Task.objects.all()[:5]:
        crowd.vote(task, f"late {number} {task.pk}", names[1])


def freeze_among_writers(project: Project, admin: Any) -> dict[str, Any]:
    """Freezes while another connection writes between the pictures, and says what was there and what was frozen."""
    before = {"pictures": Image.objects.count(), "votes": Vote.objects.count()}
    original, written = folders.place_picture, []

    def write() -> None:
        try:
            write_beside(project, len(written))
            written.append(True)
        finally:
            connections.close_all()

    def place(record: Any, target: Path) -> None:
        original(record, target)
        writer = threading.Thread(target=write)
        writer.start()
        writer.join()

    folders.place_picture = place
    try:
        version = services.start_freeze(project, actor=admin)
        services.freeze_next()
    finally:
        folders.place_picture = original
    version.refresh_from_db()
    opened = selectors.opened(version)
    opened.verify()
    votes = list(opened.votes())
    records = list(opened.records())
    return {
        "before": before,
        "written": len(written),
        "after": {"pictures": Image.objects.count(), "votes": Vote.objects.count()},
        "frozen": {"pictures": len(records), "votes": len(votes)},
        "labeled": version.counts["labeled"],
        "places": sorted(place for record in records for place in record.votes),
        "matching": all(votes[place].digest == record.digest for record in records for place in record.votes),
    }


def crowded() -> Any:
    call_command("migrate", verbosity=0)
    project, admin, _ = crowd.small_project(8)
    return freeze_among_writers(project, admin)


if __name__ == "__main__":
    COMMANDS = {"prepare": prepare, "freeze": freeze, "sweep": sweep, "crowded": crowded}
    print(json.dumps(COMMANDS[sys.argv[1]](*sys.argv[2:])))
