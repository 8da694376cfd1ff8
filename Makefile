# p2pdash: build, run, test. `make help` lists what there is.
#
# Objects stand apart by compiler and sanitizer, so `make`, `make CC=clang` and `make SANITIZE=1` never mix.
MAKEFLAGS += --no-builtin-rules
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all

CC := gcc
AR := ar
SANITIZE :=
FUZZ :=
BUILD := build
BIN := $(BUILD)$(if $(SANITIZE),/sanitize)
OBJ := $(BUILD)/obj/$(notdir $(CC))$(if $(SANITIZE),-sanitize)$(if $(FUZZ),-fuzz)

# What is done is named in a word; V=1 shows the commands.
say = $(if $(V),,@printf '  %-5s%s\n' $(1) $@;)

COMMA := ,
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
	-Wold-style-definition -Wwrite-strings -Wcast-qual -Wpointer-arith -Wformat=2 -Wundef -Wvla -Werror
HARDENING := -fstack-protector-strong -fPIE $(if $(SANITIZE),,-D_FORTIFY_SOURCE=2)
OPTIMISE := $(if $(SANITIZE),-O1 -fno-omit-frame-pointer -fsanitize=address$(COMMA)undefined -fno-sanitize-recover=all,-O2)
CFLAGS ?= -g
ALL_CFLAGS = -std=gnu11 -D_GNU_SOURCE -I. $(OPTIMISE) $(HARDENING) $(WARNINGS) $(if $(REDIS_TLS),-DREDIS_TLS) $(if $(FUZZ),-fsanitize=fuzzer-no-link) $(CFLAGS)
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now $(if $(SANITIZE),-fsanitize=address$(COMMA)undefined) $(LDFLAGS)

# TLS to Redis, where hiredis has it.
REDIS_TLS := $(shell pkg-config --exists hiredis_ssl 2>/dev/null && echo yes)

# Libraries by part: a program links its own part's, those of the parts it uses, and common's.
common_LIBS := -lcjson -ljwt -lcrypto -lm
REDIS_LIBS := $(if $(REDIS_TLS),-lhiredis_ssl -lssl) -lhiredis
fcgi_LIBS := -lfcgi $(REDIS_LIBS) -lcrypt -lz
feed_LIBS := -lev $(REDIS_LIBS)
relay_LIBS := -lwebsockets
reporter_LIBS := -lcurl -lsystemd -lz

# Parts that a part uses beside common: NAME_USES.
relay_USES := feed
part_archives = $(foreach part,$(filter-out common,$(1) $($(1)_USES)) common,$(OBJ)/lib$(part).a)
part_libs = $(foreach part,$(filter-out common,$(1) $($(1)_USES)) common,$($(part)_LIBS))

# A part's library is every file of its folder but those with a main.
MAINS := fcgi/main.c fcgi/cli/cli.c relay/main.c reporter/main.c
part_sources = $(filter-out $(MAINS),$(wildcard $(1)/*.c $(1)/*/*.c))
PARTS := common feed fcgi relay reporter
PROGRAMS := p2pdash-api p2pdash p2pdash-relay p2pdash-reporter

p2pdash-api_MAIN := fcgi/main
p2pdash-api_PART := fcgi
p2pdash_MAIN := fcgi/cli/cli
p2pdash_PART := fcgi
p2pdash-relay_MAIN := relay/main
p2pdash-relay_PART := relay
p2pdash-reporter_MAIN := reporter/main
p2pdash-reporter_PART := reporter

# A part without its main yet has nothing to build.
BUILDABLE := $(foreach p,$(PROGRAMS),$(if $(wildcard $($(p)_MAIN).c),$(p)))

.PHONY: all
all: $(BUILDABLE:%=$(BIN)/%) ## Build the programs into build/ (SANITIZE=1: with ASan and UBSan, into build/sanitize/)

$(OBJ)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

define part_rules
$(1)_OBJECTS := $$(patsubst %.c,$$(OBJ)/%.o,$$(call part_sources,$(1)))
$$(OBJ)/lib$(1).a: $$($(1)_OBJECTS)
	@mkdir -p $$(@D)
	@rm -f $$@
	$$(call say,AR)$$(AR) rcs $$@ $$^
endef
$(foreach part,$(PARTS),$(eval $(call part_rules,$(part))))

define program_rules
$$(BIN)/$(1): $$(OBJ)/$$($(1)_MAIN).o $$(call part_archives,$$($(1)_PART))
	@mkdir -p $$(@D)
	$$(call say,LINK)$$(CC) $$(ALL_CFLAGS) $$(ALL_LDFLAGS) -o $$@ $$^ $$(call part_libs,$$($(1)_PART))
