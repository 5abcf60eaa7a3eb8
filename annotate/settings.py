"""All settings, read from the environment by typed readers that refuse bad values at the start.

Every name read here has its line in docs/settings.md; a test compares the two.
"""

import os
import secrets
import socket
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from celery.schedules import schedule
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent


def env_text(name: str, default: str = "") -> str:
    return os.environ.get(name, default).strip()


def env_bool(name: str, default: bool = False) -> bool:
    raw = env_text(name, "1" if default else "0").lower()
    if raw in {"1", "true", "yes", "on"}:
        return True
    if raw in {"0", "false", "no", "off", ""}:
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {raw!r}")


def env_int(name: str, default: int, *, low: int = 0, high: int = 2**31) -> int:
    raw = env_text(name) or str(default)
    if not raw.isdecimal() or not low <= int(raw) <= high:
        raise ImproperlyConfigured(f"{name} must be a whole number from {low} to {high}, not {raw!r}")
    return int(raw)


def env_secret(name: str, fallback: Path) -> str:
    """The secret from NAME, else from the file NAME_FILE, else kept in `fallback`, made at the first start."""
    if value := env_text(name):
        return value
    if file := env_text(f"{name}_FILE"):
        return Path(file).read_text().strip()
    if not fallback.exists():
        fallback.parent.mkdir(parents=True, exist_ok=True)
        made = secrets.token_urlsafe(50)
        descriptor = os.open(fallback, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as out:
            out.write(made)
    return fallback.read_text().strip()


def database_from(url: str, home: Path) -> dict[str, Any]:
    """PostgreSQL from a postgres:// address; an empty one means SQLite in `home`."""
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(home / "fovea.sqlite3"),
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                # FULL, not NORMAL: an answered vote must outlive a power cut.
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise ImproperlyConfigured("FOVEA_DATABASE must look like postgres://user:password@host:port/name")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }


def own_hosts(host: str) -> list[str]:
    """The names under which this machine may be asked for when it listens on `host`."""
    names = {"localhost", "127.0.0.1", "[::1]"}
    if host in {"0.0.0.0", "::"}:
        names.add(socket.gethostname())
        try:
            names.update(str(info[4][0]) for info in socket.getaddrinfo(socket.gethostname(), None))
        except OSError:
            names.discard("")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect(("192.0.2.1", 9))  # sends nothing: only asks which own address would be used
                names.add(probe.getsockname()[0])
            except OSError:
                names.discard("")
    elif host:
        names.add(f"[{host}]" if ":" in host else host)
    return sorted(names)


FOVEA_HOME = Path(env_text("FOVEA_HOME") or BASE_DIR / "var").resolve()
FOVEA_HOME.mkdir(parents=True, exist_ok=True)
HOST = env_text("HOST", "127.0.0.1")
PORT = env_int("PORT", 8000, low=1, high=65535)

DEBUG = env_bool("FOVEA_DEBUG")
SECRET_KEY = env_secret("FOVEA_SECRET_KEY", FOVEA_HOME / "secret_key")
ALLOWED_HOSTS = [name for name in env_text("FOVEA_HOSTS").split(",") if name] or own_hosts(HOST)
# Behind TLS: cookies only over https, and links written with it.
BEHIND_TLS = env_bool("FOVEA_TLS")
CSRF_TRUSTED_ORIGINS = [f"https://{name}" for name in ALLOWED_HOSTS if name != "*"] if BEHIND_TLS else []
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS else None
# How many proxies of ours stand in front and write X-Forwarded-For; a caller's own words in it are never believed.
PROXIES = env_int("FOVEA_PROXIES", 0, low=0, high=10)
SESSION_COOKIE_SECURE = BEHIND_TLS
CSRF_COOKIE_SECURE = BEHIND_TLS
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
SESSION_ENGINE = "annotate.accounts.sessions"
CSRF_FAILURE_VIEW = "annotate.core.shell.csrf_failed"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
# Over plain http a browser only complains of it.
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin" if BEHIND_TLS else None

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "rest_framework",
    "drf_spectacular",
    "annotate.apps.ComposeConfig",
    "annotate.core",
    "annotate.accounts",
    "annotate.taxonomy",
    "annotate.projects",
    "annotate.ingest",
    "annotate.labeling",
    "annotate.consensus",
    "annotate.desk",
    "annotate.datasets",
    "training",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "annotate.core.headers.ContentSecurityPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "annotate.urls"
WSGI_APPLICATION = "annotate.wsgi.application"
TEMPLATES: list[dict[str, Any]] = []

