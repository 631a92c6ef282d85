# Everything that is done with this project from a shell; `make` alone prints the list.
# What was made once is remembered by files beside it, so the second run of a target starts at once.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HOST ?= 127.0.0.1
PORT ?= 8000
WORKERS ?= 2

PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input --quiet
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard service/translations/*/LC_MESSAGES/messages.po))
# Scripts of an environment name their folder: one that was moved, or that lost its Python, is made anew.
STALE := $(shell test -e $(VENV)/.made && { test "$$(cat $(VENV)/.made)" = "$(CURDIR)" && $(BIN)/python -c "" 2>/dev/null \
	|| { rm -f $(VENV)/.made; echo --clear; }; })

.PHONY: help setup dev run test check bench storm faults lock clean assets

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' Makefile | column -t -s '|' 2>/dev/null \
		|| sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1   \2/p' Makefile

setup: $(VENV)/.made-project assets $(CATALOGUES) ## environment in .venv, styles and scripts, translations

run: setup ## demo on http://127.0.0.1:8000 (other: make run PORT=8080)
	@exec $(BIN)/angebote run --demo --host $(HOST) --port $(PORT)

test: dev ## all tests, with real servers (one file: .venv/bin/pytest tests/…)
	@$(BIN)/python -m tests.servers.browser install >/dev/null || true
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup

check: dev ## style, types, import rules, documentation
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/docs

bench: dev ## speed against the bare engines; takes minutes (other: make bench ARGS="--offers 100000")
	@$(BIN)/angebote bench --engines embedded,opensearch $(ARGS)

storm: dev ## edits while everything is killed and built anew; takes minutes (other: make storm ARGS="--edits 2000 --store sqlite")
	@$(BIN)/python -m tests.storm $(ARGS)

faults: dev ## everything that can break does, once; prints who answered, how fast, and when all was well again
	@$(BIN)/python -m tests.faults $(ARGS)

dev: setup $(VENV)/.made-dev ## setup, and what tests and checks need

lock: dev ## requirements/*.in and assets/package.json into their lock files (newer versions: UPGRADE=--upgrade)
	for name in runtime dev assets; do \
		$(BIN)/uv pip compile --quiet --universal --python-version 3.11 $(UPGRADE) --generate-hashes --no-emit-index-url \
			--no-header $$(test $$name != dev || echo --constraints requirements/runtime.txt) \
			--output-file requirements/$$name.txt requirements/$$name.in || exit 1; done
	cd assets && npm run --silent lock

clean: ## removes what was made here; the data of a service (data/) stay
	rm -rf $(VENV) build dist assets/dist assets/dist.new assets/node_modules assets/.built tests/.cache \
		.pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find service indexer bench tests packaging -name __pycache__ -prune -exec rm -rf {} +
	rm -f $(CATALOGUES)

# The steps of setup

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo 'Python 3.11 or newer is needed ("$(PYTHON)" is not): make $(MAKECMDGOALS) PYTHON=/path/to/python3' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo 'The module venv is missing; on Debian and Ubuntu: apt-get install python3-venv' >&2; exit 1; }
	@test -x $(BIN)/python -a -z "$(STALE)" || $(PYTHON) -m venv $(STALE) $(VENV)
	@printf '%s' '$(CURDIR)' > $@

$(VENV)/.made-runtime: requirements/runtime.txt $(VENV)/.made
	@echo 'Installing packages into $(VENV) …'
	@$(PIP) install --require-hashes -r $<
	@touch $@

# Needs no registry: the build backend came with the locked packages.
$(VENV)/.made-project: pyproject.toml packaging/hatch_dependencies.py requirements/runtime.in $(VENV)/.made-runtime
	@$(PIP) install --no-index --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.made-dev: requirements/dev.txt $(VENV)/.made-project
	@echo 'Installing packages of tests and checks …'
	@$(PIP) install --require-hashes -r $<
	@touch $@

# The script looks itself whether anything changed.
assets: | $(VENV)/.made-runtime
	@VENV=$(CURDIR)/$(VENV) sh assets/build.sh

%.mo: %.po | $(VENV)/.made-runtime
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@
