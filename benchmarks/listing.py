"""How long does a page of the wall take in a project of many pictures, and does that depend on how many there are?

    python -m benchmarks.listing --database postgres://... --images 60000

Somebody signed in turns the pages of the wall over HTTP, from the newest to the oldest and with each filter, as the
page asks for them (60 pictures). The floor, in the same run, is the same rows read by one bare SQL statement over the
same connection settings. The number of queries is counted in this process for a page of 10 and one of 60 pictures.
"""

import argparse
import http.client
import json
import os
import random
import tempfile
import time
from typing import Any
from urllib.parse import urlencode

from benchmarks import desk_data, desk_people
from benchmarks.conditions import conditions, report, say
from benchmarks.labeling import Web, spread

TILES = 60
CLASSES = desk_data.CLASSES
BARE = (
    "SELECT i.id, i.name, i.width, i.height, i.split, i.state, i.problem, t.state, t.votes_counted, c.answer,"
    " c.confidence, c.agreement FROM ingest_image i LEFT JOIN labeling_task t ON t.image_id = i.id"
    " LEFT JOIN consensus_consensus c ON c.task_id = t.id"
    " WHERE i.project_id = %s AND i.id < %s AND i.state <> 'deleted' ORDER BY i.id DESC LIMIT 61"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", default="", help="postgres://...; empty: SQLite in a scratch folder")
    parser.add_argument("--images", type=int, default=60_000)
    parser.add_argument("--pages", type=int, default=200, help="turned without a filter, spread over the whole wall")
    parser.add_argument("--quick", action="store_true", help="6,000 pictures, 60 pages")
    options = parser.parse_args()
    if options.quick:
        options.images, options.pages = min(options.images, 6_000), min(options.pages, 60)
    with tempfile.TemporaryDirectory() as scratch, desk_data.own_database(options.database) as url:
        environment = {
            **os.environ, "FOVEA_HOME": scratch, "FOVEA_DATABASE": url, "PORT": str(desk_people.free_port()),
            "HOST": "127.0.0.1", "FOVEA_LOG_LEVEL": "WARNING", "OMP_NUM_THREADS": "1",
        }  # fmt: skip
        desk_data.start_django(environment)
        report(measure(options, environment))


def measure(options: argparse.Namespace, environment: dict[str, str]) -> dict[str, Any]:
    """Latencies over HTTP in milliseconds, and queries for a page."""
    data = desk_data.prepare(tasks=options.images, redundancy=3, annotators=1, kind="choice")
    settle(data)
    member = desk_data.module("annotate.projects.models").Member
    member.objects.filter(project_id=data.project).update(role="researcher")
    queries = [count_queries(data, limit) for limit in (10, TILES)]
    assert queries[0] == queries[1], f"the number of queries grows with the page: {queries}"
    web = Web(environment, threads=8)
    try:
        wall = Wall(int(environment["PORT"]), data)
        wall.turn({}, pages=20)
        began = web.cpu()
        plain = wall.turn_everywhere(options.pages)
        cpu = (web.cpu() - began) / len(plain)
        filtered = {name: wall.turn(only, pages=max(10, options.pages // 10)) for name, only in filters(data).items()}
    finally:
        web.stop()
    floor = bare_pages(data, options.pages)
    everywhere, found = spread(plain), {name: spread(times) for name, times in filtered.items()}
    slowest = max(found, key=lambda name: found[name]["p95_ms"])
    return {
        "benchmark": "listing",
        "page_p50_ms": everywhere["p50_ms"],
        "page_p95_ms": everywhere["p95_ms"],
        "page_cpu_ms": round(cpu * 1000, 2),
        "filtered_p95_ms": found[slowest]["p95_ms"],
        "slowest_filter": slowest,
        "filters": {name: {"p50_ms": one["p50_ms"], "p95_ms": one["p95_ms"]} for name, one in found.items()},
        "queries": queries[1],
        "floor_p50_ms": spread(floor)["p50_ms"],
        "cost_ratio": round(everywhere["p50_ms"] / spread(floor)["p50_ms"], 1),
        "quick": options.images < 60_000,
        "conditions": conditions(
            database="postgresql" if options.database else "sqlite", images=options.images, pages=options.pages,
            tiles=TILES, classes=CLASSES, web="1 process", threads=8,
        ),
    }  # fmt: skip


def settle(data: desk_data.Prepared) -> None:
    """An answer of the crowd for three quarters of the pictures, some of them disputed, one class rare."""
    consensus = desk_data.module("annotate.consensus.models").Consensus
    tasks = desk_data.module("annotate.labeling.models").Task.objects.filter(project_id=data.project)
    draw = random.Random(7)
    ids = [task for task in tasks.order_by("pk").values_list("pk", flat=True) if draw.random() < 0.75]
    say(f"writing {len(ids)} answers of the crowd")
    for start in range(0, len(ids), desk_data.CHUNK):
        part = ids[start : start + desk_data.CHUNK]
        rows = []
        for task in part:
            concept = data.concepts[0] if draw.random() < 0.002 else draw.choice(data.concepts[1:])
            agreement = draw.choice((1.0, 1.0, 1.0, 2 / 3, 1 / 3))
            rows.append(
                consensus(
                    task_id=task, project_id=data.project, answer={"choice": [concept]}, concept_id=concept,
                    named={str(concept): 1}, confidence=0.5 + agreement / 2.1, agreement=agreement,
                    distribution={str(concept): agreement}, counts={str(concept): 3}, votes=3, method="majority",
                )
            )  # fmt: skip
        consensus.objects.bulk_create(rows)
        tasks.filter(pk__in=part).update(state="closed", votes_counted=3)
    desk_data.analyze()


def filters(data: desk_data.Prepared) -> dict[str, dict[str, str]]:
    """What a wall can be narrowed to, alone and together; the rare ones are the hard ones."""
    rare, usual = str(data.concepts[0]), str(data.concepts[1])
    return {
        "class": {"class": usual},
        "rare class": {"class": rare},
        "open": {"state": "open"},
        "closed": {"state": "closed"},
        "unasked, of which there are none": {"state": "unasked"},
        "holdout": {"split": "holdout"},
        "disputed": {"agreement": "disputed"},
        "low agreement": {"agreement": "low"},
        "part of a name": {"name": "777"},
        "rare class, disputed, holdout": {"class": rare, "agreement": "disputed", "split": "holdout"},
    }


class Wall:
    """A researcher's connection, and how long each page took."""

    def __init__(self, port: int, data: desk_data.Prepared) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.path = f"/api/projects/{data.project}/images"
        self.headers = {"Cookie": f"sessionid={data.people[0].session}"}

    def page(self, query: dict[str, str]) -> tuple[float, dict[str, Any]]:
        began = time.perf_counter()
        self.connection.request("GET", f"{self.path}?{urlencode({'limit': TILES, **query})}", headers=self.headers)
        response = self.connection.getresponse()
        content = response.read()
        spent = time.perf_counter() - began
        assert response.status == 200, content[:500]
        found: dict[str, Any] = json.loads(content)
        return spent, found

    def turn(self, only: dict[str, str], *, pages: int) -> list[float]:
        """From the first page on; begun again at the end, so that a filter that finds little is asked as often."""
        times: list[float] = []
        cursor = ""
        while len(times) < pages:
            spent, found = self.page({**only, "cursor": cursor} if cursor else only)
            times.append(spent)
            cursor = found["next"] or ""
        return times

    def turn_everywhere(self, pages: int) -> list[float]:
        """Every page is turned to the very end, or as far as `pages` go, each a different one."""
        times: list[float] = []
        cursor = ""
        while len(times) < pages:
            spent, found = self.page({"cursor": cursor} if cursor else {})
            times.append(spent)
            assert found["items"], "an empty page in the middle"
            if not found["next"]:
                break
            cursor = found["next"]
        return times


def count_queries(data: desk_data.Prepared, limit: int) -> int:
    """Database queries of one page as the web does it, its sign-in included."""
    client = desk_data.module("django.test").Client(headers={"host": "localhost"})
    settings = desk_data.module("django.conf").settings
    client.cookies[settings.SESSION_COOKIE_NAME] = data.people[0].session
    utilities = desk_data.module("django.test.utils")
    connection = desk_data.module("django.db").connection
    with utilities.CaptureQueriesContext(connection) as seen:
        reply = client.get(f"/api/projects/{data.project}/images", {"limit": limit})
    assert reply.status_code == 200, reply.content[:500]
    assert len(reply.json()["items"]) == limit
    return len(seen)


def bare_pages(data: desk_data.Prepared, pages: int) -> list[float]:
    """Seconds of the same pages by one statement each, with nothing around it."""
    times: list[float] = []
    below = 2**62
    with desk_data.module("django.db").connection.cursor() as cursor:
        while len(times) < pages:
            began = time.perf_counter()
            cursor.execute(BARE, [data.project, below])
            rows = cursor.fetchall()
            times.append(time.perf_counter() - began)
            if len(rows) <= TILES:
                break
            below = rows[TILES - 1][0]
    return times


if __name__ == "__main__":
    main()
