# Two commands do everything on a machine with Python 3.11+, make and a C compiler: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
KERNEL := .cache/uml/linux

.PHONY: demo test check format proto lock arm bench bench-quick faults ledger fuzz-adverts test-bluez clean

# The whole story on real orders; the console stays up until Ctrl-C.
demo: $(READY)
	$(BIN)/regulars demo

test: $(READY)
	$(BIN)/pytest -n auto --maxprocesses 4 --dist loadfile

# Lint, types, layers, protos and migrations: all that needs no run of the product.
check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	cd proto && ../$(BIN)/buf lint && ../$(BIN)/buf format --diff --exit-code > /dev/null
	$(BIN)/python proto/generate.py --check

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	cd proto && ../$(BIN)/buf format -w

# Makes the Python stubs beside the .proto files.
proto: $(READY)
	$(BIN)/python proto/generate.py

# Pins every dependency with its hashes.
lock: $(READY)
	$(BIN)/uv pip compile pyproject.toml --extra server --extra gateway --extra models --extra dev \
		--generate-hashes --no-emit-index-url --python-version 3.11 --universal --quiet -o requirements.lock

# The bars of performance, as ratios of two things measured in one run.
bench: $(READY)
	$(BIN)/python -m tests.benchmarks.run

bench-quick: $(READY)
	$(BIN)/python -m tests.benchmarks.run --quick

# Whether everything that a gateway installs, as locked, has a wheel for 64-bit ARM: nothing is compiled there.
arm: $(READY)
	$(BIN)/uv pip compile pyproject.toml --extra gateway --constraint requirements.lock --only-binary :all: \
		--python-platform aarch64-manylinux_2_28 --python-version 3.11 --no-header --no-annotate --quiet

# The fault campaign in its long form.
faults: $(READY)
	REGULARS_FAULT_ROUNDS=60 $(BIN)/pytest tests/faults

# The ledger against its model in the long form: 100,000 commands on each database.
ledger: $(READY)
	REGULARS_LEDGER_OPERATIONS=100000 $(BIN)/pytest tests/ledger --timeout 7200

# The gateway's ears on a real bluetoothd and a real kernel's Bluetooth: a Linux that runs as a program, built once.
test-bluez: $(READY) $(KERNEL)
	tests/uml/boot $(KERNEL)

$(KERNEL): tests/uml/build tests/uml/kernel.config
	tests/uml/build $@

# Searches for adverts that break the parser, guided by coverage; the tests do so with seeded mutations only.
fuzz-adverts: $(READY)
	$(BIN)/python -m tests.fuzz.adverts $(or $(SECONDS_MAX),600)

$(READY): requirements.lock pyproject.toml
	test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

clean:
	rm -rf $(VENV) .cache .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
