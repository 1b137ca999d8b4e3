# One entry point. `make` lists the targets.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CONSTRAINTS := .ci/constraints.txt
WORKERS ?= 2
PEERS ?= .cache/peers
ON ?= likely

.PHONY: help setup run test test-quality test-postgres drill check fix migration openapi evaluate bench peers catalogues

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "%-14s %s\n", $$1, $$2}'

# What users run needs the first stamp only; tests and checks need the second too.
$(VENV)/.run: pyproject.toml $(CONSTRAINTS)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "Matchmaker needs Python 3.11 or newer: install it, or name it with make PYTHON=/path/to/python3." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
		{ echo "Python can't make a virtual environment: install its venv package (Debian: python3-venv)." >&2; exit 1; }
	@echo "Installing the pinned packages (about 1 GB the first time) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint $(CONSTRAINTS) torch setuptools && \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint $(CONSTRAINTS) --no-build-isolation --editable . || \
		{ echo "Installing failed; the lines above say why (no network, or less than 4 GB of free disk?)." >&2; exit 1; }
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	@echo "Installing the packages for tests and checks ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint $(CONSTRAINTS) --no-build-isolation --editable '.[dev]'
	@touch $@

setup: $(VENV)/.dev ## make the virtual environment with everything in it

run: $(VENV)/.run ## prepare what is missing, answer one challenge in the shell, serve the pages
	@exec $(BIN)/matchmaker serve --prepare

test: $(VENV)/.dev ## run the tests
	@command -v chromium >/dev/null || echo "Chromium is not installed, so the browser tests are left out (Debian: apt-get install chromium chromium-driver)."
	$(BIN)/python -m pytest -n $(WORKERS) --ignore=tests/quality $(ARGS)

test-quality: $(VENV)/.dev ## measure the shipped profiles by the real model, and hold the floors of ranking
	$(BIN)/python -m pytest -n $(WORKERS) tests/quality $(ARGS)

# ON=all: every test that has a database; takes as long as all tests together.
test-postgres: $(VENV)/.dev ## run on PostgreSQL what is likely to differ there; ON=all: everything
	$(BIN)/python -m pytest -n $(WORKERS) --on-postgresql=$(ON) $(ARGS)

check: $(VENV)/.dev ## what CI runs: format, lint, types, import contracts, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MAKE) --no-print-directory test test-quality

fix: $(VENV)/.dev ## format and mend what can be mended by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

migration: $(VENV)/.dev ## make a migration from the models: make migration m="what changed"
	@test -n "$(m)" || { echo 'Say what changed: make migration m="..."' >&2; exit 1; }
	$(BIN)/python -c 'import sys; from matchmaker.storage.database import write_migration; print(write_migration(sys.argv[1]))' "$(m)"

openapi: $(VENV)/.dev ## renew the snapshot of the interface that the tests compare with
	$(BIN)/matchmaker openapi > tests/api/openapi.json

catalogues: $(VENV)/.dev ## gather the strings of the pages and compile the translations
	catalogue=$$(mktemp) && \
	$(BIN)/pybabel extract --sort-by-file --add-location=file -k lazy_gettext -F api/translations/babel.cfg -o $$catalogue api && \
	$(BIN)/pybabel update --no-wrap --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date -i $$catalogue -d api/translations && \
	$(BIN)/pybabel compile -d api/translations; rm -f $$catalogue

drill: $(VENV)/.dev ## try for long what every test run tries a few times: kills, histories, random requests
	DRILL=1 $(BIN)/python -m pytest -n $(WORKERS) -m drill $(ARGS)

evaluate: $(VENV)/.dev ## measure ranking quality on the judged challenges
	$(BIN)/matchmaker evaluate

bench: $(VENV)/.dev ## measure speed and memory; takes some minutes
	$(BIN)/matchmaker bench

$(PEERS)/.installed: pyproject.toml $(CONSTRAINTS) benchmarks/peers/requirements.txt
	@$(PYTHON) -m venv $(PEERS)
	@echo "Installing Matchmaker and its peers into $(PEERS) (about 1.5 GB the first time) ..."
	@$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --constraint $(CONSTRAINTS) torch setuptools
	@$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --constraint $(CONSTRAINTS) --no-build-isolation --requirement benchmarks/peers/requirements.txt --editable .
	@touch $@

peers: $(PEERS)/.installed ## measure Matchmaker beside other ways to search; takes some minutes
	$(PEERS)/bin/python -m benchmarks.peers $(ARGS)
