# Mark AI: everything a person types starts with make. `make run` and `make test`
# set the machine up by themselves; build/setup.sh says what it installs and why.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run build test test-long dev bench bench-ingest bench-engine bench-kernels bench-vectors check-kernels eval fuzz e2e setup clean

help: ## what there is to type
	@echo "Mark AI, legal AI on the lawyer's own machine"
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' Makefile

run: build ## set up, build, and open the window with the sample matter
	@build/run.sh

test: ## set up, build, and run everything CI runs (FROM=stage resumes there)
	@build/setup.sh test
	@build/test/run.sh $(FROM)

test-long: build ## soaks, hundreds of kills, long fuzzing
	@build/setup.sh test
	@build/test/long.sh

build: ## set up and build build/bin/markai and its headless twin
	@build/setup.sh
	@build/build.sh

dev: build ## the UI with live reload, in a browser
	@build/dev.sh

bench: build ## speed as ratios to known programs (CORPUS=folder of PDFs)
	@build/setup.sh test
	@build/bench.sh $(CORPUS)

bench-ingest: build ## thousands of pages and documents: cost, memory (CORPUS=folder of PDFs)
	@build/setup.sh test
	@python3 build/bench/ingest.py "$(or $(CORPUS),build/sample/documents)"

bench-engine: build ## the chat engine beside a bare loop and llama.cpp's server
	@build/setup.sh test
	@build/bench/engine.sh

bench-kernels: build ## the encoder beside ONNX Runtime and llama.cpp
	@build/bench/encoder.sh

bench-vectors: build ## the scan for meaning beside sqlite-vec and faiss (TEXTS=folder QUESTIONS=file)
	@build/bench/vectors.sh "$(TEXTS)" "$(QUESTIONS)"

check-kernels: ## the kernels on every compiler, processor and sanitizer there is
	@kernels/check.sh

eval: build ## search on the sample, and all that is measured on a question set (SET=folder)
	@build/eval.sh $(SET)

fuzz: build ## every fuzz target for a while (FUZZTIME=30s)
	@build/test/fuzz.sh

e2e: build ## the end-to-end tests alone: browser, command line, window
	@build/setup.sh test
	@build/test/run.sh only e2e

setup: ## only install what building and running need
	@build/setup.sh

clean: ## remove what was built, keep what was downloaded
	rm -rf build/bin build/artifacts frontend/dist
