# Every target needs Python 3.11+ only: `make setup` installs the rest into this checkout.
.DEFAULT_GOAL := help
.PHONY: help setup demo check test synth bench sandbox policy lab env bindings lock clean

PYTHON ?= $(shell sh toolchain/find-python.sh)
TOOLCHAIN := $(PYTHON) -m toolchain
RUN := .venv/bin/python -m toolchain run --
ENV ?= sandbox

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

setup: ## install everything that is missing (.venv, node_modules, imports/ and so on)
	@$(TOOLCHAIN) setup

demo: setup ## deploy two services on both sides into a local AWS, show them, stop
	@$(RUN) .venv/bin/python -m sandbox.demo

check: setup ## format, lint, types and unit tests: under a minute
	@$(RUN) sh toolchain/check.sh

test: setup ## everything: `make check` and every test
	@$(RUN) sh toolchain/check.sh all

synth: setup ## write every stack's HCL2 below cdktf.out/stacks
	@.venv/bin/cdktf synth

bench: ## time and memory, also against the prebuilt provider package
	@$(TOOLCHAIN) setup --with-prebuilt
	@$(RUN) .venv/bin/python tests/bench

sandbox: setup ## start a local AWS for ENV=sandbox: eval "$$(make -s sandbox)"
	@$(RUN) .venv/bin/python -m sandbox start --environment $(ENV)

policy: synth ## the PCI policies over the synthesised stacks; reports in .cache/policy
	@.venv/bin/pay policy

lab: setup ## try every stage of a move against the local AWS
	@$(RUN) .venv/bin/python -m lab

env: ## the variables that terraform and cdktf run with: eval "$$(make -s env)"
	@$(TOOLCHAIN) env

bindings: setup ## re-trim the provider's schema to the types in use, generate imports/
	@.venv/bin/python -m toolchain bindings
	@$(TOOLCHAIN) setup

lock: ## re-make the lock files from their inputs (UPGRADE=1: to the newest versions)
	@$(TOOLCHAIN) lock $(if $(UPGRADE),--upgrade)

clean: ## remove what was generated; keeps the installed environments
	rm -rf cdktf.out imports .cache .sandbox .mypy_cache .pytest_cache .ruff_cache .hypothesis
