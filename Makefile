# make demo    serve the demo on http://127.0.0.1:8000, or on another port: make demo PORT=8001
# make demo-edge   the same behind Varnish, which is installed if need be
# make test    run everything: style, types, unit tests, tests of the scripts, with a real Varnish and in a browser
# make matrix  run the unit tests on the newest and on the lowest versions and on PostgreSQL, and three browsers
#
# They work from a bare checkout with Python 3.11 or newer and make. They keep what they install in .venv, and
# install again only when pyproject.toml or constraints.txt has changed. PYTHON= names the Python to make it with.

.POSIX:
.DEFAULT_GOAL = help
.PHONY: help demo demo-edge test unit js js-test edge browser lint format coverage bench benchmark mutation constraints clean
.PHONY: matrix newest browsers postgres lowest

PORT ?= 8000
VENV = .venv
BIN = $(VENV)/bin
PYTEST = $(BIN)/python -m pytest
BENCH = .venv-bench
MUTATION = .venv-mutation
MATRIX = .matrix
TRIXIE = $(BIN)/python -m tools.trixie
UNIT = -n 3 --dist worksteal --ignore=tests/browser --ignore=tests/browsers --ignore=tests/varnish
BENCH_PIP = $(BENCH)/bin/python -m pip --quiet --disable-pip-version-check install --constraint constraints.txt
ONLY =
ARGS =

help:
	@sed -n 's/^# \{0,1\}//p' Makefile | sed -n '1,7p'
	@echo 'make unit | js-test | edge | browser   a part of the tests; make unit ARGS="-k header" hands ARGS to pytest'
	@echo 'make newest | browsers | postgres | lowest   a part of the matrix'
	@echo 'make js               build the scripts of static/mizan_htmx from js/src'
	@echo 'make lint | format    look at the style and the types | write the style'
	@echo 'make coverage         unit tests with a report of the branches they did not take'
	@echo 'make bench            speed beside what else does the same work; make bench ONLY="rpc pages" for a part'
	@echo 'make benchmark        how long until the last of 1,000 pages knows; ARGS="mizan loop --rounds 20"'
	@echo 'make mutation         how many small changes of the core the unit tests notice; ARGS="keys --sample 50" for some'
	@echo 'make constraints      renew constraints.txt'
	@echo 'make clean            remove .venv and the other environments, .matrix and everything else that was made'

demo: $(VENV)/.demo
	@PORT='$(PORT)' exec $(BIN)/python -m demo serve

demo-edge: $(VENV)/.demo
	@MIZAN_VARNISH=`$(BIN)/python -m tools.varnish` && export MIZAN_VARNISH && \
	PORT='$(PORT)' exec $(BIN)/python -m tools.demo_edge

test: lint unit js-test edge browser

unit: $(VENV)/.test
	@$(BIN)/python -m tools.js install
	@MIZAN_REDIS=`$(BIN)/python -m tools.redis` && MIZAN_POSTGRES=`$(BIN)/python -m tools.postgres` && \
	export MIZAN_REDIS MIZAN_POSTGRES && set -x && \
	$(PYTEST) $(UNIT) $(ARGS)

js: $(VENV)/.made
	$(BIN)/python -m tools.js build

js-test: $(VENV)/.test
	$(BIN)/python -m tools.js test $(ARGS)

edge: $(VENV)/.test
	@MIZAN_VARNISH=`$(BIN)/python -m tools.varnish` && export MIZAN_VARNISH && set -x && \
	$(PYTEST) tests/varnish -n 2 --dist loadfile $(ARGS)

browser: $(VENV)/.test
	@MIZAN_CHROMIUM=`$(BIN)/python -m tools.browser` && \
	MIZAN_CHROMIUM_SHELL=`$(BIN)/python -m tools.browser shell` && MIZAN_HTMX=`$(BIN)/python -m tools.htmx` && \
	MIZAN_REDIS=`$(BIN)/python -m tools.redis` && \
	export MIZAN_CHROMIUM MIZAN_CHROMIUM_SHELL MIZAN_HTMX MIZAN_REDIS && set -x && \
	$(PYTEST) tests/browser -n 3 --dist worksteal $(ARGS)

matrix: newest browsers postgres lowest

newest: $(MATRIX)/.newest
	$(TRIXIE) run $(MATRIX)/trixie python -m pytest -p no:cacheprovider $(UNIT) $(ARGS)

browsers: $(MATRIX)/.newest
	$(TRIXIE) run $(MATRIX)/trixie python -m pytest -p no:cacheprovider tests/browsers -n 2 $(ARGS)

postgres: $(MATRIX)/.newest
	$(TRIXIE) run $(MATRIX)/trixie python -m tests.on_postgres -p no:cacheprovider $(UNIT) $(ARGS)

