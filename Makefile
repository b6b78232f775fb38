# Each target first creates the environment it needs: a virtual environment in .venv, from pinned and hashed requirements.

PYTHON ?= python3
BIN := .venv/bin
UV := $(BIN)/uv --quiet
# Three test files at a time, even on two cores: many tests wait for servers. Tests of one file share their fixtures.
# Files run in the order given: the long ones first, so that none is left to run alone at the end.
# A worker that a test has ended is not replaced: the new one would run that test again.
PYTEST := $(BIN)/pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder --max-worker-restart 0 --durations 25
CHAOS := $(BIN)/pytest -s -q -o faulthandler_timeout=0
# Use the Python that runs make; never download another.
export UV_PYTHON_DOWNLOADS := never
# Python compiles the quarter of all modules that it imports when it first does: all of them would take longer than a run.
unexport VIRTUAL_ENV PYTHONPATH PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install run dev generate test bench freshness forecasts chaos mutants google-cloud lint ruff sqlfluff generated types doctest unit integration dbt browser lock secrets image image-services wheel up clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

# SHOP=medusa: a shop in the tables of that application, read through its mapping, with a data folder of its own.
ifdef SHOP
export DATA_DIR ?= $(CURDIR)/.local/shops/$(SHOP)
export SOURCE = external
export SHOP_MAPPING = $(SHOP)
export KEY_TYPE = text
endif

install: .venv/run.stamp .env ## create the environment and .env, and nothing else

run: .venv/run.stamp .env ## build the whole graph for the last 30 days; SHOP=medusa: of a shop in Medusa's tables
	@$(if $(SHOP),$(BIN)/ecommerce-pipeline demo-shop $(SHOP) &&) $(BIN)/ecommerce-pipeline run

dev: .venv/run.stamp .env ## open the Dagster UI, with schedules, on http://127.0.0.1:3000
	@$(BIN)/ecommerce-pipeline dev

generate: .venv/run.stamp ## write dbt's sources, staging models and exposures from the table contract and the dashboard
	@$(BIN)/python -m ecommerce_pipeline.commands.generate

test: .venv/test.stamp ## run everything that must pass
	@$(MAKE) --jobs=2 --output-sync=target lint types doctest browser
	$(PYTEST) ecommerce_pipeline_tests/chaos ecommerce_pipeline_tests/integration ecommerce_pipeline_tests

bench: .venv/test.stamp .venv/bench.stamp ## compare with other tools, write docs/benchmarks.md; BENCH_ROWS=100000 makes it short
	@$(BIN)/python -m benchmarks

freshness: .venv/test.stamp ## measure for MINUTES=60 how old the page is, write docs/freshness.md
	@$(BIN)/python -m benchmarks.freshness $(MINUTES)

forecasts: .venv/test.stamp ## forecast 120 days of the synthetic shop as of each, write their scores to docs/forecasts.md
	@$(BIN)/python -m benchmarks.forecasts

chaos: .venv/test.stamp ## inject a hundred faults at random moments, and ten on Google Cloud's emulators
	@seed=$${CHAOS_SEED:-$$$$}; echo "CHAOS_SEED=$$seed"; export CHAOS_SEED=$$seed; \
	CHAOS_FAULTS=$${CHAOS_FAULTS:-100} $(CHAOS) ecommerce_pipeline_tests/chaos/test_chaos.py && \
	CHAOS_CLOUD_FAULTS=$${CHAOS_CLOUD_FAULTS:-10} $(CHAOS) ecommerce_pipeline_tests/chaos/cloud_chaos.py

mutants: .venv/test.stamp ## change the code that needs no server in 6,000 ways, one at a time; list the changes that no test notices
	$(BIN)/mutmut run --max-children $(or $(MUTANTS_AT_ONCE),2) '$(or $(MUTANTS),*)'
	@$(BIN)/mutmut results | grep -v ': not checked$$' || echo "every change was noticed"

google-cloud: .venv/test.stamp ## test what no emulator covers, on your own GCP_PROJECT and GCS_BUCKET
	$(BIN)/pytest ecommerce_pipeline_tests/integration/real_google_cloud.py

lint: ruff sqlfluff generated ## ruff, sqlfluff, and whether generated files are current

ruff: .venv/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

sqlfluff: .venv/test.stamp
	$(BIN)/sqlfluff lint --processes 2 --config ecommerce_dbt/.sqlfluff ecommerce_dbt/models ecommerce_dbt/tests

generated: .venv/test.stamp
	$(BIN)/python -m ecommerce_pipeline.commands.generate --check

types: .venv/test.stamp ## mypy, strict
	$(BIN)/mypy

doctest: .venv/test.stamp ## the examples in docstrings
	$(BIN)/pytest --doctest-modules ecommerce_pipeline

unit: .venv/test.stamp browser ## unit tests, with real servers and emulators
	$(PYTEST) $(addprefix --ignore ecommerce_pipeline_tests/,chaos dbt integration)

