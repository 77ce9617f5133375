# Every target needs only Python 3.11 or later: `make setup` installs the rest into this checkout.
.DEFAULT_GOAL := help
.PHONY: help setup demo check test synth bench bench-judge sandbox policy lab env bindings bindings-compare bindings-next cdktn lock clean

PYTHON ?= $(shell sh toolchain/find-python.sh)
TOOLCHAIN := $(PYTHON) -m toolchain
RUN := .venv/bin/python -m toolchain run --
ENV ?= sandbox

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { gsub(/\$$\$$/, "$$"); printf "  make %-16s %s\n", $$1, $$2 }' Makefile

setup: ## install what is missing (.venv, node_modules, imports/ and so on)
	@$(TOOLCHAIN) setup

demo: setup ## deploy two services on both sides in a local AWS, show them and stop
	@$(RUN) .venv/bin/python -m sandbox.demo

check: setup ## run format, lint, type checks and unit tests in 40 seconds
	@$(RUN) sh toolchain/check.sh

test: ## run `make check` and every test, also against the prebuilt provider package
	@$(TOOLCHAIN) setup --with-prebuilt
	@$(RUN) sh toolchain/check.sh all

synth: setup ## write every stack's HCL2 below cdktf.out/stacks
	@.venv/bin/cdktf synth

bench: ## measure time and memory, also of the prebuilt provider package
	@$(TOOLCHAIN) setup --with-prebuilt
	@$(RUN) .venv/bin/python tests/bench

bench-judge: setup ## simulate how often the judge is wrong, beside the reference figures
	@$(RUN) .venv/bin/python -m tests.bench.judging $(OPTIONS)

sandbox: setup ## start a local AWS for ENV=sandbox: eval "$$(make -s sandbox)"
	@$(RUN) .venv/bin/pay sandbox start --environment $(ENV)

policy: setup ## judge every stack against PCI DSS; reports in .cache/policy
	@.venv-checkov/bin/python -m policies --rules
	@.venv/bin/cdktf synth
	@.venv/bin/pay policy

lab: setup ## try every stage of a move against the local AWS (OPTIONS=--help lists its options)
	@$(RUN) .venv/bin/python -m lab $(OPTIONS)

env: ## print the variables for terraform and cdktf: eval "$$(make -s env)"
	@$(TOOLCHAIN) env

bindings: setup ## trim the provider's schema to the types in use and generate imports/
	@.venv/bin/python -m toolchain bindings
	@$(TOOLCHAIN) setup

bindings-compare: ## list what differs between both versions of the provider for the stacks in cdktf.out
	@.venv/bin/python -m toolchain.bindings.compare cdktf.out

bindings-next: setup ## read the next version's schema back from WHEEL, the published bindings
	@.venv/bin/python -m toolchain.bindings.prebuilt $(WHEEL)

cdktn: setup ## try to leave cdktf for cdktn: every stack must stay equal
	@.venv/bin/python -m toolchain cdktn

lock: ## update the lock files from their inputs (UPGRADE=1 for the newest versions)
	@$(TOOLCHAIN) lock $(if $(UPGRADE),--upgrade)

clean: ## remove generated files, but keep the installed environments
	rm -rf cdktf.out imports .cache .sandbox .mypy_cache .pytest_cache .ruff_cache .hypothesis
