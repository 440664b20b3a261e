# The market's commands. `make` alone lists them. Needs make, git and python3 (3.11 to 3.13) with venv.
PYTHON ?= python3
PORT ?= 8000
HOST ?= 127.0.0.1
WORKERS ?= 2
THREADS ?= 4

PY := .venv/bin/python
# pip's own configuration names the operator's package index; uv is told the same one.
INSTALL = .ci/install $(PY)

# Bytecode is half of a start's time.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help serve test bench lint tour words clean requirements browser

help: ## list the commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

serve: export MARKET_DEMO := $(or $(MARKET_DEMO),1)
serve: .venv/.base.stamp words ## install, prepare the database with the list and the demo city, serve on PORT (8000)
	@exec $(PY) -m gunicorn -c python:market.cli.serve --workers $(WORKERS) --threads $(THREADS) \
	  --bind $(HOST):$(PORT) --log-level warning wsgi:app

test: .venv/.test.stamp words browser ## run everything: both databases, browser journeys, lint
	@$(PY) -m pytest --numprocesses 2 --dist worksteal $(ARGS)

lint: .venv/.test.stamp ## ruff, mypy, import-linter, djlint, deptry and the import law
	@$(PY) -m pytest -q -p no:randomly tests/guards/test_lint.py tests/guards/test_imports.py

bench: .venv/.test.stamp words ## print the speed ratios
	@$(PY) -m bench

tour: .venv/.test.stamp words browser ## write docs/tour.md and the guides' pictures from the browser journeys
	@MARKET_WRITE_TOUR=1 $(PY) -m pytest -q -p no:randomly tests/browser/test_tour.py tests/browser/test_navigator.py

words: .venv/.base.stamp ## compile the translations
	@$(PY) -m market.words

requirements: .venv/.base.stamp ## compile requirements/*.in to hashed *.txt
	@for name in base test fast uv; do \
	  [ $$name = base ] && constraint= || constraint='--constraint requirements/base.txt'; \
	  .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --no-emit-find-links --no-header $$constraint requirements/$$name.in --output-file requirements/$$name.txt || exit 1; done

clean: ## remove the environment, caches and compiled words; instance/ (the data) stays
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find market tests bench -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
	@find market -name '*.mo' -delete

browser:
	@.ci/browser

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' || \
	  { echo 'Python 3.11, 3.12 or 3.13 is needed: make PYTHON=python3.11 ...' >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo 'venv is missing: on Debian, apt-get install python3-venv' >&2; exit 1; }

.venv/.base.stamp: requirements/base.txt requirements/uv.txt | .venv/bin/python
	@$(INSTALL) requirements/base.txt
	@touch $@

.venv/.test.stamp: requirements/test.txt .venv/.base.stamp
	@$(INSTALL) requirements/test.txt
	@touch $@