endef
$(foreach program,$(PROGRAMS),$(eval $(call program_rules,$(program))))

# Unit tests: tests/unit/PART/[ROOM/]test_NAME.c is one cmocka program on that part's library; the other files of the
# part's folder are shared by its tests.
define unit_rules
$(1)_UNIT_HELPERS := $$(patsubst %.c,$$(OBJ)/%.o,$$(filter-out tests/unit/$(1)/test_%,$$(wildcard tests/unit/$(1)/*.c)))
$(1)_UNITS := $$(patsubst tests/unit/$(1)/%.c,$$(OBJ)/unit/$(1)/%,$$(wildcard tests/unit/$(1)/test_*.c tests/unit/$(1)/*/test_*.c))
$$(OBJ)/unit/$(1)/%: $$(OBJ)/tests/unit/$(1)/%.o $$($(1)_UNIT_HELPERS) $$(call part_archives,$(1))
	@mkdir -p $$(@D)
	$$(call say,LINK)$$(CC) $$(ALL_CFLAGS) $$(ALL_LDFLAGS) -o $$@ $$^ $$(call part_libs,$(1)) -lcmocka
endef
$(foreach part,$(PARTS),$(eval $(call unit_rules,$(part))))
UNITS := $(foreach part,$(PARTS),$($(part)_UNITS))

.PHONY: units build-units
build-units: $(UNITS)
units: $(UNITS) ## Build and run the unit tests
	@for unit in $(UNITS); do echo "$$unit"; "$$unit" || exit 1; done

# The page's libraries, fetched by npm and copied beside the programs: Node is needed to build, not to run.
VENDOR := build/static/vendor/icons.svg
$(VENDOR): package-lock.json static/icons.txt scripts/vendor-assets.sh
	scripts/vendor-assets.sh $(VENDOR:%/icons.svg=%)

# What the tests import.
NODE_MODULES := build/node_modules.stamp
$(NODE_MODULES): package-lock.json
	npm ci --no-progress
	@mkdir -p $(@D)
	@touch $@

# The targets below are typed by people on machines where nothing may be installed yet.
INSTALL := scripts/install-packages.sh
PARALLEL_MAKE = $(MAKE) --no-print-directory $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc))

.PHONY: up down status
up: ## Install what is missing, build, start the stack and wait until it is healthy
	@$(INSTALL) build run
	@$(PARALLEL_MAKE) all $(VENDOR)
	@scripts/up.sh

down: ## Stop the stack; data, secrets and logs stay
	@scripts/down.sh

status: ## Show each service of the stack and its health
	@scripts/status.sh

.PHONY: install-coordinator
install-coordinator: ## Let systemd start this clone's stack at boot, with the settings given now; root
	@$(INSTALL) build run
	@$(PARALLEL_MAKE) all $(VENDOR)
	@scripts/install-coordinator.sh

.PHONY: install-worker
install-worker: ## Build the reporter and install it with its systemd unit (DESTDIR= for packages)
	@$(INSTALL) build
	@$(PARALLEL_MAKE) $(BIN)/p2pdash-reporter
	install -D -m 755 $(BIN)/p2pdash-reporter $(DESTDIR)/usr/bin/p2pdash-reporter
	install -D -m 644 reporter/p2pdash-reporter.service $(DESTDIR)/lib/systemd/system/p2pdash-reporter.service
	install -D -m 644 reporter/reporter.conf.example $(DESTDIR)/etc/p2pdash/reporter.conf.example

.PHONY: test check sanitize asan
test: ## Install what is missing, build, run every suite; ends with `N passed, N failed` (SANITIZE=1: under sanitizers)
	@$(INSTALL) build run test
	@$(MAKE) --no-print-directory $(NODE_MODULES)
	@$(PARALLEL_MAKE) all build-units $(PROBE) $(FEED_PRINT) $(VENDOR)
	@P2PDASH_BIN=$(BIN) tests/run.sh $(UNITS)

check: ## Formatting, static analysis, types, configuration, architecture's walls
	@$(INSTALL) build run test check
	@$(MAKE) --no-print-directory $(NODE_MODULES)
	@$(PARALLEL_MAKE) $(VENDOR)
	@tests/check.sh

.PHONY: test-compose
test-compose: ## Build the images and try the stack of containers on a real engine (docker/); root, or a running engine
	@$(INSTALL) compose
	@$(MAKE) --no-print-directory $(NODE_MODULES)
	@tests/compose/run.sh

