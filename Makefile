# `make` lists the targets. `make demo` and `make test` need a Swift 6.3 toolchain and nothing else:
# what is missing of PACKAGES they install, as root or through sudo where that asks no password.

# What Seed is built from, runs with, and is tested against. The README says what each is for.
PACKAGES := git g++ libc6-dev pkg-config \
  libsqlite3-dev libssl-dev libpsl-dev libidn2-dev libzstd-dev libunbound-dev libqrencode-dev \
  libcurl4-openssl-dev \
  publicsuffix dns-root-data \
  postfix opendkim opendkim-tools unbound curl openssl python3 python3-venv sqlite3 zstd groff-base \
  golang-go golang-golang-x-mod-dev weasyprint poppler-utils valgrind binutils

# What the benchmarks need besides: the programs that Seed is measured beside.
BENCH_PACKAGES := gcc libgmime-3.0-dev libopendkim-dev valgrind

SWIFT ?= swift
PREFIX ?= /usr/local
DESTDIR ?=
UNIT_TARGETS := SeedMailTests,SeedCryptoTests,SeedAuthTests,SeedCoreTests,SeedMintTests,SeedSQLiteTests,SeedServiceTests,FuzzTests
ADDRESS_TARGETS ?= $(UNIT_TARGETS)
THREAD_TARGETS ?= $(UNIT_TARGETS)
FUZZ_SECONDS ?= 60
FUZZ_HOURS ?= 8
STRAIN_DIVISOR ?= 1

comma := ,
# One run of the tests that were built, and no XCTest beside them.
run_tests := $(SWIFT) test --skip-build --disable-xctest
tampering := ^SeedCoreTests\.(TamperTests|VerifierScriptTests)
crashing := ^EndToEndTests\.(CrashTests|DamageTests|DisturbanceTests)
crash_folder = $$([ -w /dev/shm ] && echo env TMPDIR=/dev/shm)
imports := --explicit-target-dependency-import-check error
release := $(SWIFT) build -c release --static-swift-stdlib --scratch-path .build-release

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help packages toolchain demo test unit tamper conformance e2e lint citations manuals check build tests \
  crash crash-long release install fuzz fuzz-long strain sanitize \
  sanitize-once bench bench-check clean

help: ## list the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

packages: ## install the Debian packages that are missing
	@scripts/install-packages.sh $(PACKAGES)

toolchain:
	@scripts/check-swift.sh $(SWIFT)

demo: packages toolchain ## build, then show the main job in a temporary home
	$(SWIFT) build --product seedd
	$(SWIFT) build --product seedctl
	@scripts/demo.sh "$$($(SWIFT) build --show-bin-path)"

# In this order, so that the cheap answer comes first; each step prints what it found.
test: packages toolchain ## everything that must hold: lint, build, unit, tamper, sanitizers, strain, conformance, end to end, crash
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory tests
	@$(MAKE) --no-print-directory unit
	@$(MAKE) --no-print-directory tamper
	@$(MAKE) --no-print-directory sanitize-once
	@$(MAKE) --no-print-directory strain STRAIN_DIVISOR=4
	@$(MAKE) --no-print-directory conformance
	@$(MAKE) --no-print-directory bench-check
	@$(MAKE) --no-print-directory e2e
	@$(MAKE) --no-print-directory crash

check: test ## what a push must pass: the same

build: toolchain ## both commands, for debugging
	$(SWIFT) build $(imports)

tests: toolchain
	$(SWIFT) build --build-tests $(imports)

# What waits for servers and clocks runs apart from what keeps every core busy.
unit: tests ## the tests of each target
	$(run_tests) --skip '^(ConformanceTests|EndToEndTests|SeedServiceTests)\.' --skip '$(tampering)'
	$(run_tests) --filter '^SeedServiceTests\.'

# Apart from the others: it keeps every core busy for minutes, and others would miss their limits.
tamper: tests ## every change to a bundle that can be thought of, and both verifiers' words on it
	$(run_tests) --filter '$(tampering)'

conformance: toolchain ## the public suites: a line `name: passed/total` for each
	@$(SWIFT) build --quiet --build-tests $(imports)
	@scripts/conformance.sh $(run_tests) --filter '^ConformanceTests\.'

# One after another: each starts servers, and some wait for what should take milliseconds.
e2e: tests ## the built commands beside a real Postfix
	@scripts/install-peers.sh .build/peers
	$(run_tests) --no-parallel --filter '^EndToEndTests\.' --skip '$(crashing)'

