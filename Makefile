# Every task of this project. CI and the README call only these.
PYTHON := .venv/bin/python
MONTHS := 12
# Ingestion, drift, retraining and promotion, in two minutes and a half.
CONNECT_TESTS := tests/retraining/stages/test_first_champion.py tests/retraining/stages/test_dirty_values.py \
  tests/retraining/steps/drift/test_count_bins.py

.DEFAULT_GOAL := help
.PHONY: help setup demo demo-forecast demo-search test test-slow test-connect test-fast test-faults lint lock bench reference screenshots clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' Makefile

# Instant while requirements-dev.txt is the one that .venv was built from: the copy inside .venv is written last.
setup: ## check this machine and build .venv (with uv if there, else pip)
	@if cmp -s requirements-dev.txt .venv/requirements-dev.txt; then exit 0; fi; \
	for any in python3 python3.12 python3.11 python none; do \
	  $$any -c 'import sys; sys.exit(sys.version_info < (3, 8))' >/dev/null 2>&1 && break; \
	done; \
	if [ $$any = none ]; then echo 'Python 3.11 or 3.12 is needed: "brew install python@3.12", "sudo apt-get install' \
	  'python3.12 python3.12-venv", "sudo dnf install python3.12", or on Windows WSL.' >&2; exit 1; fi; \
	python=$$($$any src/local_workspace/prerequisites.py) || exit 1; \
	echo "Building .venv: 1.5 GB, two to four minutes the first time."; \
	rm -rf .venv; \
	if command -v uv >/dev/null 2>&1 && uv venv -q --python "$$python" .venv \
	  && uv pip install -q --python $(PYTHON) -r requirements-dev.txt; then :; else \
	  if command -v uv >/dev/null 2>&1; then echo "uv did not succeed; building with pip."; fi; \
	  rm -rf .venv; \
	  "$$python" -m venv .venv && $(PYTHON) -m pip install -q --disable-pip-version-check -r requirements-dev.txt || exit 1; \
	fi; \
	$(PYTHON) src/local_workspace/prerequisites.py delta && cp requirements-dev.txt .venv/requirements-dev.txt

demo: setup ## run the examples: the bundle's demo job on this machine (MONTHS=2: only the first two of the year)
	@./workspace run demo --params "months=[$$(seq 1 $(MONTHS) | paste -s -d , -)]"
	@for page in .local/mlflow/artifacts/*/*/artifacts/report/index.html; do echo "Open $$page"; done

demo-forecast: setup ## forecast one monthly series, then all routes from New York month by month (MONTHS=4: the first four)
	@./workspace run demo_forecast --params "months=[$$(seq 1 $(MONTHS) | paste -s -d , -)]"
	@for page in .local/mlflow/artifacts/*/*/artifacts/report/index.html; do echo "Open $$page"; done

# Azurite and a search service run as long as the demonstration does; tables stay in .local.
demo-search: setup ## keep a search index in line with a folder: Azurite and a search service on this machine
	@PYTHONPATH=src $(PYTHON) -m local_workspace.search.demo

# Two processes, each with its own Spark and MLflow server: one alone leaves a core idle most of the time. Each computes
# in one thread: two that compute in two each wait for one another.
test test-slow test-connect: export OMP_NUM_THREADS := 1
test: setup ## every test but the slow ones, and some of them again as on serverless compute
	@$(PYTHON) -m pytest -n 2 -m "not slow"
	@$(PYTHON) -m pytest -n 2 -m spark --connect $(CONNECT_TESTS)

test-slow: setup ## the slow ones: whole processes killed, long stories of dirty, held, late and replaced data
	@$(PYTHON) -m pytest -n 2 -m slow

test-connect: setup ## every stage as on serverless compute: over Spark Connect, whose client has no Java
	@$(PYTHON) -m pytest -n 2 -m spark --connect tests/retraining

test-fast: setup ## the tests that need no Spark
	@$(PYTHON) -m pytest -m "not spark and not slow"

test-faults: setup ## kill ingestion, promotion and every job 340 times and try 20,000 interleavings (up to 80 minutes; FAULTS="--part jobs --kills 30" for fewer)
	@PYTHONPATH=src:. $(PYTHON) -m tests.faults $(FAULTS)

lint: setup ## ruff (rules and format) and mypy
	@$(PYTHON) -m ruff check
	@$(PYTHON) -m ruff format --check
	@$(PYTHON) -m mypy

lock: ## pin requirements-dev.txt again from pyproject.toml (needs uv)
	@uv pip compile -q --universal --python-version 3.11 --extra dev --extra forecasting --no-header pyproject.toml -o requirements-dev.txt
	@{ echo '# The laptop lane, pinned: every package of pyproject.toml and its extras, for Python 3.11 and 3.12.'; \
	   echo '# Compiled from pyproject.toml by `make lock`: change versions there, not here.'; \
	   cat requirements-dev.txt; } > requirements-dev.txt.new && mv requirements-dev.txt.new requirements-dev.txt

bench: setup ## run every script of benchmarks/
	@ls benchmarks/*.py >/dev/null 2>&1 || { echo "There is no benchmark yet."; exit 1; }
	@for script in benchmarks/*.py; do PYTHONPATH=src $(PYTHON) $$script || exit 1; done

reference: setup ## write the pages of docs/reference that are made from the code
	@PYTHONPATH=src $(PYTHON) docs/reference_pages/generate_reference.py

screenshots: setup ## pictures of the report into docs/screenshots (needs Chromium); PAGES=<folder> for pages of your own
	@PYTHONPATH=src $(PYTHON) docs/screenshots/take_screenshots.py $(PAGES)

clean: ## remove .local (tables, models, runs) and caches; .venv stays
	@rm -rf .local .pytest_cache .mypy_cache .ruff_cache .hypothesis spark-warehouse metastore_db derby.log mlruns
	@find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +
