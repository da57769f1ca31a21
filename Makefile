# Every target installs what it needs first; repeating it takes no time.
# Plain POSIX sh and GNU make 3.81 (macOS) are enough; scripts in tools/ do the work.
.DEFAULT_GOAL := help
.PHONY: help run test check mutants lint format lock pictures storyboard bench docs i18n reset
.PHONY: words

VENV = .venv/bin/python
BOOTSTRAP = sh tools/python-wrapper tools/bootstrap.py

help:
	@echo "make run       start the site and the phone (SITE_PORT, PHONE_PORT, SMTP_PORT, INSTANCE change ports and data folder;"
	@echo "               ENGINE=postgres runs a PostgreSQL server below them, or uses the one of POSTGRES_URL)"
	@echo "make test      all tests, including a real browser (ARGS='-k sign_in' selects)"
	@echo "make check     all checks, in parts of 20 minutes at most (ONLY=look,node selects)"
	@echo "make mutants   break each promise on purpose and check that its tests fail (ONLY=12,62 selects)"
	@echo "make lint      ruff and mypy --strict"
	@echo "make format    format the code with ruff"
	@echo "make bench     speed and memory beside a bare app, and whether each target is met (ARGS=--peers: comparable tools)"
	@echo "make pictures  take the README's pictures, and a sheet with all pages (ARGS=sheet: that only)"
	@echo "make storyboard  walk every flow and write an illustrated guide (ARGS='--only main-sms --lang ja')"
	@echo "make docs      generate flow diagrams, settings tables and other generated docs from the code"
	@echo "make i18n      bring the Japanese catalogues up to date with code and templates"
	@echo "make lock      pin and hash the packages of requirements*.in"
	@echo "make reset     empty the databases; the next start has a clean world (ARGS=--database: PostgreSQL too)"

run:
	@$(BOOTSTRAP) run
	@$(VENV) -m webapp.command run

test:
	@$(BOOTSTRAP) test
	@$(VENV) -m pytest $(ARGS)

check:
	@$(BOOTSTRAP) check
	@$(VENV) -m tools.check $(ONLY)

mutants:
	@$(BOOTSTRAP) test
	@$(VENV) -m tools.mutants $(ONLY)

lint:
	@$(BOOTSTRAP) develop
	@$(VENV) -m ruff check
	@$(VENV) -m ruff format --check
	@$(VENV) -m mypy

format:
	@$(BOOTSTRAP) develop
	@$(VENV) -m ruff check --fix
	@$(VENV) -m ruff format

lock:
	@$(BOOTSTRAP) develop
	@$(VENV) -m tools.lock

pictures:
	@$(BOOTSTRAP) browser
	@$(VENV) -m tools.pictures $(ARGS)

storyboard:
	@$(BOOTSTRAP) browser
	@$(VENV) -m tools.storyboard $(ARGS)

bench:
	@$(BOOTSTRAP) test
	@$(VENV) -m bench $(ARGS)

docs:
	@$(BOOTSTRAP) docs
	@$(VENV) -m tools.docs

# `words` is the earlier name
i18n words:
	@$(BOOTSTRAP) develop
	@$(VENV) -m tools.i18n $(ARGS)

reset:
	@$(BOOTSTRAP) run
	@$(VENV) -m webapp.command reset $(ARGS)
