"""What does one vote cost? Real people over HTTP against gunicorn: answer one task and take the next, one request each.

Beside it, in the same run, the floor: the same claims and inserts by psycopg with no web in between. Correctness is
asserted (nothing lost, nothing twice, nobody beyond the votes wanted); times are only reported.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import quantiles
from typing import Any

from benchmarks import desk_data, desk_people
from benchmarks.conditions import conditions, report, say

ROOT = Path(__file__).resolve().parent.parent
ALONE_VOTES = 300
WARM_UP = 30
TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pids: list[int]) -> float:
    """User and system time of processes that run on this machine."""
    total = 0.0
    for pid in pids:
        stat = Path(f"/proc/{pid}/stat")
        if stat.exists():
            fields = stat.read_text().rpartition(")")[2].split()
            total += (int(fields[11]) + int(fields[12])) / TICKS
    return total


def family(pid: int) -> list[int]:
    """A process and all that come from it."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    found = [int(child) for child in children.read_text().split()] if children.exists() else []
    return [pid, *(grandchild for child in found for grandchild in family(child))]


class Web:
    """gunicorn as `make run` starts it: one process with threads."""

    def __init__(self, environment: dict[str, str], threads: int) -> None:
        self.port = int(environment["PORT"])
        command = [
            sys.executable, "-m", "gunicorn", "annotate.wsgi", "--bind", f"127.0.0.1:{self.port}", "--workers", "1",
            "--worker-class", "gthread", "--threads", str(threads), "--keep-alive", "75", "--log-level", "warning",
        ]  # fmt: skip
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment)
        desk_people.wait_until_up(self.port)

    def cpu(self) -> float:
        return cpu_seconds(family(self.process.pid))

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=20)


def spread(seconds: list[float]) -> dict[str, float]:
    """The median and the high percentiles, in milliseconds."""
    if len(seconds) < 2:
        return {"p50_ms": 0.0, "p95_ms": 0.0, "p99_ms": 0.0}
    cuts = quantiles(seconds, n=100, method="inclusive")
    return {f"p{part}_ms": round(cuts[part - 1] * 1000, 2) for part in (50, 95, 99)}


def drive(web: Web, data: desk_data.Prepared, people: list[desk_data.Worker], **how: Any) -> dict[str, Any]:
    """Lets people work; their latencies, keys, and the processor time of the web while they did."""
    desk_people.run(web.port, data.project, people[:1], data.concepts, votes=WARM_UP, seconds=60, think=0.0)
    began, started = web.cpu(), time.monotonic()
    database = data.database_cpu()
    ledger = desk_people.run(web.port, data.project, people, data.concepts, **how)
    elapsed = time.monotonic() - started
    spent, database_spent = web.cpu() - began, data.database_cpu() - database
    votes = len(ledger.keys)
    return {
        "votes": votes,
        "keys": ledger.keys,
        "refused": ledger.refused,
        "votes_per_s": round(votes / elapsed, 1),
        **spread(ledger.seconds),
        "cpu_ms_per_vote": round(spent * 1000 / max(votes, 1), 2),
        "database_cpu_ms_per_vote": round(database_spent * 1000 / max(votes, 1), 2),
    }


def alone(environment: dict[str, str], tasks: int, *, threads: int, kind: str) -> dict[str, Any]:
    """One annotator at the start of a redundancy-3 project and, all other tasks answered once, at its end.

    The answers in between are written in bulk; the person's seat is left at the head of the queue, so that the first
    take at the end has to walk past all of them: `catch_up_ms`, once per change of the queue's order.
    """
    data = desk_data.prepare(tasks=tasks, redundancy=3, annotators=1, kind=kind)
    web = Web(environment, threads)
    try:
        first = drive(web, data, data.people, votes=ALONE_VOTES, seconds=600, think=0.0)
        left = ALONE_VOTES + WARM_UP + 20
        data.answer_all_but(left)
        catch_up = desk_people.run(web.port, data.project, data.people, data.concepts, votes=1, seconds=60, think=0.0)
        last = drive(web, data, data.people, votes=ALONE_VOTES, seconds=600, think=0.0)
    finally:
        web.stop()
    data.assert_sound([*first.pop("keys"), *last.pop("keys")])
    return {"first": first, "last": last, "catch_up_ms": round(max(catch_up.seconds) * 1000, 1)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", default="", help="postgres://...; empty: SQLite in a scratch folder")
    parser.add_argument("--tasks", type=int, default=60_000)
    parser.add_argument("--redundancy", type=int, default=3)
    parser.add_argument("--annotators", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--kind", choices=["choice", "box"], default="choice", help="a box vote has 12 boxes")
    parser.add_argument("--think", type=float, default=0.0)
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--busy", action="store_true", help="while an ingest decodes and a training run computes")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, desk_data.own_database(options.database) as url:
        port = desk_people.free_port()
        environment = {
            **os.environ, "FOVEA_HOME": scratch, "FOVEA_DATABASE": url, "PORT": str(port), "HOST": "127.0.0.1",
            "FOVEA_LOG_LEVEL": "WARNING", "OMP_NUM_THREADS": "1",
        }  # fmt: skip
        desk_data.start_django(environment)
        report(measure(options, environment))


def measure(options: argparse.Namespace, environment: dict[str, str]) -> dict[str, Any]:
    say(f"one annotator alone on {options.tasks} tasks, redundancy 3")
    lone = alone(environment, options.tasks, threads=options.threads, kind=options.kind)
    say(json.dumps(lone))
    say(f"{options.annotators} annotators at once, redundancy {options.redundancy}")
    data = desk_data.prepare(
        tasks=options.tasks, redundancy=options.redundancy, annotators=options.annotators, kind=options.kind
    )
    web = Web(environment, options.threads)
    load = desk_data.start_load(environment) if options.busy else []
    try:
        crowd = drive(web, data, data.people, votes=10**9, seconds=options.seconds, think=options.think)
    finally:
        web.stop()
        for process in load:
            process.kill()
            process.wait()
    found = data.assert_sound(crowd.pop("keys"))
    raw = data.raw_votes_per_second(options.annotators, min(options.seconds, 20.0))
    return {
        "benchmark": "labeling",
        "quick": options.tasks < 60_000 or options.seconds < 60,
        **crowd,
        "raw_votes_per_s": raw,
        "cost_ratio": round(raw / crowd["votes_per_s"], 2) if raw and crowd["votes_per_s"] else None,
        **found,
        "first_p50_ms": lone["first"]["p50_ms"],
        "last_p50_ms": lone["last"]["p50_ms"],
        "alone": lone,
        "conditions": conditions(
            database="postgresql" if options.database else "sqlite", tasks=options.tasks,
            redundancy=options.redundancy, annotators=options.annotators, seconds=options.seconds,
            think=options.think, kind=options.kind, busy=options.busy, web="1 process", threads=options.threads,
        ),
    }  # fmt: skip


if __name__ == "__main__":
    main()
