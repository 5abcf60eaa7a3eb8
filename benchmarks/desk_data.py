"""Projects with many open tasks for the labeling benchmark, in a database of the benchmark's own."""

import importlib
import json
import os
import random
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

from benchmarks.conditions import say
from benchmarks.desk_people import Worker, said_of

ROOT = Path(__file__).resolve().parent.parent
CLASSES = 10
CHUNK = 5_000
TICKS = os.sysconf("SC_CLK_TCK")


@contextmanager
def own_database(url: str) -> Iterator[str]:
    """A fresh database on the server behind `url`, dropped afterwards; empty stays empty (SQLite)."""
    if not url:
        yield ""
        return
    name = f"fovea_bench_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
    try:
        yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
    finally:
        with psycopg.connect(url, autocommit=True) as server:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def start_django(environment: dict[str, str]) -> None:
    """Migrates, and makes the models usable in this process."""
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=environment, check=True)
    os.environ.update(environment)
    os.environ["DJANGO_SETTINGS_MODULE"] = "annotate.settings"
    importlib.import_module("django").setup()


def module(name: str) -> Any:
    """A module that needs Django, once `start_django` has run."""
    return importlib.import_module(name)


@dataclass
class Prepared:
    """One project with its people, and the questions that are asked of its rows."""

    project: int
    people: list[Worker]
    concepts: list[int]
    users: list[int]
    kind: str

    def database_cpu(self) -> float:
        """Processor time of the database's processes for this database so far; 0 where they cannot be seen."""
        connection = module("django.db").connection
        if connection.vendor != "postgresql":
            return 0.0
        with connection.cursor() as cursor:
            cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
            pids = [row[0] for row in cursor.fetchall()]
        total = 0.0
        for pid in pids:
            stat = Path(f"/proc/{pid}/stat")
            if stat.exists() and "postgres" in stat.read_text():
                fields = stat.read_text().rpartition(")")[2].split()
                total += (int(fields[11]) + int(fields[12])) / TICKS
        return total

    def answer_all_but(self, left: int) -> None:
        """The first person's vote on every open task but the last `left` of the queue, and the way begun anew."""
        models, facts = module("annotate.labeling.models"), module("django.db.models")
        project = module("annotate.projects.models").Project.objects.get(pk=self.project)
        user, (said, concept) = self.users[0], self.usual_answer()
        Task, Vote = models.Task, models.Vote
        answered = Vote.objects.filter(project=project, user_id=user).values("task_id")
        waiting = Task.objects.filter(project=project, state="open").exclude(pk__in=answered).order_by("rank", "id")
        ids = list(waiting.values_list("pk", flat=True))[:-left]
        for start in range(0, len(ids), CHUNK):
            part = ids[start : start + CHUNK]
            Vote.objects.bulk_create(
                Vote(
                    project=project, task_id=task, user_id=user, asking=1, key=uuid.uuid4(),
                    answer=said, answer_hash="", outcome="answer", concept=concept,
                    schema_number=project.schema_number, counted=True,
                )
                for task in part
            )  # fmt: skip
            Task.objects.filter(pk__in=part).update(votes_counted=facts.F("votes_counted") + 1)
        module("annotate.labeling.services").bump_order(project.pk)
        analyze()

    def usual_answer(self) -> tuple[dict[str, Any], int | None]:
        """One answer, and what the column for a single class holds of it."""
        if self.kind == "choice":
            return {"choice": [self.concepts[0]]}, self.concepts[0]
        return said_of(self.kind, self.concepts, 0, random.Random(0)), None

    def assert_sound(self, keys: list[str]) -> dict[str, int]:
        """Every acknowledged vote is there once, and no task has more votes than were wanted."""
        models, facts = module("annotate.labeling.models"), module("django.db.models")
        mine = models.Vote.objects.filter(project_id=self.project, user__isnull=False)
        stored = [str(key) for key in mine.values_list("key", flat=True)]
        there = set(stored)
        tasks = models.Task.objects.filter(project_id=self.project)
        beyond = tasks.filter(votes_counted__gt=facts.F("votes_wanted")).count()
        promised = tasks.filter(
            state="open", votes_counted__gt=facts.F("votes_wanted") - facts.F("leases_held")
        ).count()
        twice = mine.filter(superseded=False).values("task_id", "user_id", "asking")
        doubled = len(stored) - len(there) + twice.annotate(n=facts.Count("pk")).filter(n__gt=1).count()
        found = {"lost": len(set(keys) - there), "doubled": doubled, "over_redundancy": beyond + promised}
        assert not any(found.values()), found
        return found

    def raw_votes_per_second(self, people: int, seconds: float) -> float | None:
        """The floor: claim an open task, insert a vote, move the lease, by psycopg alone; None on SQLite."""
        url = os.environ["FOVEA_DATABASE"]
        if not url:
            return None
        done = [0] * people
        until = time.monotonic() + seconds
        threads = [
            threading.Thread(target=self._raw, args=(url, self.users[number], until, done, number))
            for number in range(people)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return round(sum(done) / seconds, 1)

    def _raw(self, url: str, user: int, until: float, done: list[int], number: int) -> None:
        claim = (
            "UPDATE labeling_task SET leases_held = leases_held + 1 WHERE id = (SELECT id FROM labeling_task t WHERE"
            " project_id = %s AND state = 'open' AND votes_counted + leases_held < votes_wanted AND NOT EXISTS"
            " (SELECT 1 FROM labeling_vote v WHERE v.task_id = t.id AND v.user_id = %s AND v.asking = t.asking"
            " AND NOT v.superseded) ORDER BY rank, id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id"
        )
        lease = (
            "INSERT INTO labeling_lease (project_id, task_id, user_id, created_at, expires_at)"
            " VALUES (%s, %s, %s, now(), now() + interval '10 minutes')"
        )
        vote = (
            "INSERT INTO labeling_vote (project_id, task_id, user_id, source, asking, key, answer, answer_hash,"
            " outcome, concept, schema_number, counted, surplus, superseded, created_at)"
            " VALUES (%s, %s, %s, '', 1, %s, %s, '', 'answer', %s, 1, true, false, false, now())"
        )
        gone = "DELETE FROM labeling_lease WHERE task_id = %s AND user_id = %s"
        count = (
            "UPDATE labeling_task SET votes_counted = votes_counted + 1, leases_held = leases_held - 1, state ="
            " CASE WHEN votes_counted + 1 >= votes_wanted THEN 'closed' ELSE state END WHERE id = %s"
        )
        said, concept = self.usual_answer()
        answer = json.dumps(said)
        with psycopg.connect(url) as database:
            while time.monotonic() < until:
                with database.transaction():
                    claimed = database.execute(claim, [self.project, user]).fetchone()
                    if claimed is None:
                        return
                    database.execute(lease, [self.project, claimed[0], user])
                with database.transaction():
                    values = [self.project, claimed[0], user, uuid.uuid4(), answer, concept]
                    database.execute("SELECT 1 FROM labeling_task WHERE id = %s FOR UPDATE", [claimed[0]])
                    database.execute(vote, values)
                    database.execute(gone, [claimed[0], user])
                    database.execute(count, [claimed[0]])
                done[number] += 1


def prepare(*, tasks: int, redundancy: int, annotators: int, kind: str) -> Prepared:
    """A project with pictures (rows only: no vote opens a file), open tasks and people with sessions."""
    accounts, projects = module("annotate.accounts.models"), module("annotate.projects.models")
    taxonomy, ingest = module("annotate.taxonomy.models"), module("annotate.ingest.models")
    labeling, auth = module("annotate.labeling.services"), module("django.contrib.auth")
    sessions = module("django.contrib.sessions.backends.db")
    tree = taxonomy.Taxonomy.objects.create(name="benchmark")
    project = projects.Project.objects.create(
        name="benchmark", taxonomy=tree, schema_number=1, redundancy=redundancy, seed=7, kind=kind,
        consensus_method=module("annotate.projects.offers").usual("consensus_method", kind),
    )  # fmt: skip
    concepts = []
    for index in range(CLASSES):
        concept = taxonomy.Concept.objects.create(taxonomy=tree, key=f"class {index}", name=f"class {index}")
        projects.LabelClass.objects.create(project=project, concept=concept, index=index, color="#0072B2", added_in=1)
        concepts.append(concept.pk)
    say(f"writing {tasks} pictures and their tasks")
    for start in range(0, tasks, CHUNK):
        ingest.Image.objects.bulk_create(
            ingest.Image(
                project=project, digest=f"{project.pk:08d}{number:056d}", suffix=".png",
                original_digest=f"{project.pk:08d}{number:056d}", original_suffix=".png", name=f"{number}.png",
                width=640, height=480, original_width=640, original_height=480, bytes=1, phash=number,
                split="holdout" if number % 10 == 0 else "train",
            )
            for number in range(start, min(start + CHUNK, tasks))
        )  # fmt: skip
    while labeling.open_tasks(CHUNK):
        pass
    module("annotate.consensus.services").count(project)
    people, users = [], []
    for number in range(annotators):
        user = accounts.User.objects.create(username=f"{project.pk}-{number}", password="!")
        projects.Member.objects.create(project=project, user=user, role="annotator")
        session = sessions.SessionStore()
        session[auth.SESSION_KEY] = str(user.pk)
        session[auth.BACKEND_SESSION_KEY] = "annotate.accounts.sessions.Backend"
        session[auth.HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        people.append(Worker(session.session_key, number, kind))
        users.append(user.pk)
    analyze()
    return Prepared(project.pk, people, concepts, users, kind)


def analyze() -> None:
    """What autovacuum would have done by the time real people had filled the tables."""
    connection = module("django.db").connection
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def start_load(environment: dict[str, str]) -> list[subprocess.Popen[bytes]]:
    """Two processes that keep a core each as busy as a training run and a decoding child do, niced like them."""
    picture = "import io\nfrom PIL import Image\nb=io.BytesIO()\nImage.effect_noise((2000,1500),90).save(b,'JPEG')\n"
    decode = picture + "while True: Image.open(io.BytesIO(b.getvalue())).convert('RGB').resize((256,192))"
    train = "import numpy as n\na=n.random.rand(512,512)\nwhile True: a=a@a/n.linalg.norm(a)"
    command = ["nice", "-n", "10", sys.executable, "-c"]
    return [subprocess.Popen([*command, code], env=environment) for code in (decode, train)]