# In memory where there is a file system for that: what a disk would cost in time says nothing here.
crash: tests ## seedd stopped and let down at every call that changes something, and damage to its files
	$(crash_folder) $(run_tests) --no-parallel --filter '$(crashing)'

crash-long: tests ## the same with more faults, with chance more often, and every byte
	SEED_CRASH=long $(crash_folder) $(run_tests) --no-parallel --filter '$(crashing)'

lint: toolchain manuals citations ## the formatter's opinion, the manuals' syntax, the standards cited
	$(SWIFT) format lint --strict --parallel --recursive Package.swift Sources Tests Fuzz Benchmarks

citations:
	@scripts/check-citations.sh

manuals:
	@scripts/check-manuals.sh docs/man/*.[1-8]

release: toolchain ## both commands, optimised, with Swift's libraries inside
	$(release) --product seedd
	$(release) --product seedctl

# Builds nothing, since root may have no toolchain.
install: ## put what `make release` built under PREFIX (DESTDIR is put before it)
	@scripts/install.sh .build-release/release "$(DESTDIR)" "$(PREFIX)"

# The services and the database are looked into by `make fuzz` alone.
fuzzer := $(SWIFT) build -c release --product seed-fuzz --scratch-path .build-fuzz$(SANITIZE:%=-%) $(SANITIZE:%=--sanitize %)
built_fuzzer := .build-fuzz$(SANITIZE:%=-%)/release/seed-fuzz

fuzz: toolchain ## FUZZ_SECONDS of random input for each parser
	SEED_FUZZ=all SEED_ONLY=seed-fuzz $(fuzzer)
	Fuzz/run.sh $(built_fuzzer) $(FUZZ_SECONDS)

fuzz-long: toolchain ## the same for FUZZ_HOURS in all, two parsers at a time
	SEED_FUZZ=all SEED_ONLY=seed-fuzz $(fuzzer)
	FUZZ_JOBS=2 Fuzz/run.sh $(built_fuzzer) \
	  $$(($(FUZZ_HOURS) * 7200 / $$($(built_fuzzer) list | wc -l)))

strain: tests ## whether twice the hostile input costs more than twice the instructions
	@scripts/strain.sh "$$($(SWIFT) build --show-bin-path)/seed-strain" $(STRAIN_DIVISOR)

# Not a part of the tests: it says how fast, never whether it is right.
bench: packages toolchain ## CPU time beside GMime, libopendkim and plain C, with ratios
	@scripts/install-packages.sh $(BENCH_PACKAGES)
	@Benchmarks/run.sh

bench-check: tests
	@scripts/check-bench.sh

# One run of the unit tests under a sanitizer. What has limits in seconds runs apart from what keeps
# every core busy, and what hashes 100 MB within a minute not at all. LeakSanitizer would report what the
# test runner itself never frees.
sanitized = SEED_ONLY=$(1) SEED_SANITIZE=$(2) ASAN_OPTIONS=detect_leaks=0 \
  TSAN_OPTIONS=suppressions=$(CURDIR)/Tests/Sanitizers/thread.supp \
  $(SWIFT) $(3) --sanitize $(2) --scratch-path .build-$(2)
timed := ^(SeedCryptoTests|SeedServiceTests)\.
define sanitize
	$(call sanitized,$(1),$(2),build --build-tests)
	$(call sanitized,$(1),$(2),test --skip-build --disable-xctest) \
	  --skip '$(timed)' --skip '$(tampering)' --skip 'a body of 100 MB'
	$(call sanitized,$(1),$(2),test --skip-build --disable-xctest) --filter '$(timed)'
endef

sanitize: toolchain ## the unit tests under the address and the thread sanitizer
	$(call sanitize,$(ADDRESS_TARGETS),address)
	$(call sanitize,$(THREAD_TARGETS),thread)

# Each target under the one that suits it: where C is called and strangers' bytes are read, or where more
# than one task is at work; the store and the service under both. That takes less time.
sanitize-once:
	@$(MAKE) --no-print-directory sanitize \
	  ADDRESS_TARGETS=SeedMailTests,SeedCryptoTests,SeedAuthTests,SeedMintTests,SeedSQLiteTests,SeedServiceTests,FuzzTests \
	  THREAD_TARGETS=SeedCoreTests,SeedSQLiteTests,SeedServiceTests

clean: ## remove what was built
	rm -rf .build .build-*
