# `make` alone prints the list of targets. Required: Go, bash and a C compiler (only for
# the race detector; the product is built without cgo).
.DEFAULT_GOAL := help
SHELL := bash

# Ignore the machine's own Go settings.
export GOFLAGS := -buildvcs=false
export GOWORK := off
export CGO_ENABLED := 0

BUILD = -trimpath -ldflags '-s -w -X main.version=$(shell scripts/version.sh version) -X main.commit=$(shell scripts/version.sh commit)'

# The linter is built from a module of its own, so that its 200 dependencies stay out of
# go.mod. Its file name contains the version, so that another version is another file.
LINT_VERSION := $(shell awk '$$1 == "github.com/golangci/golangci-lint/v2" { print $$2 }' scripts/tools/go.mod)
LINT := bin/golangci-lint-$(LINT_VERSION)

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: ## build bin/firn, a static binary
	go build $(BUILD) -o bin/ ./cmd/firn

.PHONY: install
install: ## install firn where `go install` puts programs
	go install $(BUILD) ./cmd/firn

.PHONY: test
test: ## run every check that a change must pass; installs what the tests need
	@scripts/test.sh

.PHONY: race
race: ## run only the tests, with the race detector
	@scripts/race.sh

.PHONY: lint
lint: $(LINT) ## check format, vet and lint, and look for known vulnerabilities (VULNDB=)
	$(LINT) fmt --diff
	go vet ./...
	$(LINT) run ./...
	scripts/vulnerable.sh

.PHONY: fmt
fmt: $(LINT) ## format the code
	$(LINT) fmt

.PHONY: fuzz
fuzz: ## run each fuzz target for 20 s (FUZZTIME=)
	@scripts/fuzz.sh

.PHONY: demo
demo: ## upload a file, kill the upload, resume it, verify; then the same for a download (FILE=)
	@scripts/demo.sh $(if $(FILE),'$(FILE)')

.PHONY: bench
bench: ## measure firn and compare it with other tools, into docs/performance.md (BENCH_ONLY=)
	@scripts/bench.sh

.PHONY: torture
torture: ## kill large transfers and imports, stress the server, run every test as a whole (TORTURE_MIB=)
	@scripts/torture.sh

.PHONY: dist
dist: ## make a release in dist/ and test it: archives, packages, checksums (TARGETS= URL= DOWNLOADS=)
	@scripts/dist.sh
	@scripts/dist-test.sh dist

.PHONY: flushes
flushes: ## remove each flush in turn, and check that a test fails
	@scripts/flushes.sh

.PHONY: cross
cross: ## build for every supported system and processor
	@scripts/cross.sh all

.PHONY: clean
clean: ## remove what was built
	rm -rf bin dist .bench

$(LINT): scripts/tools/go.mod scripts/tools/go.sum
	go -C scripts/tools build -o ../../$@ github.com/golangci/golangci-lint/v2/cmd/golangci-lint
