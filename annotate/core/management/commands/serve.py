"""`manage.py serve`: everything that one machine needs, under one supervisor."""

import http.client
import io
import os
import shutil
import socket
import sys
import threading
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from annotate.core.supervisor import Service, Supervisor

CELERY = (sys.executable, "-m", "celery", "-A", "annotate")
QUIET = ("--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "WARNING")
TRAINER_NICENESS = 10


def services(host: str, port: int, *, on_sqlite: bool) -> list[Service]:
    """Web, worker, trainer and scheduler. SQLite has one writer at a time, so one web process serves it best."""
    web_processes = 1 if on_sqlite else max(2, os.cpu_count() or 1)
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    web = (
        sys.executable, "-m", "gunicorn", "annotate.wsgi", "--bind", address, "--workers", str(web_processes),
        "--threads", "8", "--worker-class", "gthread", "--timeout", "120", "--graceful-timeout", "5",
        # Longer than a client keeps an idle connection: else one is closed under the request that reuses it.
        "--keep-alive", "75", "--log-level", "warning", "--no-control-socket",
    )  # fmt: skip
    return [
        Service("web", web),
        # One thread more than the kinds of sweeps that last, so that whoever tries a model does not wait for them.
        Service(
            "worker", (*CELERY, "worker", "-n", "worker@%h", "-Q", "default,try", "-P", "threads", "-c", "5", *QUIET)
        ),
        Service(
            "trainer",
            (*CELERY, "worker", "-n", "trainer@%h", "-Q", "training", "-P", "solo", *QUIET),
            niceness=TRAINER_NICENESS,
        ),
        Service("scheduler", (*CELERY, "beat", "--pidfile", "", "-l", "WARNING")),
    ]


def _port_is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _answers(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1" if host == "0.0.0.0" else host, port, timeout=2)
    try:
        connection.request("GET", "/api/session", headers={"Host": "localhost"})
        return connection.getresponse().status < 500
    except OSError:
        return False
    finally:
        connection.close()


def _forget_hints() -> None:
    """Empties the embedded broker: its messages are hints, and the sweeps find the work itself."""
    if not settings.BROKER:
        options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
        for folder in {options["data_folder_in"], options["control_folder"]}:
            shutil.rmtree(folder, ignore_errors=True)
            Path(folder).mkdir(parents=True, exist_ok=True)


class Command(BaseCommand):
    help = (
        "Prepares the database, makes an admin and a sample project at the first start, then runs Fovea until Ctrl-C."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-sample", action="store_true", help="start without the drawn sample project")

    def handle(self, *args: Any, **options: Any) -> None:
        host, port = settings.HOST, settings.PORT
        if not _port_is_free(host, port):
            raise CommandError(f"Port {port} on {host} is in use. Set PORT to another one, for example PORT=8001.")
        self.stdout.write("==> preparing the database")
        call_command("migrate", verbosity=0)
        admin = io.StringIO()
        call_command("create_admin", stdout=admin)
        if not options["no_sample"]:
            call_command("sample", stdout=self.stdout)
        _forget_hints()
        on_sqlite = settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")
        supervisor = Supervisor(services(host, port, on_sqlite=on_sqlite))
        threading.Thread(target=self._announce, args=(host, port, admin.getvalue(), supervisor), daemon=True).start()
        supervisor.run()
        self.stdout.write("Fovea has stopped.")

    def _announce(self, host: str, port: int, admin: str, supervisor: Supervisor) -> None:
        while not supervisor.stopping and not _answers(host, port):
            time.sleep(0.2)
        if supervisor.stopping:
            return
        shown = "localhost" if host in {"127.0.0.1", "0.0.0.0"} else host
        self.stdout.write(admin.strip())
        self.stdout.write(f"Fovea is ready: http://{shown}:{port}/   (data in {settings.FOVEA_HOME}; Ctrl-C ends it)")
