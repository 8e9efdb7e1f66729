# The course's commands. `make` alone explains them.
#
# Variables: PYTHON (interpreter for .venv), TORCH_INDEX (package index to take torch from),
# NAMES_FILE (another list of names), TEST_ALL (1: tests run in full), LAB_ARGS, TRAIN_ARGS,
# PYTEST_ARGS (passed through).

SHELL := /bin/sh
.DEFAULT_GOAL := help
# Parts run one after the other, also under `make -j`: the first that fails stops the rest.
.NOTPARALLEL:
.DELETE_ON_ERROR:

VENV := .venv
PY := $(VENV)/bin/python
STAMP := $(VENV)/.complete

# nbgrader starts `alembic` and Jupyter starts kernels by name: ours come first.
SYSTEM_PATH := $(PATH)
export PATH := $(CURDIR)/$(VENV)/bin:$(SYSTEM_PATH)

# Another list of names is meant relative to where make was started, and notebooks run elsewhere.
ifneq ($(strip $(NAMES_FILE)),)
override NAMES_FILE := $(if $(filter /%,$(firstword $(NAMES_FILE))),,$(CURDIR)/)$(NAMES_FILE)
export NAMES_FILE
endif

# Tests, and the outputs that are committed, see no settings of the person who runs them.
ISOLATED := scripts/isolated.sh
NBVAL := $(ISOLATED) $(PY) -m pytest --nbval --nbval-sanitize-with solutions/nbval_sanitize.cfg solutions
TEST := $(ISOLATED) $(PY) -m pytest $(PYTEST_ARGS)
# A process for each processor; a file's tests stay together, for what they prepare is dear.
TEST_JOBS ?= auto
AT_ONCE := -n $(TEST_JOBS) --maxprocesses 4 --dist loadfile

.PHONY: help
help: ## explain every target in a line (this is what `make` alone does)
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/\1|\2/p' Makefile | \
	    while IFS='|' read -r name text; do printf '  make %-12s %s\n' "$$name" "$$text"; done

# .venv holds absolute paths: after a move, or without its Python, it has to be built again.
ifneq ($(shell [ -x $(PY) ] && cat $(STAMP) 2>/dev/null),$(CURDIR))
.PHONY: $(STAMP)
endif

.PHONY: env
env: $(STAMP) ## build .venv with the tested versions; does nothing when it is up to date

$(STAMP): export PATH := $(SYSTEM_PATH)
$(STAMP): export PYTHON := $(PYTHON)
$(STAMP): export TORCH_INDEX := $(TORCH_INDEX)
$(STAMP): pyproject.toml constraints.txt scripts/build_env.sh
	@scripts/build_env.sh

.PHONY: lab
lab: $(STAMP) ## open the course in JupyterLab (options: LAB_ARGS="...")
	$(VENV)/bin/autograder lab $(LAB_ARGS)

.PHONY: test
test: $(STAMP) lint types ## everything that CI runs: lint, types, notebooks, then all of tests/
	$(NBVAL)
	@scripts/need_chromium.sh
	@scripts/need_bubblewrap.sh
	$(TEST) $(AT_ONCE) tests --ignore tests/postgresql

.PHONY: test-all
test-all: export TEST_ALL := 1
test-all: test postgresql ## the same in full: every attack, 100 kills, 20 seeds, PostgreSQL

.PHONY: lint
lint: $(STAMP) ## ruff: faults and formatting
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

.PHONY: types
types: $(STAMP) ## mypy, strict, over the package
	$(PY) -m mypy

.PHONY: unit
unit: $(STAMP) ## unit and property tests: all but course, demo and browser
	@scripts/need_bubblewrap.sh
	$(TEST) $(AT_ONCE) tests --ignore tests/course --ignore tests/demo --ignore tests/browser \
	    --ignore tests/postgresql

.PHONY: solutions
solutions: $(STAMP) ## convert and execute the authored stages that changed
	$(ISOLATED) $(PY) -m autograder.authoring.solutions

.PHONY: notebooks
notebooks: solutions ## make the notebooks that students get from the solutions
	$(ISOLATED) $(PY) -m autograder.authoring.release

.PHONY: validate
validate: $(STAMP) ## run the solutions and compare their outputs; check the releases
	$(NBVAL)
	$(TEST) tests/course

.PHONY: demo
demo: $(STAMP) ## release three stages, grade eight submissions, print the scores
	$(ISOLATED) $(PY) -m autograder.demo

.PHONY: mutants
mutants: $(STAMP) ## judge every known wrong formula alone, and other right ones; print the table
	@scripts/need_bubblewrap.sh
	$(ISOLATED) $(PY) -m tests.mutants

.PHONY: diagnose
diagnose: $(STAMP) ## how often the diagnosis names the mistake, over four banks of wrong formulas
	$(ISOLATED) $(PY) -m tests.diagnose

.PHONY: attacks
attacks: $(STAMP) ## grade more than 200 hostile notebooks in the sandbox; print the table
	@scripts/need_bubblewrap.sh
	$(ISOLATED) $(PY) -m tests.attacks

.PHONY: browser
browser: $(STAMP) ## take stage 01 in a real Chromium (installs Debian's where it may)
	@scripts/need_chromium.sh
	$(TEST) tests/browser

.PHONY: postgresql
postgresql: $(STAMP) ## the gradebook on a PostgreSQL server of its own (installs Debian's where it may)
	@scripts/need_bubblewrap.sh
	@scripts/need_postgresql.sh
	$(TEST) tests/postgresql

.PHONY: pictures
pictures: browser ## take the documents' pictures: the browser's journey, the demonstration's report
	@scripts/need_bubblewrap.sh
	$(ISOLATED) $(PY) -m tests.browser.pictures docs/pictures

.PHONY: bench
bench: $(STAMP) ## print ratios: the check's latency, one training step against autograd
	$(ISOLATED) $(PY) -m autograder.bench

.PHONY: train
train: $(STAMP) ## train the full 200,000 steps with hand-written gradients (options: TRAIN_ARGS="...")
	$(PY) -m autograder.train $(TRAIN_ARGS)

.PHONY: data
data: $(STAMP) ## rebuild data/names.txt from its source, to the same bytes
	$(PY) data/build_names.py

.PHONY: constraints
constraints: export PYTHON := $(PYTHON)
constraints: export PATH := $(SYSTEM_PATH)
constraints: ## pin the newest versions that go together (another torch: TORCH=2.14.0)
	@TORCH='$(TORCH)' scripts/pin.sh

.PHONY: wheel
wheel: $(STAMP) ## build the wheel into dist/
	$(PY) -m hatchling build -t wheel

.PHONY: clean
clean: ## remove build output and caches; keeps .venv and your work/
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
	find autograder tests data -type d -name __pycache__ -prune -exec rm -rf {} +