lowest: $(MATRIX)/.lowest
	@MIZAN_REDIS=`$(BIN)/python -m tools.redis` && MIZAN_POSTGRES=`$(BIN)/python -m tools.postgres` && \
	export MIZAN_REDIS MIZAN_POSTGRES && set -x && \
	$(MATRIX)/lowest/bin/python -m pytest -p no:cacheprovider $(UNIT) $(ARGS)

lint: $(VENV)/.test
	$(BIN)/python -m ruff check --quiet .
	$(BIN)/python -m ruff format --quiet --check .
	$(BIN)/python -m mypy
	$(BIN)/python -m mypy --config-file tools/mypy-demo.toml
	$(BIN)/python -m tools.js lint

format: $(VENV)/.test
	$(BIN)/python -m ruff check --fix .
	$(BIN)/python -m ruff format .
	$(BIN)/python -m tools.js format

coverage: $(VENV)/.test
	@MIZAN_REDIS=`$(BIN)/python -m tools.redis` && MIZAN_POSTGRES=`$(BIN)/python -m tools.postgres` && \
	export MIZAN_REDIS MIZAN_POSTGRES && set -x && \
	$(PYTEST) --cov --ignore=tests/browser --ignore=tests/browsers --ignore=tests/varnish $(ARGS)

# In an environment of its own: the peers are not for the tests.
bench: $(BENCH)/.bench
	@$(BENCH)/bin/python -m benchmarks.bench $(ONLY) $(ARGS)

benchmark: $(VENV)/.test
	$(BIN)/python -m benchmarks.fanout $(ARGS)

# In an environment of its own, and once in a while: tests/mutation.md has the last results.
mutation: $(MUTATION)/.mutation
	@MIZAN_REDIS=`$(MUTATION)/bin/python -m tools.redis` && export MIZAN_REDIS && \
	$(MUTATION)/bin/python -m tools.mutation $(ARGS)

constraints:
	@python="$(PYTHON)"; "$${python:-python3}" -m tools.constraints $(OTHERS)

clean:
	rm -rf js/node_modules $(VENV) $(BENCH) $(MUTATION) mutants $(MATRIX) build dist htmlcov .coverage .mypy_cache .pytest_cache .ruff_cache .hypothesis test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp is written last, so what was interrupted is done again.

$(VENV)/.demo: $(VENV)/.made pyproject.toml constraints.txt
	@echo "Installing what the demo needs …"
	@$(BIN)/python -m tools.install demo
	@touch $@

$(VENV)/.test: $(VENV)/.made pyproject.toml constraints.txt
	@echo "Installing what the tests need …"
	@$(BIN)/python -m tools.install test
	@touch $@ $(VENV)/.demo

$(MATRIX)/.trixie: $(VENV)/.made tools/trixie.py
	@echo "Making a root of Debian trixie …"
	@$(TRIXIE) make $(MATRIX)/trixie
	@touch $@

$(MATRIX)/.newest: $(MATRIX)/.trixie pyproject.toml constraints.txt
	@echo "Installing Django 6.1 and the rest on Python 3.13 …"
	@$(TRIXIE) install $(MATRIX)/trixie
	@touch $@

$(MATRIX)/.lowest: $(VENV)/.test pyproject.toml
	@echo "Installing the lowest versions that pyproject.toml declares …"
	@$(BIN)/uv --quiet --system-certs venv --clear --seed --python $(BIN)/python $(MATRIX)/lowest
	@$(BIN)/uv --quiet --system-certs pip install --python $(MATRIX)/lowest/bin/python --resolution lowest-direct \
	--editable '.[test,allauth]'
	@touch $@

$(BENCH)/.bench: $(BENCH)/.made pyproject.toml constraints.txt benchmarks/requirements.txt
	@echo "Installing what is measured …"
	@$(BENCH)/bin/python -m tools.install demo
	@$(BENCH_PIP) --requirement benchmarks/requirements.txt
	@touch $@

$(MUTATION)/.mutation: $(MUTATION)/.made pyproject.toml constraints.txt tools/mutation.txt
	@echo "Installing what the tests need, and what makes mutants …"
	@$(MUTATION)/bin/python -m tools.install test
	@$(MUTATION)/bin/python -m pip --quiet --disable-pip-version-check install --constraint constraints.txt \
	--requirement tools/mutation.txt
	@touch $@

$(MUTATION)/.made:
	@sh tools/venv.sh $(MUTATION) $(PYTHON)
	@touch $@

$(BENCH)/.made:
	@sh tools/venv.sh $(BENCH) $(PYTHON)
	@touch $@

$(VENV)/.made:
	@sh tools/venv.sh $(VENV) $(PYTHON)
	@touch $@
