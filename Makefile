# A thin cover over CMake and the scripts: what a person types.
#
#   make          build build/moodreel          make check    all tests, again under sanitizers, and lint
#   make run      packages, build, photo,       make lint     format, clang-tidy, cppcheck
#                 then the page on LISTEN       make format   rewrite in the house format
#   make bench    measured speeds               make clean    forget what was built (but for data and the store)
#   make install  to PREFIX, under DESTDIR
#
# Variables: JOBS (parallel jobs), LISTEN (127.0.0.1:8080), STORE (sqlite:build/moodreel.db),
# PHOTO (of `run`), PREFIX (/usr/local), DESTDIR, CMAKE_FLAGS (more -D options).

BUILD  ?= build
JOBS   ?= $(shell nproc)
PREFIX ?= /usr/local
PHOTO  ?= data/samples/astronaut.jpg
LISTEN ?= 127.0.0.1:8080
STORE  ?= sqlite:$(BUILD)/moodreel.db

# The packages come before what is built with them; what can be done at once goes by JOBS.
.NOTPARALLEL:
.PHONY: all build deps run check bench lint format install clean

all: build

build:
	cmake -S . -B $(BUILD) -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX="$(PREFIX)" -DMR_TESTS=OFF $(CMAKE_FLAGS)
	cmake --build $(BUILD) --parallel $(JOBS)

deps:
	scripts/install-deps.sh build run

run: deps build
	$(BUILD)/moodreel analyze "$(PHOTO)"
	$(BUILD)/moodreel recommend "$(PHOTO)"
	$(BUILD)/moodreel serve --listen "$(LISTEN)" --store "$(STORE)"

check:
	scripts/install-deps.sh build run check
	-scripts/install-deps.sh browser
	JOBS=$(JOBS) scripts/check.sh

bench: build
	JOBS=$(JOBS) scripts/bench.sh $(BUILD)

lint:
	scripts/install-deps.sh build check
	JOBS=$(JOBS) scripts/lint.sh

format:
	scripts/sources.sh | xargs clang-format -i

install: build
	cmake --install $(BUILD)

# The data sets that may lie under build/data are left alone.
clean:
	if [ -d $(BUILD) ]; then find $(BUILD) -mindepth 1 -maxdepth 1 ! -name data ! -name "moodreel.db*" -exec rm -rf {} +; fi
