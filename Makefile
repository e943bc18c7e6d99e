# Two commands on a fresh machine: `make demo` and `make test`. `make help` lists the rest.
# They need a Python from 3.11 on, and the package index the first time.

PYTHON ?= python3
PY := .venv/bin/python
LOCK := --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet
UV = $(shell command -v uv || echo .boot/bin/uv)

export UV_PYTHON_DOWNLOADS := never
# Hundreds of programs are started by the tests; without what Python keeps of its modules each would compile them anew.
unexport PYTHONDONTWRITEBYTECODE
.DEFAULT_GOAL := help
.PHONY: help demo test lint bench docs soak lock clean setup setup-run

help: ## List what can be made.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' Makefile

demo: setup-run ## Set up, plan the bundled case tesla-x-2023 and assess its swap, into demo/.
	@.venv/bin/apportion plan tesla-x-2023 --out demo
	@.venv/bin/apportion assess tesla-x-2023 swap-2023-12 --out demo
	@echo "Open the assessment: $(CURDIR)/demo/assessment.html"
	@echo "Open the plan: $(CURDIR)/demo/report.html"
	@echo "To go on: . .venv/bin/activate, then apportion --help"

test: setup ## Set up and run every check and every test, the browser's too.
	@$(PY) tools/get_browser.py
	@$(MAKE) --no-print-directory lint
	@$(PY) -m pytest -q -n 2 --dist worksteal

lint: setup ## Format, lint, types, layers and the rules of the house.
	@.venv/bin/ruff format --quiet --check --diff
	@.venv/bin/ruff check --quiet
	@.venv/bin/mypy --no-error-summary
	@told=$$(.venv/bin/lint-imports --no-logo --cache-dir .cache/import-linter) || { echo "$$told"; exit 1; }
	@$(PY) tools/tidy.py

bench: setup ## Time what must stay fast, as ratios.
	@$(PY) -m pytest -q -s -n 0 --benchmark-enable benchmarks

docs: setup ## Build the pages of docs/ into docs/_build; a warning fails.
	@.venv/bin/sphinx-build --quiet --fail-on-warning --keep-going -b html docs docs/_build
	@echo "Open the pages: $(CURDIR)/docs/_build/index.html"

soak: setup ## Look for a counter-example to the laws for a long time.
	@APPORTION_HYPOTHESIS=soak $(PY) -m pytest -q -n 2 --dist worksteal tests --ignore tests/browser --ignore tests/unit/test_start.py

lock: setup ## Make the lock files again from pyproject.toml.
	@$(UV) pip compile pyproject.toml $(LOCK) --upgrade --output-file requirements/run.lock
	@$(UV) pip compile pyproject.toml $(LOCK) --upgrade --group test --group oracle --group lint --group docs --constraints requirements/run.lock --output-file requirements/dev.lock
	@printf 'hatchling>=1.27\neditables\n' | $(UV) pip compile - $(LOCK) --upgrade --output-file requirements/build.lock
	@$(PYTHON) tools/set_up.py dev

clean: ## Remove all that these commands made, the environment too.
	@rm -rf .venv .boot .browser .cache .mypy_cache .pytest_cache .ruff_cache .hypothesis .benchmarks demo dist docs/_build
	@find src tests tools benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

setup:
	@$(PYTHON) tools/set_up.py dev

setup-run:
	@$(PYTHON) tools/set_up.py run
