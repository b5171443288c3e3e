# ParkOps. Needs Python 3.11 or newer with venv, and make; every target does its own set-up.
# Copyright and license: LICENSE.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PY := .venv/bin/python
# Python compiles two thousand modules anew at each start where this is set.
export PYTHONDONTWRITEBYTECODE :=
# Tests and checks have servers of their own, so that they never disturb a running `make run`. What they
# write need not outlive the machine: it is in memory where there is room for it (2 GiB, in KiB below).
SCRATCH := $(shell df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 && $$4 > 2097152 {print "/dev/shm/parkops-"}')
SCRATCH := $(if $(SCRATCH),$(SCRATCH)$(shell echo "$(CURDIR) $$(id -u)" | cksum | cut -d' ' -f1),$(CURDIR)/.local/test)
OWN_SERVERS := PARKOPS_LOCAL_DIR=$(SCRATCH)
# The shell without a window takes a third less of the processor than the whole browser.
CHROMIUM ?= $(shell command -v chromium-headless-shell || command -v chromium || command -v chromium-browser || command -v google-chrome)
# Arguments for pytest: make test T="tests/permits -x"
T ?= tests
# A process a core; a file stays in one, so that its servers and its browser start once; long files first.
# The longest goes to two in halves: tests/conftest.py.
PARALLEL ?= -n auto --dist loadfile --no-loadscope-reorder

.PHONY: help run stop test test-slow browser check fix bench bench-permits bench-check bench-rush bench-money bench-reports bench-live forecast-backtest crash-matrix dashboard-left-open reports-agree reports-agree-files doctor lock clean

help: ## Say what there is to make
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

run: .venv/base.installed ## Run ParkOps with a demonstration on http://campus.localhost:8000/ (PORT=…), until Ctrl-C
	@exec $(PY) -m parkops.local run

stop: .venv/base.installed ## End `make run` and the local servers, whoever started them; the data stay
	@$(PY) -m parkops.local stop

test: .venv/dev.installed ## Run the tests, without the slow ones; those in a browser if Chromium is there
	@$(PY) -m parkops.local libraries
	@export $(OWN_SERVERS) PARKOPS_CHROMIUM="$(CHROMIUM)"; \
	$(PY) -m pytest $(PARALLEL) -m "not slow$(if $(CHROMIUM),, and not browser)" $(T); status=$$?; \
	$(PY) -m parkops.local stop >/dev/null || status=1; \
	$(if $(CHROMIUM),,echo "The browser tests were left out: there is no Chromium on this machine. On Debian: apt-get install chromium";) \
	exit $$status

test-slow: .venv/dev.installed ## Run the tests that take minutes (DATA=folder of the cities' files)
	@$(PY) -m parkops.local libraries
	@export $(OWN_SERVERS) PARKOPS_CHROMIUM="$(CHROMIUM)" $(if $(DATA),PARKOPS_DATA="$(abspath $(DATA))"); \
	$(PY) -m pytest -m slow $(T); status=$$?; \
	$(PY) -m parkops.local stop >/dev/null || status=1; exit $$status

browser: .venv/dev.installed ## Run only the tests in a browser
	$(if $(CHROMIUM),,$(error There is no Chromium on this machine. On Debian: apt-get install chromium))
	@export $(OWN_SERVERS) PARKOPS_CHROMIUM="$(CHROMIUM)"; \
	$(PY) -m pytest -m browser $(T); status=$$?; \
	$(PY) -m parkops.local stop >/dev/null || status=1; exit $$status

check: .venv/dev.installed ## Check style, types, the order of imports, migrations and templates
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports
	@export $(OWN_SERVERS); \
	$(PY) manage.py makemigrations --check --dry-run; status=$$?; \
	$(PY) -m parkops.local stop >/dev/null; exit $$status
	find templates -name '*.html' -print0 | xargs -0 -r $(PY) -m djhtml --check --tabwidth 2
	$(MAKE) test T=tests/architecture

fix: .venv/dev.installed ## Put style right where a tool can
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .
	find templates -name '*.html' -print0 | xargs -0 -r $(PY) -m djhtml --tabwidth 2

bench: .venv/dev.installed ## Measure plate checks a second: through the API, an empty view, and bare SQL
	@export PARKOPS_LOCAL_DIR=$(CURDIR)/.local/bench; \
	$(PY) -m bench; status=$$?; $(PY) -m parkops.local stop >/dev/null; exit $$status

bench-permits: .venv/dev.installed ## Measure quotes, purchases against their bare SQL, and the list of 100,000 permits
	@export PARKOPS_LOCAL_DIR=$(CURDIR)/.local/bench; \
	$(PY) -m bench.permits; status=$$?; $(PY) -m parkops.local stop >/dev/null; exit $$status

bench-check: .venv/dev.installed ## Measure the kerb: checks in a large town and in 50 towns, batches, devices' copies
	@export PARKOPS_LOCAL_DIR=$(CURDIR)/.local/bench; \
	$(PY) -m bench.enforcement; status=$$?; $(PY) -m parkops.local stop >/dev/null; exit $$status

bench-rush: .venv/dev.installed ## Let 2,500 people at once buy 500 places over HTTP, and say what each was told
	@export PARKOPS_LOCAL_DIR=$(CURDIR)/.local/bench; \
	$(PY) -m bench.rush; status=$$?; $(PY) -m parkops.local stop >/dev/null; exit $$status

bench-money: .venv/dev.installed ## Measure cash payments against their bare SQL, and a ledger of a million entries
	@export PARKOPS_LOCAL_DIR=$(CURDIR)/.local/bench; \
	$(PY) -m bench.money; status=$$?; $(PY) -m parkops.local stop >/dev/null; exit $$status

bench-live: .venv/dev.installed ## Measure polls of the dashboard against a static view, and against counting a million rows
	@export PARKOPS_LOCAL_DIR=$(CURDIR)/.local/bench; \
	$(PY) -m bench.live; status=$$?; $(PY) -m parkops.local stop >/dev/null; exit $$status

bench-reports: .venv/dev.installed ## Measure a PDF of 500 pages, a CSV of a million rows, a million citations added up
	@export PARKOPS_LOCAL_DIR=$(CURDIR)/.local/bench; \
	$(PY) -m bench.reports; status=$$?; $(PY) -m parkops.local stop >/dev/null; exit $$status

forecast-backtest: .venv/dev.installed ## Try the forecast of occupancy on Birmingham's car parks (FILE=dataset.csv, KEEP=slug)
	$(if $(FILE),,$(error FILE=… names the data set "Parking Birmingham", a CSV))
	@$(if $(KEEP),,export PARKOPS_LOCAL_DIR=$(CURDIR)/.local/bench;) \
	$(PY) -m bench.forecast "$(abspath $(FILE))" $(if $(KEEP),--keep $(KEEP)); status=$$?; \
	$(if $(KEEP),,$(PY) -m parkops.local stop >/dev/null;) exit $$status

crash-matrix: .venv/dev.installed ## Kill servers and workers between a hold and its receipt, and say where the money is
	@export PARKOPS_LOCAL_DIR=$(CURDIR)/.local/crashes; \
	$(PY) -m tests.crashes; status=$$?; $(PY) -m parkops.local stop >/dev/null; exit $$status

dashboard-left-open: .venv/dev.installed ## Leave a dashboard open while its servers are killed and started (MINUTES=60)
	@export PARKOPS_LOCAL_DIR=$(CURDIR)/.local/left-open; \
	$(PY) -m tests.left_open --minutes $(or $(MINUTES),60); status=$$?; \
	$(PY) -m parkops.local stop >/dev/null; exit $$status

reports-agree: .venv/dev.installed ## Make every report of the demonstration in four formats and compare their totals
	@$(PY) -m tests.reporting.agree

reports-agree-files: .venv/dev.installed ## Import cities' files of citations and compare the reports with them (DIR=folder)
	$(if $(DIR),,$(error DIR=… names the folder with philadelphia_monthly and boston_2015_week))
	@export PARKOPS_LOCAL_DIR=$(CURDIR)/.local/bench; \
	$(PY) -m tests.reporting.agree_files "$(abspath $(DIR))"; status=$$?; \
	$(PY) -m parkops.local stop >/dev/null; exit $$status

doctor: .venv/base.installed ## Say what is missing or set wrongly
	@$(PY) manage.py doctor

lock: .venv/dev.installed ## Write requirements/*.txt anew from pyproject.toml
	@command -v uv >/dev/null || { echo "uv is not installed: see docs.astral.sh/uv"; exit 1; }
	uv pip compile --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url \
		--upgrade --output-file requirements/base.txt pyproject.toml
	uv pip compile --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url \
		--upgrade --constraint requirements/base.txt --extra dev --output-file requirements/dev.txt pyproject.toml

clean: ## End everything and remove what was made here: the environment, the local data, the caches
	@if [ -x $(PY) ]; then $(PY) -m parkops.local clean; $(OWN_SERVERS) $(PY) -m parkops.local stop; fi
	rm -rf .venv .local $(SCRATCH) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# What is installed is a copy of the lock it was installed from: when they agree there is nothing to do.
.venv/%.installed: requirements/%.txt | .venv/bin/python
	@if ! cmp -s $< $@; then \
		echo "Installing $<"; \
		$(PY) -m pip install --disable-pip-version-check --quiet --require-hashes -r $< \
			|| { echo "The packages of $< could not be installed: see above."; exit 1; }; \
		cp $< $@; \
	fi; touch $@

.venv/bin/python:
	@for python in python3.11 python3 python3.12 python3.13 python3.14; do \
		if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$python; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
		echo "ParkOps needs Python 3.11 or newer; this machine has $$(python3 --version 2>/dev/null || echo none)."; exit 1; \
	fi; \
	echo "Making .venv with $$($$found --version)"; \
	$$found -m venv --clear .venv \
		|| { rm -rf .venv; echo "Python cannot make an environment. On Debian: apt-get install python3-venv"; exit 1; }
