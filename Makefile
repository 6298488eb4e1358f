# One command per chore; each does all the set-up it needs. `make help` lists them.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$p"; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --require-hashes
PAGE := $(shell find assist/web -type f -not -path '*/node_modules/*' 2>/dev/null)

.DEFAULT_GOAL := help
.PHONY: help install demo test soak check docs lock bench clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST)

install: $(VENV)/.page ## the product in .venv: libraries, weights, overlay page

demo: install ## watch the bundled call (ARGS=--headless: in the terminal)
	$(BIN)/assist demo $(ARGS)

test: $(VENV)/.dev ## all tests, with the core's branch coverage
	$(BIN)/python -m pytest $(if $(ARGS),$(ARGS),--cov --cov-report=term-missing:skip-covered --cov-fail-under=100)

soak: $(VENV)/.dev ## long tests: twenty minutes of silence, noise, tones and music
	$(BIN)/python -m pytest -m soak $(ARGS)

check: $(VENV)/.dev ## ruff, mypy --strict, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

docs: $(VENV)/.dev ## write the generated parts of the documentation again
	$(BIN)/python tools/make_docs.py

bench: $(VENV)/.dev ## seconds from the end of speech to text and to the cue on the page
	$(BIN)/python tools/measure_latency.py $(ARGS)

lock: $(VENV)/.libraries ## pin requirements/*.in again, with hashes
	$(BIN)/python -m pip install --quiet uv
	cd requirements && for f in runtime build dev; do \
		../$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links $$f.in $$(test $$f = runtime || echo -c runtime.txt) -o $$f.txt; done

clean: ## remove what was built, not what was recorded
	rm -rf $(VENV) build dist assist/server/static assist/web/node_modules .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage

$(VENV)/.libraries: requirements/runtime.txt requirements/build.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; install it and run make again" >&2; exit 1; }
	@echo "Installing libraries and weights (about 400 MB to download the first time) …"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "no venv module; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@$(PIP) -r requirements/runtime.txt -r requirements/build.txt
	@touch $@

$(VENV)/.page: $(VENV)/.libraries pyproject.toml hatch_build.py $(PAGE)
	@echo "Building the overlay page …"
	@$(BIN)/python -m pip --disable-pip-version-check install --quiet --no-deps --no-build-isolation --editable .
	@$(BIN)/assist models fetch base
	@touch $@

$(VENV)/.dev: $(VENV)/.page requirements/dev.txt
	@$(PIP) -r requirements/dev.txt
	@touch $@