DATABASES = {"default": database_from(env_text("FOVEA_DATABASE"), FOVEA_HOME)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["annotate.accounts.sessions.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "frontend" / "dist"
WHITENOISE_ROOT = None

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "annotate.accounts.bearer.TokenAuthentication",
        "annotate.core.rest.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["annotate.core.rest.DenyByDefault"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["annotate.core.rest.StrictJSONParser"],
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "annotate.core.schema.Described",
    "EXCEPTION_HANDLER": "annotate.core.rest.reply_to_exception",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Fovea",
    "VERSION": "0.1.0",
    "OAS_VERSION": "3.1.1",
    "COMPONENT_SPLIT_REQUEST": True,
    "SERVE_INCLUDE_SCHEMA": False,
    "DESCRIPTION": "Everything that Fovea's pages do, for scripts too. The manual: docs/scripts.md.",
    "SCHEMA_PATH_PREFIX": "/api/",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "Role": "annotate.projects.models.Member.Role",
        "GivenRole": "annotate.projects.roles.GIVEN",
        "JobState": "annotate.core.progress.LongJob.State",
        "BatchState": "annotate.ingest.models.Batch.State",
        "FileState": "annotate.ingest.models.BatchFile.State",
        "LabelsAs": "annotate.ingest.models.Batch.LabelsAs",
        "TaskState": "annotate.labeling.models.Task.State",
        "Ruling": "annotate.consensus.models.Decision.Ruling",
        "VersionState": "annotate.datasets.api.versions.STATES",
        "SplitEnum": "annotate.ingest.models.Image.Split",
        "StoodAs": "annotate.datasets.history.SIDES",
        "PictureState": "annotate.datasets.browse.STATES",
        "RunState": "training.models.Run.State",
        "EvaluationState": "training.models.Evaluation.State",
        "TryoutState": "training.models.Tryout.State",
        "RoundState": "training.models.Round.State",
        "PauseCode": "annotate.labeling.models.Seat.Pause",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "annotate.core.schema.finish",
    ],
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
DATA_UPLOAD_MAX_NUMBER_FILES = 100
FILE_UPLOAD_MAX_MEMORY_SIZE = 2**20

# Pictures: what one may be, and what its decoding may cost.
MAX_PICTURE_BYTES = env_int("FOVEA_MAX_PICTURE_MB", 60, low=1, high=2000) * 2**20
MAX_PICTURE_PIXELS = env_int("FOVEA_MAX_PICTURE_MEGAPIXELS", 60, low=1, high=1000) * 10**6
MAX_ARCHIVE_BYTES = env_int("FOVEA_MAX_ARCHIVE_MB", 20_000, low=1, high=10**6) * 2**20
UPLOAD_DAYS = env_int("FOVEA_UPLOAD_DAYS", 7, low=1, high=365)
DECODE_SECONDS = env_int("FOVEA_DECODE_SECONDS", 20, low=1, high=600)
DECODE_MEMORY_BYTES = env_int("FOVEA_DECODE_MEMORY_MB", 2048, low=256, high=65536) * 2**20

# Training on this machine: threads for the engine (0: all cores but one) and how long a silent run counts as alive.
TRAINER_THREADS = env_int("FOVEA_TRAINER_THREADS", 0, low=0, high=1024)
RUN_ATTEMPTS = env_int("FOVEA_RUN_ATTEMPTS", 5, low=1, high=100)
HEARTBEAT_SECONDS = env_int("FOVEA_HEARTBEAT_SECONDS", 15, low=1, high=3600)
MAX_WEIGHTS_BYTES = env_int("FOVEA_MAX_WEIGHTS_MB", 1024, low=1, high=10**5) * 2**20
# How the engine is started; tests put a small program that keeps the same folder contract in its place.
TRAINING_ENGINE_COMMAND = [sys.executable, "-m", "training.engine"]
LEASE_SECONDS = env_int("FOVEA_LEASE_SECONDS", 600, low=5, high=86400)

BROKER = env_text("FOVEA_BROKER")
SWEEP_SECONDS = env_int("FOVEA_SWEEP_SECONDS", 3, low=1, high=3600)


def broker_options(home: Path) -> dict[str, Any]:
    """Folders of the embedded broker: one shared by senders and receivers, so that every process sees every message."""
    queue = home / "broker" / "queue"
    control = home / "broker" / "control"
    for folder in (queue, control):
        folder.mkdir(parents=True, exist_ok=True)
    return {
        "data_folder_in": str(queue),
        "data_folder_out": str(queue),
        "control_folder": str(control),
        "polling_interval": 0.2,
    }


CELERY_BROKER_URL = BROKER or "folder://localhost"
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 2} if BROKER else broker_options(FOVEA_HOME)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_ALWAYS_EAGER = False
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {"training.jobs.train": {"queue": "training"}, "training.jobs.try_models": {"queue": "try"}}
CELERY_BEAT_SCHEDULE_FILENAME = str(FOVEA_HOME / "scheduler")
CELERY_BEAT_SCHEDULE = {
    name: {"task": task, "schedule": schedule(SWEEP_SECONDS), "options": {"expires": SWEEP_SECONDS * 5}}
    for name, task in {
        "ingest": "annotate.ingest.jobs.sweep",
        "labeling": "annotate.labeling.jobs.sweep",
        "consensus": "annotate.consensus.jobs.sweep",
        "datasets": "annotate.datasets.jobs.sweep",
        "training": "training.jobs.sweep",
    }.items()
}

LOGGING_CONFIG = "annotate.core.logs.configure"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env_text("FOVEA_LOG_LEVEL", "INFO")},
    # Django's own handlers, one of which would mail whole requests, have nothing to add to that one.
    "loggers": {
        "django": {"handlers": [], "level": "INFO"},
        "django.server": {"handlers": [], "level": "INFO", "propagate": True},
    },
}
