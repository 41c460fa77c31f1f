# The ways to run Interlock from a checkout. Everything is installed into .venv, from requirements-dev.lock.

PYTHON  ?= $(firstword $(foreach each,python3.11 python3 python,$(shell \
             $(each) -c 'import sys; raise SystemExit(sys.version_info < (3, 11))' 2>/dev/null && echo $(each))))
ROOT    ?= examples/desk
AS_OF   ?= 2026-03-30T06:30:00Z
PHASE_A ?= 2026-02-02
OUT     ?= out
WORKERS ?= 2
PAIRS   ?= 1000000
GATE    ?= live-rollout-readiness

OPTIONS    = --historic --environment paper --stateless --baseline phase_a=$(OUT)/phase_a.json
READY     := .venv/.ready
RUN       := .venv/bin/python
PARALLEL   = -n $(WORKERS) --dist loadfile --no-loadscope-reorder
INTERLOCK := .venv/bin/interlock
NEWEST    := build/newest
BRANCHES  := build/coverage
FLOOR      = 97
DECIDING   = language/*,evaluation/*,guard/*,ledger/*,rollout/*,$\
             collect/typed_values.py,collect/line_heads.py,collect/sql/query_time.py,$\
             collect/local_clock.py,collect/rows/source_coverage.py,collect/rows/periods.py,collect/rows/pooled_rows.py,$\
             collect/rows/row_order.py,collect/rows/row_window.py
NEWEST_TESTS = tests/policy tests/collect tests/examples/test_desk_verdicts.py tests/docs/test_readme.py
PIP_TOOLS  = pip-tools==7.6.2
COMPILE    = build/lock/bin/pip-compile --quiet --no-config --generate-hashes --no-header --no-emit-options \
             --strip-extras --allow-unsafe --annotation-style line $(UPGRADE)

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help setup demo play test laws lint check check-newest mutants bench docs lock clean

help:  ## list the targets
	@sed -n -E 's/^([a-z-]+):.*## (.*)/\1|\2/p' $(firstword $(MAKEFILE_LIST)) | \
	    awk -F '|' '{ printf "make %-12s %s\n", $$1, $$2 }'

setup: $(READY)  ## install the project and its pinned packages into .venv

$(READY): requirements-dev.lock pyproject.toml
	@if [ -z "$(PYTHON)" ] || ! $(PYTHON) -c 'import sys; raise SystemExit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    echo "Interlock needs Python 3.11 or newer: install it, or name it with \`make PYTHON=…\`" >&2; exit 2; fi
	@if ! $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then \
	    echo "$(PYTHON) lacks its module venv: on Debian and Ubuntu, \`apt-get install python3-venv\`" >&2; exit 2; fi
	@echo "installing the pinned packages into .venv (once, about a minute)"
	@test -x .venv/bin/pip || $(PYTHON) -m venv .venv
	@$(RUN) -m pip install -qq --require-hashes -r requirements-dev.lock
	@$(RUN) -m pip install -qq --no-deps --no-build-isolation --editable .
	@touch $@

# A verdict below the best is an answer and not a failure: `evaluate` ends with 1 where a policy is at its worst and with
# 3 in between. Any other code but 0 ends the demo.
demo: $(READY)  ## collect from examples/desk, evaluate one gate, write a report on all of them
	@mkdir -p $(OUT)
	@echo "Check the policies:"
	@$(INTERLOCK) validate
	@echo && echo "Measure the example desk:"
	@$(INTERLOCK) collect --root $(ROOT) --as-of $(AS_OF) --archive -o $(OUT)/snapshot.json
	@$(INTERLOCK) collect --root $(ROOT) --as-of $(PHASE_A) --quiet -o $(OUT)/phase_a.json
	@echo && echo "Is phase 2b ready for micro-live trading?"
	@$(INTERLOCK) evaluate $(OUT)/snapshot.json --policy $(GATE) $(OPTIONS) || [ $$? -eq 1 -o $$? -eq 3 ]
	@echo && echo "Every gate, beginning with what is asked for:"
	@$(INTERLOCK) report $(OUT)/snapshot.json $(OPTIONS) -o $(OUT)/report.md
	@head -n 3 $(OUT)/report.md | tail -n 1
	@echo && echo "Try next, with $(INTERLOCK):" && \
	    echo "  explain $(OUT)/snapshot.json --policy $(GATE) --historic --environment paper --stateless" && \
	    echo "  eval 'streak(equity.daily_change < 0)' $(OUT)/snapshot.json" && \
	    echo "  test --policy $(GATE)" && \
	    echo "  metrics drawdown" && \
	    echo "  --help"

play: $(READY)  ## play experiment 0 through the command line, with a rollback in the middle
	rm -rf $(OUT)/experiment_0
	$(RUN) examples/experiment_0/play.py --out $(OUT)/experiment_0

# One worker runs the tests of a file, so what they share, as the play of experiment 0, is made once. All of it is
# measured, the processes that tests start included: `make check` judges the very run that it waits for.
test: $(READY)  ## run every test, and measure which branches they run
	@rm -rf $(BRANCHES) && mkdir -p $(BRANCHES)
	$(RUN) -m coverage run -m pytest $(PARALLEL)

laws: $(READY)  ## judge a million random pairs by the two laws, about an hour on two cores
	PYTHONPATH=tests $(RUN) -m properties.laws --pairs $(PAIRS) --workers $(WORKERS)

lint: $(READY)  ## check style, types, dead code and policies, without the tests
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy
	$(RUN) -m vulture
	$(INTERLOCK) validate --strict
	@mkdir -p build
	$(INTERLOCK) test --coverage --min 100 > build/coverage.txt || { cat build/coverage.txt; exit 1; }
	@tail -n 2 build/coverage.txt

# It says nothing where the floors hold, so the closing line of pytest ends the output. A process that a test kills may
# leave half a file behind; what it alone ran is then missing, and the floors tell.
check: lint test  ## check what `lint` checks, run every test, and hold the floors of branches
	@$(RUN) -m coverage combine --quiet $(BRANCHES) 2> $(BRANCHES)/combined.txt || { cat $(BRANCHES)/combined.txt; false; }
	@rm -f $(BRANCHES)/data.*
	@$(call floor,$(FLOOR),*)
	@$(call floor,100,$(DECIDING))

comma := ,
floor  = $(RUN) -m coverage report --skip-covered --show-missing --fail-under=$(1) \
         --include='engine/interlock/$(subst $(comma),$(comma)engine/interlock/,$(2))' > $(BRANCHES)/report.txt \
         || { cat $(BRANCHES)/report.txt; false; }

# The environment is made anew each time: only then does it hold the newest releases, and nothing left over.
check-newest:  ## check with the newest packages that pyproject.toml allows, without the locks
	@$(PYTHON) -m venv --clear $(NEWEST)
	@$(NEWEST)/bin/python -m pip install --quiet '.[duckdb,signatures]' hypothesis pytest pytest-xdist
	@$(NEWEST)/bin/python -m pip freeze --exclude interlock
	$(NEWEST)/bin/interlock validate --strict
	@touch $(NEWEST)/.ready
	@$(MAKE) --no-print-directory demo READY=$(NEWEST)/.ready INTERLOCK=$(NEWEST)/bin/interlock OUT=$(NEWEST)/out
	$(NEWEST)/bin/python -m pytest -n $(WORKERS) $(NEWEST_TESTS)

# Hours on two cores; it goes on where it was stopped. `make mutants MUTANTS='interlock.guard.*'` tries a part.
mutants: $(READY)  ## change the rooms that decide a little at a time, and list the changes that no test notices
	@test -x build/mutmut/bin/pip || $(PYTHON) -m venv build/mutmut
	@build/mutmut/bin/python -m pip install -qq --require-hashes -r requirements-dev.lock -r requirements-mutants.lock
	@build/mutmut/bin/python -m pip install -qq --no-deps --no-build-isolation --editable .
	build/mutmut/bin/python bench/mutants.py $(MUTANTS)

bench: $(READY)  ## measure speed as ratios, count what a ledger survives, write docs/benchmarks.md
	$(RUN) bench/run.py

docs: $(READY)  ## write docs/diagnostics.md, cli.md, artefacts.md and reference/ from codes, commands and schemas
	$(RUN) docs/make_diagnostics.py
	$(RUN) docs/make_reference.py
	$(RUN) docs/make_cli.py
	$(RUN) docs/make_artefacts.py

# Run with UPGRADE=--upgrade to take newer versions than the locks already hold.
lock:  ## pin the dependencies of pyproject.toml and requirements-dev.in, with hashes
	@test -x build/lock/bin/pip-compile || $(PYTHON) -m venv build/lock
	@build/lock/bin/pip install --quiet $(PIP_TOOLS)
	$(COMPILE) -o build/windows.lock requirements-windows.in
	$(COMPILE) --extra duckdb --extra signatures -o requirements.lock pyproject.toml
	@sed -E 's/^([a-z-]+==[^ ]+)/\1 ; sys_platform == "win32"/' build/windows.lock >> requirements.lock
	$(COMPILE) -o requirements-dev.lock requirements-dev.in
	@sed -E 's/^([a-z-]+==[^ ]+)/\1 ; sys_platform == "win32"/' build/windows.lock >> requirements-dev.lock
	$(COMPILE) --constraint requirements-dev.lock -o requirements-mutants.lock requirements-mutants.in

clean:  ## delete what the other targets made, .venv included
	rm -rf .venv build dist mutants $(OUT) .pytest_cache .mypy_cache .ruff_cache .hypothesis
