# Every target creates the environment from requirements.lock when it is missing.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
PIP    := $(BIN)/pip install --quiet --disable-pip-version-check

# Compiled once, not in each of the many processes: where the environment forbids it, importing takes thrice as long.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: reports lab docs review test check bench clean data lock

reports: $(READY)            ## make every report from data/raw, print where the index is
	$(BIN)/asn-research run --language both

lab: $(READY)                ## open JupyterLab on the notebooks, without asking any network for news
	JUPYTER_CONFIG_PATH=notebooks/.lab $(BIN)/jupyter lab --ServerApp.root_dir=. \
	  --LabApp.default_url=/lab/tree/notebooks/exploration/start_here.ipynb $(LAB)

docs: $(READY)               ## build the documentation into build/docs
	$(BIN)/sphinx-build -q -W --keep-going -b html docs build/docs
	@echo build/docs/index.html

review: $(READY)             ## let git compare and merge notebooks cell by cell, in this clone
	git config diff.jupyternotebook.command "'$(CURDIR)/$(BIN)/git-nbdiffdriver' diff"
	git config merge.jupyternotebook.driver "'$(CURDIR)/$(BIN)/git-nbmergedriver' merge %O %A %B %L %P"

test: $(READY) check         ## everything that must hold
	$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder

check: $(READY)              ## style, types, architecture
	$(BIN)/ruff check asn_research tests
	$(BIN)/ruff format --check asn_research tests
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY)              ## speed and memory, as ratios side by side
	$(BIN)/python -m tests.bench $(BENCH)

data: $(READY)               ## write data/raw again, byte for byte
	$(BIN)/python -m asn_research.simulation --output data/raw

lock:                        ## renew requirements.lock from pyproject.toml
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header --no-annotate -o requirements.lock -q --upgrade
	$(BIN)/python .ci/environment.py > environment.yml

clean:                       ## remove everything that can be made again, so not the ledgers of what was published
	rm -rf $(VENV) build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find data/processed reports -mindepth 1 ! -type d ! -name .gitkeep ! -name releases.json -delete
	find data/processed reports -mindepth 1 -type d -empty -delete
	find asn_research tests -name __pycache__ -type d -prune -exec rm -rf {} +

# uv installs the locked set in seconds; where it cannot reach its index, pip does the same more slowly.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; found " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	@awk '/^uv==/ {found = 1} found {print} found && !/\\$$/ {exit}' requirements.lock > $(VENV)/uv.lock
	$(PIP) --require-hashes -r $(VENV)/uv.lock
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --require-hashes -r requirements.lock \
	  || $(PIP) --require-hashes -r requirements.lock
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@
