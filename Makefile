# Two commands do all the set-up on a fresh machine: `make demo` and `make test`. `make help` lists the rest.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
DEMO_HOME := .newsletter/demo
STAMP := $(VENV)/.installed-from-lock
SHELL := /bin/bash

.DEFAULT_GOAL := help
.PHONY: help demo test chaos check format bench bench-send preview serve lock clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

# The lock names every package with its hashes; the project itself is installed beside it, without looking again.
$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; this is $$($(PYTHON) --version). Try: make PYTHON=python3.12 …"; exit 1; }
	@echo "Making the virtual environment $(VENV) from requirements.lock (a minute or two, once) …"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(STAMP) ## the whole day on the fictional sample newsroom, mailed into an outbox
	@$(BIN)/newsletter demo

test: $(STAMP) ## every test (browser tests are skipped, with the reason, where there is no Chromium)
	@echo "Running the tests …"
	@$(BIN)/python -m pytest $(PYTEST_ARGS)

chaos: $(STAMP) ## kill senders 300 times on both databases, and count who got what (CHAOS_ARGS="--kills 1000 --seed 7")
	@$(BIN)/python -m tests.chaos $(CHAOS_ARGS)

check: $(STAMP) ## lint, formatting, types and import contracts
	@echo "ruff …" && $(BIN)/ruff check . && $(BIN)/ruff format --check .
	@echo "mypy …" && $(BIN)/mypy
	@echo "import contracts …" && $(BIN)/lint-imports --no-cache

format: $(STAMP) ## format the code and mend what lint can mend
	@$(BIN)/ruff check --fix . && $(BIN)/ruff format .

bench: $(STAMP) ## measure speed and quality beside peers (BENCH_ARGS="--data DIR --embeddings FOLDER")
	@$(BIN)/python -m benchmarks.run
	@$(BIN)/python -m benchmarks.speed
	@$(BIN)/python -m benchmarks.quality $(BENCH_ARGS)

bench-send: $(STAMP) ## measure mailings beside a plain loop (BENCH_ARGS="--sizes 10000 1000000")
	@$(BIN)/python -m benchmarks.send $(BENCH_ARGS)

preview: $(STAMP) ## the editor's preview of the demo's issue in the browser, reloading as you edit
	@test -d $(DEMO_HOME)/issues || $(BIN)/newsletter demo
	@NEWSLETTER_HOME=$(DEMO_HOME) $(BIN)/newsletter preview

serve: $(STAMP) ## the public pages of the demo on http://127.0.0.1:8080
	@test -d $(DEMO_HOME)/issues || $(BIN)/newsletter demo
	@NEWSLETTER_HOME=$(DEMO_HOME) $(BIN)/newsletter serve

lock: ## make requirements.lock anew from pyproject.toml (needs uv)
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
		pyproject.toml --group dev --extra embeddings --extra model -o requirements.lock

clean: ## remove the virtual environment, caches and the demo's home
	rm -rf $(VENV) $(DEMO_HOME) .mypy_cache .ruff_cache .pytest_cache .hypothesis dist build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