dbt: .venv/test.stamp ## tests of the dbt project: parsing for both targets, unit tests, windows
	$(PYTEST) ecommerce_pipeline_tests/dbt

integration: .venv/test.stamp browser ## tests of dbt and of the whole platform: totals, run order, faults, bad input, daemons, dashboard
	$(PYTEST) ecommerce_pipeline_tests/chaos ecommerce_pipeline_tests/dbt ecommerce_pipeline_tests/integration

browser: .venv/test.stamp ## fetch the tests' non-Python programs: Chromium, Prometheus
	@$(BIN)/python -m ecommerce_pipeline_tests.support.chromium
	@$(BIN)/python -m ecommerce_pipeline_tests.support.prometheus

# The test requirements first: the emulators need older versions of dependencies that dbt and Dagster share.
lock: .venv/uv.stamp ## resolve the requirements again, with hashes
	$(UV) pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --extra dev --extra forecast pyproject.toml --output-file requirements/test.txt
	$(UV) pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --constraint requirements/test.txt --extra forecast pyproject.toml --output-file requirements/run.txt
	$(UV) pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --constraint requirements/test.txt --extra forecast --extra bench pyproject.toml --output-file requirements/bench.txt

secrets: ## create the missing passwords of docker-compose.yml in .secrets
	@umask 077; mkdir -p .secrets; for name in shop_password storage_password person_key; do \
	  test -s .secrets/$$name || head -c 24 /dev/urandom | base64 > .secrets/$$name; done; touch .secrets/smtp_password
	@# Only the owner can enter the folder; a container's user reads the files that are mounted into it.
	@chmod 644 .secrets/*

image: ## build the image with Docker, or with buildah from Debian packages where no engine runs
	@deploy/image/build.sh

image-services: .venv/test.stamp ## run every service of docker-compose.yml inside the built image; needs root and buildah
	$(BIN)/pytest -q ecommerce_pipeline_tests/deploy/services_in_image.py

wheel: .venv/run.stamp ## build the wheel in dist/, which runs without make and the checkout (docs/command_line.md)
	@$(UV) build --wheel --no-build-isolation --python $(BIN)/python
	@rm -rf build

up: secrets ## build the image, start all services with Docker Compose, and wait until they are healthy
	docker compose up --build --detach --wait

clean: ## remove the environment and caches; `ecommerce-pipeline reset` removes data
	rm -rf .venv mutants .mypy_cache .ruff_cache .pytest_cache .hypothesis ecommerce_dbt/target *.egg-info

.env: .env.example | .venv/run.stamp
	@# For their owner only; root's .local lets the embedded PostgreSQL's user pass through to its own folder.
	@umask 077; mkdir -p .local/dagster && ln -sf ../../dagster.yaml .local/dagster/dagster.yaml; \
	  test "$$(id -u)" != 0 || chmod 711 .local
	@umask 077; test -e $@ && touch $@ || { cp $< $@.new && chmod 600 $@.new && \
	  $(BIN)/python -c 'import dotenv, os; dotenv.set_key("$@.new", "DAGSTER_HOME", os.path.abspath(".local/dagster"))' && \
	  mv $@.new $@; }
	@chmod 600 $@

.venv/uv.stamp: requirements/bootstrap.txt
	@case "$$PWD" in *[:%?$$\"\\]*) printf '%s %s\n' "error: Python, Dagster or PostgreSQL cannot work in $$PWD:" \
	  'rename the folders whose names contain : % ? $$ " or \'; exit 1;; esac
	@test -w . || { echo "error: $$PWD is not writable, so .venv cannot be made in it: copy the checkout, or install" \
	  "the wheel (docs/command_line.md)"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
	  || { echo "error: $$($(PYTHON) --version) found, Python 3.11 to 3.13 needed: make PYTHON=python3.12 ..."; exit 1; }
	@echo "creating the environment in .venv with $$($(PYTHON) --version)"
	@$(PYTHON) -c 'import ensurepip, venv' || { echo "error: no venv module; on Debian: apt-get install python3-venv"; exit 1; }
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $<
	@touch $@

.venv/run.stamp: requirements/run.txt pyproject.toml .venv/uv.stamp
	@echo "installing requirements"
	@$(UV) pip install --python $(BIN)/python --no-deps --require-hashes -r requirements/run.txt
	@$(UV) pip install --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

.venv/test.stamp: requirements/test.txt .venv/run.stamp
	@echo "installing test requirements"
	@$(UV) pip install --python $(BIN)/python --no-deps --require-hashes -r requirements/test.txt
	@touch $@

.venv/bench.stamp: requirements/bench.txt .venv/run.stamp
	@echo "installing the tools that benchmarks compare with"
	@$(UV) pip install --python $(BIN)/python --no-deps --require-hashes -r requirements/bench.txt
	@touch $@
