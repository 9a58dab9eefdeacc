# Everything a fresh clone needs: `make demo`, `make test`. Both set themselves up in .venv first.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help setup demo test test-fast lint clean

help:
	@echo "make demo       breed three small generations on the built-in music, in this terminal"
	@echo "make test       lint, types, import floors and all tests"
	@echo "make test-fast  the same without the tests that train networks or start Ray"
	@echo "make lint       lint, types and import floors alone"
	@echo "make clean      remove .venv and caches (never runs/)"

setup: $(READY)

$(READY): pyproject.toml constraints.txt
	@echo "Setting up $(VENV): Python packages, a minute or so."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "evolve needs Python 3.11 or newer; try: make PYTHON=python3.12 $(MAKECMDGOALS)")'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt uv
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --constraint constraints.txt --editable . --group dev
	@touch $(READY)

demo: $(READY)
	@echo "This types: evolve start --space search_spaces/quick.yaml"
	@echo "To type evolve yourself, now or later: source $(BIN)/activate"
	@$(BIN)/evolve start --space search_spaces/quick.yaml

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: lint
	$(BIN)/python -m pytest -n 2 --dist loadfile

test-fast: lint
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow"

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
