# Thin targets; everything they use is locked with hashes in requirements/ and configured in pyproject.toml.
# On a fresh machine Python (>= 3.11) and make are enough for `make run` and `make test`.

PYTHON ?= python3
PYTEST_ARGS ?=
PIP = .venv/bin/python -m pip --disable-pip-version-check
OWN = $(PIP) install --quiet --no-deps --no-build-isolation --config-settings editable_mode=compat -e .

# Where it is set, each worker and each command that a test starts compiles all modules anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run install test e2e judges soak lint fmt cover lock messages clean help
.DEFAULT_GOAL := help

help: ## these lines
	@grep -E '^[a-z0-9]+:.*## ' Makefile | sed -E 's/^([a-z0-9]+):.*## /  make \1|/' | column -t -s '|' 2>/dev/null || grep -E '^[a-z0-9]+:.*## ' Makefile

run: .venv/run.stamp ## the demonstration: server on 127.0.0.1:8000 and a counter that is tapped
	@exec .venv/bin/python -m canteen.demo

install: .venv/run.stamp ## .venv with the locked packages, for a real canteen

test: .venv/test.stamp ## the whole suite, a real PostgreSQL included; rules of the house are lint's
	.venv/bin/python -m pytest -n 2 --dist worksteal --ignore=tests/house $(PYTEST_ARGS)

e2e: .venv/test.stamp ## a real browser and serial peers from outside (installs them by apt)
	sh .ci/need chromium-headless-shell fonts-noto-cjk poppler-utils ser2net socat
	.venv/bin/python -m pytest tests/e2e -m e2e -n 2 --dist loadscope $(PYTEST_ARGS)

judges: .venv/test.stamp build/judges.stamp ## outside programs judge our files and plans (installs them)
	sh .ci/need hledger libreoffice-calc-nogui
	.venv/bin/python -m pytest tests/judges -m judges $(PYTEST_ARGS)

soak: .venv/test.stamp ## the long runs; LibreOffice adds a year's workbooks up (installs it)
	sh .ci/need libreoffice-calc-nogui
	.venv/bin/python -m pytest -m soak $(PYTEST_ARGS)

lint: .venv/test.stamp ## style, format, types, import contracts, house rules; nothing slower
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/python -m pytest tests/house --quiet --durations=0 --durations-min=2

fmt: .venv/test.stamp ## put the source into form
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

cover: .venv/test.stamp ## branch coverage; the floors that hold money and bytes must be complete
	.venv/bin/coverage erase
	.venv/bin/python -m pytest -n 2 --cov --cov-report= $(PYTEST_ARGS)
	.venv/bin/coverage report
	.venv/bin/coverage report --fail-under=100 \
	  --include='canteen/rules/*,canteen/till/*,card_reader/protocols/*,card_reader/outbox.py'

messages: .venv/test.stamp ## gather, update and compile the sentences of both languages
	mkdir -p build && .venv/bin/pybabel extract --mapping-file=canteen/locale/babel.cfg --no-location --sort-output \
	  --keyword=_l --keyword=lazy_gettext --output-file=build/messages.pot canteen
	.venv/bin/pybabel update --input-file=build/messages.pot --output-dir=canteen/locale \
	  --no-fuzzy-matching --ignore-obsolete --omit-header
	.venv/bin/pybabel compile --directory=canteen/locale --use-fuzzy --statistics

lock: ## lock the versions of requirements/*.in anew (a commit of its own)
	rm -rf build/lock && $(PYTHON) -m venv build/lock
	build/lock/bin/python -m pip --disable-pip-version-check install --quiet uv
	build/lock/bin/uv pip compile --quiet $(LOCK) requirements/run.in requirements/build.in \
	  --output-file requirements/run.txt
	build/lock/bin/uv pip compile --quiet $(LOCK) requirements/test.in requirements/build.in \
	  --output-file requirements/test.txt
	build/lock/bin/uv pip compile --quiet $(LOCK) requirements/judges.in \
	  --output-file requirements/judges.txt
	rm -rf build/lock
LOCK = --upgrade --universal --no-strip-extras --generate-hashes --no-header --python-version 3.11

clean: ## remove what can be made again; data/ stays
	rm -rf .venv build dist htmlcov shots .coverage* .pytest_cache .mypy_cache .ruff_cache .hypothesis
	rm -rf .import_linter_cache *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed: make PYTHON=python3.12 ..." >&2; exit 2; }
	$(PYTHON) -m venv .venv

.venv/run.stamp: requirements/run.txt pyproject.toml | .venv/bin/python
	@echo "Installing what the service needs (once; about a minute) ..."
	@$(PIP) install --quiet --require-hashes -r requirements/run.txt
	@$(OWN)
	@touch $@

.venv/test.stamp: requirements/test.txt pyproject.toml | .venv/bin/python
	@echo "Installing what the tests need (once; about a minute) ..."
	@$(PIP) install --quiet --require-hashes -r requirements/test.txt
	@$(OWN)
	@touch $@

# OR-Tools wants other versions of what we use: an environment of its own, for make judges alone.
build/judges.stamp: requirements/judges.txt
	rm -rf build/judges && $(PYTHON) -m venv build/judges
	@build/judges/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes \
	  -r requirements/judges.txt
	@touch $@
