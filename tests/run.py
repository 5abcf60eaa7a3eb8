"""`make test`: every check and every test, in the order in which they fail fastest.

`python -m tests.run lint` does the checks alone; any other names choose stages. With FOVEA_REQUIRE_ALL=1 a part that
this machine lacks is a failure instead of a named skip.
"""

import filecmp
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests import services

ROOT = Path(__file__).resolve().parent.parent
PURE = ("annotate/kind.py", "annotate/kinds", "annotate/manifest", "annotate/codec.py", "annotate/codecs",
        "annotate/consensus/method.py", "annotate/consensus/table.py", "annotate/consensus/presence.py",
        "annotate/consensus/clusters.py",
        "annotate/consensus/methods", "annotate/datasets/format.py", "annotate/datasets/formats",
        "annotate/ingest/source.py", "annotate/ingest/layout.py", "annotate/ingest/zipped.py",
        "annotate/ingest/foldered.py", "annotate/ingest/placing.py", "annotate/ingest/sources",
        "annotate/taxonomy/reader.py", "annotate/taxonomy/readers", "training/engine",
        "client/generate.py", "client/fovea_client")  # fmt: skip
# Tests that live in processes of their own mostly wait: one more at a time than there are cores, whichever is next.
LIVE = ("-n", str((os.cpu_count() or 1) + 1), "--dist", "worksteal")
WORKERS = ("-n", os.environ.get("FOVEA_TEST_WORKERS", str(os.cpu_count() or 2)), "--dist", "loadfile")
SCOPES_WALK = "tests/test_access.py::test_each_scope_opens_what_it_says_and_no_more"
REQUIRE_ALL = os.environ.get("FOVEA_REQUIRE_ALL") == "1"

# A line that names what failed, as pytest, Vitest and the checks write it, without the colours of a terminal.
TELLING = re.compile(r"\W*(FAIL|ERROR|E   |SKIPPED|Unhandled|error|[\w.]*Error\b)|.*(: error:|error TS\d)")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
KEPT = 12
failures: list[str] = []  # said again at the end: a log of which only the last lines are kept still names what failed


def call(*command: str, folder: Path = ROOT, **environment: str) -> bool:
    """Runs a command with its output shown as it comes; True when it ended well."""
    print("$", " ".join(command), flush=True)
    running = started(command, folder, environment)
    assert running.stdout is not None
    output = b""
    while piece := os.read(running.stdout.fileno(), 1 << 16):  # as it comes, not line by line: dots have no line's end
        sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
        output += piece
    return ended_well(running.wait(), output)


def check(*command: str, folder: Path = ROOT, **environment: str) -> bool:
    """As `call`, for what runs beside others: the output is shown in one piece at the end."""
    running = started(command, folder, environment)
    output, _ = running.communicate()
    print("$ " + " ".join(command) + "\n" + output.decode(errors="replace"), end="", flush=True)
    return ended_well(running.returncode, output)


def started(command: tuple[str, ...], folder: Path, environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        command, cwd=folder, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )  # fmt: skip


def ended_well(code: int, output: bytes) -> bool:
    """Keeps the lines that tell what failed, each once."""
    if code:
        plain = (COLOUR.sub("", line).rstrip() for line in output.decode(errors="replace").splitlines())
        failures.extend(list(dict.fromkeys(line[:160] for line in plain if TELLING.match(line)))[:KEPT])
    return code == 0


def tool(name: str) -> str:
    return str(Path(sys.executable).parent / name)


def lint() -> bool:
    """Style, import contracts, types of the pure code, the frontend's rules, and generated files that are in step."""
    checks: list[Callable[[], bool]] = [
        lambda: check(sys.executable, "-m", "mypy", *PURE),  # the longest first
        lambda: check("npm", "run", "--silent", "check", folder=ROOT / "frontend"),
        types_in_step,
        lambda: check(tool("lint-imports")),
        lambda: check("npm", "run", "--silent", "lint", folder=ROOT / "frontend"),
        lambda: check(tool("ruff"), "check", "."),
        lambda: check(tool("ruff"), "format", "--check", "--quiet", "."),
    ]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return all(list(pool.map(lambda one: one(), checks)))  # all of them, so that one run shows everything


def types_in_step() -> bool:
    """The types of the pages and of the Python client are those of the API as it is now."""
    with tempfile.TemporaryDirectory() as folder:
        schema, types = Path(folder) / "schema.json", Path(folder) / "schema.d.ts"
        home = {"FOVEA_HOME": folder}
        describe = (sys.executable, "manage.py", "spectacular", "--format", "openapi-json", "--file", str(schema))
        made = check(*describe, **home) and check(
            "npx", "--no-install", "openapi-typescript", str(schema), "-o", str(types), folder=ROOT / "frontend"
        )
        shapes = Path(folder) / "shapes.py"
        made = made and check(sys.executable, "client/generate.py", str(schema), str(shapes))
        pairs = {"frontend/src/api/schema.d.ts": types, "client/fovea_client/shapes.py": shapes}
        stale = [name for name, fresh in pairs.items() if made and not filecmp.cmp(fresh, ROOT / name, shallow=False)]
    for name in stale:
        print(f"{name} is not what the API says now: run `make types`")
    return made and not stale


def vitest() -> bool:
    return call("npm", "run", "--silent", "test", folder=ROOT / "frontend")


def sqlite() -> bool:
    return call(
        sys.executable, "-m", "pytest", *WORKERS, "-rsfE", "-m", "not browser and not fault", "tests", FOVEA_DATABASE=""
    )


def postgres() -> bool:
    """The tests that touch the database once more, on PostgreSQL; what a token's scopes open hangs on no database."""
    if "PostgreSQL" in services.lacking():
        return skipped("PostgreSQL")
    with services.postgres(durable=False) as address:
        marks = "django_db and not browser and not fault"
        without = f"--deselect={SCOPES_WALK}"
        return call(sys.executable, "-m", "pytest", *WORKERS, without, "-m", marks, "tests", FOVEA_DATABASE=address)


def fault() -> bool:
    """Processes are killed here: each test starts its own."""
    return call(
        sys.executable, "-m", "pytest", *LIVE, "-m", "fault and not browser", "-rsfE", "tests", FOVEA_DATABASE=""
    )


def browser() -> bool:
    if "Chromium" in services.lacking():
        return skipped("Chromium")
    return call(sys.executable, "-m", "pytest", *LIVE, "-m", "browser", "-rsfE", "tests", FOVEA_DATABASE="")


def skipped(part: str) -> bool:
    print(f"SKIPPED: {part}: {services.lacking()[part]}", flush=True)
    return not REQUIRE_ALL


STAGES: dict[str, Callable[[], bool]] = {
    "lint": lint,
    "vitest": vitest,
    "sqlite": sqlite,
    "postgres": postgres,
    "fault": fault,
    "browser": browser,
}


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in STAGES]
    if unknown:
        print(f"unknown stage {unknown[0]}; there are: {', '.join(STAGES)}")
        return 2
    for part, reason in services.lacking().items():
        print(f"this machine lacks {part}: {reason}", flush=True)
    results = {}
    for name in names or list(STAGES):
        began = time.monotonic()
        print(f"\n=== {name}", flush=True)
        results[name] = (STAGES[name](), time.monotonic() - began)
    print()
    for name, (good, seconds) in results.items():
        print(f"{'passed' if good else 'FAILED'}  {name:9} {seconds:6.0f} s")
    if failures:
        print("\n".join(failures))
    failed = sum(not good for good, _ in results.values())
    print(f"{len(results) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
