.PHONY: setup env lock bindings
PYTHON ?= python3
TOOLCHAIN := $(PYTHON) -m toolchain

setup: ## install everything that is missing into this checkout
	@$(TOOLCHAIN) setup

env: ## print the variables that cdktf and terraform run with, for eval "$$(make -s env)"
	@$(TOOLCHAIN) env

lock: ## re-make the lock files from their inputs
	@$(TOOLCHAIN) lock $(if $(UPGRADE),--upgrade)

bindings: setup ## re-trim the provider schema to bindings/types.txt and generate imports/
	@$(TOOLCHAIN) bindings
	@$(TOOLCHAIN) setup