.PHONY: test-services
test-services: ## Try services and journals on a booted system and on a real Docker engine; root
	@$(INSTALL) build run test services
	@$(MAKE) --no-print-directory $(NODE_MODULES)
	@$(PARALLEL_MAKE) all $(VENDOR)
	@P2PDASH_BIN=$(BIN) tests/services/run.sh

asan: ## Build the programs and unit tests with address and undefined-behaviour sanitizers
	@$(PARALLEL_MAKE) SANITIZE=1 all build-units

sanitize: ## Run every suite against the sanitizers' build
	@$(MAKE) --no-print-directory SANITIZE=1 test

# Fuzzing: tests/fuzz/PART/NAME.c feeds that part's parsers. Needs clang.
FUZZ_SECONDS := 30
define fuzz_rules
$(1)_FUZZERS := $$(patsubst tests/fuzz/$(1)/%.c,$$(OBJ)/fuzz/$(1)/%,$$(wildcard tests/fuzz/$(1)/*.c))
$$(OBJ)/fuzz/$(1)/%: $$(OBJ)/tests/fuzz/$(1)/%.o $$(call part_archives,$(1))
	@mkdir -p $$(@D)
	$$(call say,LINK)$$(CC) $$(ALL_CFLAGS) $$(ALL_LDFLAGS) -fsanitize=fuzzer -o $$@ $$^ $$(call part_libs,$(1))
endef
$(foreach part,$(PARTS),$(eval $(call fuzz_rules,$(part))))
FUZZERS := $(foreach part,$(PARTS),$($(part)_FUZZERS))

.PHONY: fuzz run-fuzzers
fuzz: ## Feed the parsers with what libFuzzer makes up, FUZZ_SECONDS=30 each
	@$(INSTALL) build check
	@$(PARALLEL_MAKE) CC=clang SANITIZE=1 FUZZ=1 run-fuzzers
run-fuzzers: $(FUZZERS)
	@for fuzzer in $(FUZZERS); do \
		name=$${fuzzer##*/fuzz/} && corpus=$(BUILD)/corpus/$$name && mkdir -p $$corpus && \
		{ $$fuzzer -max_total_time=$(FUZZ_SECONDS) -max_len=8192 -print_final_stats=1 -artifact_prefix=$$corpus/ \
			$$corpus >$$fuzzer.log 2>&1 || { cat $$fuzzer.log; exit 1; }; } && \
		sed -n "s|^stat::number_of_executed_units: |  FUZZ $$name runs=|p" $$fuzzer.log || exit 1; done

# What measures: C, so that a thousand subscribers cost less than what they measure.
PROBE := $(BIN)/bench/probe
PROBE_OBJECTS := $(patsubst %.c,$(OBJ)/%.o,$(wildcard tests/bench/*.c))
$(PROBE): $(PROBE_OBJECTS) $(OBJ)/libcommon.a
	@mkdir -p $(@D)
	$(call say,LINK)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(common_LIBS)

# A follower that only prints what it hears: the first test of feed/.
FEED_PRINT := $(BIN)/feed/print
$(FEED_PRINT): $(OBJ)/tests/feed/print.o $(OBJ)/libfeed.a $(OBJ)/libcommon.a
	@mkdir -p $(@D)
	$(call say,LINK)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(feed_LIBS) $(common_LIBS)

.PHONY: bench
bench: ## Measure: the tables of docs/PERFORMANCE.md anew, in about eight minutes (TABLES="metrics lines": only these)
	@$(INSTALL) build run bench
	@$(MAKE) --no-print-directory $(NODE_MODULES)
	@$(PARALLEL_MAKE) all $(PROBE) $(VENDOR)
	@node tests/bench/run.js $(TABLES)

.PHONY: screenshots
screenshots: ## Take pictures of every view into build/screenshots (README=1: those of README.md into docs/images)
	@$(INSTALL) build run test
	@$(MAKE) --no-print-directory $(NODE_MODULES)
	@$(PARALLEL_MAKE) all $(VENDOR)
	@node tests/screenshots/run.js $(if $(README),--readme)

.PHONY: shape
shape: ## Show how the C reads, in figures: the length of functions and files and the share of comments, part by part
	@tests/shape.py

.PHONY: clean
clean: ## Remove what was built
	rm -rf $(BUILD)

.PHONY: help
help: ## Show this list
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/\1	\2/p' $(MAKEFILE_LIST) | expand -t 16

.SECONDARY:
-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)
