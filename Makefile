# Each target makes its own environment first: a virtual environment in .venv from pinned, hashed requirements.

PYTHON ?= python3
BIN := .venv/bin
UV := $(BIN)/uv --quiet
# Three files at a time, as servers and daemons are waited for on two cores too; a test file shares what it builds.
# Files are taken in the order given: the few long ones first, so that none is left to run alone.
PYTEST := $(BIN)/pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder --durations 25
# Use the Python that runs us; never download another.
export UV_PYTHON_DOWNLOADS := never
# Bytecode is made once, of what is installed and of our own: without it every start of a process takes seconds longer.
export UV_COMPILE_BYTECODE := 1
unexport VIRTUAL_ENV PYTHONPATH PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run dev test bench chaos google-cloud lint types doctest unit integration dbt browser lock secrets up clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

run: .venv/run.stamp .env ## build the whole graph for the last 30 days
	@$(BIN)/ecommerce-pipeline run

dev: .venv/run.stamp .env ## open the Dagster UI, with schedules, on http://127.0.0.1:3000
	@$(BIN)/dagster dev

test: .venv/test.stamp ## everything that must pass
	@$(MAKE) --jobs=2 --output-sync=target lint types doctest browser
	$(PYTEST) ecommerce_pipeline_tests/chaos ecommerce_pipeline_tests/integration ecommerce_pipeline_tests

bench: .venv/bench.stamp ## against other tools and the limit, into docs/benchmarks.md; BENCH_ROWS=100000 is the short of it
	@$(BIN)/python -m benchmarks

chaos: .venv/test.stamp ## a hundred faults at random moments, and ten on Google Cloud's emulators
	@seed=$${CHAOS_SEED:-$$$$}; echo "CHAOS_SEED=$$seed"; export CHAOS_SEED=$$seed; \
	CHAOS_FAULTS=$${CHAOS_FAULTS:-100} $(BIN)/pytest -s -q ecommerce_pipeline_tests/chaos/test_chaos.py && \
	CHAOS_CLOUD_FAULTS=$${CHAOS_CLOUD_FAULTS:-10} $(BIN)/pytest -s -q ecommerce_pipeline_tests/chaos/cloud_chaos.py

google-cloud: .venv/test.stamp ## what no emulator shows, on a project of yours: GCP_PROJECT and GCS_BUCKET name it
	$(BIN)/pytest ecommerce_pipeline_tests/integration/real_google_cloud.py

lint: .venv/test.stamp ## ruff and sqlfluff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/sqlfluff lint --processes 2 --config ecommerce_dbt/.sqlfluff ecommerce_dbt/models ecommerce_dbt/tests

types: .venv/test.stamp ## mypy, strict
	$(BIN)/mypy

doctest: .venv/test.stamp ## the examples in docstrings
	$(BIN)/pytest --doctest-modules ecommerce_pipeline

unit: .venv/test.stamp browser ## the parts, each on real neighbours
	$(PYTEST) $(addprefix --ignore ecommerce_pipeline_tests/,chaos dbt integration)

dbt: .venv/test.stamp ## the dbt project: both targets parse, unit tests, windows, the books
	$(PYTEST) ecommerce_pipeline_tests/dbt

integration: .venv/test.stamp browser ## dbt, and the whole platform: totals, order, chaos, bad input, daemons, dashboard
	$(PYTEST) ecommerce_pipeline_tests/chaos ecommerce_pipeline_tests/dbt ecommerce_pipeline_tests/integration

browser: .venv/test.stamp ## fetch what tests run that is no Python: Chromium, Prometheus
	@$(BIN)/python -m ecommerce_pipeline_tests.support.chromium
	@$(BIN)/python -m ecommerce_pipeline_tests.support.prometheus

# The larger set first: its emulators live beside dbt and Dagster and need older versions of what those use too.
lock: .venv/uv.stamp ## resolve the requirements anew, with hashes
	$(UV) pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --extra dev pyproject.toml --output-file requirements/test.txt
	$(UV) pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --constraint requirements/test.txt pyproject.toml --output-file requirements/run.txt
	$(UV) pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --constraint requirements/test.txt --extra bench pyproject.toml --output-file requirements/bench.txt

secrets: ## make the passwords of docker-compose.yml, in .secrets, where there are none
	@umask 077; mkdir -p .secrets; for name in shop_password storage_password; do \
	  test -s .secrets/$$name || head -c 24 /dev/urandom | base64 > .secrets/$$name; done; touch .secrets/smtp_password
	@# The folder is its owner's alone; a container's user reads the files that it is given.
	@chmod 644 .secrets/*

up: secrets ## build the image and run all services by Docker Compose, until they are well
	docker compose up --build --detach --wait

clean: ## remove the environment and caches; data stays (ecommerce-pipeline reset deletes it)
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis ecommerce_dbt/target *.egg-info

.env: .env.example
	@mkdir -p .local/dagster && ln -sf ../../dagster.yaml .local/dagster/dagster.yaml
	@test -e $@ && touch $@ || sed 's|^DAGSTER_HOME=.*|DAGSTER_HOME=$(CURDIR)/.local/dagster|' $< > $@

.venv/uv.stamp: requirements/bootstrap.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
	  || { echo "error: $$($(PYTHON) --version) found, Python 3.11 to 3.13 needed: make PYTHON=python3.12 ..."; exit 1; }
	@echo "making the environment in .venv with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv .venv || { echo "error: no venv module; on Debian: apt-get install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

.venv/run.stamp: requirements/run.txt pyproject.toml .venv/uv.stamp
	@echo "installing requirements"
	@$(UV) pip install --python $(BIN)/python --require-hashes -r requirements/run.txt
	@$(UV) pip install --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

.venv/test.stamp: requirements/test.txt .venv/run.stamp
	@echo "installing test requirements"
	@$(UV) pip install --python $(BIN)/python --require-hashes -r requirements/test.txt
	@touch $@

.venv/bench.stamp: requirements/bench.txt .venv/run.stamp
	@echo "installing the tools to compare with"
	@$(UV) pip install --python $(BIN)/python --require-hashes -r requirements/bench.txt
	@touch $@
