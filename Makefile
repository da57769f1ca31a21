# Nidankai's workshop. Every target sets up what it needs by itself; doing so again takes no time.
# Plain POSIX sh and GNU make 3.81 (macOS) are enough; the work is done by the scripts in tools/.
.DEFAULT_GOAL := help
.PHONY: help run test check mutants lint format lock pictures storyboard bench docs words reset

VENV = .venv/bin/python
READY = sh tools/with-python tools/ready.py

help:
	@echo "make run       start the site and the phone (SITE_PORT, PHONE_PORT, SMTP_PORT, INSTANCE move them)"
	@echo "make test      every test, those in a real browser too (ARGS='-k sign_in' chooses)"
	@echo "make check     everything, in parts of 20 minutes at most (ONLY=look,node chooses)"
	@echo "make mutants   break each promise on purpose and see its tests fail (ONLY=12,62 chooses)"
	@echo "make lint      ruff and mypy --strict"
	@echo "make format    let ruff put the code in order"
	@echo "make bench     speed and memory, as ratios to a bare app measured in the same run"
	@echo "make pictures  take the README's pictures anew in a real browser"
	@echo "make storyboard  walk every flow and write it down as a guide with pictures (ARGS='--only main-sms --lang ja')"
	@echo "make docs      write the flows' diagrams and the settings' tables anew from the code"
	@echo "make words     bring the Japanese catalogues up to what code and templates say"
	@echo "make lock      pin and hash what the requirements*.in files ask for"
	@echo "make reset     empty the databases: a clean world at the next start"

run:
	@$(READY) run
	@$(VENV) -m webapp.command run

test:
	@$(READY) test
	@$(VENV) -m pytest $(ARGS)

check:
	@$(READY) check
	@$(VENV) -m tools.check $(ONLY)

mutants:
	@$(READY) test
	@$(VENV) -m tools.mutants $(ONLY)

lint:
	@$(READY) develop
	@$(VENV) -m ruff check
	@$(VENV) -m ruff format --check
	@$(VENV) -m mypy

format:
	@$(READY) develop
	@$(VENV) -m ruff check --fix
	@$(VENV) -m ruff format

lock:
	@$(READY) develop
	@$(VENV) -m tools.lock

pictures:
	@$(READY) browser
	@$(VENV) -m tools.pictures

storyboard:
	@$(READY) browser
	@$(VENV) -m tools.storyboard $(ARGS)

bench:
	@$(READY) test
	@$(VENV) -m bench $(ARGS)

docs:
	@$(READY) docs
	@$(VENV) -m tools.docs

words:
	@$(READY) develop
	@$(VENV) -m tools.words $(ARGS)

reset:
	@$(READY) run
	@$(VENV) -m webapp.command reset
