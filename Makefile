# `make` alone lists what there is. Nothing here needs more than make and Python >= 3.11.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
UV_VERSION := 0.13.9
UV := $(BIN)/uv
BUF := $(BIN)/buf
IMAGE := build/protos.binpb
RELEASED := protos/released.binpb
BUF_OPTIONS := --config protos/buf.yaml --path residency
# Without a home directory the downloads are kept beside the environment.
ifeq ($(wildcard $(HOME)/.),)
export UV_CACHE_DIR := $(CURDIR)/$(VENV)/cache
export PIP_CACHE_DIR := $(CURDIR)/$(VENV)/cache
endif
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# What was compiled is kept: a workflow's sandbox loads its module anew for every run.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

##### Setting up

.PHONY: setup setup-dev
setup: $(VENV)/.run-stamp ## Install what `up` needs into .venv
setup-dev: $(VENV)/.dev-stamp ## Install also what `check` and `test` need

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed; name one: make PYTHON=/path/to/python3"; exit 2; }
	@$(PYTHON) -c 'import venv, ensurepip' 2> /dev/null \
	  || { echo "Python lacks venv; install it: apt-get install python3-venv"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet uv==$(UV_VERSION)

# The locks name exact versions and hashes of everything, the build tool included. An environment that was set up for
# development keeps its tools: `sync` removes whatever its lock does not name.
INSTALL := $(UV) pip sync --quiet --python $(BIN)/python --require-hashes
INSTALL_PROJECT := $(UV) pip install --quiet --python $(BIN)/python --no-deps \
	--build-constraints requirements/build.lock --editable .

$(VENV)/.run-stamp: requirements/embedded.lock requirements/build.lock pyproject.toml | $(UV)
	$(INSTALL) requirements/$(if $(wildcard $(VENV)/.dev-stamp),dev,embedded).lock
	$(INSTALL_PROJECT)
	@touch $@

$(VENV)/.dev-stamp: requirements/dev.lock requirements/build.lock pyproject.toml | $(UV)
	$(INSTALL) requirements/dev.lock
	$(INSTALL_PROJECT)
	@touch $@ $(VENV)/.run-stamp

##### Running

.PHONY: up
up: setup ## Start the whole stack and play the sample season (Ctrl-C stops it)
	@exec $(BIN)/residency up --season $(ARGS)

##### Checking

.PHONY: check check-code check-protos test fmt
check: check-code check-protos deploy-check ## Lint, types, import contracts, contracts of the wire, the chart

check-code: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check-protos: setup-dev
	$(BIN)/python protos/generate.py --check
	$(BIN)/python docs/authorization.py --check
	$(BIN)/python docs/enrollment.py --check
	$(BIN)/python docs/configuration.py --check
	$(BIN)/python -m docs.capacity --check
	$(BIN)/python -m tests.bench.page --check
	@mkdir -p build
	$(BIN)/python protos/generate.py --image $(IMAGE)
	$(BUF) lint $(IMAGE) $(BUF_OPTIONS)
	$(BUF) breaking $(IMAGE) --against $(RELEASED) $(BUF_OPTIONS)

.PHONY: deploy-check
deploy-check: setup-dev ## Render the chart's variants, and hold them against Kubernetes 1.30 to 1.34
	$(BIN)/python -m deploy.check

# Each worker has servers of its own. WORKERS=0 runs all in this process, as a debugger wants it.
WORKERS ?= 2
test: setup-dev ## Run the tests, with PostgreSQL, NATS, Temporal and a browser for real
	@.ci/browser
	$(BIN)/pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

# Needs root and debootstrap, and takes minutes: builds in clean roots and writes deploy/image/contents.md.
.PHONY: image-check
image-check: setup-dev ## Execute the image's steps without a container daemon and run every process from the result
	$(BIN)/hadolint deploy/Dockerfile
	$(BIN)/python -m deploy.image.check $(ARGS)

# Measuring. Neither gates anything: both want a machine that does nothing else, and take some twenty minutes.
.PHONY: bench hostile
bench: setup-dev ## Measure every promised ratio beside the bare thing (ARGS="--write docs/benchmarks.md" keeps it)
	$(BIN)/python -m tests.bench $(ARGS)

hostile: setup-dev ## Send tens of thousands of bad inputs to every door (ARGS="--write docs/hostile.md" keeps it)
	$(BIN)/python -m tests.hostile $(ARGS)

fmt: setup-dev ## Format the code and sort its imports
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

##### Making what is committed

.PHONY: protos release-protos stories lock
protos: setup-dev ## Generate the code of the contracts, and the pages made from contracts and tables
	$(BIN)/python protos/generate.py
	$(BIN)/python docs/authorization.py
	$(BIN)/python docs/enrollment.py
	$(BIN)/python docs/configuration.py

release-protos: setup-dev ## Make today's contracts the ones that later ones may not break
	@mkdir -p build
	$(BIN)/python protos/generate.py --image $(IMAGE)
	$(BUF) build $(IMAGE) --exclude-source-info --output $(RELEASED)

.PHONY: chart
chart: setup-dev ## Generate the chart's schema and table, and the prerequisites made from the code
	$(BIN)/python docs/chart.py
	$(BIN)/python deploy/prerequisites/generate.py

stories: setup-dev ## Record the stories of the workflows anew (read the difference before you commit it)
	$(BIN)/python -m tests.support.story record

# `--no-header --no-annotate` and hashes: the locks name no host and no path of a machine.
COMPILE := $(UV) pip compile --quiet --universal --generate-hashes --no-annotate --no-header
lock: | $(UV) ## Write the requirement locks anew from pyproject.toml (newest versions: ARGS=--upgrade)
	$(COMPILE) $(ARGS) pyproject.toml -o requirements/run.lock
	$(COMPILE) $(ARGS) pyproject.toml --extra embedded -o requirements/embedded.lock
	$(COMPILE) $(ARGS) pyproject.toml --extra embedded --extra dev -o requirements/dev.lock
	echo 'setuptools>=80' | $(COMPILE) $(ARGS) - -o requirements/build.lock
	$(COMPILE) $(ARGS) requirements/image.in -o requirements/image.lock
	@! grep -l '://' requirements/*.lock || { echo "a lock names a host"; exit 1; }

.PHONY: clean
clean: ## Remove the environment, caches and build output (not the data in .residency)
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
