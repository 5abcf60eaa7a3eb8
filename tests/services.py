"""A real PostgreSQL and a real Redis of the tests' own: in a temporary folder, on a free port, gone afterwards."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def postgres_bin() -> Path | None:
    """The folder with initdb and postgres: on the PATH, or where Debian keeps it."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent  # a link on the PATH need not have its companions beside it
    kept = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    return kept[-1].parent if kept else None


def redis_server() -> str | None:
    return shutil.which("redis-server")


def chromium() -> str | None:
    return next((found for name in CHROMIUM_NAMES if (found := shutil.which(name))), None)


def lacking() -> dict[str, str]:
    """What this machine lacks for the whole suite, each with what is skipped without it."""
    missing = {}
    if postgres_bin() is None:
        missing["PostgreSQL"] = "no initdb on the PATH or under /usr/lib/postgresql: tests on PostgreSQL are skipped"
    elif os.geteuid() == 0 and not _has_user("postgres"):
        missing["PostgreSQL"] = "it refuses to run as root and there is no user 'postgres': its tests are skipped"
    if redis_server() is None:
        missing["Redis"] = "no redis-server on the PATH: tests on Redis are skipped"
    if chromium() is None:
        missing["Chromium"] = f"none of {', '.join(CHROMIUM_NAMES)} on the PATH: browser tests are skipped"
    return missing


def _has_user(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _as_postgres(command: list[str]) -> list[str]:
    """PostgreSQL refuses to run as root; there the user `postgres` runs it."""
    return ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else command


# For data that nobody needs after a power cut: what a commit waits for on a disk is not what these tests are about.
FLEETING = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "autovacuum=off"]


@contextmanager
def postgres(*, durable: bool = True) -> Iterator[str]:
    """A PostgreSQL cluster for the time of the block; yields its address as FOVEA_DATABASE wants it."""
    binaries = postgres_bin()
    if binaries is None:
        raise RuntimeError(lacking()["PostgreSQL"])
    folder = Path(tempfile.mkdtemp(prefix="fovea-postgres-"))
    port = free_port()
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        data = folder / "data"
        initdb = [str(binaries / "initdb"), "-D", str(data), "-U", "fovea", "--auth=trust", "-E", "UTF8", "--locale=C"]
        subprocess.run(_as_postgres(initdb), check=True, stdout=subprocess.DEVNULL, cwd=folder)
        settings = ["-k", str(folder), "-p", str(port), "-h", "127.0.0.1", "-c", "max_connections=200"]
        settings += [] if durable else FLEETING
        command = _as_postgres([str(binaries / "postgres"), "-D", str(data), *settings])
        log = (folder / "log").open("wb")
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, start_new_session=True)
        try:
            ready = [str(binaries / "pg_isready"), "-h", "127.0.0.1", "-p", str(port)]
            _wait_for(
                lambda: subprocess.run(ready, stdout=subprocess.DEVNULL, check=False).returncode == 0, "PostgreSQL"
            )
            create = [str(binaries / "createdb"), "-h", "127.0.0.1", "-p", str(port), "-U", "fovea", "fovea"]
            subprocess.run(create, check=True)
            yield f"postgres://fovea@127.0.0.1:{port}/fovea"
        finally:
            stop = [str(binaries / "pg_ctl"), "stop", "-D", str(data), "-m", "immediate", "-s"]
            subprocess.run(_as_postgres(stop), check=False, cwd=folder)
            process.wait(timeout=30)
            log.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def redis() -> Iterator[str]:
    """A Redis for the time of the block; yields its address as FOVEA_BROKER wants it."""
    server = redis_server()
    if server is None:
        raise RuntimeError(lacking()["Redis"])
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="fovea-redis-") as folder:
        command = [
            server,
            "--port",
            str(port),
            "--bind",
            "127.0.0.1",
            "--dir",
            folder,
            "--save",
            "",
            "--appendonly",
            "no",
        ]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
        try:
            _wait_for(lambda: listens(port), "Redis")
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.kill()
            process.wait()


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _wait_for(ready, name: str) -> None:  # type: ignore[no-untyped-def]
    deadline = time.monotonic() + 60
    while not ready():
        if time.monotonic() > deadline:
            raise RuntimeError(f"{name} did not come up within a minute")
        time.sleep(0.1)
