# Everything a fresh clone needs: `make demo`, `make test`. Both set themselves up in .venv first.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
BENCH_READY := $(VENV)/.bench
FUZZ_INPUTS ?= 20000
FUZZ_SEED ?= 0
BENCHMARKS ?= reading_midi corpus_start training_throughput composing driver_growth search_overhead breeder second_start

# Python keeps what it has compiled, also where the environment says otherwise: the tests start a thousand processes, of
# which each that loads Keras would spend seven seconds on compiling it anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup demo test test-fast test-cluster coverage torture fuzz lint bench site clean

help:
	@echo "make demo       breed three small generations on the built-in music, in this terminal"
	@echo "make test       lint, types, import floors and all tests"
	@echo "make test-fast  the same without the tests that train networks or start Ray"
	@echo "make test-cluster  of those, the tests on several hosts alone: Linux, root and a few programs"
	@echo "make coverage   how much of store, search and execution their tests reach: 95 % of the branches at least"
	@echo "make torture    kill a run at 48 instants, and 20 trials on Ray Tune; compare with undisturbed runs: twenty minutes"
	@echo "make fuzz       20,000 inputs that are rubbish: half an hour; FUZZ_INPUTS and FUZZ_SEED say how many, and which"
	@echo "make lint       lint, types and import floors alone"
	@echo "make bench      how fast evolve is, by turns with others: half an hour, and PyTorch to install"
	@echo "make site       the documents as a site, in build/site"
	@echo "make clean      remove .venv and caches (never runs/)"

setup: $(READY)

$(READY): pyproject.toml constraints.txt
	@echo "Setting up $(VENV): Python packages, a minute or so."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "evolve needs Python 3.11 or newer; try: make PYTHON=python3.12 $(MAKECMDGOALS)")'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt uv
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --constraint constraints.txt --editable . --group dev
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --constraint constraints.txt --no-deps tinysoundfont || \
		echo "Without tinysoundfont all songs are played by evolve's own instruments, and its tests are skipped."
	@touch $(READY)

demo: $(READY)
	@echo "This types: evolve start --space search_spaces/quick.yaml"
	@echo "To type evolve yourself, now or later: source $(BIN)/activate"
	@$(BIN)/evolve start --space search_spaces/quick.yaml

lint: $(READY)
	@for script in .ci/run .ci/packages; do bash -n $$script || exit 1; done
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# What takes longest goes first: a file that begins last is waited for by the other process.
test: lint
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder tests/torture tests/end_to_end tests

test-fast: lint
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow"

test-cluster: $(READY)
	$(BIN)/python -m pytest -m cluster

coverage: $(READY)
	$(BIN)/coverage erase
	$(BIN)/python -m pytest -n 2 --dist loadfile --cov --cov-report= tests/store tests/execution tests/cli tests/test_*.py
	@for room in "evolve/store/*" "evolve/search/*" "evolve/execution/*"; do \
		echo; echo "$$room"; $(BIN)/coverage report --include="$$room" || exit 1; \
	done

torture: $(READY)
	$(BIN)/python -m tests.torture
	$(BIN)/python -m tests.torture.killed_trials

fuzz: $(READY)
	$(BIN)/python -m tests.fuzz --inputs $(FUZZ_INPUTS) --seed $(FUZZ_SEED)

bench: $(BENCH_READY)
	@for name in $(BENCHMARKS); do \
		echo; echo "python -m benchmarks.$$name"; echo; \
		$(BIN)/python -m benchmarks.$$name || exit 1; \
	done

# With pip, which finds a PyTorch that was put at hand for this machine (a CPU build, a GPU's own); one that is
# installed already is kept, whatever its version.
$(BENCH_READY): $(READY) pyproject.toml constraints.txt
	@echo "Setting up what benchmarks compare with: PyTorch, pretty_midi and DEAP."
	@$(BIN)/python -c 'import importlib.util, pathlib, tomllib; \
		group = tomllib.loads(pathlib.Path("pyproject.toml").read_text())["dependency-groups"]["bench"]; \
		print(*(line for line in group if not importlib.util.find_spec(line.split(">")[0])), sep="\n")' > $@.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --requirement $@.txt
	@mv $@.txt $@

site: $(READY)
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --quiet
	@echo "build/site/index.html"

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
