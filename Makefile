# What people and CI run, by the same names. `make help` lists them.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup repro test check bench study profile pull lock

VENV := .venv
BIN := $(CURDIR)/$(VENV)/bin
UV = $(shell command -v uv || echo $(BIN)/uv)
PYTHON ?= $(shell command -v python3.11 || echo python3)
EXTRAS := cpu demo hf hdf5 dev
export PATH := $(BIN):$(PATH)
export VIRTUAL_ENV := $(CURDIR)/$(VENV)
# Where it is set, every stage compiles torch and transformers anew.
unexport PYTHONDONTWRITEBYTECODE
# By content, not by time: a file that is gone or an environment that was restored must count too.
BUILT := $(VENV)/.built-$(shell find rust pyproject.toml -type f -not -path 'rust/target/*' | LC_ALL=C sort | xargs cat | cksum | cut -d ' ' -f 1)

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 10

setup: $(BUILT) ## virtual environment, pinned packages, compiled extension

$(VENV)/.python:
	$(PYTHON) -m venv $(VENV)
	command -v uv > /dev/null || $(BIN)/pip install --quiet uv
	touch $@

$(VENV)/.packages: requirements.lock $(VENV)/.python
	$(UV) pip sync --quiet --require-hashes requirements.lock
	touch $@

# The package is installed in place; only its compiled module has to be made again when Rust sources change.
$(BUILT): $(VENV)/.packages
	rm -f $(VENV)/.built-*
	$(UV) pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

repro: setup ## run the pipeline of params.yaml; what is committed is freed from the scratch
	dvc repro
	platoscope work clean

WORKERS := 2
TESTS := tests
test: setup ## every test, Python and Rust; Python's by WORKERS processes
	cargo test --manifest-path rust/Cargo.toml --locked --quiet
	OMP_WAIT_POLICY=PASSIVE pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder $(TESTS)

check: setup ## linters, formatters and type checkers
	ruff check
	ruff format --check
	mypy
	stubtest platoscope._native
	cargo fmt --manifest-path rust/Cargo.toml --all --check
	cargo clippy --manifest-path rust/Cargo.toml --all-targets --locked --quiet -- -D warnings

PEERS := benchmarks/.peers
$(PEERS)/.installed: benchmarks/requirements.txt $(VENV)/.packages
	rm -rf $(PEERS)
	$(UV) pip install --quiet --no-deps --target $(PEERS) --requirement $<
	touch $@

bench: setup $(PEERS)/.installed ## benchmarks of the Rust kernels, then core, decoding and extraction beside their peers, clocks, and mutated videos
	cargo bench --manifest-path rust/Cargo.toml --locked
	python -m benchmarks.core
	python -m benchmarks.decoding
	python -m benchmarks.extraction
	python -m benchmarks.clocks
	python -m benchmarks.fuzz $(if $(wildcard ../shared/odd),--files ../shared/odd)

study: setup ## simulations of the statistics: levels, coverage, bias; saved as benchmarks/statistics.md and time.md
	python -m benchmarks.statistics --write
	python -m benchmarks.time_study --write

profile: setup ## put profiles/P.yaml in place as params.yaml: make profile P=clips DATA=DIR
	platoscope profile $(P) $(if $(DATA),--data "$(DATA)")

# Features are gigabytes: ONLY=neighbours gets what scores are made of, and no more.
SCORED := video_neighbours text_neighbours samples data/captions.jsonl data/thumbnails.zarr
SCORED_OUTS := data/neighbours data/samples.jsonl data/excluded.csv data/captions.jsonl data/thumbnails.zarr
pull: setup ## get results from the DVC remote without videos, check every byte, and run what leans on them: [ONLY=neighbours]
	dvc pull --allow-missing $(if $(ONLY),$(SCORED))
	platoscope verify $(if $(ONLY),$(SCORED_OUTS),data)
	dvc repro --allow-missing

lock: ## pin the newest packages that pyproject.toml allows (no index or host lines)
	$(UV) pip compile pyproject.toml $(EXTRAS:%=--extra %) --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-annotate --no-header --quiet --output-file requirements.lock
